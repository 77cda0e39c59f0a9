use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::Error;
use crate::schema::strays;
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::HashSet;
use tintype_domain::{Key, Suffix, Timestamp};

/// Keys that an upload may use, and nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The content's key.
    pub original: Key,
    /// The thumbnails' keys, in the order they were asked for.
    pub thumbnails: Vec<Key>,
}

/// How often a taken key gets another suffix; of 62⁷ suffixes, a second try is already rare.
const MAX_ATTEMPTS: usize = 100;
/// How many keys one statement names.
const CHUNK: usize = 500;

impl Database {
    /// Reserves keys for an upload and lists them as strays, in one transaction.
    ///
    /// The original gets its key or, where that is taken, one with a fresh suffix; then each thumbnail, `(edge,
    /// extension)`, gets the thumbnail key of that original, suffixed likewise where taken. A key is taken while a row
    /// owns it and while it is a stray.
    pub fn claim(
        &self,
        original: &Key,
        thumbnails: &[(u32, &'static str)],
        suffix: &mut dyn FnMut() -> Suffix,
        now: Timestamp,
    ) -> Result<Claim, Error> {
        self.write(|connection| {
            let mut chosen = original.clone();
            for _ in 0..MAX_ATTEMPTS {
                // Nearly always all are free, so they are tried together.
                let wanted: Vec<Key> =
                    thumbnails.iter().map(|(edge, extension)| chosen.thumbnail(*edge, extension)).collect();
                let keys: Vec<&Key> = std::iter::once(&chosen).chain(&wanted).collect();
                let free = take(connection, &keys, now)?;
                if free.contains(&chosen) {
                    let thumbnails = settle(connection, wanted, free, suffix, now)?;
                    return Ok(Claim { original: chosen, thumbnails });
                }
                remove(connection, &free.into_iter().collect::<Vec<_>>())?;
                chosen = original.with_suffix(&suffix());
            }
            Err(no_free_key(original))
        })
    }

    /// Marks keys as to be deleted: of an upload that failed, whether it still has its claims or not.
    ///
    /// Keys that a row owns are left alone.
    pub fn doom(&self, keys: &[Key]) -> Result<(), Error> {
        self.write(|connection| {
            keys.chunks(CHUNK).try_for_each(|keys| {
                doom(connection, keys)?;
                // A claim may have been swept and an object stored all the same, but what a row owns is no stray.
                let owned = owned(connection, keys)?;
                remove(connection, &owned)
            })
        })
    }

    /// Marks as to be deleted what was claimed before that time and neither used nor doomed, since its upload has died;
    /// returns how many.
    pub fn doom_abandoned(&self, claimed_before: Timestamp) -> Result<usize, Error> {
        self.write(|connection| {
            let abandoned = strays::doomed.eq(false).and(strays::claimed_at.lt(claimed_before.unix_micros()));
            Ok(diesel::update(strays::table.filter(abandoned)).set(strays::doomed.eq(true)).execute(connection)?)
        })
    }

    /// Returns keys whose objects are to be deleted, the oldest first.
    ///
    /// Until it is forgotten, such a key is given to nobody. Only one at a time may delete objects: a second one, late,
    /// would delete what was stored under the key after the first one forgot it.
    pub fn doomed(&self, limit: u32) -> Result<Vec<Key>, Error> {
        self.read(|connection| {
            let keys = strays::table
                .filter(strays::doomed.eq(true))
                .order((strays::claimed_at, strays::key))
                .limit(limit.into())
                .select(strays::key)
                .load::<String>(connection)?;
            keys.iter().map(|key| parse(key)).collect()
        })
    }

    /// Takes keys off the list of strays: their objects are gone from storage, or were never ours.
    pub fn forget(&self, keys: &[Key]) -> Result<(), Error> {
        self.write(|connection| keys.chunks(CHUNK).try_for_each(|keys| remove(connection, keys)))
    }
}

/// Finds a key for each thumbnail that did not get the one it wanted.
fn settle(
    connection: &mut AnyConnection,
    wanted: Vec<Key>,
    mut free: HashSet<Key>,
    suffix: &mut dyn FnMut() -> Suffix,
    now: Timestamp,
) -> Result<Vec<Key>, Error> {
    let mut settled = Vec::with_capacity(wanted.len());
    for plain in wanted {
        let mut key = plain.clone();
        let mut attempts = 0;
        // Taking it out serves one thumbnail only, should two want the same key.
        while !free.remove(&key) {
            if attempts == MAX_ATTEMPTS {
                return Err(no_free_key(&plain));
            }
            attempts += 1;
            key = plain.with_suffix(&suffix());
            free.extend(take(connection, &[&key], now)?);
        }
        settled.push(key);
    }
    Ok(settled)
}

fn no_free_key(key: &Key) -> Error {
    Error::Busy { problem: format!("no free key was found for `{key}`") }
}

/// Lists as strays those of the keys that are free, and returns them.
///
/// The claim is inserted first and the owners are looked up in a later statement: whoever owns the key by then has
/// either been seen, or would have needed this very claim.
fn take(connection: &mut AnyConnection, keys: &[&Key], now: Timestamp) -> Result<HashSet<Key>, Error> {
    let mut keys = keys.to_vec();
    // In one order, so that two transactions never wait for each other.
    keys.sort();
    keys.dedup();
    let mut sql = Sql::<Text>::new("INSERT INTO strays (key, claimed_at, doomed) VALUES ");
    values(&mut sql, keys.iter().copied(), now.unix_micros(), false);
    sql.push(" ON CONFLICT DO NOTHING RETURNING key");
    let inserted = sql.load::<String>(connection)?;
    let mut free = inserted.iter().map(|key| parse(key)).collect::<Result<HashSet<_>, _>>()?;
    let owned = owned(connection, free.iter())?;
    remove(connection, &owned)?;
    for key in &owned {
        free.remove(key);
    }
    Ok(free)
}

/// Returns those of the keys that a row owns.
fn owned<'a>(connection: &mut AnyConnection, keys: impl IntoIterator<Item = &'a Key>) -> Result<Vec<Key>, Error> {
    let keys: Vec<&str> = keys.into_iter().map(Key::as_str).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::<Text>::new("SELECT key FROM files WHERE key IN ");
    sql.list(keys.iter().copied()).push(" UNION ALL SELECT key FROM thumbnails WHERE key IN ").list(keys);
    sql.load::<String>(connection)?.iter().map(|key| parse(key)).collect()
}

/// Lists keys as doomed strays.
pub(crate) fn doom(connection: &mut AnyConnection, keys: &[Key]) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::<()>::new("INSERT INTO strays (key, claimed_at, doomed) VALUES ");
    // Their time orders the sweep only: what never was a claim goes first.
    values(&mut sql, keys, 0, true);
    sql.push(" ON CONFLICT (key) DO UPDATE SET doomed = excluded.doomed");
    sql.execute(connection)?;
    Ok(())
}

/// Takes the claims of a file that is about to own its keys off the list.
///
/// # Errors
/// [`Error::ClaimLost`] unless every one of them is there and not doomed.
pub(crate) fn redeem(connection: &mut AnyConnection, keys: &[&Key]) -> Result<(), Error> {
    let mut sql = Sql::<()>::new("DELETE FROM strays WHERE key IN ");
    sql.list(keys.iter().map(|key| key.as_str())).push(" AND doomed = ").bind(false);
    if sql.execute(connection)? == keys.len() {
        return Ok(());
    }
    Err(Error::ClaimLost { key: keys.first().map(ToString::to_string).unwrap_or_default() })
}

fn remove(connection: &mut AnyConnection, keys: &[Key]) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::<()>::new("DELETE FROM strays WHERE key IN ");
    sql.list(keys.iter().map(Key::as_str));
    sql.execute(connection)?;
    Ok(())
}

fn values<'a, ST>(sql: &mut Sql<ST>, keys: impl IntoIterator<Item = &'a Key>, claimed_at: i64, doomed: bool) {
    sql.rows(keys, |sql, key| {
        sql.bind(key.as_str()).push(", ").bind(claimed_at).push(", ").bind(doomed);
    });
}

fn parse(key: &str) -> Result<Key, Error> {
    key.parse().map_err(|_| Error::Corrupt { column: "strays.key", id: 0, value: key.to_owned() })
}
