use diesel::prelude::*;
use tintype_domain::{NewWebhook, Timestamp, WebhookChange, WebhookId, WebhookRecord};

use crate::database::Database;
use crate::error::Error;
use crate::rows::valid;
use crate::schema::{webhook_deliveries, webhooks};

#[derive(Queryable, Selectable)]
#[diesel(table_name = webhooks)]
pub(crate) struct WebhookRow {
    id: i64,
    url: String,
    events: String,
    description: String,
    is_active: bool,
    disabled_reason: Option<String>,
    failing_since: Option<i64>,
    created_at: i64,
}

/// A row with its secret, as it is copied.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = webhooks, treat_none_as_default_value = false)]
pub(crate) struct StoredWebhook {
    id: i64,
    url: String,
    events: String,
    description: String,
    secret: Vec<u8>,
    is_active: bool,
    disabled_reason: Option<String>,
    failing_since: Option<i64>,
    created_at: i64,
}

impl std::fmt::Debug for StoredWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredWebhook").field("id", &self.id).finish_non_exhaustive()
    }
}

impl WebhookRow {
    pub(crate) fn into_record(self) -> Result<WebhookRecord, Error> {
        let id = self.id;
        let reason = self.disabled_reason.map(|text| valid("webhooks.disabled_reason", id, text.parse(), &text));
        Ok(WebhookRecord {
            id: WebhookId(id),
            url: self.url,
            events: valid("webhooks.events", id, self.events.parse(), &self.events)?,
            description: self.description,
            is_active: self.is_active,
            disabled_reason: reason.transpose()?,
            failing_since: self.failing_since.map(Timestamp::from_unix_micros),
            created_at: Timestamp::from_unix_micros(self.created_at),
        })
    }
}

impl Database {
    /// Inserts a webhook, which is active, and returns it.
    pub fn create_webhook(&self, new: &NewWebhook, secret: &[u8], now: Timestamp) -> Result<WebhookRecord, Error> {
        let NewWebhook { url, events, description } = new;
        let values = (
            (webhooks::url.eq(url), webhooks::events.eq(events.to_string()), webhooks::description.eq(description)),
            (webhooks::secret.eq(secret), webhooks::is_active.eq(true), webhooks::created_at.eq(now.unix_micros())),
        );
        self.write(|connection| {
            let inserted = diesel::insert_into(webhooks::table).values(&values).returning(webhooks::id);
            let id = WebhookId(inserted.get_result(connection)?);
            let (url, events, description) = (url.clone(), events.clone(), description.clone());
            let (is_active, disabled_reason, failing_since) = (true, None, None);
            Ok(WebhookRecord {
                id,
                url,
                events,
                description,
                is_active,
                disabled_reason,
                failing_since,
                created_at: now,
            })
        })
    }

    /// Returns the webhook of that number, if there is one.
    pub fn webhook(&self, id: WebhookId) -> Result<Option<WebhookRecord>, Error> {
        self.read(|connection| {
            let row = webhooks::table.filter(webhooks::id.eq(id.0)).select(WebhookRow::as_select());
            row.first(connection).optional()?.map(WebhookRow::into_record).transpose()
        })
    }

    /// Returns webhooks by number, and how many there are: at most `limit`, after leaving out
    /// `offset`.
    pub fn webhooks(&self, limit: u32, offset: u64) -> Result<(Vec<WebhookRecord>, u64), Error> {
        self.snapshot(|connection| {
            let count = webhooks::table.count().get_result::<i64>(connection)?;
            let rows = webhooks::table.order(webhooks::id).limit(limit.into());
            let rows = rows.offset(i64::try_from(offset).unwrap_or(i64::MAX)).select(WebhookRow::as_select());
            let records = rows.load(connection)?.into_iter().map(WebhookRow::into_record);
            Ok((records.collect::<Result<_, _>>()?, u64::try_from(count).unwrap_or(0)))
        })
    }

    /// Changes a webhook and returns it; `None` if there is none of that number.
    pub fn change_webhook(&self, id: WebhookId, change: &WebhookChange) -> Result<Option<WebhookRecord>, Error> {
        self.write(|connection| {
            let own = || webhooks::table.filter(webhooks::id.eq(id.0));
            // Sets something in any case, as SQL wants it.
            diesel::update(own())
                .set((
                    webhooks::id.eq(id.0),
                    change.url.as_ref().map(|url| webhooks::url.eq(url)),
                    change.events.as_ref().map(|events| webhooks::events.eq(events.to_string())),
                    change.description.as_ref().map(|text| webhooks::description.eq(text)),
                    change.is_active.map(|is_active| webhooks::is_active.eq(is_active)),
                    change
                        .is_active
                        .map(|_| (webhooks::disabled_reason.eq(None::<&str>), webhooks::failing_since.eq(None::<i64>))),
                ))
                .execute(connection)?;
            let row = own().select(WebhookRow::as_select()).first(connection).optional()?;
            row.map(WebhookRow::into_record).transpose()
        })
    }

    /// Deletes a webhook with its deliveries, and returns whether there was one.
    pub fn delete_webhook(&self, id: WebhookId) -> Result<bool, Error> {
        self.write(|connection| {
            let deleted = diesel::delete(webhooks::table.filter(webhooks::id.eq(id.0))).execute(connection)?;
            let own = webhook_deliveries::table.filter(webhook_deliveries::webhook_id.eq(id.0));
            diesel::delete(own).execute(connection)?;
            Ok(deleted > 0)
        })
    }
}
