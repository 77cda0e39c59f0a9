//! Keeping the objects of a library while it is copied.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use tintype_persistence::Database;

use super::outcome::{SOURCE_DATABASE, TransferError};
use super::route::call;
use crate::library::{now, random_name};
use crate::remove::{HOLD, HOLD_TIME, is_about_now};

/// How often the lease is renewed: several times while it lasts.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// The lease under which servers delete rows but no objects. If it is neither renewed nor released,
/// it ends by itself.
#[derive(Debug)]
pub(super) struct Hold {
    database: Database,
    holder: String,
    renewed: Mutex<Instant>,
}

impl Hold {
    /// Takes the lease. Another backup that has it ends with an error.
    pub(super) async fn take(database: &Database) -> Result<Self, TransferError> {
        let (holder, renewed) = (random_name(), Mutex::new(Instant::now()));
        let (own, before) = (holder.clone(), now());
        let theirs = call(database, SOURCE_DATABASE, Database::clock).await?;
        if theirs.is_some_and(|theirs| !is_about_now(theirs, before, now())) {
            let text = "its clock and that of this machine differ by more than a minute; set them right";
            return Err(TransferError::new(SOURCE_DATABASE)(text));
        }
        call(database, SOURCE_DATABASE, move |db| db.seize_lease(HOLD, &own, now().plus(HOLD_TIME))).await?;
        Ok(Self { database: database.clone(), holder, renewed })
    }

    /// Does work under the lease, which is given back if the work fails.
    pub(super) async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, TransferError>>,
    ) -> Result<T, TransferError> {
        let result = tokio::select! {
            lost = self.renew_for_ever() => Err(lost),
            done = work => done,
        };
        if result.is_err() {
            self.release().await;
        }
        result
    }

    /// Gives back the lease. If that fails, it ends by itself.
    pub(super) async fn release(&self) {
        let holder = self.holder.clone();
        let released = call(&self.database, SOURCE_DATABASE, move |db| db.release_lease(HOLD, &holder)).await;
        if let Err(error) = released {
            tracing::debug!(%error, "what was deleted is kept for two minutes more");
        }
    }

    /// Renews the lease again and again, and returns why that is no longer possible.
    async fn renew_for_ever(&self) -> TransferError {
        loop {
            let renewed = self.renew().await;
            let since = self.renewed.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
            let is_over = since >= HOLD_TIME.unsigned_abs();
            match renewed {
                Ok(false) => {
                    let text = "another backup of this library has begun, and only one can be made at a time";
                    return TransferError::new(SOURCE_DATABASE)(text);
                }
                _ if is_over => {
                    let text = "it did not answer for two minutes, and deleted files may be gone";
                    return renewed.err().unwrap_or_else(|| TransferError::new(SOURCE_DATABASE)(text));
                }
                Ok(true) => *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now(),
                Err(_) => {}
            }
            tokio::time::sleep(RENEW_EVERY).await;
        }
    }

    async fn renew(&self) -> Result<bool, TransferError> {
        let holder = self.holder.clone();
        let renew = move |db: &Database| db.acquire_lease(HOLD, &holder, now(), now().plus(HOLD_TIME));
        call(&self.database, SOURCE_DATABASE, renew).await
    }
}
