use crate::accounts::with_accounts;
use crate::cli::TokenCommand;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{print, table};
use serde_json::json;
use std::collections::BTreeSet;
use tintype_library::auth::Actor;
use tintype_library::domain::{Timestamp, TokenId, TokenRecord};
use tintype_library::{AccountProblem, Accounts, Error};

pub(crate) fn run(config: &Config, command: TokenCommand) -> Result<(), Failure> {
    let database = config.open_database()?;
    if !matches!(command, TokenCommand::List { .. }) {
        database.take_over()?;
    }
    with_accounts(database, async |accounts| carry_out(&accounts, command).await)
}

async fn carry_out(accounts: &Accounts, command: TokenCommand) -> Result<(), Failure> {
    let operator = &Actor::operator();
    match command {
        TokenCommand::Create { username, label, expires } => {
            let user = accounts.find(operator, &username).await?;
            let (_, key) = accounts.create_token(operator, user.id, label, expires).await?;
            print(&format!("{}\n", key.reveal()))
        }
        TokenCommand::List { username, json } => {
            let user = match username {
                Some(username) => Some(accounts.find(operator, &username).await?.id),
                None => None,
            };
            list(&accounts.tokens(operator, user).await?, json)
        }
        TokenCommand::Revoke { ids } => {
            let ids: BTreeSet<_> = ids.into_iter().map(TokenId).collect();
            match accounts.revoke_tokens(operator, ids.clone()).await {
                Err(Error::Account(problem @ AccountProblem::NoSuchToken(_))) if ids.len() > 1 => {
                    Err(Failure::new(format!("{problem}; none was revoked")))
                }
                result => {
                    result?;
                    print(&ids.iter().map(|id| format!("revoked token {id}\n")).collect::<String>())
                }
            }
        }
    }
}

fn list(tokens: &[TokenRecord], as_json: bool) -> Result<(), Failure> {
    let shown = |at: Option<Timestamp>| at.map(|at| at.to_string());
    if as_json {
        let tokens: Vec<_> = tokens
            .iter()
            .map(|token| {
                json!({
                    "id": token.id.0,
                    "username": token.username,
                    "label": token.label,
                    "created_at": token.created_at.to_string(),
                    "expires_at": shown(token.expires_at),
                    "last_used_at": shown(token.last_used_at),
                })
            })
            .collect();
        return print(&format!("{:#}\n", json!(tokens)));
    }
    let never = || "never".to_owned();
    let rows = tokens.iter().map(|token| {
        [
            token.id.to_string(),
            token.username.clone(),
            token.label.clone(),
            token.created_at.to_string(),
            shown(token.expires_at).unwrap_or_else(never),
            shown(token.last_used_at).unwrap_or_else(never),
        ]
    });
    print(&table(["ID", "USERNAME", "LABEL", "CREATED", "EXPIRES", "LAST USED"], rows.collect()))
}
