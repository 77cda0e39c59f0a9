use crate::cli::TokenCommand;
use crate::commands::{print, table};
use crate::config::Config;
use crate::failure::Failure;
use serde_json::json;
use std::time::SystemTime;
use tintype_library::auth::TokenKey;
use tintype_library::domain::{Timestamp, TokenId};
use tintype_library::persistence::{Database, NewToken};

pub(crate) fn run(config: &Config, command: TokenCommand) -> Result<(), Failure> {
    let database = config.open_database()?;
    if !matches!(command, TokenCommand::List { .. }) {
        database.take_over()?;
    }
    match command {
        TokenCommand::Create { username, label, expires } => {
            let now = Timestamp::from(SystemTime::now());
            let user = database.user(&username)?;
            let expires_at = expires
                .map(|after| time::Duration::try_from(after).map(|after| now.plus(after)))
                .transpose()
                .map_err(|e| Failure::during("`--expires` is too far away", &e))?;
            let key = TokenKey::mint()?;
            database.create_token(&NewToken { user_id: user.id, key_hash: key.hash(), label, expires_at }, now)?;
            print(&format!("{}\n", key.reveal()))
        }
        TokenCommand::List { username, json } => list(&database, username.as_deref(), json),
        TokenCommand::Revoke { id } => {
            database.revoke_token(TokenId(id))?;
            print(&format!("revoked token {id}\n"))
        }
    }
}

fn list(database: &Database, username: Option<&str>, as_json: bool) -> Result<(), Failure> {
    let tokens = database.tokens(username)?;
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
