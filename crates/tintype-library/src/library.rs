use crate::admission::Admission;
use crate::thumbnailers::Thumbnailers;
use crate::{Error, Options};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tintype_domain::Timestamp;
use tintype_persistence::Database;
use tintype_storage::{Spool, Storage};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

/// The media library: everything that can be done with files, users permitting. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Library {
    inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) database: Database,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) spool: Spool,
    pub(crate) options: Options,
    pub(crate) admission: Admission,
    pub(crate) thumbnailers: Thumbnailers,
    /// Tells this process from others that share its database.
    pub(crate) holder: String,
    database_slots: Arc<Semaphore>,
    runtime: Handle,
    tasks: TaskTracker,
}

/// Which part does not answer, and why.
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
    /// Database calls that wait on blocking threads at a time; the others wait without one.
    const DATABASE_SLOTS: usize = 16;

    /// How long a database call may take, waiting included: so long a client may have to wait to be told to come back.
    const DATABASE_TIMEOUT: Duration = Duration::from_secs(8);

    /// How long a part may take to say that it is ready.
    const READY_TIMEOUT: Duration = Duration::from_secs(5);

    /// Opens the library over a migrated database and a storage. Work that outlives its caller runs on the present tokio
    /// runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(database: Database, storage: Arc<dyn Storage>, spool: Spool, options: Options) -> Self {
        let inner = Inner {
            database,
            storage,
            spool,
            admission: Admission::new(&options),
            thumbnailers: Thumbnailers::default(),
            options,
            holder: random_name(),
            database_slots: Arc::new(Semaphore::new(Self::DATABASE_SLOTS)),
            runtime: Handle::current(),
            tasks: TaskTracker::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the limits.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// Waits for all work that outlived its callers, and lets another process sweep and do jobs. To be called when nothing new can
    /// come in.
    pub async fn drain(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.stop_sweeping().await;
        self.inner.release_jobs().await;
    }

    /// Checks that database and storage answer.
    ///
    /// # Errors
    /// The first part that does not.
    pub async fn ready(&self) -> Result<(), NotReady> {
        let database = tokio::time::timeout(Self::READY_TIMEOUT, self.inner.database(|db| db.check()));
        let storage = tokio::time::timeout(Self::READY_TIMEOUT, self.inner.storage.check());
        let (database, storage) = futures_util::join!(database, storage);
        match database {
            Ok(Ok(())) => {}
            Ok(Err(error)) => return Err(NotReady { part: "database", source: error.into() }),
            Err(timeout) => return Err(NotReady { part: "database", source: timeout.into() }),
        }
        match storage {
            Ok(Ok(())) => Ok(()),
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
    /// Runs a database call on a blocking thread. One that takes too long goes on by itself: whether a write that did so
    /// takes effect is not known.
    pub(crate) async fn database<T: Send + 'static>(
        self: &Arc<Self>,
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
        let limit = Library::DATABASE_TIMEOUT;
        let late = |_| Err(Error::Unavailable(format!("the database has not answered for {limit:?}").into()));
        tokio::time::timeout(limit, answer).await.unwrap_or_else(late)
    }

    /// Runs CPU work that declares so many bytes on a blocking thread, once it is let in.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        bytes: u64,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let admitted = self.admission.admit(bytes).await?;
        let work = move || {
            let _admitted = admitted;
            work()
        };
        self.runtime.spawn_blocking(work).await.map_err(Error::internal)
    }

    /// Starts work that nobody waits for.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(work, &self.runtime);
    }
}

/// Returns what no other process is called.
pub(crate) fn random_name() -> String {
    let mut random = [0; 8];
    // Without randomness the number of the process has to do.
    if getrandom::fill(&mut random).is_err() {
        random = u64::from(std::process::id()).to_ne_bytes();
    }
    format!("{:016x}", u64::from_ne_bytes(random))
}

pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}
