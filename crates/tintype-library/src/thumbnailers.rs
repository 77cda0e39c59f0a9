use std::sync::{Mutex, MutexGuard, PoisonError};
use tintype_media::Thumbnailer;

/// Idle thumbnailers, with the tables and buffers that the next picture reuses: as many as ever
/// worked at a time, which admission bounds.
#[derive(Debug, Default)]
pub(crate) struct Thumbnailers(Mutex<Vec<Thumbnailer>>);

impl Thumbnailers {
    pub(crate) fn take(&self) -> Thumbnailer {
        self.lock().pop().unwrap_or_default()
    }

    pub(crate) fn give(&self, thumbnailer: Thumbnailer) {
        self.lock().push(thumbnailer);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Thumbnailer>> {
        // Nothing in there can be left half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
