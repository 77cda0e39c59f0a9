use crate::cli::UserCommand;
use crate::commands::{print, table};
use crate::config::Config;
use crate::failure::Failure;
use serde_json::json;
use std::io::BufRead;
use std::time::SystemTime;
use tintype_library::auth::hash_password;
use tintype_library::domain::{Permission, UserRecord};
use tintype_library::persistence::{Database, NewUser};

pub(crate) fn run(config: &Config, command: UserCommand) -> Result<(), Failure> {
    let database = config.open_database()?;
    if !matches!(command, UserCommand::List { .. }) {
        database.take_over()?;
    }
    match command {
        UserCommand::Create { username, first_name, last_name, staff, admin, password_stdin } => {
            let password_hash = if password_stdin { Some(hash_password(&read_password()?)?) } else { None };
            let user = NewUser {
                username: checked(username)?,
                first_name,
                last_name,
                is_staff: staff,
                is_admin: admin,
                password_hash,
            };
            let user = database.create_user(&user, SystemTime::now().into())?;
            print(&format!("created user `{}` with id {}\n", user.username, user.id))
        }
        UserCommand::Grant { username, permissions } => report(&database.grant(&username, &parse(&permissions)?)?),
        UserCommand::Revoke { username, permissions } => report(&database.revoke(&username, &parse(&permissions)?)?),
        UserCommand::Deactivate { username } => report(&database.deactivate(&username)?),
        UserCommand::Activate { username } => report(&database.activate(&username)?),
        UserCommand::List { json } => list(&database, json),
    }
}

fn checked(username: String) -> Result<String, Failure> {
    let valid = !username.is_empty()
        && username.chars().count() <= 150
        && username.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c));
    if valid {
        return Ok(username);
    }
    Err(Failure::new(format!("user name `{username}` is not valid; use 1 to 150 letters, digits and @/./+/-/_")))
}

fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|e| Failure::during("cannot read the password", &e))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Failure::new("the password on standard input is empty"));
    }
    Ok(password.to_owned())
}

fn parse(permissions: &[String]) -> Result<Vec<Permission>, Failure> {
    let permission = |text: &String| {
        text.parse().ok().or_else(|| Permission::from_code(text.parse().ok()?)).ok_or_else(|| {
            let known: Vec<_> = Permission::ALL.iter().map(|p| format!("{} {p}", p.code())).collect();
            Failure::new(format!("`{text}` is not a permission; there are {}", known.join(", ")))
        })
    };
    permissions.iter().map(permission).collect()
}

fn role(user: &UserRecord) -> &'static str {
    match (user.is_admin, user.is_staff) {
        (true, _) => "admin",
        (false, true) => "staff",
        (false, false) => "user",
    }
}

fn permissions(user: &UserRecord) -> String {
    let names: Vec<_> = user.permissions.iter().map(|permission| permission.as_str()).collect();
    match (user.is_admin, names.is_empty()) {
        (true, _) => "everything".into(),
        (false, true) => "nothing granted".into(),
        (false, false) => names.join(", "),
    }
}

fn report(user: &UserRecord) -> Result<(), Failure> {
    let state = if user.is_active { "active" } else { "deactivated" };
    let mut text = format!("user `{}`: {}, {state}, {}\n", user.username, role(user), permissions(user));
    if !user.permissions.is_empty() && !user.is_staff && !user.is_admin {
        text.push_str("note: permissions do not count for a user who is neither staff nor admin\n");
    }
    print(&text)
}

fn list(database: &Database, as_json: bool) -> Result<(), Failure> {
    let users = database.users()?;
    if as_json {
        let users: Vec<_> = users
            .iter()
            .map(|user| {
                json!({
                    "id": user.id.0,
                    "username": user.username,
                    "full_name": user.full_name(),
                    "is_staff": user.is_staff,
                    "is_admin": user.is_admin,
                    "is_active": user.is_active,
                    "permissions": user.permissions.iter().map(|p| p.code()).collect::<Vec<_>>(),
                    "last_login": user.last_login.map(|at| at.to_string()),
                    "created_at": user.created_at.to_string(),
                })
            })
            .collect();
        return print(&format!("{:#}\n", json!(users)));
    }
    let rows = users.iter().map(|user| {
        let active = if user.is_active { "yes" } else { "no" };
        [
            user.id.to_string(),
            user.username.clone(),
            user.full_name(),
            role(user).into(),
            active.into(),
            permissions(user),
        ]
    });
    print(&table(["ID", "USERNAME", "NAME", "ROLE", "ACTIVE", "PERMISSIONS"], rows.collect()))
}
