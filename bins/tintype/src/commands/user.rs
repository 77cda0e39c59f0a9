use crate::accounts::with_accounts;
use crate::cli::{Role, UserCommand};
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{print, table};
use serde_json::json;
use std::io::{BufRead, IsTerminal, Read, Write};
use tintype_library::Accounts;
use tintype_library::auth::{Actor, Password};
use tintype_library::domain::{NewUser, UserChange, UserId, UserRecord};

pub(crate) fn run(config: &Config, command: UserCommand) -> Result<(), Failure> {
    let database = match &command {
        UserCommand::Create { create_database: true, .. } => config.create_database()?,
        _ => config.open_database()?,
    };
    if !matches!(command, UserCommand::List { .. }) {
        database.take_over()?;
    }
    with_accounts(database, async |accounts| carry_out(&accounts, command).await)
}

async fn carry_out(accounts: &Accounts, command: UserCommand) -> Result<(), Failure> {
    let operator = &Actor::operator();
    let find = async |username: &str| accounts.find(operator, username).await.map(|user| user.id);
    match command {
        UserCommand::Create { username, first_name, last_name, email, role, password_stdin, create_database: _ } => {
            let password = if password_stdin { Some(read_password()?) } else { None };
            let (is_staff, is_admin) = (role.staff, role.admin);
            let new = NewUser { first_name, last_name, email, is_staff, is_admin, password, ..NewUser::new(username) };
            let user = accounts.create(operator, new).await?;
            print(&format!("created user `{}` with id {}\n", user.username, user.id))
        }
        UserCommand::SetPassword { username } => {
            let id = find(&username).await?;
            let change = UserChange { password: Some(read_password()?), ..UserChange::default() };
            let user = accounts.change(operator, id, change).await?;
            print(&format!(
                "set the password of user `{}`; its log-ins have ended, its other tokens stay valid\n",
                user.username
            ))
        }
        UserCommand::SetRole { username, role, none: _ } => set_role(accounts, find(&username).await?, &role).await,
        UserCommand::Grant { username, permissions } => {
            let permissions = permissions.into_iter().collect();
            report(&accounts.grant(operator, find(&username).await?, permissions).await?)
        }
        UserCommand::Revoke { username, permissions } => {
            let permissions = permissions.into_iter().collect();
            report(&accounts.revoke(operator, find(&username).await?, permissions).await?)
        }
        UserCommand::Deactivate { username } => set_active(accounts, find(&username).await?, false).await,
        UserCommand::Activate { username } => set_active(accounts, find(&username).await?, true).await,
        UserCommand::Delete { username } => {
            let user = accounts.delete(operator, find(&username).await?).await?;
            print(&format!("deleted user `{}` and its tokens; its files stay\n", user.username))
        }
        UserCommand::List { json } => list(&accounts.list(operator).await?, json),
    }
}

async fn set_role(accounts: &Accounts, id: UserId, role: &Role) -> Result<(), Failure> {
    let change = UserChange { is_staff: Some(role.staff), is_admin: Some(role.admin), ..UserChange::default() };
    report(&accounts.change(&Actor::operator(), id, change).await?)
}

async fn set_active(accounts: &Accounts, id: UserId, is_active: bool) -> Result<(), Failure> {
    let change = UserChange { is_active: Some(is_active), ..UserChange::default() };
    report(&accounts.change(&Actor::operator(), id, change).await?)
}

/// Reads a password up to the first line break.
fn read_password() -> Result<Password, Failure> {
    let stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        let _ = write!(std::io::stderr(), "password (shown as you type): ");
    }
    let mut line = String::new();
    // With room for the line break, and for one byte too many.
    let read = stdin.take(Password::MAX_BYTES as u64 + 3).read_line(&mut line);
    read.map_err(|e| Failure::during("cannot read the password from standard input", &e))?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(Password::new(line.strip_suffix('\r').unwrap_or(line))?)
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

fn list(users: &[UserRecord], as_json: bool) -> Result<(), Failure> {
    if as_json {
        let users: Vec<_> = users
            .iter()
            .map(|user| {
                json!({
                    "id": user.id.0,
                    "username": user.username,
                    "full_name": user.full_name(),
                    "email": user.email,
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
