//! Pictures that are made when somebody asks for them, and removed to make room.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tintype_domain::{FileId, Key, Suffix, Timestamp, Variant};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::derived::{NewDerived, NewDerivedRow};
use crate::dialect::lock_file;
use crate::error::Error;
use crate::leases::{acquire, release};
use crate::objects::ObjectRecord;
use crate::rows::{DerivedRow, are_pictures, checksum, number, valid};
use crate::schema::{derived_objects, files, leases};
use crate::strays::{CHUNK, claim, doom, parse, redeem};

/// What the names of leases for making renditions begin with.
const LEASES: std::ops::Range<&str> = "rendition:".."rendition;";

/// A rendition that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenditionRecord {
    /// Its id.
    pub id: i64,
    /// The object.
    pub object: ObjectRecord,
    /// When it was last used, to about an hour.
    pub last_used_at: Timestamp,
}

/// A rendition that a process wants to make.
#[derive(Debug, Clone)]
pub struct BeginRendition {
    /// The file.
    pub file: FileId,
    /// Which of its renditions.
    pub variant: Variant,
    /// Where to put it.
    pub key: Key,
    /// The process.
    pub holder: String,
    /// Until when nobody else makes it.
    pub leased_until: Timestamp,
}

/// What became of the wish to make a rendition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is there.
    Made(RenditionRecord),
    /// Another process is making it.
    Taken,
    /// It is to be made and put under this key, which is claimed.
    Claimed(Key),
}

/// A rendition that is in storage, under a claimed key.
#[derive(Debug, Clone)]
pub struct NewRendition {
    /// The file.
    pub file: FileId,
    /// The key of the content that it was made of.
    pub content: Key,
    /// The process that made it.
    pub holder: String,
    /// The object.
    pub object: NewDerived,
}

impl Database {
    /// Returns a rendition of a file, if it is kept.
    pub fn rendition(&self, file: FileId, variant: &Variant) -> Result<Option<RenditionRecord>, Error> {
        self.read(|connection| find(connection, file, variant))
    }

    /// Returns the largest of the pictures that are made of every file, its thumbnails or those of
    /// its preview.
    pub fn largest_picture(&self, file: FileId) -> Result<Option<ObjectRecord>, Error> {
        self.read(|connection| {
            let own = derived_objects::table.filter(derived_objects::file_id.eq(file.0)).filter(are_pictures());
            let own = own.order((derived_objects::width.desc(), derived_objects::id.desc()));
            let row = own.select(DerivedRow::as_select()).first(connection).optional()?;
            Ok(row.map(record).transpose()?.map(|record| record.object))
        })
    }

    /// Takes the right to make a rendition, and claims a key for it, in one transaction.
    pub fn begin_rendition(
        &self,
        begin: &BeginRendition,
        suffix: &mut dyn FnMut() -> Suffix,
        now: Timestamp,
    ) -> Result<Begun, Error> {
        let BeginRendition { file, variant, key, holder, leased_until } = begin;
        self.write(|connection| {
            if !acquire(connection, &lease_name(*file, variant), holder, now, *leased_until)? {
                return Ok(Begun::Taken);
            }
            // Whoever had the lease before may have made it.
            if let Some(made) = find(connection, *file, variant)? {
                release(connection, &lease_name(*file, variant), holder)?;
                return Ok(Begun::Made(made));
            }
            Ok(Begun::Claimed(claim(connection, key, &[], suffix, now)?.original))
        })
    }

    /// Keeps the right to make a rendition until `leased_until`. Returns false if another process
    /// has it by now.
    pub fn extend_rendition(&self, begin: &BeginRendition, now: Timestamp) -> Result<bool, Error> {
        let name = lease_name(begin.file, &begin.variant);
        self.write(|connection| acquire(connection, &name, &begin.holder, now, begin.leased_until))
    }

    /// Gives up the right to make a rendition.
    pub fn abandon_rendition(&self, file: FileId, variant: &Variant, holder: &str) -> Result<(), Error> {
        self.write(|connection| release(connection, &lease_name(file, variant), holder))
    }

    /// Keeps a rendition, ends the claim of its key, and gives up the right to make it, in one
    /// transaction. Returns the rendition that is kept, which is another one if two processes have
    /// made it; `None` if the file is gone or has new content. The claim remains in both cases.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] if the key is not, or no longer, claimed.
    pub fn finish_rendition(&self, new: &NewRendition, now: Timestamp) -> Result<Option<RenditionRecord>, Error> {
        let NewRendition { file, content, holder, object } = new;
        self.write(|connection| {
            lock_file(connection, *file)?;
            release(connection, &lease_name(*file, &object.variant), holder)?;
            let same = files::table.filter(files::id.eq(file.0).and(files::key.eq(content.as_str())));
            if same.select(files::id).first::<i64>(connection).optional()?.is_none() {
                return Ok(None);
            }
            let row = NewDerivedRow::new(file.0, object, now);
            let inserted = on_each!(connection, c => {
                let new = diesel::insert_into(derived_objects::table).values(&row);
                new.on_conflict((derived_objects::file_id, derived_objects::variant)).do_nothing().execute(c)
            })?;
            if inserted == 1 {
                redeem(connection, &[&object.key])?;
            }
            find(connection, *file, &object.variant)
        })
    }

    /// Notes that a rendition is being used, unless that was noted after `noted_before`.
    pub fn note_use(&self, rendition: i64, now: Timestamp, noted_before: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let stale = derived_objects::last_used_at.assume_not_null().lt(noted_before.unix_micros());
            let stale = derived_objects::id.eq(rendition).and(stale);
            let noted = diesel::update(derived_objects::table.filter(stale));
            noted.set(derived_objects::last_used_at.eq(now.unix_micros())).execute(connection)?;
            Ok(())
        })
    }

    /// Removes the least recently used renditions until all together have at most `limit` bytes, at
    /// most `batch` of them, and dooms their keys. Returns the keys.
    pub fn evict_renditions(&self, limit: u64, batch: u32) -> Result<Vec<Key>, Error> {
        // Usually there is room; finding that out must not cost a write.
        if self.read(kept_bytes)? <= limit {
            return Ok(Vec::new());
        }
        self.write(|connection| {
            let mut excess = kept_bytes(connection)?.saturating_sub(limit);
            let oldest = derived_objects::table.filter(derived_objects::last_used_at.is_not_null());
            let oldest = oldest.order((derived_objects::last_used_at, derived_objects::id)).limit(batch.into());
            let columns = (derived_objects::id, derived_objects::key, derived_objects::size);
            let mut evicted = (Vec::new(), Vec::new());
            for (id, key, size) in oldest.select(columns).load::<(i64, String, i64)>(connection)? {
                if excess == 0 {
                    break;
                }
                excess = excess.saturating_sub(number("derived_objects.size", id, size)?);
                evicted.0.push(id);
                evicted.1.push(parse(&key)?);
            }
            let (ids, keys) = evicted;
            diesel::delete(derived_objects::table.filter(derived_objects::id.eq_any(ids))).execute(connection)?;
            doom(connection, &keys)?;
            Ok(keys)
        })
    }

    /// Removes what processes that died have left of their right to make renditions.
    pub fn drop_rendition_leases(&self, expired_before: Timestamp) -> Result<usize, Error> {
        let old = leases::name.ge(LEASES.start).and(leases::name.lt(LEASES.end));
        let old = old.and(leases::expires_at.lt(expired_before.unix_micros()));
        if self.read(|connection| Ok(leases::table.filter(old).count().get_result::<i64>(connection)?))? == 0 {
            return Ok(0);
        }
        self.write(|connection| Ok(diesel::delete(leases::table.filter(old)).execute(connection)?))
    }
}

/// Removes all renditions of files and dooms their keys, which are returned.
pub(crate) fn remove_renditions(connection: &mut AnyConnection, files: &[i64]) -> Result<Vec<Key>, Error> {
    let mut doomed = Vec::new();
    for files in files.chunks(CHUNK) {
        let own = derived_objects::file_id.eq_any(files);
        let own = own.and(derived_objects::variant.ge(Variant::RENDITIONS.start));
        let own = derived_objects::table.filter(own.and(derived_objects::variant.lt(Variant::RENDITIONS.end)));
        let keys = own.clone().select(derived_objects::key).load::<String>(connection)?;
        let keys = keys.iter().map(|key| parse(key)).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            continue;
        }
        diesel::delete(own).execute(connection)?;
        doom(connection, &keys)?;
        doomed.extend(keys);
    }
    Ok(doomed)
}

fn lease_name(file: FileId, variant: &Variant) -> String {
    format!("rendition:{file}:{variant}")
}

fn kept_bytes(connection: &mut AnyConnection) -> Result<u64, Error> {
    let kept = derived_objects::table.filter(derived_objects::last_used_at.is_not_null());
    // Each database has another type for sums of integers.
    let bytes = kept.select(sql::<BigInt>("CAST(COALESCE(sum(size), 0) AS BIGINT)")).get_result::<i64>(connection)?;
    number("derived_objects.size", 0, bytes)
}

fn find(connection: &mut AnyConnection, file: FileId, variant: &Variant) -> Result<Option<RenditionRecord>, Error> {
    let own = derived_objects::file_id.eq(file.0).and(derived_objects::variant.eq(variant.to_string()));
    let row = derived_objects::table.filter(own).select(DerivedRow::as_select()).get_result(connection).optional()?;
    row.map(record).transpose()
}

fn record(row: DerivedRow) -> Result<RenditionRecord, Error> {
    let id = row.id;
    let stored_at = Timestamp::from_unix_micros(row.stored_at);
    let object = ObjectRecord {
        key: valid("derived_objects.key", id, row.key.parse(), &row.key)?,
        size: number("derived_objects.size", id, row.size)?,
        mime_type: row.mime_type,
        checksum: checksum("derived_objects.checksum", id, &row.checksum)?,
        stored_at,
    };
    let last_used_at = row.last_used_at.map_or(stored_at, Timestamp::from_unix_micros);
    Ok(RenditionRecord { id, object, last_used_at })
}
