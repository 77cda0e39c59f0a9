use serde_json::json;
use tintype_library::auth::Actor;
use tintype_library::domain::{NewWebhook, WebhookId, WebhookRecord};
use tintype_library::{Error, Webhooks};

use crate::accounts::block_on;
use crate::cli::WebhookCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{print, table};

/// How many webhooks are read at a time.
const PAGE: u32 = 1000;

pub(crate) fn run(config: &Config, command: WebhookCommand) -> Result<(), Failure> {
    let database = config.open_database()?;
    if !matches!(command, WebhookCommand::List { .. }) {
        database.take_over()?;
    }
    let reach = config.library.webhooks.reach;
    block_on(async { carry_out(&Webhooks::new(database, reach), command).await })
}

async fn carry_out(webhooks: &Webhooks, command: WebhookCommand) -> Result<(), Failure> {
    let operator = &Actor::operator();
    match command {
        WebhookCommand::Add { url, events, description } => {
            let new = NewWebhook { url: url.clone(), events, description };
            let created = webhooks.create(operator, new).await;
            let (webhook, secret) = created.map_err(|error| match error {
                Error::Url(problem) => Failure::new(format!("nothing can be sent to `{url}`: {problem}")),
                error => error.into(),
            })?;
            print(&format!(
                "created webhook {}; its secret, which cannot be shown again:\n{}\n",
                webhook.id,
                secret.reveal()
            ))
        }
        WebhookCommand::List { json } => {
            let mut all = Vec::new();
            loop {
                let (page, count) = webhooks.page(operator, PAGE, all.len() as u64).await?;
                all.extend(page);
                if all.len() as u64 >= count {
                    return list(&all, json);
                }
            }
        }
        WebhookCommand::Remove { id } => match webhooks.delete(operator, WebhookId(id)).await {
            Err(Error::NotFound) => Err(Failure::new(format!("there is no webhook {id}"))),
            result => {
                result?;
                print(&format!("removed webhook {id}\n"))
            }
        },
    }
}

fn list(webhooks: &[WebhookRecord], as_json: bool) -> Result<(), Failure> {
    if as_json {
        let webhooks: Vec<_> = webhooks
            .iter()
            .map(|webhook| {
                json!({
                    "id": webhook.id.0,
                    "url": webhook.url,
                    "events": webhook.events.iter().map(|kind| kind.as_str()).collect::<Vec<_>>(),
                    "description": webhook.description,
                    "is_active": webhook.is_active,
                    "disabled_reason": webhook.disabled_reason.map(|reason| reason.as_str()),
                    "failing_since": webhook.failing_since.map(|at| at.to_string()),
                    "created_at": webhook.created_at.to_string(),
                })
            })
            .collect();
        return print(&format!("{:#}\n", json!(webhooks)));
    }
    let rows = webhooks.iter().map(|webhook| {
        let state = match (webhook.is_active, webhook.disabled_reason) {
            (true, _) => "active".to_owned(),
            (false, Some(reason)) => format!("disabled: {reason}"),
            (false, None) => "off".to_owned(),
        };
        let failing = webhook.failing_since.map_or_else(String::new, |at| at.to_string());
        [webhook.id.to_string(), webhook.url.clone(), webhook.events.to_string(), state, failing]
    });
    print(&table(["ID", "URL", "EVENTS", "STATE", "FAILING SINCE"], rows.collect()))
}
