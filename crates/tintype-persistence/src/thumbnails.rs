//! Pictures of files that are there already, brought up to date.

use diesel::prelude::*;
use tintype_domain::{FileId, FileRecord, Key, PreviewStatus, Timestamp, Variant};

use crate::connection::on_each;
use crate::database::Database;
use crate::derived::{NewDerived, insert_derived};
use crate::dialect::lock_file;
use crate::error::Error;
use crate::files::find;
use crate::rows::{FileRow, are_pictures, complete, number, valid};
use crate::schema::{derived_objects, files, leases};
use crate::strays::{doom, parse, redeem};

/// The name of the lease whose holder says when a rebuild of all pictures began, and of which
/// pictures.
const REBUILD: &str = "rebuild of thumbnails";

/// A file that may have pictures, and when those that it has were stored.
#[derive(Debug, Clone, PartialEq)]
pub struct PicturedFile {
    /// The file.
    pub file: FileRecord,
    /// Its pictures.
    pub stored_at: Vec<(Variant, Timestamp)>,
}

impl Database {
    /// Returns how many files there are that may have pictures.
    pub fn count_pictured(&self) -> Result<u64, Error> {
        let pictured = files::table.filter(files::preview_status.ne(PreviewStatus::None.as_str())).count();
        number("files.id", 0, self.read(|connection| Ok(pictured.get_result::<i64>(connection)?))?)
    }

    /// Returns files that may have pictures, by id from the one after `after` on.
    pub fn pictured(&self, after: FileId, limit: u32) -> Result<Vec<PicturedFile>, Error> {
        self.snapshot(|connection| {
            let pictured = files::preview_status.ne(PreviewStatus::None.as_str());
            let rows = files::table.filter(files::id.gt(after.0).and(pictured)).order(files::id).limit(limit.into());
            let rows = rows.select(FileRow::as_select()).load(connection)?;
            let files = complete(connection, rows)?;
            let ids = files.iter().map(|file| file.id.0);
            let own = derived_objects::table.filter(derived_objects::file_id.eq_any(ids)).filter(are_pictures());
            let columns = (derived_objects::file_id, derived_objects::variant, derived_objects::stored_at);
            let pictures = own.select(columns).load::<(i64, String, i64)>(connection)?;
            let pictured = files.into_iter().map(|file| {
                let own = pictures.iter().filter(|(id, ..)| *id == file.id.0);
                let stored_at = own.map(|(id, variant, stored_at)| {
                    let variant = valid("derived_objects.variant", *id, variant.parse(), variant)?;
                    Ok((variant, Timestamp::from_unix_micros(*stored_at)))
                });
                Ok(PicturedFile { stored_at: stored_at.collect::<Result<_, Error>>()?, file })
            });
            pictured.collect()
        })
    }

    /// Adds pictures of a file, whose claims it ends, and removes all others but `keep`, in one
    /// transaction. Returns the keys that this dooms; `None` if the file is gone or has new
    /// content: then the claims remain.
    ///
    /// # Errors
    /// [`Error::ClaimLost`] if a key is not, or no longer, claimed.
    pub fn replace_pictures(
        &self,
        id: FileId,
        content: &Key,
        keep: &[Variant],
        new: &[NewDerived],
        now: Timestamp,
    ) -> Result<Option<Vec<Key>>, Error> {
        self.write(|connection| {
            lock_file(connection, id)?;
            if find(connection, id)?.is_none_or(|row| row.key != content.as_str()) {
                return Ok(None);
            }
            let own = derived_objects::table.filter(derived_objects::file_id.eq(id.0)).filter(are_pictures());
            let columns = (derived_objects::id, derived_objects::variant, derived_objects::key);
            let mut others = own.select(columns).load::<(i64, String, String)>(connection)?;
            others.retain(|(_, variant, _)| !keep.iter().any(|kept| kept.to_string() == *variant));
            let doomed = others.iter().map(|(.., key)| parse(key)).collect::<Result<Vec<_>, _>>()?;
            let ids = others.iter().map(|(id, ..)| *id);
            diesel::delete(derived_objects::table.filter(derived_objects::id.eq_any(ids))).execute(connection)?;
            doom(connection, &doomed)?;
            redeem(connection, &new.iter().map(|new| &new.key).collect::<Vec<_>>())?;
            insert_derived(connection, id.0, new, now)?;
            Ok(Some(doomed))
        })
    }

    /// Begins a rebuild of all pictures and returns when it began: `now`, or earlier if one of the
    /// same `sort` has not ended.
    pub fn begin_rebuild(&self, sort: &str, now: Timestamp) -> Result<Timestamp, Error> {
        self.write(|connection| {
            let held = leases::table.filter(leases::name.eq(REBUILD)).select(leases::holder);
            let held = held.first::<String>(connection).optional()?;
            let began = held.as_deref().and_then(|held| held.split_once(' ')).filter(|(_, of)| *of == sort);
            if let Some(began) = began.and_then(|(began, _)| began.parse().ok()) {
                return Ok(Timestamp::from_unix_micros(began));
            }
            let holder = format!("{} {sort}", now.unix_micros());
            let holder = leases::holder.eq(&holder);
            let lease = (leases::name.eq(REBUILD), holder, leases::expires_at.eq(0_i64));
            on_each!(connection, c => {
                let lease = diesel::insert_into(leases::table).values(lease).on_conflict(leases::name);
                lease.do_update().set(holder).execute(c)
            })?;
            Ok(now)
        })
    }

    /// Notes that a rebuild of all pictures has come to its end.
    pub fn end_rebuild(&self) -> Result<(), Error> {
        self.write(|connection| {
            diesel::delete(leases::table.filter(leases::name.eq(REBUILD))).execute(connection)?;
            Ok(())
        })
    }
}
