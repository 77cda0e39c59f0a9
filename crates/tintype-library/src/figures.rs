//! How things stand now.

use std::time::{Duration, Instant};

use tintype_persistence::Totals;

use crate::admission::Waiting;
use crate::library::{Inner, now};
use crate::meters::Meters;
use crate::{Error, Library};

/// How things stand now.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Figures {
    /// What waits for a thread or for memory, by sort of work.
    pub waiting: Vec<Waiting>,
    /// Memory that decodes have declared, in bytes.
    pub decode_memory_used: u64,
    /// The most that they may have together.
    pub decode_memory_limit: u64,
    /// Connections to the database that are in use.
    pub connections_used: u32,
    /// Connections to the database that are open.
    pub connections_open: u32,
    /// Age of the oldest check: every object has been read since. `None` where that is not done, or
    /// not yet.
    pub oldest_check: Option<Duration>,
    /// What the database holds; it is counted anew when it is a minute old.
    pub totals: Totals,
}

/// How long totals are told again before they are counted anew.
const TOTALS_LIFETIME: Duration = Duration::from_secs(60);

impl Library {
    /// Returns what is counted.
    pub fn meters(&self) -> &Meters {
        &self.inner().meters
    }

    /// Returns how things stand now. Asks for no permission: whoever answers with it does.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database does not answer.
    pub async fn figures(&self) -> Result<Figures, Error> {
        let inner = self.inner();
        let totals = inner.totals().await?;
        let since = totals.scrub.since.filter(|_| inner.options.scrub_bytes_per_second.is_some());
        let micros = since.map(|since| now().unix_micros().saturating_sub(since.unix_micros()));
        let oldest_check = micros.map(|micros| Duration::from_micros(u64::try_from(micros).unwrap_or(0)));
        let (decode_memory_used, waiting) = inner.admission.figures();
        let (connections_used, connections_open) = inner.calls.connections();
        Ok(Figures {
            waiting,
            decode_memory_used,
            decode_memory_limit: inner.options.decode_memory_bytes,
            connections_used,
            connections_open,
            oldest_check,
            totals,
        })
    }
}

impl Inner {
    async fn totals(&self) -> Result<Totals, Error> {
        // Held while they are counted, so that only one of several askers counts.
        let mut last = self.last_totals.lock().await;
        if let Some((at, totals)) = &*last
            && at.elapsed() < TOTALS_LIFETIME
        {
            return Ok(totals.clone());
        }
        let totals = self.database(|db| db.totals()).await?;
        *last = Some((Instant::now(), totals.clone()));
        Ok(totals)
    }
}
