//! Which objects there have to be, for comparing that with what is in storage.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use tintype_domain::{Checksum, FileId, Key, Variant};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::objects::{MediaRecord, ObjectRecord};
use crate::one_of::one_of_keys;
use crate::rows::{DerivedRow, checksum, number, valid};
use crate::schema::{derived_objects, files, strays};
use crate::sql::Sql;
use crate::strays::{CHUNK, CLAIMED, DOOMED, TRASHED, doom, owned, parse};
use crate::tombstones::GONE;
use crate::trash;

/// An object that a file owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedObject {
    /// The number of the file.
    pub file: FileId,
    /// What the object is if it was made of the content; `None` for the content itself.
    pub variant: Option<Variant>,
    /// Its key.
    pub key: Key,
    /// The size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
}

impl Database {
    /// Returns how many files there are, those in the trash included.
    pub fn count_files(&self) -> Result<u64, Error> {
        self.snapshot(|connection| {
            let count = files::table.count().get_result::<i64>(connection)?;
            number("count", 0, count + trash::sums(connection)?.0)
        })
    }

    /// Returns the objects of up to `limit` files, those in the trash included, from the one after
    /// `after` on: of each file its content, then what was made of it. Empty after the last file.
    pub fn owned_objects(&self, after: FileId, limit: u32) -> Result<Vec<OwnedObject>, Error> {
        self.snapshot(|connection| {
            let contents = files::table.filter(files::id.gt(after.0)).order(files::id).limit(limit.into());
            let columns = (files::id, files::key, files::size, files::checksum);
            let mut contents = contents.select(columns).load::<(i64, String, i64, Vec<u8>)>(connection)?;
            let mut trashed = Sql::new("id > ");
            trashed.bind(after.0).push(" ORDER BY id").limit(limit.into());
            let trashed = trash::select(connection, trashed)?.into_iter().map(|row| row.file);
            contents.extend(trashed.map(|row| (row.id, row.key, row.size, row.checksum)));
            contents.sort_unstable_by_key(|(id, ..)| *id);
            contents.truncate(limit as usize);
            let ids: Vec<i64> = contents.iter().map(|(id, ..)| *id).collect();
            let of_trashed = trash::derived_of(connection, &ids)?;
            let derived = derived_objects::table.filter(derived_objects::file_id.eq_any(ids));
            let derived = derived.order((derived_objects::file_id, derived_objects::variant)).select((
                derived_objects::file_id,
                derived_objects::variant,
                derived_objects::key,
                derived_objects::size,
                derived_objects::checksum,
            ));
            let mut derived = derived.load::<(i64, String, String, i64, Vec<u8>)>(connection)?;
            let columns = |row: DerivedRow| (row.file_id, row.variant, row.key, row.size, row.checksum);
            derived.extend(of_trashed.into_iter().map(columns));
            derived.sort_by_key(|(file, ..)| *file);
            let mut derived = derived.into_iter().peekable();
            let mut objects = Vec::new();
            for (id, key, size, digest) in contents {
                objects.push(owned_object(id, None, &key, size, &digest)?);
                while let Some((_, variant, key, size, digest)) = derived.next_if(|(file, ..)| *file == id) {
                    objects.push(owned_object(id, Some(&variant), &key, size, &digest)?);
                }
            }
            Ok(objects)
        })
    }

    /// Returns the object under a key, if a file owns it, also one in the trash.
    pub fn owned_object(&self, key: &Key) -> Result<Option<OwnedObject>, Error> {
        if let Some(MediaRecord { object, file, variant, .. }) = self.media(key)? {
            let ObjectRecord { key, size, checksum, .. } = object;
            return Ok(Some(OwnedObject { file, variant, key, size, checksum }));
        }
        let row = self.read(|connection| Ok(trash::object(connection, key)?))?;
        let owned = row.map(|(id, variant, size, digest)| {
            let variant = Some(variant.as_str()).filter(|variant| !variant.is_empty());
            owned_object(id, variant, key.as_str(), size, &digest)
        });
        owned.transpose()
    }

    /// Returns the size and the SHA-256 of each object under one of the keys that a file owns, also
    /// one in the trash.
    pub fn owned_among(&self, keys: &[Key]) -> Result<HashMap<Key, (u64, Checksum)>, Error> {
        self.snapshot(|connection| {
            let mut found = HashMap::new();
            for keys in keys.chunks(CHUNK) {
                let contents = files::table.filter(one_of_keys(files::key, keys));
                let contents = contents.select((files::key, files::size, files::checksum));
                let derived = derived_objects::table.filter(one_of_keys(derived_objects::key, keys));
                let derived = derived.select((derived_objects::key, derived_objects::size, derived_objects::checksum));
                let mut rows = on_each!(connection, c => {
                    contents.union_all(derived).load::<(String, i64, Vec<u8>)>(c)
                })?;
                rows.extend(trash::objects(connection, keys)?);
                for (key, size, digest) in rows {
                    let object = (number("size", 0, size)?, checksum("checksum", 0, &digest)?);
                    found.insert(parse(&key)?, object);
                }
            }
            Ok(found)
        })
    }

    /// Returns those of the keys that no row owns and that are no strays: objects under them have
    /// come from somewhere else.
    pub fn unlisted(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.read(|connection| unknown(connection, keys, &[CLAIMED, TRASHED, DOOMED, GONE]))
    }

    /// Returns those of the keys that no row owns, none in the trash either, and no upload is about
    /// to: objects under them are of no use.
    pub fn surplus(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.read(|connection| unknown(connection, keys, &[CLAIMED, TRASHED]))
    }

    /// Returns those of the keys that no row owns, none in the trash either.
    pub fn unowned(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.read(|connection| {
            let mut unowned = Vec::new();
            for keys in keys.chunks(CHUNK) {
                let mut owned: HashSet<Key> = owned(connection, keys)?.into_iter().collect();
                owned.extend(trash::owned(connection, keys)?);
                unowned.extend(keys.iter().filter(|key| !owned.contains(key)).cloned());
            }
            Ok(unowned)
        })
    }

    /// Removes the rows of derived objects under these keys, and of files whose content is under
    /// one of them.
    pub fn leave_out(&self, keys: &[Key]) -> Result<(), Error> {
        self.write(|connection| {
            for keys in keys.chunks(CHUNK) {
                let keys = || keys.iter().map(Key::as_str);
                diesel::delete(derived_objects::table.filter(derived_objects::key.eq_any(keys())))
                    .execute(connection)?;
                diesel::delete(files::table.filter(files::key.eq_any(keys()))).execute(connection)?;
                trash::leave_out(connection, keys())?;
            }
            Ok(())
        })
    }

    /// Lists those of the keys as doomed strays that are [unlisted](Self::unlisted), and returns
    /// them: the caller deletes their objects.
    pub fn doom_unlisted(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        self.write(|connection| {
            let unlisted = unknown(connection, keys, &[CLAIMED, TRASHED, DOOMED, GONE])?;
            doom(connection, &unlisted)?;
            Ok(unlisted)
        })
    }
}

fn owned_object(id: i64, variant: Option<&str>, key: &str, size: i64, digest: &[u8]) -> Result<OwnedObject, Error> {
    let variant = variant.map(|text| valid("derived_objects.variant", id, text.parse(), text));
    Ok(OwnedObject {
        file: FileId(id),
        variant: variant.transpose()?,
        key: valid("key", id, key.parse(), key)?,
        size: number("size", id, size)?,
        checksum: checksum("checksum", id, digest)?,
    })
}

/// Returns those of the keys that no row owns and that are no strays in one of these states.
fn unknown(connection: &mut AnyConnection, keys: &[Key], states: &[&str]) -> Result<Vec<Key>, Error> {
    let mut unlisted = Vec::new();
    for keys in keys.chunks(CHUNK) {
        // Strays first: what is committed in between is owned by the time of the second look.
        let listed = strays::table.filter(strays::key.eq_any(keys.iter().map(Key::as_str)));
        let listed = listed.filter(strays::state.eq_any(states.iter().copied()));
        let listed = listed.select(strays::key).load::<String>(connection)?;
        let owned = owned(connection, keys)?;
        let known: HashSet<&str> = listed.iter().map(String::as_str).chain(owned.iter().map(Key::as_str)).collect();
        let is_known = |key: &&Key| known.contains(key.as_str());
        let unknown: Vec<Key> = keys.iter().filter(|key| !is_known(key)).cloned().collect();
        // What went into the trash between the two looks is there now.
        let trashed = trash::owned(connection, &unknown)?;
        unlisted.extend(unknown.into_iter().filter(|key| !trashed.contains(key)));
    }
    Ok(unlisted)
}
