use crate::database::Database;
use crate::error::Error;
use crate::rows::{UserRow, join_grants};
use crate::schema::{grants, tokens, users};
use crate::users::{by_id, existing};
use diesel::prelude::*;
use tintype_domain::{Timestamp, TokenId, TokenRecord, UserId, UserRecord};

/// A token to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is.
    pub user_id: UserId,
    /// SHA-256 of its key.
    pub key_hash: [u8; 32],
    /// What its user calls it, perhaps empty.
    pub label: String,
    /// When it stops being taken; never where `None`.
    pub expires_at: Option<Timestamp>,
}

#[derive(Debug, Queryable)]
struct TokenRow {
    id: i64,
    label: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

type Columns = (tokens::id, tokens::label, tokens::created_at, tokens::expires_at, tokens::last_used_at);
const COLUMNS: Columns = (tokens::id, tokens::label, tokens::created_at, tokens::expires_at, tokens::last_used_at);

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
    /// Keeps a token.
    ///
    /// # Errors
    /// [`Error::NoSuchUser`] where its user is gone.
    pub fn create_token(&self, token: &NewToken, now: Timestamp) -> Result<TokenRecord, Error> {
        self.write(|connection| {
            let user = by_id(connection, token.user_id)?;
            let row = diesel::insert_into(tokens::table)
                .values((
                    tokens::user_id.eq(token.user_id.0),
                    tokens::key_hash.eq(token.key_hash.as_slice()),
                    tokens::label.eq(&token.label),
                    tokens::created_at.eq(now.unix_micros()),
                    tokens::expires_at.eq(token.expires_at.map(Timestamp::unix_micros)),
                ))
                .returning(COLUMNS)
                .get_result::<TokenRow>(connection)?;
            Ok(row.into_record(user.username))
        })
    }

    /// Returns the token with that SHA-256 of its key and its user, expired and inactive ones as well; one round trip.
    pub fn token_by_hash(&self, key_hash: &[u8; 32]) -> Result<Option<(TokenRecord, UserRecord)>, Error> {
        self.read(|connection| {
            let rows = tokens::table
                .inner_join(users::table.left_join(grants::table))
                .filter(tokens::key_hash.eq(key_hash.as_slice()))
                .select((COLUMNS, users::all_columns, grants::code.nullable()))
                .load::<(TokenRow, UserRow, Option<i32>)>(connection)?;
            let mut token = None;
            let rows = rows.into_iter().map(|(row, user, code)| {
                token = Some(row);
                (user, code)
            });
            let user = join_grants(rows.collect()).pop();
            Ok(token.zip(user).map(|(token, (user, _))| (token.into_record(user.username.clone()), user)))
        })
    }

    /// Notes that the token was taken at `now`; one gone meanwhile is no error.
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
    pub fn tokens(&self, username: Option<&str>) -> Result<Vec<TokenRecord>, Error> {
        self.snapshot(|connection| {
            let mut query = tokens::table
                .inner_join(users::table)
                .select((COLUMNS, users::username))
                .order(tokens::id)
                .into_boxed();
            if let Some(username) = username {
                query = query.filter(users::id.eq(existing(connection, username)?.id.0));
            }
            let rows = query.load::<(TokenRow, String)>(connection)?;
            Ok(rows.into_iter().map(|(token, username)| token.into_record(username)).collect())
        })
    }

    /// Removes a token, so that it is taken no more.
    ///
    /// # Errors
    /// [`Error::NoSuchToken`].
    pub fn revoke_token(&self, id: TokenId) -> Result<(), Error> {
        self.write(|connection| {
            match diesel::delete(tokens::table.filter(tokens::id.eq(id.0))).execute(connection)? {
                0 => Err(Error::NoSuchToken { id }),
                _ => Ok(()),
            }
        })
    }
}
