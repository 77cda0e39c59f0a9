use crate::library::{Inner, now};
use crate::{Error, Library};
use futures_util::future::join_all;
use std::sync::Arc;
use std::time::Duration;
use tintype_auth::Actor;
use tintype_domain::{FileId, FileRecord, Key, Permission, Timestamp};
use tintype_persistence::Database;

/// How many strays the sweeper deletes at a time.
pub(crate) const SWEEP_BATCH: u32 = 200;

/// How often to sweep, unless uploads count as abandoned sooner.
const SWEEP_EVERY: Duration = Duration::from_secs(15);

/// The name of the sweeper's lease.
pub(crate) const SWEEP: &str = "sweep";

/// The name of the lease of a backup: while it lasts, no object is deleted.
pub(crate) const HOLD: &str = "hold";

/// How long the lease of a backup lasts unless it is renewed, so that one that died keeps nothing
/// for long.
pub(crate) const HOLD_TIME: time::Duration = time::Duration::minutes(2);

/// A key contains the day of its upload, so nobody asks again for a key of two days ago.
const TOMBSTONE_AGE: time::Duration = time::Duration::days(2);

/// How far the clocks of this machine and of the database server may be apart.
const MAX_CLOCK_DIFFERENCE: time::Duration = time::Duration::MINUTE;

/// How far ahead of the clock a claim may be dated. What is dated later was claimed by a clock that
/// was wrong, and would lie about until then.
const LATEST_CLAIM: time::Duration = time::Duration::HOUR;

impl Library {
    /// Returns a file that `actor` may delete. None that is in the trash: it has no version that
    /// could be expected.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`].
    pub async fn begin_delete(&self, actor: &Actor, id: FileId) -> Result<FileRecord, Error> {
        actor.require(Permission::Delete)?;
        self.inner().database(move |db| db.file(id)).await?.ok_or(Error::NotFound)
    }

    /// Deletes a file, its content and its thumbnails; or puts it into the trash, if
    /// [`Options::trash_retention`](crate::Options) says so. One that is in the trash is deleted
    /// for good, unless it is expected to be as it was at `expected`.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`]; [`Error::Outdated`] if the file did
    /// not last change at `expected`.
    pub async fn delete(&self, actor: &Actor, id: FileId, expected: Option<Timestamp>) -> Result<(), Error> {
        actor.require(Permission::Delete)?;
        self.own(move |inner| async move {
            let cache = inner.media_cache.clone();
            let retention = inner.options.trash_retention;
            let delete = move |db: &Database| {
                let now = now();
                let deleted = match retention {
                    Some(retention) => db.trash_file(id, expected, now.plus(retention), now),
                    None => db.delete_file(id, expected, now),
                };
                cache.note_change(id);
                match deleted? {
                    None if expected.is_none() => db.purge_file(id),
                    deleted => Ok(deleted),
                }
            };
            let keys = inner.free(delete).await?.ok_or(Error::NotFound)?;
            inner.remove_objects(keys).await;
            Ok(())
        })
        .await
    }

    /// Brings a file back from the trash, with its id, key and thumbnails. One that is not in the
    /// trash stays as it is.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`].
    pub async fn restore(&self, actor: &Actor, id: FileId) -> Result<FileRecord, Error> {
        actor.require(Permission::Delete)?;
        self.own(move |inner| async move {
            let cache = inner.media_cache.clone();
            let restore = move |db: &Database| {
                let restored = db.restore_file(id, now());
                cache.note_change(id);
                restored
            };
            inner.database(restore).await?.ok_or(Error::NotFound)
        })
        .await
    }

    /// Deletes the objects that interrupted uploads and deletes left in storage, and returns how
    /// many there were. The cost depends on these objects only, not on the size of the library.
    /// Maintenance needs no permission.
    ///
    /// If several processes share a database, one of them sweeps and the others return 0, until it
    /// is drained or has not swept for two [intervals](Self::sweep_interval).
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`]: the rest is left to the next sweep.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let inner = self.inner();
        if !inner.leads_sweep().await? {
            return Ok(0);
        }
        let abandoned = i64::try_from(inner.options.abandoned_after.as_micros()).unwrap_or(i64::MAX);
        let claimed_before = now().plus(time::Duration::microseconds(-abandoned));
        inner
            .database(move |db| {
                db.doom_abandoned(claimed_before)?;
                db.doom_postdated(now().plus(LATEST_CLAIM))?;
                db.drop_tombstones(now().plus(-TOMBSTONE_AGE))
            })
            .await?;
        inner.expire_resumables().await?;
        inner.drop_archives().await?;
        inner.database(|db| db.adopt_previews(now())).await?;
        inner.prune_deliveries().await?;
        let mut swept = inner.purge_trash().await? + inner.evict_renditions().await?;
        loop {
            let keys = inner.database(|db| db.doomed(SWEEP_BATCH)).await?;
            let found = keys.len();
            let gone = inner.delete_objects(keys).await?;
            swept += gone;
            // Otherwise, objects that cannot be deleted now would be found again and again.
            if found < SWEEP_BATCH as usize || gone < found || !inner.leads_sweep().await? {
                return Ok(swept);
            }
        }
    }

    /// Returns how often to call [`sweep`](Self::sweep).
    pub fn sweep_interval(&self) -> Duration {
        self.inner().sweep_interval()
    }
}

/// Returns whether another clock's time, read between two moments of ours, differs by no more than
/// a minute.
pub(crate) fn is_about_now(theirs: Timestamp, before: Timestamp, after: Timestamp) -> bool {
    before.plus(-MAX_CLOCK_DIFFERENCE) <= theirs && theirs <= after.plus(MAX_CLOCK_DIFFERENCE)
}

impl Library {
    /// Sets room aside on the disk of the database, so that files can be deleted even when it is
    /// full. Call it at the start and now and then: what was used up is set aside again.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn keep_reserve(&self) -> Result<(), Error> {
        if !self.inner().database(Database::keep_reserve).await? {
            tracing::warn!("the disk of the database is full");
        }
        Ok(())
    }
}

impl Inner {
    /// Runs a database call that comes before freeing room. If there is none left, it gets what was
    /// set aside.
    pub(crate) async fn free<T: Send + 'static>(
        &self,
        call: impl Fn(&Database) -> Result<T, tintype_persistence::Error> + Clone + Send + 'static,
    ) -> Result<T, Error> {
        match self.database(call.clone()).await {
            Err(Error::NoSpace(_)) if self.database(|db| Ok(db.release_reserve())).await? => self.database(call).await,
            result => result,
        }
    }

    fn sweep_interval(&self) -> Duration {
        self.options.abandoned_after.clamp(Duration::from_millis(100), SWEEP_EVERY)
    }

    /// Takes or renews the sweeper's lease for two intervals, and returns whether this process has
    /// it.
    async fn leads_sweep(self: &Arc<Self>) -> Result<bool, Error> {
        // With a clock that is wrong it would take uploads under way for abandoned ones, and forget
        // which keys are used up.
        if !self.agrees_on_time().await? {
            return Ok(false);
        }
        let inner = self.clone();
        let lease = time::Duration::try_from(2 * self.sweep_interval()).map_err(Error::internal)?;
        self.database(move |db| db.acquire_lease(SWEEP, &inner.holder, now(), now().plus(lease))).await
    }

    /// Returns whether this machine's clock agrees with that of the database server, if there is
    /// one.
    async fn agrees_on_time(self: &Arc<Self>) -> Result<bool, Error> {
        let before = now();
        let Some(theirs) = self.database(|db| db.clock()).await? else { return Ok(true) };
        let agrees = is_about_now(theirs, before, now());
        if !agrees {
            tracing::error!(
                database = %theirs,
                here = %now(),
                "the clocks of this machine and of the database server differ by more than a minute: nothing is swept \
                 from here; set them right"
            );
        }
        Ok(agrees)
    }

    /// Gives up all leases, so that another process can sweep and send events at once.
    pub(crate) async fn release_leases(self: &Arc<Self>) {
        let inner = self.clone();
        if let Err(error) = self.database(move |db| db.release_leases(&inner.holder)).await {
            tracing::debug!(%error, "another process will sweep only when the lease is over");
        }
    }

    /// Returns the result; if it is an error, undoes the claims of `keys` and deletes their objects
    /// first. If the database does not answer, that happens in the background.
    pub(crate) async fn or_discard<T>(self: &Arc<Self>, result: Result<T, Error>, keys: Vec<Key>) -> Result<T, Error> {
        match &result {
            Ok(_) => {}
            Err(Error::Unavailable(_)) => {
                let inner = self.clone();
                self.spawn(async move { inner.discard(keys).await });
            }
            Err(_) => self.discard(keys).await,
        }
        result
    }

    /// Deletes files for good whose time in the trash is over, and returns how many objects they
    /// had.
    async fn purge_trash(self: &Arc<Self>) -> Result<usize, Error> {
        let mut purged = 0;
        loop {
            let keys = self.free(|db| db.purge_expired(now(), SWEEP_BATCH)).await?;
            if keys.is_empty() {
                return Ok(purged);
            }
            purged += self.delete_objects(keys).await?;
        }
    }

    /// Removes the least recently used renditions until the others have room, and returns how many.
    async fn evict_renditions(self: &Arc<Self>) -> Result<usize, Error> {
        self.database(|db| db.drop_rendition_leases(now().plus(-TOMBSTONE_AGE))).await?;
        let limit = self.options.renditions.cache_bytes;
        let mut evicted = 0;
        loop {
            let keys = self.free(move |db| db.evict_renditions(limit, SWEEP_BATCH)).await?;
            if keys.is_empty() {
                return Ok(evicted);
            }
            evicted += self.delete_objects(keys).await?;
        }
    }

    /// Undoes the claims of a failed upload. Anything that cannot be undone now is left to the
    /// sweeper.
    pub(crate) async fn discard(self: &Arc<Self>, keys: Vec<Key>) {
        if keys.is_empty() {
            return;
        }
        match self.database(move |db| db.doom(&keys)).await {
            // Keys that a row owns are not among them: an insert may report an error and be
            // committed all the same.
            Ok(doomed) => self.remove_objects(doomed).await,
            Err(error) => tracing::warn!(%error, "an upload's objects are left to the sweeper"),
        }
    }

    /// Deletes objects that are listed as doomed. Objects that cannot be deleted now are left to
    /// the sweeper.
    pub(crate) async fn remove_objects(self: &Arc<Self>, keys: Vec<Key>) {
        if keys.is_empty() {
            return;
        }
        if let Err(error) = self.delete_objects(keys).await {
            tracing::warn!(%error, "deleted objects are left to the sweeper");
        }
    }

    /// Deletes doomed objects, turns their keys into tombstones, and returns how many. While a
    /// backup is made, they are left to the sweeper.
    async fn delete_objects(self: &Arc<Self>, keys: Vec<Key>) -> Result<usize, Error> {
        self.media_cache.forget(&keys);
        // Only now: a backup takes its lease before it looks which rows there are.
        if self.database(|db| db.is_leased(HOLD, now(), now().plus(HOLD_TIME))).await? {
            return Ok(0);
        }
        let results = join_all(keys.iter().map(|key| self.storage.delete(key))).await;
        let mut gone = Vec::with_capacity(keys.len());
        for (key, result) in keys.into_iter().zip(results) {
            match result {
                Ok(()) => gone.push(key),
                Err(error) => tracing::warn!(%error, %key, "cannot delete an object; the sweeper will try again"),
            }
        }
        let count = gone.len();
        self.free(move |db| db.forget(&gone, now())).await?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::is_about_now;
    use tintype_domain::Timestamp;

    #[test]
    fn a_minute_either_way_is_agreement() {
        let at = |seconds: i64| Timestamp::from_unix_micros(1_766_425_386_000_000 + seconds * 1_000_000);
        for theirs in [-60, 0, 3, 5, 65] {
            assert!(is_about_now(at(theirs), at(0), at(5)), "{theirs}");
        }
        for theirs in [-61, 66, 3 * 86_400, -3 * 86_400] {
            assert!(!is_about_now(at(theirs), at(0), at(5)), "{theirs}");
        }
    }
}
