use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::lock_users;
use crate::error::Error;
use crate::rows::{UserRow, join_grants};
use crate::schema::{grants, users};
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::result::DatabaseErrorKind::UniqueViolation;
use diesel::result::Error::DatabaseError;
use tintype_domain::{Permission, Timestamp, UserId, UserRecord};

/// A user to be created; active, without permissions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewUser {
    /// The unique name.
    pub username: String,
    /// Given name, perhaps empty.
    pub first_name: String,
    /// Family name, perhaps empty.
    pub last_name: String,
    /// Whether permissions granted to the user count.
    pub is_staff: bool,
    /// Whether the user may do everything.
    pub is_admin: bool,
    /// The hashed password; without one the user can only use tokens.
    pub password_hash: Option<String>,
}

impl Database {
    /// Creates a user.
    ///
    /// # Errors
    /// [`Error::UsernameTaken`].
    pub fn create_user(&self, user: &NewUser, now: Timestamp) -> Result<UserRecord, Error> {
        self.write(|connection| insert_user(connection, user, now))
    }

    /// Creates a user if there is none at all; of several callers at once, one does.
    pub fn create_first_user(&self, user: &NewUser, now: Timestamp) -> Result<Option<UserRecord>, Error> {
        self.write(|connection| {
            lock_users(connection)?;
            let any = users::table.select(users::id).first::<i64>(connection).optional()?;
            if any.is_some() { Ok(None) } else { insert_user(connection, user, now).map(Some) }
        })
    }

    /// Returns the user of that name.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn user(&self, username: &str) -> Result<UserRecord, Error> {
        self.read(|connection| existing(connection, username))
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

    /// Lets the user do something more; what it already may, it may still.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn grant(&self, username: &str, permissions: &[Permission]) -> Result<UserRecord, Error> {
        self.write(|connection| {
            let user = existing(connection, username)?;
            for permission in permissions {
                let mut sql = Sql::<()>::new("INSERT INTO grants (user_id, code) VALUES (");
                sql.bind(user.id.0).push(", ").bind(i64::from(permission.code())).push(") ON CONFLICT DO NOTHING");
                sql.execute(connection)?;
            }
            existing(connection, username)
        })
    }

    /// Takes permissions from the user; what it may not anyway is no error.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn revoke(&self, username: &str, permissions: &[Permission]) -> Result<UserRecord, Error> {
        self.write(|connection| {
            let user = existing(connection, username)?;
            let codes = permissions.iter().map(|permission| i32::from(permission.code()));
            let taken = grants::user_id.eq(user.id.0).and(grants::code.eq_any(codes));
            diesel::delete(grants::table.filter(taken)).execute(connection)?;
            existing(connection, username)
        })
    }

    /// Lets the user log in and use its tokens again.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn activate(&self, username: &str) -> Result<UserRecord, Error> {
        self.write(|connection| set_active(connection, username, true))
    }

    /// Keeps the user from logging in and its tokens from being taken; nothing of it is lost.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn deactivate(&self, username: &str) -> Result<UserRecord, Error> {
        self.write(|connection| set_active(connection, username, false))
    }

    /// Returns the user of that name and its hashed password, for a log-in.
    pub fn credentials(&self, username: &str) -> Result<Option<(UserRecord, Option<String>)>, Error> {
        self.read(|connection| find(connection, username))
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

fn insert_user(connection: &mut AnyConnection, user: &NewUser, now: Timestamp) -> Result<UserRecord, Error> {
    let row = diesel::insert_into(users::table)
        .values((
            users::username.eq(&user.username),
            users::first_name.eq(&user.first_name),
            users::last_name.eq(&user.last_name),
            users::is_staff.eq(user.is_staff),
            users::is_admin.eq(user.is_admin),
            users::is_active.eq(true),
            users::password_hash.eq(&user.password_hash),
            users::created_at.eq(now.unix_micros()),
        ))
        .returning(users::all_columns)
        .get_result::<UserRow>(connection)
        .map_err(|error| match error {
            DatabaseError(UniqueViolation, _) => Error::UsernameTaken { username: user.username.clone() },
            error => error.into(),
        })?;
    Ok(row.into_record())
}

fn set_active(connection: &mut AnyConnection, username: &str, active: bool) -> Result<UserRecord, Error> {
    let user = diesel::update(users::table.filter(users::username.eq(username)));
    user.set(users::is_active.eq(active)).execute(connection)?;
    existing(connection, username)
}

pub(crate) fn existing(connection: &mut AnyConnection, username: &str) -> Result<UserRecord, Error> {
    let user = find(connection, username)?.map(|(user, _)| user);
    user.ok_or_else(|| Error::NoSuchUser { username: username.to_owned() })
}

fn find(connection: &mut AnyConnection, username: &str) -> Result<Option<(UserRecord, Option<String>)>, Error> {
    let rows = users::table
        .left_join(grants::table)
        .filter(users::username.eq(username))
        .select((users::all_columns, grants::code.nullable()))
        .load::<(UserRow, Option<i32>)>(connection)?;
    Ok(join_grants(rows).pop())
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
