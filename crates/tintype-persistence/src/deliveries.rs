//! Events on their way to webhooks.

use diesel::dsl::exists;
use diesel::prelude::*;
use tintype_domain::{
    DeliveryError, DeliveryId, DeliveryRecord, DeliveryState, DisabledReason, EventFile, FileEvent, FileId, Timestamp,
    UserId, WebhookId,
};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::error::Error;
use crate::rows::{checksum, number, valid};
use crate::schema::{webhook_deliveries, webhooks};

/// A delivery that is due, with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueDelivery {
    /// The delivery.
    pub delivery: DeliveryRecord,
    /// Where it goes.
    pub url: String,
    /// What signs it.
    pub secret: Vec<u8>,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
}

/// What came of an attempt to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it was made.
    pub at: Timestamp,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub error: Option<DeliveryError>,
    /// What becomes of the delivery.
    pub state: DeliveryState,
    /// When it is tried again, if it is pending.
    pub next_attempt_at: Timestamp,
    /// Why nothing more is sent to the webhook.
    pub disables: Option<DisabledReason>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhook_deliveries)]
struct Row {
    id: i64,
    webhook_id: i64,
    event: String,
    happened_at: i64,
    file_id: i64,
    name: String,
    kind: String,
    mime_type: String,
    size: i64,
    checksum: Vec<u8>,
    visibility: String,
    user_id: Option<i64>,
    created_at: i64,
    updated_at: i64,
    preview_status: String,
    state: String,
    attempts: i64,
    not_before: i64,
    last_attempt_at: Option<i64>,
    last_status: Option<i64>,
    last_error: Option<String>,
}

impl Row {
    fn into_record(self) -> Result<DeliveryRecord, Error> {
        let id = self.id;
        let file = EventFile {
            id: FileId(self.file_id),
            name: self.name,
            kind: valid("webhook_deliveries.kind", id, self.kind.parse(), &self.kind)?,
            mime_type: self.mime_type,
            size: number("webhook_deliveries.size", id, self.size)?,
            checksum: checksum("webhook_deliveries.checksum", id, &self.checksum)?,
            visibility: valid("webhook_deliveries.visibility", id, self.visibility.parse(), &self.visibility)?,
            user_id: self.user_id.map(UserId),
            created_at: Timestamp::from_unix_micros(self.created_at),
            updated_at: Timestamp::from_unix_micros(self.updated_at),
            preview_status: valid(
                "webhook_deliveries.preview_status",
                id,
                self.preview_status.parse(),
                &self.preview_status,
            )?,
        };
        let kind = valid("webhook_deliveries.event", id, self.event.parse(), &self.event)?;
        let last_error = self.last_error.map(|text| valid("webhook_deliveries.last_error", id, text.parse(), &text));
        let last_status = self.last_status.map(|status| number("webhook_deliveries.last_status", id, status));
        Ok(DeliveryRecord {
            id: DeliveryId(id),
            webhook_id: WebhookId(self.webhook_id),
            event: FileEvent { kind, at: Timestamp::from_unix_micros(self.happened_at), file },
            state: valid("webhook_deliveries.state", id, self.state.parse(), &self.state)?,
            attempts: number("webhook_deliveries.attempts", id, self.attempts)?,
            next_attempt_at: Timestamp::from_unix_micros(self.not_before),
            last_attempt_at: self.last_attempt_at.map(Timestamp::from_unix_micros),
            last_status: last_status.transpose()?,
            last_error: last_error.transpose()?,
        })
    }
}

impl Database {
    /// Returns the active webhooks that have deliveries which are due.
    pub fn due_webhooks(&self, now: Timestamp) -> Result<Vec<WebhookId>, Error> {
        let pending = webhook_deliveries::table
            .filter(webhook_deliveries::webhook_id.eq(webhooks::id))
            .filter(webhook_deliveries::state.eq(DeliveryState::Pending.as_str()))
            .filter(webhook_deliveries::not_before.le(now.unix_micros()));
        let due = webhooks::table.filter(webhooks::is_active.eq(true)).filter(exists(pending));
        let due = due.order(webhooks::id).select(webhooks::id);
        self.read(|connection| Ok(due.load::<i64>(connection)?.into_iter().map(WebhookId).collect()))
    }

    /// Returns the delivery of an active webhook that has been due the longest.
    pub fn next_delivery(&self, webhook: WebhookId, now: Timestamp) -> Result<Option<DueDelivery>, Error> {
        self.snapshot(|connection| {
            let active = webhooks::table.filter(webhooks::id.eq(webhook.0)).filter(webhooks::is_active.eq(true));
            let active = active.select((webhooks::url, webhooks::secret, webhooks::failing_since));
            let found = active.first::<(String, Vec<u8>, Option<i64>)>(connection).optional()?;
            let Some((url, secret, failing_since)) = found else { return Ok(None) };
            let due = webhook_deliveries::table
                .filter(webhook_deliveries::webhook_id.eq(webhook.0))
                .filter(webhook_deliveries::state.eq(DeliveryState::Pending.as_str()))
                .filter(webhook_deliveries::not_before.le(now.unix_micros()))
                .order((webhook_deliveries::not_before, webhook_deliveries::id))
                .select(Row::as_select());
            let Some(row) = due.first(connection).optional()? else { return Ok(None) };
            let failing_since = failing_since.map(Timestamp::from_unix_micros);
            Ok(Some(DueDelivery { delivery: row.into_record()?, url, secret, failing_since }))
        })
    }

    /// Records an attempt, unless the delivery is not pending any more.
    pub fn record_attempt(&self, webhook: WebhookId, id: DeliveryId, attempt: &Attempt) -> Result<(), Error> {
        let Attempt { at, status, error, state, next_attempt_at, disables } = attempt;
        self.write(|connection| {
            let pending = webhook_deliveries::state.eq(DeliveryState::Pending.as_str());
            let own = diesel::update(webhook_deliveries::table.filter(webhook_deliveries::id.eq(id.0).and(pending)));
            let changed = own
                .set((
                    webhook_deliveries::attempts.eq(webhook_deliveries::attempts + 1_i64),
                    webhook_deliveries::state.eq(state.as_str()),
                    webhook_deliveries::not_before.eq(next_attempt_at.unix_micros()),
                    webhook_deliveries::last_attempt_at.eq(at.unix_micros()),
                    webhook_deliveries::last_status.eq(status.map(i64::from)),
                    webhook_deliveries::last_error.eq(error.map(DeliveryError::as_str)),
                ))
                .execute(connection)?;
            if changed == 0 {
                return Ok(());
            }
            note_success_or_failure(connection, webhook, *at, *state)?;
            if let Some(reason) = disables {
                diesel::update(webhooks::table.filter(webhooks::id.eq(webhook.0)))
                    .set((webhooks::is_active.eq(false), webhooks::disabled_reason.eq(reason.as_str())))
                    .execute(connection)?;
            }
            Ok(())
        })
    }

    /// Returns the deliveries of a webhook, the newest first, and how many there are: at most
    /// `limit`, after leaving out `offset`.
    pub fn deliveries(&self, webhook: WebhookId, limit: u32, offset: u64) -> Result<(Vec<DeliveryRecord>, u64), Error> {
        self.snapshot(|connection| {
            let own = || webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(webhook.0));
            let count = own().count().get_result::<i64>(connection)?;
            let rows = own().order(webhook_deliveries::id.desc()).limit(limit.into());
            let rows = rows.offset(i64::try_from(offset).unwrap_or(i64::MAX)).select(Row::as_select());
            let records = rows.load(connection)?.into_iter().map(Row::into_record);
            Ok((records.collect::<Result<_, _>>()?, u64::try_from(count).unwrap_or(0)))
        })
    }

    /// Removes what is no longer needed of deliveries, and returns how many there were: those that
    /// happened before a time, those beyond the newest `keep` that are done, and those of webhooks
    /// that are gone.
    pub fn prune_deliveries(&self, before: Timestamp, keep: u32) -> Result<usize, Error> {
        use webhook_deliveries as d;
        // Usually there are none; finding that out must not cost a write.
        if self.read(|connection| Ok(d::table.select(d::id).first::<i64>(connection).optional()?))?.is_none() {
            return Ok(0);
        }
        self.write(|connection| {
            let old = diesel::delete(d::table.filter(d::happened_at.lt(before.unix_micros()))).execute(connection)?;
            let done = d::table.filter(d::state.ne(DeliveryState::Pending.as_str())).order(d::id.desc());
            let last = done.offset(keep.into()).select(d::id).first::<i64>(connection).optional()?;
            let surplus = d::state.ne(DeliveryState::Pending.as_str()).and(d::id.le(last.unwrap_or(0)));
            let surplus = diesel::delete(d::table.filter(surplus)).execute(connection)?;
            let orphaned = d::webhook_id.ne_all(webhooks::table.select(webhooks::id));
            let orphaned = diesel::delete(d::table.filter(orphaned)).execute(connection)?;
            Ok(old + surplus + orphaned)
        })
    }
}

/// Notes since when a webhook fails, or that it does not.
fn note_success_or_failure(
    connection: &mut AnyConnection,
    webhook: WebhookId,
    at: Timestamp,
    state: DeliveryState,
) -> QueryResult<()> {
    let own = webhooks::table.filter(webhooks::id.eq(webhook.0));
    match state {
        DeliveryState::Delivered => {
            let failing = own.filter(webhooks::failing_since.is_not_null());
            diesel::update(failing).set(webhooks::failing_since.eq(None::<i64>)).execute(connection)?;
        }
        DeliveryState::Pending | DeliveryState::Failed => {
            let sound = own.filter(webhooks::failing_since.is_null());
            diesel::update(sound).set(webhooks::failing_since.eq(at.unix_micros())).execute(connection)?;
        }
    }
    Ok(())
}
