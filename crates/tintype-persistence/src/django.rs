//! Reading the database of a Django service, whose tables have other names and other types.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use tintype_domain::{FileId, Permission, Timestamp, UserId};

use crate::connection::{AnyConnection, on_each};
use crate::database::{ConnectOptions, Database};
use crate::error::Error;
use crate::export::{Export, TokenRow};
use crate::rows::UserRow;

/// What the tables and columns of a Django service are called.
#[derive(Debug, Clone)]
pub struct DjangoNames(BTreeMap<(&'static str, &'static str), String>);

impl DjangoNames {
    /// The groups, the names in them, and what is used unless something else is said. An empty name
    /// means that there is no such column, or no such table.
    pub const DEFAULTS: [(&'static str, &'static str, &'static str); 33] = [
        ("files", "table", "core_media"),
        ("files", "id", "id"),
        ("files", "file", "f"),
        ("files", "user", "user_id"),
        ("files", "name", "name"),
        ("files", "description", "description"),
        ("files", "created_at", "created_at"),
        ("files", "updated_at", "updated_at"),
        ("users", "table", "auth_user"),
        ("users", "id", "id"),
        ("users", "username", "username"),
        ("users", "first_name", "first_name"),
        ("users", "last_name", "last_name"),
        ("users", "email", "email"),
        ("users", "is_staff", "is_staff"),
        ("users", "is_admin", "is_superuser"),
        ("users", "is_active", "is_active"),
        ("users", "password", "password"),
        ("users", "last_login", "last_login"),
        ("users", "created_at", "date_joined"),
        ("tokens", "table", "authtoken_token"),
        ("tokens", "key", "key"),
        ("tokens", "user", "user_id"),
        ("tokens", "created_at", "created"),
        ("permissions", "of_users", "auth_user_user_permissions"),
        ("permissions", "groups_of_users", "auth_user_groups"),
        ("permissions", "user", "user_id"),
        ("permissions", "of_groups", "auth_group_permissions"),
        ("permissions", "table", "auth_permission"),
        ("permissions", "create", "add_media"),
        ("permissions", "view", "view_media"),
        ("permissions", "change", "change_media"),
        ("permissions", "delete", "delete_media"),
    ];

    /// Sets a name, and returns whether there is one of that group to be set.
    pub fn set(&mut self, group: &str, name: &str, value: String) -> bool {
        let slot = self.0.iter_mut().find(|((g, n), _)| (*g, *n) == (group, name));
        slot.map(|(_, slot)| *slot = value).is_some()
    }

    /// Returns a name as SQL has it; `None` if there is no such column or table.
    fn quoted(&self, group: &'static str, name: &'static str) -> Option<String> {
        let name = self.0.get(&(group, name)).filter(|name| !name.is_empty())?;
        Some(format!("\"{}\"", name.replace('"', "\"\"")))
    }

    fn text(&self, group: &'static str, name: &'static str) -> &str {
        self.0.get(&(group, name)).map_or("", String::as_str)
    }
}

impl Default for DjangoNames {
    fn default() -> Self {
        Self(Self::DEFAULTS.into_iter().map(|(group, name, value)| ((group, name), value.to_owned())).collect())
    }
}

/// The database of a Django service, which is only read.
#[derive(Debug, Clone)]
pub struct Django {
    database: Database,
    names: DjangoNames,
}

/// A file as Django has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DjangoFile {
    /// Its number.
    pub id: FileId,
    /// Whose it is.
    pub user: Option<UserId>,
    /// Where its content is below `MEDIA_ROOT`.
    pub path: String,
    /// What it is called.
    pub name: String,
    /// What its user says about it.
    pub description: String,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When it was changed.
    pub updated_at: Option<Timestamp>,
}

/// How many columns are read at most.
const COLUMNS: usize = 11;

type Cells = [Option<String>; COLUMNS];

type Cell = Nullable<Text>;

type Selected = (Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell, Cell);

type Loaded = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    Plain,
    /// A date, which becomes microseconds since 1970.
    Moment,
}

impl Django {
    /// Opens the database at `sqlite://<path>` or `postgres://…`, for reading only.
    ///
    /// # Errors
    /// As [`Database::connect_read_only`].
    pub fn open(url: &str, names: DjangoNames) -> Result<Self, Error> {
        Ok(Self { database: Database::connect_read_only(url, &ConnectOptions::default())?, names })
    }

    /// Returns the accounts of the service, and how many files it has. `password` makes a hash that
    /// is known here of Django's, if it can, and `hash` the hash of a token.
    ///
    /// # Errors
    /// [`Error::Unused`] if there are no users; a table or a column is missing.
    pub fn export(
        &self,
        password: impl Fn(&str) -> Option<String>,
        hash: impl Fn(&str) -> [u8; 32],
    ) -> Result<Export, Error> {
        self.database.snapshot(|connection| {
            let users = self.users(connection, password)?;
            let first = users.first().ok_or(Error::Unused)?;
            let origin = format!("django {} {} {}", first.id, first.username, first.created_at);
            let tokens = self.tokens(connection, hash)?;
            let files = self.names.quoted("files", "table").ok_or(Error::Unused)?;
            let id = self.names.quoted("files", "id").ok_or(Error::Unused)?;
            let count =
                select(connection, &format!("CAST(count(*) AS TEXT), CAST(max({files}.{id}) AS TEXT)"), 2, &files)?;
            let number =
                |cell: usize| count.first().and_then(|row| row[cell].as_ref()?.parse::<i64>().ok()).unwrap_or(0);
            let greatest = |ids: &mut dyn Iterator<Item = i64>| ids.max().unwrap_or(0);
            Ok(Export {
                origin,
                last_file: FileId(number(1)),
                files: u64::try_from(number(0)).unwrap_or(0),
                bytes: 0,
                numbers: vec![
                    ("users", greatest(&mut users.iter().map(|user| user.id))),
                    ("tokens", greatest(&mut tokens.iter().map(|token| token.id))),
                    ("files", number(1)),
                ],
                grants: self.grants(connection)?,
                users,
                tokens,
                signing_keys: Vec::new(),
                used_up_until: None,
                webhooks: Vec::new(),
                upload_links: None,
            })
        })
    }

    /// Returns files by number, from the one after `after` on.
    ///
    /// # Errors
    /// A table or a column is missing.
    pub fn files(&self, after: FileId, limit: u32) -> Result<Vec<DjangoFile>, Error> {
        use Holds::{Moment, Plain};
        let columns = [
            ("id", Plain),
            ("user", Plain),
            ("file", Plain),
            ("name", Plain),
            ("description", Plain),
            ("created_at", Moment),
            ("updated_at", Moment),
        ];
        let (Some(table), Some(id)) = (self.names.quoted("files", "table"), self.names.quoted("files", "id")) else {
            return Ok(Vec::new());
        };
        let rest = format!(" WHERE {table}.{id} > {} ORDER BY {table}.{id} LIMIT {limit}", after.0);
        let rows = self.database.read(|connection| self.select(connection, "files", &columns, &rest))?;
        let file = |[id, user, path, name, description, created_at, updated_at, ..]: Cells| {
            Ok(DjangoFile {
                id: FileId(whole("id", id)?),
                user: user.map(|user| whole("user", Some(user))).transpose()?.map(UserId),
                path: path.unwrap_or_default(),
                name: name.unwrap_or_default(),
                description: description.unwrap_or_default(),
                created_at: moment(created_at)?,
                updated_at: moment(updated_at)?,
            })
        };
        rows.into_iter().map(file).collect()
    }

    fn users(
        &self,
        connection: &mut AnyConnection,
        password: impl Fn(&str) -> Option<String>,
    ) -> Result<Vec<UserRow>, Error> {
        use Holds::{Moment, Plain};
        let columns = [
            ("id", Plain),
            ("username", Plain),
            ("first_name", Plain),
            ("last_name", Plain),
            ("email", Plain),
            ("is_staff", Plain),
            ("is_admin", Plain),
            ("is_active", Plain),
            ("password", Plain),
            ("last_login", Moment),
            ("created_at", Moment),
        ];
        let rows = self.select(connection, "users", &columns, "")?;
        let user = |[id, username, first, last, email, staff, admin, active, secret, login, created]: Cells| {
            Ok(UserRow {
                id: whole("id", id)?,
                username: username.unwrap_or_default(),
                first_name: first.unwrap_or_default(),
                last_name: last.unwrap_or_default(),
                is_staff: is_true(staff.as_ref()),
                is_admin: is_true(admin.as_ref()),
                // Without such a column all are.
                is_active: active.is_none() || is_true(active.as_ref()),
                password_hash: secret.and_then(|secret| password(&secret)),
                last_login: moment(login)?.map(Timestamp::unix_micros),
                created_at: moment(created)?.map_or(0, Timestamp::unix_micros),
                email: email.unwrap_or_default(),
            })
        };
        let mut users = rows.into_iter().map(user).collect::<Result<Vec<_>, Error>>()?;
        users.sort_by_key(|user| user.id);
        Ok(users)
    }

    fn tokens(&self, connection: &mut AnyConnection, hash: impl Fn(&str) -> [u8; 32]) -> Result<Vec<TokenRow>, Error> {
        let columns = [("key", Holds::Plain), ("user", Holds::Plain), ("created_at", Holds::Moment)];
        let rows = self.select(connection, "tokens", &columns, "")?;
        let token = |(id, [key, user, created_at, ..]): (i64, Cells)| {
            Ok(TokenRow {
                id,
                user_id: whole("user", user)?,
                key_hash: hash(&key.unwrap_or_default()).to_vec(),
                label: String::new(),
                created_at: moment(created_at)?.map_or(0, Timestamp::unix_micros),
                expires_at: None,
                last_used_at: None,
            })
        };
        (1..).zip(rows).map(token).collect()
    }

    /// Returns the permissions of users, their own and those of their groups.
    fn grants(&self, connection: &mut AnyConnection) -> Result<Vec<(i64, i32)>, Error> {
        let name = |name| self.names.quoted("permissions", name);
        let (Some(table), Some(user)) = (name("table"), name("user")) else { return Ok(Vec::new()) };
        let columns = format!("CAST(u.{user} AS TEXT), p.codename");
        let mut rows = Vec::new();
        if let Some(of_users) = name("of_users") {
            let from = format!("{of_users} u JOIN {table} p ON p.id = u.permission_id");
            rows.extend(select(connection, &columns, 2, &from)?);
        }
        if let (Some(groups), Some(of_groups)) = (name("groups_of_users"), name("of_groups")) {
            let from = format!(
                "{groups} u JOIN {of_groups} g ON g.group_id = u.group_id JOIN {table} p ON p.id = g.permission_id"
            );
            rows.extend(select(connection, &columns, 2, &from)?);
        }
        let mut grants = Vec::new();
        for [user, codename, ..] in rows {
            let codename = codename.unwrap_or_default();
            let known = [
                ("create", Permission::Create),
                ("view", Permission::View),
                ("change", Permission::Change),
                ("delete", Permission::Delete),
            ];
            let known = known.into_iter().find(|(name, _)| self.names.text("permissions", name) == codename);
            if let Some((_, permission)) = known {
                grants.push((whole("user", user)?, i32::from(permission.code())));
            }
        }
        grants.sort_unstable();
        grants.dedup();
        Ok(grants)
    }

    /// Reads columns of a table; those that the names say are not there are empty.
    fn select(
        &self,
        connection: &mut AnyConnection,
        group: &'static str,
        columns: &[(&'static str, Holds)],
        rest: &str,
    ) -> Result<Vec<Cells>, Error> {
        let Some(table) = self.names.quoted(group, "table") else { return Ok(Vec::new()) };
        let column = |(name, holds): &(&'static str, Holds)| match (self.names.quoted(group, name), holds) {
            (None, _) => "NULL".to_owned(),
            // With its table: SQLite takes an unknown name in quotes for a text.
            (Some(column), Holds::Plain) => format!("CAST({table}.{column} AS TEXT)"),
            (Some(column), Holds::Moment) => {
                format!("CAST({} AS TEXT)", micros(connection, &format!("{table}.{column}")))
            }
        };
        let columns_sql: Vec<String> = columns.iter().map(column).collect();
        select(connection, &columns_sql.join(", "), columns.len(), &format!("{table}{rest}"))
    }
}

/// Returns the microseconds since 1970 of a date column; SQLite has it as a text in UTC.
fn micros(connection: &AnyConnection, column: &str) -> String {
    match connection {
        AnyConnection::Sqlite(_) => format!(
            "(CAST(strftime('%s', substr({column}, 1, 19)) AS INTEGER) * 1000000 \
             + CAST(substr(substr({column}, 21, 6) || '000000', 1, 6) AS INTEGER))"
        ),
        AnyConnection::Postgres(_) => format!("(EXTRACT(EPOCH FROM {column}) * 1000000)::bigint"),
    }
}

/// Reads that many columns, all of them texts.
fn select(connection: &mut AnyConnection, columns: &str, count: usize, from: &str) -> Result<Vec<Cells>, Error> {
    let padding = ", NULL".repeat(COLUMNS.saturating_sub(count));
    let query = format!("SELECT {columns}{padding} FROM {from}");
    let rows = on_each!(connection, c => diesel::dsl::sql::<Selected>(&query).load::<Loaded>(c))?;
    Ok(rows.into_iter().map(|(a, b, c, d, e, f, g, h, i, j, k)| [a, b, c, d, e, f, g, h, i, j, k]).collect())
}

fn whole(column: &'static str, cell: Option<String>) -> Result<i64, Error> {
    let text = cell.unwrap_or_default();
    text.parse().map_err(|_| Error::Corrupt { column, id: 0, value: text })
}

fn moment(cell: Option<String>) -> Result<Option<Timestamp>, Error> {
    cell.map(|cell| whole("date", Some(cell)).map(Timestamp::from_unix_micros)).transpose()
}

/// SQLite has 1 where PostgreSQL has true.
fn is_true(cell: Option<&String>) -> bool {
    cell.is_some_and(|cell| cell == "1" || cell == "true")
}
