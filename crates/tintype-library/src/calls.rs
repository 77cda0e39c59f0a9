use crate::Error;
use crate::admission::{Admission, Asker, Lane};
use std::sync::Arc;
use std::time::Duration;
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
}

impl Calls {
    /// Database calls that wait on blocking threads at a time; the others wait without one.
    const DATABASE_SLOTS: usize = 16;

    /// How long a database call may take, waiting included: so long a client may have to wait to be
    /// told to come back.
    const DATABASE_TIMEOUT: Duration = Duration::from_secs(8);

    /// Blocking calls run on threads of the present tokio runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn new(database: Database, admission: Admission) -> Self {
        let database_slots = Arc::new(Semaphore::new(Self::DATABASE_SLOTS));
        Self { database, database_slots, admission, runtime: Handle::current() }
    }

    /// Returns whether the disk of the database is known to be full.
    pub(crate) fn is_full(&self) -> bool {
        self.database.is_full()
    }

    /// Returns how many connections to the database are in use, and how many are open.
    pub(crate) fn connections(&self) -> (u32, u32) {
        self.database.connections()
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
