use crate::database::Database;
use crate::error::Error;
use crate::rows::{checksum, number};
use crate::sql::Sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use tintype_domain::{Checksum, Key, Timestamp};

/// What an object is, for serving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRecord {
    /// Where it lies.
    pub key: Key,
    /// Its bytes.
    pub size: u64,
    /// The media type, such as `image/jpeg`.
    pub mime_type: String,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
    /// When it was stored.
    pub stored_at: Timestamp,
}

type Row = (i64, i64, String, Vec<u8>, i64);

impl Database {
    /// Returns what the object is that a file or a thumbnail owns; `None` for claims, strays and the unknown.
    pub fn object(&self, key: &Key) -> Result<Option<ObjectRecord>, Error> {
        let mut sql = Sql::<(BigInt, BigInt, Text, Binary, BigInt)>::new(
            "SELECT id, size, mime_type, checksum, stored_at FROM files WHERE key = ",
        );
        sql.bind(key.as_str());
        // A thumbnail is made when its original is stored.
        sql.push(
            " UNION ALL SELECT thumbnails.id, thumbnails.size, thumbnails.mime_type, thumbnails.checksum, \
             files.stored_at FROM thumbnails JOIN files ON files.id = thumbnails.file_id WHERE thumbnails.key = ",
        );
        sql.bind(key.as_str());
        let row = self.read(|connection| Ok(sql.get_result::<Row>(connection).optional()?))?;
        row.map(|(id, size, mime_type, digest, stored_at)| {
            Ok(ObjectRecord {
                key: key.clone(),
                size: number("size", id, size)?,
                mime_type,
                checksum: checksum("checksum", id, &digest)?,
                stored_at: Timestamp::from_unix_micros(stored_at),
            })
        })
        .transpose()
    }
}
