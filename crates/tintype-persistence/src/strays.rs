use std::collections::{BTreeMap, HashSet};

use diesel::dsl::Eq;
use diesel::prelude::*;
use tintype_domain::{Key, Suffix, Timestamp};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::one_of::one_of_keys;
use crate::schema::{derived_objects, files, strays, upload_parts};
use crate::tombstones::{GONE, gone_since, is_used_up};

/// An upload is under way that may own the key.
pub(crate) const CLAIMED: &str = "claimed";
/// The object is that of a file in the trash.
pub(crate) const TRASHED: &str = "trashed";
/// The object is to be deleted.
pub(crate) const DOOMED: &str = "doomed";

/// Keys that are reserved for one upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The content's key.
    pub original: Key,
    /// The thumbnails' keys, in the order they were asked for.
    pub thumbnails: Vec<Key>,
}

/// How many suffixes to try for a taken key. With 62⁷ suffixes, a second try is already rare.
const MAX_ATTEMPTS: usize = 100;
/// How many keys one statement names.
pub(crate) const CHUNK: usize = 500;

impl Database {
    /// Reserves keys for an upload and lists them as strays, in one transaction.
    ///
    /// The original gets its key or, if that is taken, the key with a random suffix. Then each
    /// thumbnail, `(edge, extension)`, gets the thumbnail key of that original, with a suffix if it
    /// is taken. A key is taken if a row owns it, if it is a stray, or if it has no suffix and
    /// tombstones of its day have been dropped.
    pub fn claim(
        &self,
        original: &Key,
        thumbnails: &[(u32, &'static str)],
        suffix: &mut dyn FnMut() -> Suffix,
        now: Timestamp,
    ) -> Result<Claim, Error> {
        self.write(|connection| claim(connection, original, thumbnails, suffix, now))
    }

    /// Reserves keys for pictures, `(edge, extension)`, that would be those of that original, in
    /// one transaction.
    pub fn claim_derived(
        &self,
        original: &Key,
        pictures: &[(u32, &'static str)],
        suffix: &mut dyn FnMut() -> Suffix,
        now: Timestamp,
    ) -> Result<Vec<Key>, Error> {
        self.write(|connection| {
            let wanted: Vec<Key> =
                pictures.iter().map(|(edge, extension)| original.thumbnail(*edge, extension)).collect();
            let free = match is_used_up(connection, original)? {
                true => HashSet::new(),
                false => take(connection, &wanted.iter().collect::<Vec<_>>(), now)?,
            };
            settle(connection, wanted, free, suffix, now)
        })
    }

    /// Returns those of the keys that an upload had claimed and does not own.
    pub fn left_over(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.read(|connection| {
            let mut left = listed(connection, keys, CLAIMED)?;
            left.extend(listed(connection, keys, DOOMED)?);
            left.extend(listed(connection, keys, GONE)?);
            Ok(left)
        })
    }

    /// Makes keys free again whose objects were deleted. Only for whoever has the library alone and
    /// has served nothing: see [`forget`](Self::forget).
    pub fn release(&self, keys: &[Key]) -> Result<(), Error> {
        self.write(|connection| remove(connection, keys))
    }

    /// Marks the keys of a failed upload for deletion, whether or not it still has its claims.
    ///
    /// Leaves keys alone that a row owns. Returns the other keys: the caller may delete their
    /// objects.
    pub fn doom(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.write(|connection| doom_unowned(connection, keys))
    }

    /// Marks keys for deletion that were claimed before that time and are still neither used nor
    /// doomed, because their upload has died. Returns how many there were.
    pub fn doom_abandoned(&self, claimed_before: Timestamp) -> Result<usize, Error> {
        self.write(|connection| doom_abandoned(connection, claimed_before))
    }

    /// Marks keys for deletion that were claimed after that time, which is yet to come: the clock
    /// was wrong. An upload that is still under way fails by that. Returns how many there were.
    pub fn doom_postdated(&self, claimed_after: Timestamp) -> Result<usize, Error> {
        let postdated = strays::state.eq(CLAIMED).and(strays::since.gt(claimed_after.unix_micros()));
        self.write(|connection| {
            Ok(diesel::update(strays::table.filter(postdated)).set(strays::state.eq(DOOMED)).execute(connection)?)
        })
    }

    /// Returns keys whose objects must be deleted, the oldest first.
    pub fn doomed(&self, limit: u32) -> Result<Vec<Key>, Error> {
        self.read(|connection| {
            let keys = strays::table
                .filter(strays::state.eq(DOOMED))
                .order((strays::since, strays::key))
                .limit(limit.into())
                .select(strays::key)
                .load::<String>(connection)?;
            keys.iter().map(|key| parse(key)).collect()
        })
    }

    /// Records that the objects of strays were deleted or never belonged to this library. A
    /// tombstone remains: a key is never given out twice, so that neither a slow delete nor a
    /// client's cache can mistake a later object for an earlier one.
    pub fn forget(&self, keys: &[Key], now: Timestamp) -> Result<(), Error> {
        self.write(|connection| forget(connection, keys, now))
    }
}

/// Reserves keys for an upload, as [`Database::claim`] does.
pub(crate) fn claim(
    connection: &mut AnyConnection,
    original: &Key,
    thumbnails: &[(u32, &'static str)],
    suffix: &mut dyn FnMut() -> Suffix,
    now: Timestamp,
) -> Result<Claim, Error> {
    let mut chosen = if is_used_up(connection, original)? { original.with_suffix(&suffix()) } else { original.clone() };
    for _ in 0..MAX_ATTEMPTS {
        // Nearly always, all keys are free, so try them together.
        let wanted: Vec<Key> = thumbnails.iter().map(|(edge, extension)| chosen.thumbnail(*edge, extension)).collect();
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
        // Removing it makes sure that two thumbnails never get the same key.
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

/// Claims those of the keys that are free, and returns them.
///
/// The claims are inserted first, and owners are looked up by a later statement. An owner that this
/// statement does not see yet would have needed the claim itself.
fn take(connection: &mut AnyConnection, keys: &[&Key], now: Timestamp) -> Result<HashSet<Key>, Error> {
    let mut keys = keys.to_vec();
    // Always in the same order, so that two transactions never wait for each other.
    keys.sort();
    keys.dedup();
    let rows: Vec<_> = keys.iter().map(|key| stray(key, now.unix_micros(), CLAIMED)).collect();
    let inserted = on_each!(connection, c => {
        let new = diesel::insert_into(strays::table).values(&rows).on_conflict_do_nothing();
        new.returning(strays::key).load::<String>(c)
    })?;
    let mut free = inserted.iter().map(|key| parse(key)).collect::<Result<HashSet<_>, _>>()?;
    let owned = owned(connection, free.iter())?;
    remove(connection, &owned)?;
    for key in &owned {
        free.remove(key);
    }
    Ok(free)
}

/// Returns those of the keys that a row owns.
pub(crate) fn owned<'a>(
    connection: &mut AnyConnection,
    keys: impl IntoIterator<Item = &'a Key>,
) -> Result<Vec<Key>, Error> {
    let keys: Vec<&Key> = keys.into_iter().collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys = || keys.iter().copied();
    let contents = files::table.filter(one_of_keys(files::key, keys())).select(files::key);
    let derived = derived_objects::table.filter(one_of_keys(derived_objects::key, keys())).select(derived_objects::key);
    let parts = upload_parts::table.filter(one_of_keys(upload_parts::key, keys())).select(upload_parts::key);
    let owned = on_each!(connection, c => contents.union_all(derived).union_all(parts).load::<String>(c))?;
    owned.iter().map(|key| parse(key)).collect()
}

/// Lists keys as doomed strays.
pub(crate) fn doom(connection: &mut AnyConnection, keys: &[Key]) -> Result<(), Error> {
    list_as(connection, keys, DOOMED)
}

/// Lists keys as strays in a state, whatever they were.
pub(crate) fn list_as(connection: &mut AnyConnection, keys: &[Key], state: &'static str) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut keys: Vec<&Key> = keys.iter().collect();
    // As in `take`.
    keys.sort();
    keys.dedup();
    // The time only orders the sweep: keys that were never claimed go first.
    let rows: Vec<_> = keys.into_iter().map(|key| stray(key, 0, state)).collect();
    on_each!(connection, c => {
        let new = diesel::insert_into(strays::table).values(&rows).on_conflict(strays::key);
        new.do_update().set(strays::state.eq(state)).execute(c)
    })?;
    Ok(())
}

/// Returns those of the keys that are listed in a state.
fn listed(connection: &mut AnyConnection, keys: &[Key], state: &str) -> Result<Vec<Key>, Error> {
    let listed = strays::table.filter(strays::key.eq_any(keys.iter().map(Key::as_str)).and(strays::state.eq(state)));
    let listed = listed.select(strays::key).load::<String>(connection)?;
    listed.iter().map(|key| parse(key)).collect()
}

/// Lists those of the keys that no row owns as doomed strays, and returns them.
pub(crate) fn doom_unowned(connection: &mut AnyConnection, keys: &[Key]) -> Result<Vec<Key>, Error> {
    let mut doomed = keys.to_vec();
    for keys in keys.chunks(CHUNK) {
        // A file may have been committed and put into the trash already.
        let trashed = listed(connection, keys, TRASHED)?;
        let keys: Vec<Key> = keys.iter().filter(|key| !trashed.contains(key)).cloned().collect();
        doom(connection, &keys)?;
        // The claim may have been swept and the object stored all the same, but a key that a row
        // owns is no stray.
        let owned = owned(connection, &keys)?;
        remove(connection, &owned)?;
        doomed.retain(|key| !owned.contains(key) && !trashed.contains(key));
    }
    Ok(doomed)
}

pub(crate) fn doom_abandoned(connection: &mut AnyConnection, claimed_before: Timestamp) -> Result<usize, Error> {
    let abandoned = strays::state.eq(CLAIMED).and(strays::since.lt(claimed_before.unix_micros()));
    Ok(diesel::update(strays::table.filter(abandoned)).set(strays::state.eq(DOOMED)).execute(connection)?)
}

pub(crate) fn forget(connection: &mut AnyConnection, keys: &[Key], now: Timestamp) -> Result<(), Error> {
    let mut by_time: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for key in keys {
        by_time.entry(gone_since(key, now)).or_default().push(key.as_str());
    }
    for (since, keys) in by_time {
        for keys in keys.chunks(CHUNK) {
            let strays = strays::table.filter(strays::key.eq_any(keys));
            diesel::update(strays).set((strays::state.eq(GONE), strays::since.eq(since))).execute(connection)?;
        }
    }
    Ok(())
}

/// Removes the claims of a file that is about to own its keys.
///
/// # Errors
/// [`Error::ClaimLost`] unless every one of them is there and not doomed.
pub(crate) fn redeem(connection: &mut AnyConnection, keys: &[&Key]) -> Result<(), Error> {
    let claimed = one_of_keys(strays::key, keys.iter().copied());
    let claimed = strays::table.filter(strays::state.eq(CLAIMED)).filter(claimed);
    if on_each!(connection, c => diesel::delete(claimed).execute(c))? == keys.len() {
        return Ok(());
    }
    Err(Error::ClaimLost { key: keys.first().map(ToString::to_string).unwrap_or_default() })
}

pub(crate) fn remove(connection: &mut AnyConnection, keys: &[Key]) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let strays = strays::table.filter(one_of_keys(strays::key, keys));
    on_each!(connection, c => diesel::delete(strays).execute(c))?;
    Ok(())
}

/// A row of `strays`.
pub(crate) type Stray<'a> = (Eq<strays::key, &'a str>, Eq<strays::since, i64>, Eq<strays::state, &'static str>);

pub(crate) fn stray<'a>(key: &'a Key, since: i64, state: &'static str) -> Stray<'a> {
    (strays::key.eq(key.as_str()), strays::since.eq(since), strays::state.eq(state))
}

pub(crate) fn parse(key: &str) -> Result<Key, Error> {
    key.parse().map_err(|_| Error::Corrupt { column: "strays.key", id: 0, value: key.to_owned() })
}
