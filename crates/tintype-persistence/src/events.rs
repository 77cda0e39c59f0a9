//! Events of files, noted for the webhooks that want to know in the transaction that makes them
//! happen: none is lost, and none tells of what was rolled back.

use diesel::prelude::*;
use tintype_domain::{DeliveryState, EventFile, EventKind, EventKinds, FileRecord, Timestamp};

use crate::connection::{AnyConnection, on_each};
use crate::error::Error;
use crate::rows::valid;
use crate::schema::{webhook_deliveries, webhooks};

/// The webhooks that want to know of some events.
pub(crate) struct Listeners(Vec<(i64, EventKind)>);

impl Listeners {
    /// Returns those of these events.
    pub(crate) fn of(connection: &mut AnyConnection, kinds: &[EventKind]) -> Result<Self, Error> {
        let active = webhooks::table.filter(webhooks::is_active.eq(true)).order(webhooks::id);
        let active = active.select((webhooks::id, webhooks::events)).load::<(i64, String)>(connection)?;
        let mut listeners = Vec::new();
        for (id, events) in active {
            let events: EventKinds = valid("webhooks.events", id, events.parse(), &events)?;
            listeners.extend(kinds.iter().filter(|kind| events.contains(**kind)).map(|kind| (id, *kind)));
        }
        Ok(Self(listeners))
    }

    /// Returns whether nobody wants to know.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what happened to a file.
    pub(crate) fn note(&self, connection: &mut AnyConnection, file: &FileRecord, at: Timestamp) -> QueryResult<()> {
        if self.is_empty() {
            return Ok(());
        }
        let file = EventFile::from(file);
        let row = |(webhook_id, kind): &(i64, EventKind)| {
            use webhook_deliveries as d;
            (
                (d::webhook_id.eq(*webhook_id), d::event.eq(kind.as_str()), d::happened_at.eq(at.unix_micros())),
                (d::file_id.eq(file.id.0), d::name.eq(&file.name), d::kind.eq(file.kind.as_str())),
                (d::mime_type.eq(&file.mime_type), d::size.eq(crate::derived::bytes(file.size))),
                (d::checksum.eq(&file.checksum.0[..]), d::visibility.eq(file.visibility.as_str())),
                d::user_id.eq(file.user_id.map(|id| id.0)),
                (d::created_at.eq(file.created_at.unix_micros()), d::updated_at.eq(file.updated_at.unix_micros())),
                d::preview_status.eq(file.preview_status.as_str()),
                (d::state.eq(DeliveryState::Pending.as_str()), d::attempts.eq(0_i64)),
                d::not_before.eq(at.unix_micros()),
            )
        };
        let rows: Vec<_> = self.0.iter().map(row).collect();
        on_each!(connection, c => diesel::insert_into(webhook_deliveries::table).values(&rows).execute(c))?;
        Ok(())
    }
}
