use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use tintype_domain::{Checksum, FileId, FocalPoint, Key, Kind, Timestamp, Variant, Visibility};

use crate::connection::on_each;
use crate::database::Database;
use crate::error::Error;
use crate::rows::{checksum, focal_point, number, valid};
use crate::schema::{derived_objects, files};

/// What an object is, for serving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRecord {
    /// Its key.
    pub key: Key,
    /// The size in bytes.
    pub size: u64,
    /// The media type, such as `image/jpeg`.
    pub mime_type: String,
    /// SHA-256 of its bytes.
    pub checksum: Checksum,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// An object, and the file that owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRecord {
    /// The object.
    pub object: ObjectRecord,
    /// The number of the file.
    pub file: FileId,
    /// The name of the file.
    pub name: String,
    /// Who may fetch the object.
    pub visibility: Visibility,
    /// What the object is if it was made of the content; `None` for the content itself.
    pub variant: Option<Variant>,
    /// What sort of file it is.
    pub kind: Kind,
    /// What stays in view when a picture of the file is cropped.
    pub focal_point: Option<FocalPoint>,
}

type Row = (i64, i64, String, Vec<u8>, i64, OwnerRow, Option<String>);

/// What is read of the file: name, visibility, kind and the two sides of the focal point.
type OwnerRow = (String, String, String, Option<i64>, Option<i64>);

impl Database {
    /// Returns the object under a key, if a file owns it: its content or a derived object.
    pub fn object(&self, key: &Key) -> Result<Option<ObjectRecord>, Error> {
        Ok(self.media(key)?.map(|media| media.object))
    }

    /// Returns the keys of the contents of the newest files, at most `limit`.
    pub fn newest_keys(&self, limit: u32) -> Result<Vec<Key>, Error> {
        let newest = files::table.order(files::id.desc()).limit(limit.into()).select((files::id, files::key));
        let rows = self.read(|connection| Ok(newest.load::<(i64, String)>(connection)?))?;
        rows.into_iter().map(|(id, key)| valid("files.key", id, key.parse(), &key)).collect()
    }

    /// Returns the object under a key with the file that owns it, as its content or as a derived
    /// object.
    pub fn media(&self, key: &Key) -> Result<Option<MediaRecord>, Error> {
        let contents = files::table.filter(files::key.eq(key.as_str())).select((
            files::id,
            files::size,
            files::mime_type,
            files::checksum,
            files::stored_at,
            (files::name, files::visibility, files::kind, files::focal_x, files::focal_y),
            None::<String>.into_sql::<Nullable<Text>>(),
        ));
        let derived = derived_objects::table.inner_join(files::table);
        let derived = derived.filter(derived_objects::key.eq(key.as_str())).select((
            files::id,
            derived_objects::size,
            derived_objects::mime_type,
            derived_objects::checksum,
            derived_objects::stored_at,
            (files::name, files::visibility, files::kind, files::focal_x, files::focal_y),
            derived_objects::variant.nullable(),
        ));
        let both = contents.union_all(derived);
        let row = self.read(|connection| Ok(on_each!(connection, c => both.get_result::<Row>(c).optional())?))?;
        row.map(|(id, size, mime_type, digest, stored_at, owner, variant)| {
            let (name, visibility, kind, x, y) = owner;
            let object = ObjectRecord {
                key: key.clone(),
                size: number("size", id, size)?,
                mime_type,
                checksum: checksum("checksum", id, &digest)?,
                stored_at: Timestamp::from_unix_micros(stored_at),
            };
            let variant = variant.map(|text| valid("derived_objects.variant", id, text.parse(), &text)).transpose()?;
            Ok(MediaRecord {
                object,
                file: FileId(id),
                name,
                visibility: valid("files.visibility", id, visibility.parse(), &visibility)?,
                variant,
                kind: valid("files.kind", id, kind.parse(), &kind)?,
                focal_point: focal_point(id, x, y)?,
            })
        })
        .transpose()
    }
}
