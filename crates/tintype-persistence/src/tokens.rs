use crate::connection::AnyConnection;
use crate::database::Database;
use crate::dialect::lock_users;
use crate::error::Error;
use crate::rows::{UserRow, join_grants};
use crate::schema::{grants, tokens, users};
use crate::users::{by_id, insert_user};
use diesel::prelude::*;
use std::collections::BTreeSet;
use tintype_domain::{NewUser, Timestamp, TokenId, TokenRecord, UserId, UserRecord};

/// A token to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// SHA-256 of its key.
    pub key_hash: [u8; 32],
    /// What its user calls it, perhaps empty.
    pub label: String,
    /// When it stops being accepted; never where `None`.
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct TokenRow {
    id: i64,
    label: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

impl TokenRow {
    fn into_record(self, username: String) -> TokenRecord {
        TokenRecord {
            id: TokenId(self.id),
            username,
            label: self.label,
            created_at: Timestamp::from_unix_micros(self.created_at),
            expires_at: self.expires_at.map(Timestamp::from_unix_micros),
            last_used_at: self.last_used_at.map(Timestamp::from_unix_micros),
        }
    }
}

impl Database {
    /// Creates a user with a token if there is no user at all; of several callers at once, one
    /// does.
    pub fn create_first_user(
        &self,
        user: &NewUser<String>,
        token: &NewToken,
        now: Timestamp,
    ) -> Result<Option<UserRecord>, Error> {
        self.write(|connection| {
            lock_users(connection)?;
            if users::table.select(users::id).first::<i64>(connection).optional()?.is_some() {
                return Ok(None);
            }
            let user = insert_user(connection, user, now)?;
            insert_token(connection, user.id, token, now)?;
            Ok(Some(user))
        })
    }

    /// Keeps a token.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`] where its user is gone.
    pub fn create_token(&self, user: UserId, token: &NewToken, now: Timestamp) -> Result<TokenRecord, Error> {
        self.write(|connection| {
            let user = by_id(connection, user)?;
            let id = insert_token(connection, user.id, token, now)?;
            Ok(TokenRecord {
                id,
                username: user.username,
                label: token.label.clone(),
                created_at: now,
                expires_at: token.expires_at,
                last_used_at: None,
            })
        })
    }

    /// Returns the token with that SHA-256 of its key and its user, expired and inactive ones as
    /// well; one round trip.
    pub fn token_by_hash(&self, key_hash: &[u8; 32]) -> Result<Option<(TokenRecord, UserRecord)>, Error> {
        self.read(|connection| {
            let rows = tokens::table
                .inner_join(users::table.left_join(grants::table))
                .filter(tokens::key_hash.eq(key_hash.as_slice()))
                .select((TokenRow::as_select(), users::all_columns, grants::code.nullable()))
                .load(connection)?;
            Ok(token_and_user(rows))
        })
    }

    /// Returns the token of that number and its user, expired and inactive ones as well; one round
    /// trip.
    pub fn token_by_id(&self, id: TokenId) -> Result<Option<(TokenRecord, UserRecord)>, Error> {
        self.read(|connection| {
            let rows = tokens::table
                .inner_join(users::table.left_join(grants::table))
                .filter(tokens::id.eq(id.0))
                .select((TokenRow::as_select(), users::all_columns, grants::code.nullable()))
                .load(connection)?;
            Ok(token_and_user(rows))
        })
    }

    /// Notes that the token was used at `now`; one gone meanwhile is no error.
    ///
    /// A write to disk: callers do it about once a minute, not at every request.
    pub fn touch_token(&self, id: TokenId, now: Timestamp) -> Result<(), Error> {
        let now = now.unix_micros();
        self.write(|connection| {
            // Requests may end in another order than they began.
            let older = tokens::last_used_at.is_null().or(tokens::last_used_at.lt(now));
            diesel::update(tokens::table.filter(tokens::id.eq(id.0)).filter(older))
                .set(tokens::last_used_at.eq(now))
                .execute(connection)?;
            Ok(())
        })
    }

    /// Returns the tokens of a user, or all, by number.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`].
    pub fn tokens(&self, user: Option<UserId>) -> Result<Vec<TokenRecord>, Error> {
        self.snapshot(|connection| {
            let mut query = tokens::table
                .inner_join(users::table)
                .select((TokenRow::as_select(), users::username))
                .order(tokens::id)
                .into_boxed();
            if let Some(user) = user {
                query = query.filter(users::id.eq(by_id(connection, user)?.id.0));
            }
            let rows = query.load::<(TokenRow, String)>(connection)?;
            Ok(rows.into_iter().map(|(token, username)| token.into_record(username)).collect())
        })
    }

    /// Removes tokens, so that they are accepted no longer: all of them, or none where one is not
    /// there, or is not this user's where one is given.
    ///
    /// # Errors
    /// [`Error::NoSuchToken`].
    pub fn revoke_tokens(&self, ids: &BTreeSet<TokenId>, of: Option<UserId>) -> Result<(), Error> {
        self.write(|connection| {
            for &id in ids {
                let token = tokens::table.filter(tokens::id.eq(id.0));
                let deleted = match of {
                    Some(user) => diesel::delete(token.filter(tokens::user_id.eq(user.0))).execute(connection)?,
                    None => diesel::delete(token).execute(connection)?,
                };
                if deleted == 0 {
                    return Err(Error::NoSuchToken { id });
                }
            }
            Ok(())
        })
    }
}

fn insert_token(
    connection: &mut AnyConnection,
    user: UserId,
    token: &NewToken,
    now: Timestamp,
) -> Result<TokenId, Error> {
    let row = diesel::insert_into(tokens::table).values((
        tokens::user_id.eq(user.0),
        tokens::key_hash.eq(token.key_hash.as_slice()),
        tokens::label.eq(&token.label),
        tokens::created_at.eq(now.unix_micros()),
        tokens::expires_at.eq(token.expires_at.map(Timestamp::unix_micros)),
    ));
    Ok(TokenId(row.returning(tokens::id).get_result::<i64>(connection)?))
}

/// Puts together the rows of one token, one for each permission that its user was granted.
fn token_and_user(rows: Vec<(TokenRow, UserRow, Option<i32>)>) -> Option<(TokenRecord, UserRecord)> {
    let mut token = None;
    let rows = rows.into_iter().map(|(row, user, code)| {
        token = Some(row);
        (user, code)
    });
    let (user, _) = join_grants(rows.collect()).pop()?;
    Some((token?.into_record(user.username.clone()), user))
}
