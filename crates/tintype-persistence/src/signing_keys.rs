use diesel::prelude::*;
use tintype_domain::Timestamp;

use crate::connection::on_each;
use crate::database::Database;
use crate::error::Error;
use crate::schema::signing_keys;

/// A key that signs URLs, or did.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// The secret.
    pub secret: Vec<u8>,
    /// When another key took its place; `None` for the one that signs.
    pub retired_at: Option<Timestamp>,
}

impl std::fmt::Debug for SigningKeyRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeyRecord").field("retired_at", &self.retired_at).finish_non_exhaustive()
    }
}

/// A row as it is read and copied.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
pub(crate) struct SigningKeyRow {
    pub(crate) id: i64,
    pub(crate) secret: Vec<u8>,
    pub(crate) created_at: i64,
    pub(crate) retired_at: Option<i64>,
}

impl std::fmt::Debug for SigningKeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKeyRow").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Database {
    /// Returns all signing keys, the newest first.
    pub fn signing_keys(&self) -> Result<Vec<SigningKeyRecord>, Error> {
        let all = signing_keys::table.order(signing_keys::id.desc()).select(SigningKeyRow::as_select());
        let rows = self.read(|connection| Ok(all.load(connection)?))?;
        let record = |row: SigningKeyRow| SigningKeyRecord {
            secret: row.secret,
            retired_at: row.retired_at.map(Timestamp::from_unix_micros),
        };
        Ok(rows.into_iter().map(record).collect())
    }

    /// Keeps a first signing key, unless there is one. Of several processes that do so at once, one
    /// succeeds.
    pub fn create_first_signing_key(&self, secret: &[u8], now: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            if signing_keys::table.count().get_result::<i64>(connection)? > 0 {
                return Ok(());
            }
            let row = SigningKeyRow { id: 1, secret: secret.to_vec(), created_at: now.unix_micros(), retired_at: None };
            on_each!(connection, c => {
                diesel::insert_into(signing_keys::table).values(&row).on_conflict_do_nothing().execute(c)
            })?;
            Ok(())
        })
    }

    /// Replaces the key that signs, and removes those that were retired before `forget_before`.
    pub fn rotate_signing_key(&self, secret: &[u8], now: Timestamp, forget_before: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let last =
                signing_keys::table.select(diesel::dsl::max(signing_keys::id)).first::<Option<i64>>(connection)?;
            let present = signing_keys::table.filter(signing_keys::retired_at.is_null());
            diesel::update(present).set(signing_keys::retired_at.eq(now.unix_micros())).execute(connection)?;
            let retired_at = signing_keys::retired_at.assume_not_null();
            let old = signing_keys::retired_at.is_not_null().and(retired_at.lt(forget_before.unix_micros()));
            diesel::delete(signing_keys::table.filter(old)).execute(connection)?;
            let row = SigningKeyRow {
                id: last.unwrap_or(0) + 1,
                secret: secret.to_vec(),
                created_at: now.unix_micros(),
                retired_at: None,
            };
            diesel::insert_into(signing_keys::table).values(&row).execute(connection)?;
            Ok(())
        })
    }
}
