//! Uploads that come in several requests: what has come of them so far.

use diesel::prelude::*;
use tintype_domain::{FileId, FileRecord, JobKind, Key, Timestamp, UserId};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::Error;
use crate::files::{NewFile, insert};
use crate::jobs::enqueue;
use crate::rows::{number, valid};
use crate::schema::{jobs, upload_parts, upload_reservations, upload_sources, uploads};
use crate::strays::{doom, parse, redeem};

/// An upload that may be continued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRecord {
    /// Its number, which clients never see.
    pub number: i64,
    /// What clients know it by.
    pub name: String,
    /// Who began it; `None` if that user was deleted.
    pub user_id: Option<UserId>,
    /// Whether it is a part of another one, or made of parts.
    pub kind: UploadKind,
    /// What has become of it.
    pub state: UploadState,
    /// How many bytes it will have, if the client has said so.
    pub length: Option<u64>,
    /// How many bytes are safe in storage.
    pub received: u64,
    /// When it will be removed unless it is continued.
    pub expires_at: Timestamp,
    /// What the client says of the file, as it was sent.
    pub metadata: String,
    /// What it is made of, as it was sent.
    pub concat: Option<String>,
    /// The number of its place among those of an upload link, if it comes by one.
    pub reservation: Option<i64>,
}

/// Whether an upload becomes a file by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadKind {
    /// It does.
    Whole,
    /// It is a part of others.
    Partial,
    /// It is made of parts.
    Final,
}

/// What has become of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadState {
    /// Bytes are missing, or the file is not made yet.
    Receiving,
    /// It has become a file; `None` if that was deleted.
    Finished(Option<FileId>),
    /// The server does not allow files of this media type.
    Refused(String),
}

/// An upload to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// What clients are to know it by.
    pub name: String,
    /// Who begins it.
    pub user_id: UserId,
    /// Whether it is a part of another one. Those made of parts have sources.
    pub kind: UploadKind,
    /// How many bytes it will have, if that is known.
    pub length: Option<u64>,
    /// When it is to be removed.
    pub expires_at: Timestamp,
    /// What the client says of the file.
    pub metadata: String,
    /// What it is made of, as it was sent.
    pub concat: Option<String>,
    /// The number of its place among those of an upload link, if it comes by one.
    pub reservation: Option<i64>,
    /// The numbers of the uploads that it is made of.
    pub sources: Vec<i64>,
    /// When a job is to make the file, if nobody has by then.
    pub job_at: Timestamp,
}

/// Bytes of an upload that are in storage, under a claimed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPart {
    /// Where they begin in the upload.
    pub start: u64,
    /// How many there are.
    pub size: u64,
    /// Where they lie.
    pub key: Key,
}

/// Who holds an upload and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadHold {
    /// The number of the upload.
    pub number: i64,
    /// Who holds it.
    pub holder: String,
    /// When the upload is to be removed unless it is continued.
    pub expires_at: Timestamp,
    /// When a job is to make the file, if nobody has by then.
    pub job_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = uploads)]
struct UploadRow {
    id: i64,
    name: String,
    user_id: Option<i64>,
    state: String,
    kind: String,
    length: Option<i64>,
    received: i64,
    expires_at: i64,
    file_id: Option<i64>,
    refused_type: Option<String>,
    metadata: String,
    concat: Option<String>,
    reservation_id: Option<i64>,
}

const RECEIVING: &str = "receiving";
const FINISHED: &str = "finished";
const REFUSED: &str = "refused";

impl UploadKind {
    const ALL: [Self; 3] = [Self::Whole, Self::Partial, Self::Final];

    fn as_str(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Partial => "partial",
            Self::Final => "final",
        }
    }
}

impl UploadRecord {
    /// Returns whether all bytes have come.
    pub fn is_complete(&self) -> bool {
        self.length == Some(self.received)
    }
}

impl Database {
    /// Begins an upload. One made of others keeps those from expiring before itself, and gets a job
    /// that makes the file.
    pub fn insert_upload(&self, new: &NewUpload, now: Timestamp) -> Result<UploadRecord, Error> {
        self.write(|connection| {
            let is_final = new.kind == UploadKind::Final;
            let length = new.length.map(signed);
            let number = diesel::insert_into(uploads::table)
                .values((
                    (uploads::name.eq(&new.name), uploads::user_id.eq(new.user_id.0)),
                    (uploads::state.eq(RECEIVING), uploads::kind.eq(new.kind.as_str()), uploads::length.eq(length)),
                    uploads::received.eq(length.filter(|_| is_final).unwrap_or(0)),
                    (uploads::created_at.eq(now.unix_micros()), uploads::expires_at.eq(new.expires_at.unix_micros())),
                    (uploads::metadata.eq(&new.metadata), uploads::concat.eq(new.concat.as_deref())),
                    uploads::reservation_id.eq(new.reservation),
                ))
                .returning(uploads::id)
                .get_result::<i64>(connection)?;
            for (position, source) in (0_i64..).zip(&new.sources) {
                let row = (
                    upload_sources::upload_id.eq(number),
                    upload_sources::position.eq(position),
                    upload_sources::source_id.eq(*source),
                );
                diesel::insert_into(upload_sources::table).values(row).execute(connection)?;
            }
            let sources = uploads::id.eq_any(&new.sources).and(uploads::expires_at.lt(new.expires_at.unix_micros()));
            diesel::update(uploads::table.filter(sources))
                .set(uploads::expires_at.eq(new.expires_at.unix_micros()))
                .execute(connection)?;
            if is_final {
                enqueue(connection, JobKind::Upload, &[number], new.job_at)?;
            }
            let record = load(connection, number)?.ok_or(Error::Outdated)?;
            keep_reservation(connection, &record)?;
            Ok(record)
        })
    }

    /// Returns the upload that clients know by that name.
    pub fn upload(&self, name: &str) -> Result<Option<UploadRecord>, Error> {
        self.read(|connection| {
            let row = uploads::table.filter(uploads::name.eq(name)).select(UploadRow::as_select());
            row.first(connection).optional()?.map(UploadRow::into_record).transpose()
        })
    }

    /// Returns the upload of that number.
    pub fn upload_by_number(&self, number: i64) -> Result<Option<UploadRecord>, Error> {
        self.read(|connection| load(connection, number))
    }

    /// Lets a holder add bytes from `received` on, and nobody else from now on. Says how long the
    /// upload will be, if that was not known.
    ///
    /// # Errors
    /// [`Error::Outdated`] if other bytes have come meanwhile, or it is finished.
    pub fn hold_upload(&self, hold: &UploadHold, received: u64, length: Option<u64>) -> Result<UploadRecord, Error> {
        self.write(|connection| {
            let open = uploads::id.eq(hold.number).and(uploads::state.eq(RECEIVING));
            let open = open.and(uploads::kind.ne(UploadKind::Final.as_str()));
            let held = diesel::update(uploads::table.filter(open.and(uploads::received.eq(signed(received)))))
                .set((uploads::holder.eq(&hold.holder), uploads::expires_at.eq(hold.expires_at.unix_micros())))
                .execute(connection)?;
            if held == 0 {
                return Err(Error::Outdated);
            }
            if let Some(length) = length {
                let unknown = uploads::table.filter(uploads::id.eq(hold.number).and(uploads::length.is_null()));
                diesel::update(unknown).set(uploads::length.eq(signed(length))).execute(connection)?;
            }
            let record = load(connection, hold.number)?.ok_or(Error::Outdated)?;
            keep_reservation(connection, &record)?;
            enqueue_if_complete(connection, &record, hold.job_at)?;
            Ok(record)
        })
    }

    /// Adds bytes to an upload and ends the claim of their key. The last ones add a job that makes
    /// the file.
    ///
    /// # Errors
    /// [`Error::Outdated`] if somebody else holds the upload now, or it is gone;
    /// [`Error::ClaimLost`].
    pub fn append_part(&self, hold: &UploadHold, part: &NewPart) -> Result<UploadRecord, Error> {
        self.write(|connection| {
            let held = uploads::id.eq(hold.number).and(uploads::holder.eq(&hold.holder));
            let held = held.and(uploads::received.eq(signed(part.start))).and(uploads::state.eq(RECEIVING));
            let updated = diesel::update(uploads::table.filter(held))
                .set((
                    uploads::received.eq(signed(part.start.saturating_add(part.size))),
                    uploads::expires_at.eq(hold.expires_at.unix_micros()),
                ))
                .execute(connection)?;
            if updated == 0 {
                return Err(Error::Outdated);
            }
            redeem(connection, &[&part.key])?;
            diesel::insert_into(upload_parts::table)
                .values((
                    (upload_parts::upload_id.eq(hold.number), upload_parts::start.eq(signed(part.start))),
                    (upload_parts::size.eq(signed(part.size)), upload_parts::key.eq(part.key.as_str())),
                ))
                .execute(connection)?;
            let record = load(connection, hold.number)?.ok_or(Error::Outdated)?;
            keep_reservation(connection, &record)?;
            enqueue_if_complete(connection, &record, hold.job_at)?;
            Ok(record)
        })
    }

    /// Returns the keys and sizes of the objects that hold an upload, in the order of its bytes.
    pub fn upload_parts(&self, upload: &UploadRecord) -> Result<Vec<(Key, u64)>, Error> {
        self.snapshot(|connection| {
            let numbers = match upload.kind {
                UploadKind::Final => sources(connection, upload.number)?,
                UploadKind::Whole | UploadKind::Partial => vec![upload.number],
            };
            let mut parts = Vec::new();
            for number in numbers {
                let rows = upload_parts::table
                    .filter(upload_parts::upload_id.eq(number))
                    .order(upload_parts::start)
                    .select((upload_parts::key, upload_parts::size))
                    .load::<(String, i64)>(connection)?;
                for (key, size) in rows {
                    parts.push((parse(&key)?, crate::rows::number("upload_parts.size", number, size)?));
                }
            }
            Ok(parts)
        })
    }

    /// Lets a holder make the file of a complete upload; until `hold.job_at`, nobody else may.
    /// Returns whether it may. The upload expires later, so that its client can learn what it has
    /// become.
    pub fn lease_upload(&self, hold: &UploadHold, now: Timestamp) -> Result<bool, Error> {
        let until = hold.job_at;
        self.write(|connection| {
            let ends = uploads::leased_until.assume_not_null();
            let is_free = uploads::leased_until
                .is_null()
                .or(ends.le(now.unix_micros()))
                .or(ends.gt(now.latest_lease(until).unix_micros()))
                .or(uploads::holder.assume_not_null().eq(&hold.holder));
            let open = uploads::id.eq(hold.number).and(uploads::state.eq(RECEIVING));
            let leased = diesel::update(uploads::table.filter(open.and(is_free)))
                .set((
                    uploads::holder.eq(&hold.holder),
                    uploads::leased_until.eq(until.unix_micros()),
                    uploads::expires_at.eq(hold.expires_at.unix_micros()),
                ))
                .execute(connection)?;
            Ok(leased == 1)
        })
    }

    /// Gives back what [`lease_upload`](Self::lease_upload) gave.
    pub fn release_upload(&self, number: i64, holder: &str) -> Result<(), Error> {
        self.write(|connection| {
            let held = uploads::table.filter(uploads::id.eq(number).and(uploads::holder.eq(holder)));
            diesel::update(held).set(uploads::leased_until.eq(None::<i64>)).execute(connection)?;
            Ok(())
        })
    }

    /// Inserts the file that an upload has become, ends its claims, and dooms the parts of the
    /// upload, in one transaction. Returns the file and the doomed keys.
    ///
    /// # Errors
    /// [`Error::Outdated`] if somebody else holds the upload now, or it is gone; as
    /// [`insert_file`](Self::insert_file).
    pub fn finish_upload(
        &self,
        number: i64,
        holder: &str,
        file: &NewFile,
        now: Timestamp,
    ) -> Result<(FileRecord, Vec<Key>), Error> {
        self.write(|connection| {
            let held = uploads::id.eq(number).and(uploads::holder.eq(holder)).and(uploads::state.eq(RECEIVING));
            let ended = (uploads::state.eq(FINISHED), uploads::leased_until.eq(None::<i64>));
            if diesel::update(uploads::table.filter(held)).set(ended).execute(connection)? == 0 {
                return Err(Error::Outdated);
            }
            let file = insert(connection, file, now)?;
            diesel::update(uploads::table.filter(uploads::id.eq(number)))
                .set(uploads::file_id.eq(file.id.0))
                .execute(connection)?;
            Ok((file, drop_content(connection, number)?))
        })
    }

    /// Notes that an upload cannot become a file, because of its media type, and dooms its parts.
    /// Returns the doomed keys.
    pub fn refuse_upload(&self, number: i64, holder: &str, mime_type: &str) -> Result<Vec<Key>, Error> {
        self.write(|connection| {
            let held = uploads::id.eq(number).and(uploads::holder.eq(holder)).and(uploads::state.eq(RECEIVING));
            let ended = (uploads::state.eq(REFUSED), uploads::refused_type.eq(mime_type));
            if diesel::update(uploads::table.filter(held)).set(ended).execute(connection)? == 0 {
                return Ok(Vec::new());
            }
            give_up_reservations(connection, &[number])?;
            drop_content(connection, number)
        })
    }

    /// Removes an upload and dooms its parts. A file that it has become stays. Returns the doomed
    /// keys.
    pub fn remove_upload(&self, number: i64) -> Result<Vec<Key>, Error> {
        self.write(|connection| remove(connection, &[number]))
    }

    /// Removes uploads that have expired, and dooms their parts. Returns how many there were. Those
    /// whose bytes have all come stay until a job has made their file.
    pub fn expire_uploads(&self, now: Timestamp, limit: u32) -> Result<usize, Error> {
        let now = now.unix_micros();
        let to_be_made = || jobs::table.filter(jobs::kind.eq(JobKind::Upload.as_str())).select(jobs::subject);
        let their_parts = || {
            let sources = upload_sources::table.filter(upload_sources::upload_id.eq_any(to_be_made()));
            sources.select(upload_sources::source_id)
        };
        let expired = || {
            let expired = uploads::table.filter(uploads::expires_at.le(now)).filter(uploads::id.ne_all(to_be_made()));
            expired.filter(uploads::id.ne_all(their_parts())).order(uploads::expires_at).select(uploads::id)
        };
        // Usually there are none; finding that out must not cost a write.
        if self.read(|connection| Ok(expired().limit(1).load::<i64>(connection)?))?.is_empty() {
            return Ok(0);
        }
        self.write(|connection| {
            let numbers = expired().limit(limit.into()).load::<i64>(connection)?;
            remove(connection, &numbers)?;
            Ok(numbers.len())
        })
    }
}

fn load(connection: &mut AnyConnection, number: i64) -> Result<Option<UploadRecord>, Error> {
    let row = uploads::table.filter(uploads::id.eq(number)).select(UploadRow::as_select());
    row.first(connection).optional()?.map(UploadRow::into_record).transpose()
}

fn sources(connection: &mut AnyConnection, number: i64) -> Result<Vec<i64>, Error> {
    let sources = upload_sources::table.filter(upload_sources::upload_id.eq(number)).order(upload_sources::position);
    Ok(sources.select(upload_sources::source_id).load(connection)?)
}

fn enqueue_if_complete(connection: &mut AnyConnection, upload: &UploadRecord, at: Timestamp) -> Result<(), Error> {
    if upload.is_complete() && upload.kind == UploadKind::Whole {
        enqueue(connection, JobKind::Upload, &[upload.number], at)?;
    }
    Ok(())
}

/// Dooms what an upload is made of, its own parts and those of its sources, and ends its job.
fn drop_content(connection: &mut AnyConnection, number: i64) -> Result<Vec<Key>, Error> {
    let sources = sources(connection, number)?;
    let mut doomed = remove(connection, &sources)?;
    doomed.extend(remove_parts(connection, &[number])?);
    let job = jobs::kind.eq(JobKind::Upload.as_str()).and(jobs::subject.eq(number));
    diesel::delete(jobs::table.filter(job)).execute(connection)?;
    Ok(doomed)
}

fn remove(connection: &mut AnyConnection, numbers: &[i64]) -> Result<Vec<Key>, Error> {
    let mut numbers = numbers.to_vec();
    // Always in the same order, so that two transactions never wait for each other.
    numbers.sort_unstable();
    numbers.dedup();
    for number in &numbers {
        // Waits for whoever is adding a part, and keeps others from doing so.
        let upload = uploads::table.filter(uploads::id.eq(*number));
        diesel::update(upload).set(uploads::holder.eq(None::<&str>)).execute(connection)?;
    }
    let doomed = remove_parts(connection, &numbers)?;
    give_up_reservations(connection, &numbers)?;
    diesel::delete(uploads::table.filter(uploads::id.eq_any(&numbers))).execute(connection)?;
    Ok(doomed)
}

/// Extends the lease of the place that an upload by a link has, until the upload expires.
fn keep_reservation(connection: &mut AnyConnection, upload: &UploadRecord) -> Result<(), Error> {
    let Some(reservation) = upload.reservation else { return Ok(()) };
    let row = upload_reservations::table.filter(upload_reservations::id.eq(reservation));
    let until = upload_reservations::leased_until.eq(upload.expires_at.unix_micros());
    diesel::update(row).set(until).execute(connection)?;
    Ok(())
}

/// Gives back the places that uploads by links have and have not used.
fn give_up_reservations(connection: &mut AnyConnection, numbers: &[i64]) -> Result<(), Error> {
    let held = uploads::table.filter(uploads::id.eq_any(numbers)).filter(uploads::reservation_id.is_not_null());
    let places = held.select(uploads::reservation_id.assume_not_null()).load::<i64>(connection)?;
    if !places.is_empty() {
        let rows = upload_reservations::table.filter(upload_reservations::id.eq_any(&places));
        diesel::delete(rows).execute(connection)?;
    }
    Ok(())
}

fn remove_parts(connection: &mut AnyConnection, numbers: &[i64]) -> Result<Vec<Key>, Error> {
    let parts = || upload_parts::table.filter(upload_parts::upload_id.eq_any(numbers));
    let keys = parts().select(upload_parts::key).load::<String>(connection)?;
    let keys = keys.iter().map(|key| parse(key)).collect::<Result<Vec<_>, _>>()?;
    for keys in keys.chunks(crate::strays::CHUNK) {
        doom(connection, keys)?;
    }
    diesel::delete(parts()).execute(connection)?;
    Ok(keys)
}

/// Sizes of uploads fit in `i64`.
fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

impl UploadRow {
    fn into_record(self) -> Result<UploadRecord, Error> {
        let id = self.id;
        let kind = UploadKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind).ok_or(());
        let state = match self.state.as_str() {
            RECEIVING => Ok(UploadState::Receiving),
            FINISHED => Ok(UploadState::Finished(self.file_id.map(FileId))),
            REFUSED => Ok(UploadState::Refused(self.refused_type.unwrap_or_default())),
            _ => Err(()),
        };
        Ok(UploadRecord {
            number: id,
            name: self.name,
            user_id: self.user_id.map(UserId),
            kind: valid("uploads.kind", id, kind, &self.kind)?,
            state: valid("uploads.state", id, state, &self.state)?,
            length: self.length.map(|length| number("uploads.length", id, length)).transpose()?,
            received: number("uploads.received", id, self.received)?,
            expires_at: Timestamp::from_unix_micros(self.expires_at),
            metadata: self.metadata,
            concat: self.concat,
            reservation: self.reservation_id,
        })
    }
}
