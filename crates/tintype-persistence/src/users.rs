use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::lock_users;
use crate::error::Error;
use crate::rows::{UserRow, join_grants};
use crate::schema::{files, grants, tokens, users};
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::Error::DatabaseError;
use std::collections::BTreeSet;
use tintype_domain::{
    EmailAddress, NewUser, Permission, PersonName, Timestamp, TokenId, TokenRecord, UserChange, UserId, UserQuery,
    UserRecord, Username,
};

/// The columns of a [`UserChange`].
#[derive(AsChangeset)]
#[diesel(table_name = users)]
struct Columns<'a> {
    username: Option<&'a str>,
    first_name: Option<&'a str>,
    last_name: Option<&'a str>,
    email: Option<&'a str>,
    is_staff: Option<bool>,
    is_admin: Option<bool>,
    is_active: Option<bool>,
    password_hash: Option<&'a str>,
}

/// Returns the columns to be set, unless there are none.
fn columns(change: &UserChange<String>) -> Option<Columns<'_>> {
    let UserChange { username, first_name, last_name, email, is_staff, is_admin, is_active, permissions, password } =
        change;
    let others = UserChange { permissions: permissions.clone(), ..UserChange::default() };
    (*change != others).then(|| Columns {
        username: username.as_ref().map(Username::as_str),
        first_name: first_name.as_ref().map(PersonName::as_str),
        last_name: last_name.as_ref().map(PersonName::as_str),
        email: email.as_ref().map(EmailAddress::as_str),
        is_staff: *is_staff,
        is_admin: *is_admin,
        is_active: *is_active,
        password_hash: password.as_deref(),
    })
}

impl Database {
    /// Creates a user, whose password is hashed.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`].
    pub fn create_user(&self, user: &NewUser<String>, now: Timestamp) -> Result<UserRecord, Error> {
        self.write(|connection| insert_user(connection, user, now))
    }

    /// Returns the user of that name.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn user(&self, username: &str) -> Result<UserRecord, Error> {
        let found = self.credentials(username)?.map(|(user, _)| user);
        found.ok_or_else(|| Error::NoSuchUser { username: username.to_owned() })
    }

    /// Returns the user of that number.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn user_by_id(&self, id: UserId) -> Result<UserRecord, Error> {
        self.read(|connection| by_id(connection, id))
    }

    /// Returns every user, by name.
    pub fn users(&self) -> Result<Vec<UserRecord>, Error> {
        self.read(|connection| {
            let rows = users::table
                .left_join(grants::table)
                .select((users::all_columns, grants::code.nullable()))
                .order((users::username, users::id))
                .load::<(UserRow, Option<i32>)>(connection)?;
            Ok(join_grants(rows).into_iter().map(|(user, _)| user).collect())
        })
    }

    /// Returns a page of users, and how many match on all pages. It reads all users: they are few.
    pub fn user_page(&self, query: &UserQuery) -> Result<(Vec<UserRecord>, u64), Error> {
        let mut users = self.users()?;
        users.retain(|user| query.matches(user));
        users.sort_by(|a, b| query.compare(a, b));
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let count = users.len() as u64;
        Ok((users.into_iter().skip(offset).take(query.limit as usize).collect(), count))
    }

    /// Changes a user, whose new password is hashed, and returns it. A new password ends all
    /// log-ins except `kept_login`.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]; [`Error::UsernameTaken`]; [`Error::LastAdmin`] where no active admin
    /// would be left.
    pub fn change_user(
        &self,
        id: UserId,
        change: &UserChange<String>,
        kept_login: Option<TokenId>,
    ) -> Result<UserRecord, Error> {
        self.write(|connection| {
            lock_users(connection)?;
            let old = by_id(connection, id)?;
            if let Some(columns) = columns(change) {
                let changed = diesel::update(users::table.filter(users::id.eq(id.0))).set(&columns).execute(connection);
                changed.map_err(|error| taken(error, columns.username))?;
            }
            if let Some(permissions) = &change.permissions {
                let taken: Vec<_> = old.permissions.difference(permissions).copied().collect();
                delete_grants(connection, id, &taken)?;
                insert_grants(connection, id, permissions.difference(&old.permissions))?;
            }
            if change.password.is_some() {
                end_logins(connection, id, kept_login)?;
            }
            refuse_no_admin(connection, &old)?;
            by_id(connection, id)
        })
    }

    /// Lets the user do something more; what it already may, it may still.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn grant(&self, id: UserId, permissions: &BTreeSet<Permission>) -> Result<UserRecord, Error> {
        self.write(|connection| {
            lock_users(connection)?;
            let old = by_id(connection, id)?;
            insert_grants(connection, id, permissions.difference(&old.permissions))?;
            by_id(connection, id)
        })
    }

    /// Takes permissions from the user; what it may not anyway is no error.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn revoke(&self, id: UserId, permissions: &BTreeSet<Permission>) -> Result<UserRecord, Error> {
        self.write(|connection| {
            delete_grants(connection, id, permissions)?;
            by_id(connection, id)
        })
    }

    /// Makes up to `limit` files of the user nobody's, and returns how many they were.
    pub fn disown_files(&self, id: UserId, limit: i64) -> Result<usize, Error> {
        self.write(|connection| {
            let files = files::table.filter(files::user_id.eq(id.0)).select(files::id).limit(limit);
            let ids = files.load::<i64>(connection)?;
            let owned = diesel::update(files::table.filter(files::id.eq_any(ids)));
            Ok(owned.set(files::user_id.eq(None::<i64>)).execute(connection)?)
        })
    }

    /// Deletes the user with its permissions and tokens; its files stay, and are nobody's then.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`]; [`Error::LastAdmin`] where no active admin would be left.
    pub fn delete_user(&self, id: UserId) -> Result<UserRecord, Error> {
        self.write(|connection| {
            lock_users(connection)?;
            let user = by_id(connection, id)?;
            diesel::delete(users::table.filter(users::id.eq(id.0))).execute(connection)?;
            refuse_no_admin(connection, &user)?;
            Ok(user)
        })
    }

    /// Returns the user of that name and its hashed password, for a log-in.
    pub fn credentials(&self, username: &str) -> Result<Option<(UserRecord, Option<String>)>, Error> {
        self.read(|connection| {
            let rows = users::table
                .left_join(grants::table)
                .filter(users::username.eq(username))
                .select((users::all_columns, grants::code.nullable()))
                .load::<(UserRow, Option<i32>)>(connection)?;
            Ok(join_grants(rows).pop())
        })
    }

    /// Notes that the user has logged in; a user gone meanwhile is no error.
    pub fn record_login(&self, id: UserId, now: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let user = diesel::update(users::table.filter(users::id.eq(id.0)));
            user.set(users::last_login.eq(now.unix_micros())).execute(connection)?;
            Ok(())
        })
    }
}

pub(crate) fn insert_user(
    connection: &mut AnyConnection,
    user: &NewUser<String>,
    now: Timestamp,
) -> Result<UserRecord, Error> {
    let row = diesel::insert_into(users::table)
        .values((
            users::username.eq(user.username.as_str()),
            users::first_name.eq(user.first_name.as_str()),
            users::last_name.eq(user.last_name.as_str()),
            users::email.eq(user.email.as_str()),
            users::is_staff.eq(user.is_staff),
            users::is_admin.eq(user.is_admin),
            users::is_active.eq(user.is_active),
            users::password_hash.eq(&user.password),
            users::created_at.eq(now.unix_micros()),
        ))
        .returning(users::all_columns)
        .get_result::<UserRow>(connection)
        .map_err(|error| taken(error, Some(user.username.as_str())))?;
    let record = UserRecord { permissions: user.permissions.clone(), ..row.into_record() };
    insert_grants(connection, record.id, user.permissions.iter())?;
    Ok(record)
}

/// Tells a name that another user has from other failures.
fn taken(error: diesel::result::Error, username: Option<&str>) -> Error {
    match (error, username) {
        (DatabaseError(UniqueViolation, _), Some(username)) => Error::UsernameTaken { username: username.to_owned() },
        (error, _) => error.into(),
    }
}

/// Inserts permissions that the user does not have. One statement each: inserting several rows at
/// once, or only those that are missing, is not the same on every database.
fn insert_grants<'a>(
    connection: &mut AnyConnection,
    id: UserId,
    permissions: impl Iterator<Item = &'a Permission>,
) -> Result<(), Error> {
    for permission in permissions {
        let grant = (grants::user_id.eq(id.0), grants::code.eq(i32::from(permission.code())));
        diesel::insert_into(grants::table).values(grant).execute(connection)?;
    }
    Ok(())
}

fn delete_grants<'a>(
    connection: &mut AnyConnection,
    id: UserId,
    permissions: impl IntoIterator<Item = &'a Permission>,
) -> Result<(), Error> {
    let codes = permissions.into_iter().map(|permission| i32::from(permission.code()));
    let taken = grants::user_id.eq(id.0).and(grants::code.eq_any(codes));
    diesel::delete(grants::table.filter(taken)).execute(connection)?;
    Ok(())
}

/// Revokes the tokens of the user's log-ins, except one.
fn end_logins(connection: &mut AnyConnection, id: UserId, kept: Option<TokenId>) -> Result<(), Error> {
    let logins = tokens::user_id.eq(id.0).and(tokens::label.eq(TokenRecord::LOGIN_LABEL));
    let kept = tokens::id.ne(kept.map_or(0, |kept| kept.0));
    diesel::delete(tokens::table.filter(logins.and(kept))).execute(connection)?;
    Ok(())
}

/// Fails where the user was an active admin and none is left now, which undoes the transaction.
fn refuse_no_admin(connection: &mut AnyConnection, old: &UserRecord) -> Result<(), Error> {
    if !old.is_admin || !old.is_active {
        return Ok(());
    }
    let admins = users::table.filter(users::is_admin.eq(true).and(users::is_active.eq(true)));
    match admins.select(users::id).first::<i64>(connection).optional()? {
        Some(_) => Ok(()),
        None => Err(Error::LastAdmin { username: old.username.clone() }),
    }
}

/// Returns the user of that number.
pub(crate) fn by_id(connection: &mut AnyConnection, id: UserId) -> Result<UserRecord, Error> {
    let rows = users::table
        .left_join(grants::table)
        .filter(users::id.eq(id.0))
        .select((users::all_columns, grants::code.nullable()))
        .load::<(UserRow, Option<i32>)>(connection)?;
    let user = join_grants(rows).pop().map(|(user, _)| user);
    user.ok_or_else(|| Error::NoSuchUser { username: format!("#{id}") })
}
