use crate::Error;
use crate::admission::{Admission, Asker, Lane};
use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tintype_domain::Checksum;
use tintype_persistence::Database;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

/// Where async code crosses into calls that block: of the database, and of CPU work.
#[derive(Debug)]
pub(crate) struct Calls {
    database: Database,
    database_slots: Arc<Semaphore>,
    admission: Admission,
    runtime: Handle,
    start: Instant,
    /// Until when glances at the database go by threads, in milliseconds since the start.
    slow_until_ms: AtomicU64,
}

impl Calls {
    /// Database calls that wait on blocking threads at a time; the others wait without one.
    const DATABASE_SLOTS: usize = 16;

    /// How long a database call may take, waiting included: so long a client may have to wait to be
    /// told to come back.
    const DATABASE_TIMEOUT: Duration = Duration::from_secs(8);

    /// How long a glance at the database may take before others go by threads for a while: a disk
    /// that is slow, or not in the page cache, must not keep the other requests of a worker
    /// waiting.
    const GLANCE_LIMIT: Duration = Duration::from_millis(2);

    /// For how long.
    const GLANCE_PAUSE: Duration = Duration::from_secs(1);

    /// The most bytes that are hashed where they are: a change of thread would take longer.
    const INLINE_BYTES: usize = 32 << 10;

    /// Blocking calls run on threads of the present tokio runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn new(database: Database, admission: Admission) -> Self {
        let database_slots = Arc::new(Semaphore::new(Self::DATABASE_SLOTS));
        let (start, slow_until_ms) = (Instant::now(), AtomicU64::new(0));
        Self { database, database_slots, admission, runtime: Handle::current(), start, slow_until_ms }
    }

    /// Returns whether the disk of the database is known to be full.
    pub(crate) fn is_full(&self) -> bool {
        self.database.is_full()
    }

    /// Returns how many connections to the database are in use, and how many are open.
    pub(crate) fn connections(&self) -> (u32, u32) {
        self.database.connections()
    }

    /// Runs a read that takes a moment, such as that of a row by its key: here, if the database is
    /// a file, a connection to it is free and such reads are quick at present, else as
    /// [`database`](Self::database).
    pub(crate) async fn glance<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> Result<T, tintype_persistence::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let now = self.start.elapsed();
        if now.as_millis() >= u128::from(self.slow_until_ms.load(Ordering::Relaxed))
            && let Some(database) = self.database.at_hand()
        {
            let result = call(&database);
            if self.start.elapsed() - now > Self::GLANCE_LIMIT {
                let until = self.start.elapsed() + Self::GLANCE_PAUSE;
                self.slow_until_ms.store(u64::try_from(until.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
            }
            return Ok(result?);
        }
        self.database(call).await
    }

    /// Runs a database call on a blocking thread. One that takes too long goes on by itself:
    /// whether a write that did so takes effect is not known.
    pub(crate) async fn database<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> Result<T, tintype_persistence::Error> + Send + 'static,
    ) -> Result<T, Error> {
        let answer = async {
            let slot = self.database_slots.clone().acquire_owned().await.map_err(Error::internal)?;
            let database = self.database.clone();
            let call = move || {
                // Held by the call, which goes on when nobody waits for it any more.
                let _slot = slot;
                call(&database)
            };
            Ok(self.runtime.spawn_blocking(call).await.map_err(Error::internal)??)
        };
        let limit = Self::DATABASE_TIMEOUT;
        let late = |_| Err(Error::Unavailable(format!("the database has not answered for {limit:?}").into()));
        tokio::time::timeout(limit, answer).await.unwrap_or_else(late)
    }

    /// Returns the SHA-256 of bytes, which are few.
    pub(crate) async fn checksum(&self, bytes: Bytes) -> Result<Checksum, Error> {
        let digest = |bytes: Bytes| Checksum(Sha256::digest(&bytes).into());
        if bytes.len() <= Self::INLINE_BYTES {
            return Ok(digest(bytes));
        }
        self.runtime.spawn_blocking(move || digest(bytes)).await.map_err(Error::internal)
    }

    /// Runs CPU work that declares so many bytes on a blocking thread, once it is let in.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        lane: Lane,
        asker: Asker,
        memory_bytes: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let admitted = self.admission.admit(lane, asker, memory_bytes).await?;
        let work = move || {
            let _admitted = admitted;
            work()
        };
        self.runtime.spawn_blocking(work).await.map_err(Error::internal)
    }
}
