use std::sync::Arc;
use std::time::Duration;

use tintype_persistence::Reserved;
use tokio::task::AbortHandle;

use crate::Error;
use crate::library::{Inner, now};

/// How long the place of a server that died stays taken, and how often a lease is extended.
const LEASE: time::Duration = time::Duration::minutes(1);
const EXTEND_EVERY: Duration = Duration::from_secs(20);

/// A place among the uploads that a link allows. It is given back when it is dropped, unless it was
/// used by then.
#[derive(Debug)]
pub(crate) struct Place {
    inner: Arc<Inner>,
    id: i64,
    extending: AbortHandle,
    is_settled: bool,
}

impl Place {
    /// Reserves a place of a link.
    ///
    /// # Errors
    /// [`Error::LinkUsedUp`]; [`Error::Auth`] if the link was deleted.
    pub(crate) async fn reserve(inner: &Arc<Inner>, link: i64) -> Result<Self, Error> {
        let reserved = inner.database(move |db| db.reserve_upload(link, now(), now().plus(LEASE))).await?;
        let id = match reserved {
            Reserved::Place(id) => id,
            Reserved::UsedUp => return Err(Error::LinkUsedUp),
            Reserved::NoSuchLink => return Err(tintype_auth::Error::InvalidLink.into()),
        };
        let extend = {
            let inner = inner.clone();
            async move {
                loop {
                    tokio::time::sleep(EXTEND_EVERY).await;
                    if let Err(error) = inner.database(move |db| db.extend_reservation(id, now().plus(LEASE))).await {
                        tracing::warn!(%error, "cannot extend the place of an upload by a link");
                    }
                }
            }
        };
        Ok(Self { inner: inner.clone(), id, extending: tokio::spawn(extend).abort_handle(), is_settled: false })
    }

    pub(crate) fn id(&self) -> i64 {
        self.id
    }

    /// Notes that the place was used, or belongs to an upload that goes on later.
    pub(crate) fn settle(mut self) {
        self.is_settled = true;
    }

    /// Gives the place back.
    pub(crate) async fn release(mut self) {
        self.is_settled = true;
        release(&self.inner, self.id).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.extending.abort();
        if !self.is_settled {
            let (inner, id) = (self.inner.clone(), self.id);
            self.inner.spawn(async move { release(&inner, id).await });
        }
    }
}

async fn release(inner: &Arc<Inner>, id: i64) {
    if let Err(error) = inner.database(move |db| db.release_reservation(id)).await {
        tracing::warn!(%error, "the place of an upload by a link stays taken until its lease is over");
    }
}
