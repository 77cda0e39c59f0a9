use crate::admission::{Admission, Asker, Lane};
use crate::calls::Calls;
use crate::media_cache::MediaCache;
use crate::meters::{LastTotals, MeteredStorage, Meters};
use crate::options::Reach;
use crate::outgoing::Outgoing;
use crate::passwords::PasswordMemories;
use crate::rate::RequestThrottle;
use crate::renditions::Renditions;
use crate::throttle::LoginThrottle;
use crate::thumbnailers::Thumbnailers;
use crate::{Error, Options};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tintype_domain::Timestamp;
use tintype_persistence::Database;
use tintype_storage::{Spool, Storage};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// The media library: everything that can be done with files, users permitting. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) calls: Arc<Calls>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) spool: Spool,
    pub(crate) options: Options,
    pub(crate) admission: Admission,
    pub(crate) thumbnailers: Thumbnailers,
    pub(crate) renditions: Renditions,
    pub(crate) password_memories: PasswordMemories,
    pub(crate) meters: Meters,
    pub(crate) last_totals: LastTotals,
    pub(crate) login_throttle: LoginThrottle,
    pub(crate) request_throttle: RequestThrottle,
    pub(crate) media_cache: Arc<MediaCache>,
    /// For files that are fetched from URLs.
    pub(crate) imports: Outgoing,
    /// For events.
    pub(crate) webhooks: Arc<Outgoing>,
    /// Identifies this process among those that share a database.
    pub(crate) holder: String,
    runtime: Handle,
    tasks: TaskTracker,
}

/// Whether more can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// There is room.
    Left,
    /// A disk is full: files can be read and deleted only.
    Full,
}

/// The part that does not answer, and why.
#[derive(Debug, thiserror::Error)]
#[error("{part} does not answer")]
pub struct NotReady {
    /// `database` or `storage`.
    pub part: &'static str,
    /// Why, for the log.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl Library {
    /// How long a part may take to say that it is ready.
    const READY_TIMEOUT: Duration = Duration::from_secs(5);

    /// Opens the library over a migrated database and a storage. Work that outlives its caller runs
    /// on the present tokio runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(database: Database, storage: Arc<dyn Storage>, spool: Spool, options: Options) -> Self {
        let admission = Admission::new(&options);
        let meters = Meters::new();
        let storage = Arc::new(MeteredStorage { storage, meters: meters.clone() });
        let inner = Inner {
            calls: Arc::new(Calls::new(database, admission.clone())),
            storage,
            spool,
            admission,
            thumbnailers: Thumbnailers::default(),
            renditions: Renditions::new(options.workers, options.queue_length),
            password_memories: PasswordMemories::default(),
            meters,
            last_totals: LastTotals::default(),
            login_throttle: LoginThrottle::new(&options),
            request_throttle: RequestThrottle::new(options.rate_limit),
            imports: Outgoing::to(options.imports.as_ref().map_or(Reach::Public, |imports| imports.reach)),
            webhooks: Arc::new(Outgoing::to(options.webhooks.reach)),
            media_cache: Arc::new(MediaCache::new(options.media_cache_bytes)),
            options,
            holder: random_name(),
            runtime: Handle::current(),
            tasks: TaskTracker::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the limits.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Waits for all work that outlived its callers, then lets other processes sweep, send
    /// events and take jobs.
    /// Call it when no new requests can arrive.
    pub async fn drain(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.release_leases().await;
        self.inner.release_jobs().await;
    }

    /// Checks that database and storage answer, and returns whether there is room in both.
    ///
    /// # Errors
    /// The first part that does not answer.
    pub async fn ready(&self) -> Result<Room, NotReady> {
        let database =
            tokio::time::timeout(Self::READY_TIMEOUT, self.inner.database(|db| db.check().map(|()| db.is_full())));
        let storage = tokio::time::timeout(Self::READY_TIMEOUT, self.inner.storage.check());
        let (database, storage) = futures_util::join!(database, storage);
        let is_full = match database {
            Ok(Ok(is_full)) => is_full,
            Ok(Err(error)) => return Err(NotReady { part: "database", source: error.into() }),
            Err(timeout) => return Err(NotReady { part: "database", source: timeout.into() }),
        };
        match storage {
            Ok(Ok(())) if !is_full => Ok(Room::Left),
            Ok(Ok(()) | Err(tintype_storage::Error::NoSpace { .. })) => Ok(Room::Full),
            Ok(Err(error)) => Err(NotReady { part: "storage", source: error.into() }),
            Err(timeout) => Err(NotReady { part: "storage", source: timeout.into() }),
        }
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    /// Runs work to its end, whether or not the caller waits for it.
    pub(crate) async fn own<F, T>(&self, work: impl FnOnce(Arc<Inner>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
        T: Send + 'static,
    {
        let work = work(self.inner.clone());
        self.inner.tasks.spawn_on(work, &self.inner.runtime).await.map_err(Error::internal)?
    }
}

impl Inner {
    /// See [`Calls::database`].
    pub(crate) async fn database<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> Result<T, tintype_persistence::Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.meters.count_database(self.calls.database(call).await)
    }

    /// See [`Calls::glance`].
    pub(crate) async fn glance<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> Result<T, tintype_persistence::Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.calls.glance(call).await
    }

    /// See [`Calls::compute`].
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        lane: Lane,
        asker: Asker,
        memory_bytes: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        self.calls.compute(lane, asker, memory_bytes, work).await
    }

    /// Starts work that may go on when nobody waits for it any more.
    pub(crate) fn start<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
        self.tasks.spawn_on(work, &self.runtime)
    }

    /// Starts work that nobody waits for.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(work, &self.runtime);
    }
}

/// Returns a name that no other process has.
pub(crate) fn random_name() -> String {
    let mut random = [0; 8];
    // Without randomness, use the process id.
    if getrandom::fill(&mut random).is_err() {
        random = u64::from(std::process::id()).to_ne_bytes();
    }
    format!("{:016x}", u64::from_ne_bytes(random))
}

pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}
