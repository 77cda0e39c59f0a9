use diesel::prelude::*;
use tintype_domain::{Timestamp, UserId, UserRecord, Visibility};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::Error;
use crate::rows::{number, valid};
use crate::schema::{upload_links, upload_reservations};
use crate::users::by_id;

/// A link by which people without a token upload files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadLinkRecord {
    /// Its number.
    pub id: i64,
    /// Who made it, and gets the files.
    pub user_id: UserId,
    /// What it is like.
    pub link: NewUploadLink,
    /// How many files came by it.
    pub used: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an upload link is like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUploadLink {
    /// What its maker says about it.
    pub description: String,
    /// The largest file in bytes.
    pub max_size: Option<u64>,
    /// The types that it allows, comma-separated; empty for those of the server.
    pub allowed_types: String,
    /// The visibility of its files; `None` for the default of the server.
    pub visibility: Option<Visibility>,
    /// How many files may come by it.
    pub uploads: u64,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Whether an upload may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserved {
    /// It has a place, by this number.
    Place(i64),
    /// All places are taken.
    UsedUp,
    /// The link was deleted.
    NoSuchLink,
}

/// A row as it is read and copied.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = upload_links, treat_none_as_default_value = false)]
pub(crate) struct UploadLinkRow {
    id: i64,
    user_id: i64,
    description: String,
    max_size: Option<i64>,
    allowed_types: String,
    visibility: Option<String>,
    uploads: i64,
    used: i64,
    created_at: i64,
    expires_at: i64,
}

impl UploadLinkRow {
    fn into_record(self) -> Result<UploadLinkRecord, Error> {
        let id = self.id;
        let visibility = self.visibility.map(|text| valid("upload_links.visibility", id, text.parse(), &text));
        Ok(UploadLinkRecord {
            id,
            user_id: UserId(self.user_id),
            link: NewUploadLink {
                description: self.description,
                max_size: self.max_size.map(|size| number("upload_links.max_size", id, size)).transpose()?,
                allowed_types: self.allowed_types,
                visibility: visibility.transpose()?,
                uploads: number("upload_links.uploads", id, self.uploads)?,
                expires_at: Timestamp::from_unix_micros(self.expires_at),
            },
            used: number("upload_links.used", id, self.used)?,
            created_at: Timestamp::from_unix_micros(self.created_at),
        })
    }
}

impl Database {
    /// Inserts a link of a user and returns its number.
    pub fn create_upload_link(&self, user: UserId, link: &NewUploadLink, now: Timestamp) -> Result<i64, Error> {
        let NewUploadLink { description, max_size, allowed_types, visibility, uploads, expires_at } = link;
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.write(|connection| {
            let values = (
                (upload_links::user_id.eq(user.0), upload_links::description.eq(description)),
                (upload_links::max_size.eq(max_size.map(signed)), upload_links::allowed_types.eq(allowed_types)),
                upload_links::visibility.eq(visibility.map(Visibility::as_str)),
                (upload_links::uploads.eq(signed(*uploads)), upload_links::used.eq(0_i64)),
                (upload_links::created_at.eq(now.unix_micros()), upload_links::expires_at.eq(expires_at.unix_micros())),
            );
            let inserted = diesel::insert_into(upload_links::table).values(values).returning(upload_links::id);
            Ok(inserted.get_result::<i64>(connection)?)
        })
    }

    /// Returns links of a user, or of all users, the newest first, and how many there are: at most
    /// `limit`, after leaving out `offset`.
    pub fn upload_links(
        &self,
        user: Option<UserId>,
        limit: u32,
        offset: u64,
    ) -> Result<(Vec<UploadLinkRecord>, u64), Error> {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (rows, count) = self.read(|connection| {
            let (mut page, mut all) = (upload_links::table.into_boxed(), upload_links::table.into_boxed());
            if let Some(user) = user {
                page = page.filter(upload_links::user_id.eq(user.0));
                all = all.filter(upload_links::user_id.eq(user.0));
            }
            let page = page.order(upload_links::id.desc()).limit(limit.into()).offset(signed(offset));
            let rows = page.select(UploadLinkRow::as_select()).load(connection)?;
            Ok((rows, all.count().get_result::<i64>(connection)?))
        })?;
        let links = rows.into_iter().map(UploadLinkRow::into_record).collect::<Result<_, _>>()?;
        Ok((links, u64::try_from(count).unwrap_or(0)))
    }

    /// Deletes a link, one of this user if one is given, and returns whether there was one.
    pub fn delete_upload_link(&self, id: i64, user: Option<UserId>) -> Result<bool, Error> {
        self.write(|connection| {
            let link = upload_links::table.filter(upload_links::id.eq(id));
            let deleted = match user {
                Some(user) => diesel::delete(link.filter(upload_links::user_id.eq(user.0))).execute(connection)?,
                None => diesel::delete(link).execute(connection)?,
            };
            Ok(deleted > 0)
        })
    }

    /// Returns a link and its maker.
    pub fn upload_link(&self, id: i64) -> Result<Option<(UploadLinkRecord, UserRecord)>, Error> {
        self.snapshot(|connection| {
            let link = upload_links::table.filter(upload_links::id.eq(id)).select(UploadLinkRow::as_select());
            let Some(row) = link.first(connection).optional()? else { return Ok(None) };
            let record = row.into_record()?;
            let user = by_id(connection, record.user_id)?;
            Ok(Some((record, user)))
        })
    }

    /// Returns the link among whose places one is; `None` if the link was deleted, or the place was
    /// used or lost.
    pub fn link_of_reservation(&self, id: i64) -> Result<Option<UploadLinkRecord>, Error> {
        self.read(|connection| {
            let link = upload_reservations::table
                .inner_join(upload_links::table.on(upload_links::id.eq(upload_reservations::link_id)))
                .filter(upload_reservations::id.eq(id))
                .select(UploadLinkRow::as_select());
            link.first(connection).optional()?.map(UploadLinkRow::into_record).transpose()
        })
    }

    /// Reserves a place for an upload until `leased_until`.
    pub fn reserve_upload(&self, link: i64, now: Timestamp, leased_until: Timestamp) -> Result<Reserved, Error> {
        self.write(|connection| {
            // Also keeps others from reserving until this transaction ends.
            let row = diesel::update(upload_links::table.filter(upload_links::id.eq(link)));
            let row = row.set(upload_links::used.eq(upload_links::used));
            let counts = row.returning((upload_links::uploads, upload_links::used));
            let Some((uploads, used)) = counts.get_result::<(i64, i64)>(connection).optional()? else {
                return Ok(Reserved::NoSuchLink);
            };
            let of_link = upload_reservations::link_id.eq(link);
            let over = of_link.and(upload_reservations::leased_until.le(now.unix_micros()));
            diesel::delete(upload_reservations::table.filter(over)).execute(connection)?;
            let under_way = upload_reservations::table.filter(of_link).count().get_result::<i64>(connection)?;
            if used.saturating_add(under_way) >= uploads {
                return Ok(Reserved::UsedUp);
            }
            let values = (of_link, upload_reservations::leased_until.eq(leased_until.unix_micros()));
            let inserted = diesel::insert_into(upload_reservations::table).values(values);
            let id = inserted.returning(upload_reservations::id).get_result::<i64>(connection)?;
            Ok(Reserved::Place(id))
        })
    }

    /// Extends the lease of a reservation.
    pub fn extend_reservation(&self, id: i64, leased_until: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let row = diesel::update(upload_reservations::table.filter(upload_reservations::id.eq(id)));
            row.set(upload_reservations::leased_until.eq(leased_until.unix_micros())).execute(connection)?;
            Ok(())
        })
    }

    /// Gives back a place. Does nothing if it was used.
    pub fn release_reservation(&self, id: i64) -> Result<(), Error> {
        self.write(|connection| {
            diesel::delete(upload_reservations::table.filter(upload_reservations::id.eq(id))).execute(connection)?;
            Ok(())
        })
    }
}

/// Counts an upload in the transaction that inserts its file.
///
/// # Errors
/// [`Error::ReservationLost`].
pub(crate) fn use_reservation(connection: &mut AnyConnection, id: i64) -> Result<(), Error> {
    let link = diesel::delete(upload_reservations::table.filter(upload_reservations::id.eq(id)));
    let link = link.returning(upload_reservations::link_id).get_result::<i64>(connection).optional()?;
    let link = link.ok_or(Error::ReservationLost)?;
    let row = diesel::update(upload_links::table.filter(upload_links::id.eq(link)));
    row.set(upload_links::used.eq(upload_links::used + 1_i64)).execute(connection)?;
    Ok(())
}
