use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tintype_domain::{FileId, Key, Variant};
use tintype_persistence::RenditionRecord;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::flights::Flights;
use crate::{Error, PictureProblem};

/// How many files of which no picture can be made are remembered.
const REMEMBERED: usize = 1024;

/// The renditions that are being made, and what is known of those that cannot be.
#[derive(Debug)]
pub(crate) struct Renditions {
    pub(super) flights: Flights<(FileId, Variant), Result<RenditionRecord, Arc<Error>>>,
    working: Semaphore,
    waiting: Semaphore,
    hopeless: Mutex<HashMap<Key, PictureProblem>>,
}

impl Renditions {
    pub(crate) fn new(workers: usize, queue_length: usize) -> Self {
        Self {
            flights: Flights::default(),
            // One decodes while another one waits for storage.
            working: Semaphore::new(2 * workers.clamp(1, 1024)),
            waiting: Semaphore::new(queue_length.clamp(1, Semaphore::MAX_PERMITS)),
            hopeless: Mutex::default(),
        }
    }

    /// Waits for the right to make one, so that only so many originals are read at a time.
    ///
    /// # Errors
    /// [`Error::Busy`] if too many wait, or after `patience`.
    pub(super) async fn place(&self, patience: Duration) -> Result<SemaphorePermit<'_>, Error> {
        let _waiting = self.waiting.try_acquire().map_err(|_| busy())?;
        match tokio::time::timeout(patience, self.working.acquire()).await {
            Ok(place) => place.map_err(Error::internal),
            Err(_) => Err(busy()),
        }
    }

    /// Returns why no picture can be made of the content under a key, if that was found out.
    pub(super) fn problem(&self, content: &Key) -> Option<PictureProblem> {
        self.hopeless().get(content).copied()
    }

    /// Remembers why no picture can be made of some content.
    pub(super) fn remember(&self, content: Key, problem: PictureProblem) {
        let mut hopeless = self.hopeless();
        if hopeless.len() >= REMEMBERED {
            hopeless.clear();
        }
        hopeless.insert(content, problem);
    }

    fn hopeless(&self) -> MutexGuard<'_, HashMap<Key, PictureProblem>> {
        // Nothing in there can be left half-changed.
        self.hopeless.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells that there is too much to do.
pub(super) fn busy() -> Error {
    Error::Busy { retry_after: Duration::from_secs(5) }
}
