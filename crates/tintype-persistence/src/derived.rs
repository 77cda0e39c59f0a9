//! Objects that are made of a file's content.

use std::collections::HashMap;

use diesel::prelude::*;
use tintype_domain::{Checksum, FileId, Key, ThumbnailId, ThumbnailRecord, Timestamp, Variant};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::rows::Pictures;
use crate::schema::derived_objects;

/// An object that was made of the content and is already in storage, under a claimed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDerived {
    /// What it is.
    pub variant: Variant,
    /// Its key.
    pub key: Key,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The media type.
    pub mime_type: String,
    /// The size in bytes.
    pub size: u64,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
}

/// Object sizes fit in `i64`.
pub(crate) fn bytes(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A row as it is inserted.
#[derive(Insertable)]
#[diesel(table_name = derived_objects)]
pub(crate) struct NewDerivedRow<'a> {
    file_id: i64,
    variant: String,
    key: &'a str,
    width: i64,
    height: i64,
    mime_type: &'a str,
    size: i64,
    checksum: &'a [u8],
    stored_at: i64,
    last_used_at: Option<i64>,
}

impl<'a> NewDerivedRow<'a> {
    pub(crate) fn new(file_id: i64, new: &'a NewDerived, now: Timestamp) -> Self {
        let NewDerived { variant, key, width, height, mime_type, size, checksum } = new;
        Self {
            file_id,
            variant: variant.to_string(),
            key: key.as_str(),
            width: i64::from(*width),
            height: i64::from(*height),
            mime_type,
            size: bytes(*size),
            checksum: &checksum.0,
            stored_at: now.unix_micros(),
            // Only what may be removed to make room has a time of use.
            last_used_at: matches!(variant, Variant::Rendition(_)).then_some(now.unix_micros()),
        }
    }
}

impl Database {
    /// Records what a derived object is now that was made again under its key. Returns whether the
    /// file still owns it.
    pub fn renew_derived(&self, file: FileId, made: &NewDerived, now: Timestamp) -> Result<bool, Error> {
        self.write(|connection| {
            let own = derived_objects::file_id.eq(file.0).and(derived_objects::key.eq(made.key.as_str()));
            let own = own.and(derived_objects::variant.eq(made.variant.to_string()));
            let renewed = diesel::update(derived_objects::table.filter(own)).set((
                (derived_objects::width.eq(i64::from(made.width)), derived_objects::height.eq(i64::from(made.height))),
                (derived_objects::size.eq(bytes(made.size)), derived_objects::mime_type.eq(&made.mime_type)),
                (derived_objects::checksum.eq(&made.checksum.0[..]), derived_objects::stored_at.eq(now.unix_micros())),
            ));
            Ok(renewed.execute(connection)? == 1)
        })
    }
}

/// Inserts the derived objects of a file, and returns its pictures, by edge.
pub(crate) fn insert_derived(
    connection: &mut AnyConnection,
    file_id: i64,
    derived: &[NewDerived],
    now: Timestamp,
) -> Result<Pictures, Error> {
    if derived.is_empty() {
        return Ok(Pictures::default());
    }
    let rows: Vec<_> = derived.iter().map(|new| NewDerivedRow::new(file_id, new, now)).collect();
    let columns = (derived_objects::key, derived_objects::id);
    let inserted = on_each!(connection, c => {
        diesel::insert_into(derived_objects::table).values(&rows).returning(columns).load::<(String, i64)>(c)
    });
    // Rows are returned in any order, so match them by key.
    let ids: HashMap<String, i64> = inserted?.into_iter().collect();
    let mut pictures = Pictures::default();
    for new in derived {
        let (Variant::Thumbnail { edge } | Variant::Preview { edge }) = new.variant else { continue };
        let Some(id) = ids.get(new.key.as_str()) else { continue };
        let thumbnail = ThumbnailRecord {
            id: ThumbnailId(*id),
            key: new.key.clone(),
            edge,
            width: new.width,
            height: new.height,
            size: new.size,
            mime_type: new.mime_type.clone(),
            checksum: new.checksum,
        };
        pictures.add(&new.variant, thumbnail);
    }
    pictures.sort();
    Ok(pictures)
}
