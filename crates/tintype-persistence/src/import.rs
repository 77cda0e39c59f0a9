//! Filling a database with the rows of another one, unchanged.
//!
//! A lease says from where and by which run, so that a database is never filled from two sources,
//! by two runs at once, or after somebody has begun to use it. It does not expire before everything
//! has been copied, and has no holder for good once the database is in use.

mod rows;

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::dialect::{lock_import, use_up_numbers};
use crate::error::Error;
use crate::export::{Export, ListedStray, StoredFile};
use crate::import_lease::{self, require_run};
use crate::jobs::enqueue;
use crate::schema::{files, strays, users};
use crate::strays::{
    CHUNK, CLAIMED, TRASHED, doom, doom_abandoned, doom_unowned, forget, list_as, owned, redeem, remove, stray,
};
use crate::tombstones::{GONE, use_up_days};
use crate::trash::{self, put_in_trash};
use diesel::prelude::*;
use rows::{keys_of, replace_accounts, replace_files};
use std::collections::HashSet;
use tintype_domain::{FileId, JobKind, Key, Timestamp};

/// A run that fills a database.
#[derive(Debug, Clone)]
pub struct Import {
    holder: String,
}

impl Database {
    /// Begins or continues to fill the database, and replaces users, grants, tokens, signing keys
    /// and webhooks with those of the source. Earlier runs fail with [`Error::ImportOvertaken`]
    /// from now on.
    ///
    /// # Errors
    /// [`Error::ImportLost`] if the database is in use; [`Error::ForeignData`] if it holds other
    /// data or was filled from another source.
    pub fn begin_import(&self, export: &Export) -> Result<Import, Error> {
        self.write(|connection| {
            lock_import(connection)?;
            let holder = import_lease::begin_run(connection, &export.origin, refuse_used)?;
            replace_accounts(connection, export)?;
            Ok(Import { holder })
        })
    }

    /// Claims the keys of objects that are about to be copied, whether or not an earlier run has
    /// claimed them.
    ///
    /// # Errors
    /// [`Error::ForeignData`] if a row owns one of them; [`Error::ImportLost`],
    /// [`Error::ImportOvertaken`].
    pub fn claim_imports(&self, import: &Import, keys: &[&Key], now: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            for keys in keys.chunks(CHUNK) {
                if let Some(key) = owned(connection, keys.iter().copied())?.first() {
                    return Err(foreign(format!("another file under the key `{key}`")));
                }
                let since = now.unix_micros();
                let rows: Vec<_> = keys.iter().map(|key| stray(key, since, CLAIMED)).collect();
                on_each!(connection, c => {
                    let new = diesel::insert_into(strays::table).values(&rows).on_conflict(strays::key);
                    new.do_update().set((strays::since.eq(since), strays::state.eq(CLAIMED))).execute(c)
                })?;
            }
            Ok(())
        })
    }

    /// Replaces the rows of files with those of the source, whose objects must be in place under
    /// claimed keys, and removes files that the source no longer has. Returns the keys that no row
    /// owns any longer; they are doomed now.
    ///
    /// # Errors
    /// [`Error::ClaimLost`], [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn import_files(
        &self,
        import: &Import,
        files: &[&StoredFile],
        removed: &[FileId],
        now: Timestamp,
    ) -> Result<Vec<Key>, Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            let ids: Vec<i64> = files.iter().map(|file| file.row.id).chain(removed.iter().map(|id| id.0)).collect();
            let old = keys_of(connection, &ids)?;
            let was_trashed = trash::clear(connection, &ids)?;
            let keys = || files.iter().flat_map(|file| file.objects()).map(|object| &object.key);
            let new: Vec<&Key> = keys().filter(|key| !old.contains(*key)).collect();
            for keys in new.chunks(CHUNK) {
                redeem(connection, keys)?;
            }
            let kept: HashSet<&Key> = keys().collect();
            let doomed: Vec<Key> = old.iter().filter(|key| !kept.contains(key)).cloned().collect();
            doomed.chunks(CHUNK).try_for_each(|keys| doom(connection, keys))?;
            replace_files(connection, files, removed)?;
            settle_trash(connection, files, &was_trashed)?;
            enqueue_incomplete(connection, files, now)?;
            Ok(doomed)
        })
    }

    /// Replaces the rows of files with those of the source, whose objects are elsewhere, such as in
    /// the storage of a backup, and removes files that the source no longer has.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn import_rows(
        &self,
        import: &Import,
        files: &[&StoredFile],
        removed: &[FileId],
        now: Timestamp,
    ) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            let ids: Vec<i64> = files.iter().map(|file| file.row.id).chain(removed.iter().map(|id| id.0)).collect();
            let was_trashed = trash::keys_of(connection, &ids)?;
            trash::clear(connection, &ids)?;
            remove(connection, &was_trashed)?;
            replace_files(connection, files, removed)?;
            settle_trash(connection, files, &[])?;
            enqueue_incomplete(connection, files, now)
        })
    }

    /// Lists keys as the source does, and the parts of its unfinished uploads, which stay there,
    /// for deletion. What an earlier run has listed is replaced by what is given first.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn replace_strays(&self, import: &Import, parts: &[Key]) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            diesel::delete(strays::table.filter(strays::state.ne(TRASHED))).execute(connection)?;
            parts.chunks(CHUNK).try_for_each(|keys| doom(connection, keys))
        })
    }

    /// Lists keys in the states that they have in the source. No row owns them.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn list_strays(&self, import: &Import, listed: &[ListedStray]) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            for listed in listed.chunks(CHUNK) {
                let row = |stray: &ListedStray| {
                    (
                        strays::key.eq(stray.key.to_string()),
                        strays::since.eq(stray.since),
                        strays::state.eq(stray.state.clone()),
                    )
                };
                let rows: Vec<_> = listed.iter().map(row).collect();
                on_each!(connection, c => {
                    diesel::insert_into(strays::table).values(&rows).on_conflict_do_nothing().execute(c)
                })?;
            }
            Ok(())
        })
    }

    /// Records keys that the source has used up, so that this database does not give them out
    /// again.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn import_strays(
        &self,
        import: &Import,
        strays: &[(Key, Option<Timestamp>)],
        now: Timestamp,
    ) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            for strays in strays.chunks(CHUNK) {
                let owned = owned(connection, strays.iter().map(|(key, _)| key))?;
                let unowned = strays.iter().filter(|(key, _)| !owned.contains(key));
                let rows = unowned.map(|(key, since)| stray(key, since.unwrap_or(now).unix_micros(), GONE));
                let rows: Vec<_> = rows.collect();
                on_each!(connection, c => {
                    diesel::insert_into(strays::table).values(&rows).on_conflict_do_nothing().execute(c)
                })?;
            }
            Ok(())
        })
    }

    /// Like [`doom`](Self::doom), for objects of files that could not be copied completely.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn doom_imports(&self, import: &Import, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            doom_unowned(connection, keys)
        })
    }

    /// Marks all claims for deletion: they belong to interrupted runs.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn doom_claimed_imports(&self, import: &Import) -> Result<usize, Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            doom_abandoned(connection, Timestamp::from_unix_micros(i64::MAX))
        })
    }

    /// Like [`forget`](Self::forget).
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn forget_imports(&self, import: &Import, keys: &[Key], now: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            forget(connection, keys, now)
        })
    }

    /// Finishes filling the database, which can be used from now on. Ids that the source has ever
    /// given out are used up, and so are its keys.
    ///
    /// # Errors
    /// [`Error::ImportLost`], [`Error::ImportOvertaken`].
    pub fn finish_import(&self, import: &Import, export: &Export) -> Result<(), Error> {
        self.write(|connection| {
            require_run(connection, &import.holder)?;
            for (table, last) in &export.numbers {
                use_up_numbers(connection, table, *last)?;
            }
            if let Some(until) = export.used_up_until {
                use_up_days(connection, until)?;
            }
            import_lease::finish(connection)
        })
    }

    /// Returns whether the database was filled from another one, or somebody has begun to.
    pub fn has_imported(&self) -> Result<bool, Error> {
        self.read(import_lease::is_there)
    }

    /// Begins to use the database, which can no longer be filled from another one from now on.
    ///
    /// # Errors
    /// [`Error::ImportUnfinished`].
    pub fn take_over(&self) -> Result<(), Error> {
        self.write(|connection| {
            lock_import(connection)?;
            import_lease::take_over(connection)
        })
    }
}

/// Has what a version from before there were CRC-32s did not note computed.
fn enqueue_incomplete(connection: &mut AnyConnection, files: &[&StoredFile], now: Timestamp) -> Result<(), Error> {
    let incomplete = files.iter().filter(|file| file.row.crc32.is_none());
    let incomplete: Vec<i64> = incomplete.map(|file| file.row.id).collect();
    Ok(enqueue(connection, JobKind::Crc32, &incomplete, now)?)
}

/// Puts those files into the trash that are there in the source. Of those that were in this one,
/// the keys of the others are no strays any more.
fn settle_trash(connection: &mut AnyConnection, files: &[&StoredFile], was_trashed: &[i64]) -> Result<(), Error> {
    for file in files {
        let keys: Vec<Key> = file.objects().iter().map(|object| object.key.clone()).collect();
        match file.trashed {
            Some(trashed) => {
                put_in_trash(connection, file.id(), trashed)?;
                list_as(connection, &keys, TRASHED)?;
            }
            None if was_trashed.contains(&file.row.id) => remove(connection, &keys)?,
            None => {}
        }
    }
    Ok(())
}

fn foreign(what: impl Into<String>) -> Error {
    Error::ForeignData { what: what.into() }
}

fn refuse_used(connection: &mut AnyConnection) -> Result<(), Error> {
    if let Some(username) = users::table.select(users::username).first::<String>(connection).optional()? {
        return Err(foreign(format!("the user `{username}`")));
    }
    if let Some(id) = files::table.select(files::id).first::<i64>(connection).optional()? {
        return Err(foreign(format!("the file {id}")));
    }
    if let Some(key) = strays::table.select(strays::key).first::<String>(connection).optional()? {
        return Err(foreign(format!("the used key `{key}`")));
    }
    Ok(())
}
