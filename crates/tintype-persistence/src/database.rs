use crate::connection::{AnyConnection, Role, Transactions};
use crate::dialect::{begin_snapshot, begin_write, clock, keep_snapshot};
use crate::error::Error;
use crate::group_commit::GroupCommit;
use crate::migrations;
use crate::pool::{Manager, acquire, pool};
use crate::reserve::Reserve;
use crate::url::Address;
use crate::{postgres, sqlite};
use diesel::connection::TransactionManager;
use diesel::r2d2::{Pool, PooledConnection};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tintype_domain::{Timestamp, redact_url};

/// How many times to try a transaction that conflicts with others.
const MAX_ATTEMPTS: usize = 5;

/// A database, shared by cloning; every method blocks the thread.
#[derive(Clone)]
pub struct Database {
    readers: Readers,
    writers: Writers,
    /// Room that is set aside on the disk of a SQLite database.
    reserve: Option<Arc<Reserve>>,
}

/// How a database is read from.
#[derive(Clone)]
enum Readers {
    /// Through any of several connections, once one is free.
    Pool(Pool<Manager>),
    /// Through one that is at hand.
    One(Arc<Mutex<PooledConnection<Manager>>>),
    /// Through one whose transaction sees the same state for as long as it is kept.
    Frozen(Arc<Mutex<PooledConnection<Manager>>>),
}

impl Readers {
    fn run<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        match self {
            Self::Pool(pool) => work(&mut *acquire(pool)?),
            Self::One(connection) | Self::Frozen(connection) => {
                work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
            }
        }
    }
}

/// How a database is written to.
#[derive(Clone)]
enum Writers {
    /// Through any connection, as for reading.
    Pool(Pool<Manager>),
    /// Through the only connection that may write.
    One(Arc<GroupCommit>),
}

/// Options for connecting to a database.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// The most connections for reading from SQLite, which has one more for writing. Default: 4; at
    /// least 1.
    pub readers: u32,
    /// The most connections to a PostgreSQL server, for reading and writing. Default: 8; at least
    /// 1.
    pub connections: u32,
    /// How long to wait for a connection, and for a lock. Default: 5 seconds.
    pub acquire_timeout: Duration,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self { readers: 4, connections: 8, acquire_timeout: Duration::from_secs(5) }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").finish_non_exhaustive()
    }
}

impl Database {
    /// Checks that a URL names a database that this build can use, without connecting.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`].
    pub fn check_url(url: &str) -> Result<(), Error> {
        Address::parse(url).map(drop)
    }

    /// Connects to `sqlite://<path>`, and creates the file (not its folder) if it is missing, or to
    /// `postgres://user:password@host:port/database`, a connection URI of libpq. Does not migrate.
    ///
    /// # Errors
    /// The URL does not name a database that this build can use; the file cannot be opened, created
    /// or written; the server cannot be reached or refuses the connection.
    pub fn connect(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let pool = |role, size| pool(&address, role, size, options.acquire_timeout);
        Ok(match address {
            Address::Sqlite(ref path) => {
                let writer = GroupCommit::new(pool(Role::Writer, 1)?, options.acquire_timeout);
                Self {
                    readers: Readers::Pool(pool(Role::Reader, options.readers)?),
                    writers: Writers::One(Arc::new(writer)),
                    reserve: Some(Arc::new(Reserve::beside(path))),
                }
            }
            Address::Postgres(_) => {
                let all = pool(Role::Writer, options.connections)?;
                Self { readers: Readers::Pool(all.clone()), writers: Writers::Pool(all), reserve: None }
            }
        })
    }

    /// As [`connect`](Self::connect), and creates the database first if a PostgreSQL server has
    /// none of that name.
    ///
    /// # Errors
    /// [`Error::CannotCreate`]; else as [`connect`](Self::connect).
    pub fn connect_or_create(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        match (Self::connect(url, options), Address::parse(url)?) {
            (Err(Error::CannotConnect { .. }), Address::Postgres(address))
                if postgres::create(&address, options.acquire_timeout)? =>
            {
                Self::connect(url, options)
            }
            (connected, _) => connected,
        }
    }

    /// Connects to a database that some version of tintype has migrated, and neither creates one
    /// nor makes tables in a foreign one.
    ///
    /// # Errors
    /// [`Error::NoDatabase`]; else as [`connect`](Self::connect).
    pub fn connect_existing(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let missing = || Error::NoDatabase { place: address.to_string() };
        if address.is_missing() {
            return Err(missing());
        }
        let database = Self::connect(url, options)?;
        if database.read(migrations::has_run)? { Ok(database) } else { Err(missing()) }
    }

    /// Connects to an existing database for reading only: every method that writes fails,
    /// [`migrate`](Self::migrate) included. SQLite may leave empty `-wal` and `-shm` files beside
    /// the database.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_read_only(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let all = pool(&address, Role::Guest, options.readers, options.acquire_timeout)?;
        Ok(Self { readers: Readers::Pool(all.clone()), writers: Writers::Pool(all), reserve: None })
    }

    /// Returns whether two URLs name the same database, as far as the URLs show.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`].
    pub fn is_same(url: &str, other: &str) -> Result<bool, Error> {
        Ok(Address::parse(url)?.resolved() == Address::parse(other)?.resolved())
    }

    /// Brings the schema up to date and returns the names of the migrations that ran. Several
    /// processes may do so at once: each migration runs in one of them.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] if a newer version has migrated the database.
    pub fn migrate(&self) -> Result<Vec<String>, Error> {
        self.write(migrations::run)
    }

    /// Sets aside up to 4 MiB on the disk of a SQLite database, for
    /// [`release_reserve`](Self::release_reserve), and returns whether there was room for that. A
    /// PostgreSQL server has its own disk: nothing is set aside there.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the file cannot be written.
    pub fn keep_reserve(&self) -> Result<bool, Error> {
        let Some(reserve) = &self.reserve else { return Ok(true) };
        reserve.keep().map_err(|error| Error::Unavailable { problem: format!("no room can be set aside: {error}") })
    }

    /// Gives what was set aside to what has to be written, and returns whether there was anything.
    pub fn release_reserve(&self) -> bool {
        self.reserve.as_ref().is_some_and(|reserve| reserve.release())
    }

    /// Returns whether the room that was set aside has been needed and is not there again.
    pub fn is_full(&self) -> bool {
        self.reserve.as_ref().is_some_and(|reserve| reserve.is_spent())
    }

    /// Checks that the database answers and has at least the migrations that this version needs.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], or why it does not answer.
    pub fn check(&self) -> Result<(), Error> {
        self.read(migrations::check)
    }

    /// Returns how many connections are in use, and how many are open.
    pub fn connections(&self) -> (u32, u32) {
        let writers = match &self.writers {
            Writers::One(writer) => Some(writer.state()),
            // It is the pool of the readers.
            Writers::Pool(_) => None,
        };
        let readers = match &self.readers {
            Readers::Pool(readers) => Some(readers.state()),
            Readers::One(_) | Readers::Frozen(_) => None,
        };
        readers.into_iter().chain(writers).fold((0, 0), |(used, open), state| {
            (used + state.connections - state.idle_connections, open + state.connections)
        })
    }

    /// Returns the time by the clock of the database server; `None` where the database is a file.
    pub fn clock(&self) -> Result<Option<Timestamp>, Error> {
        self.read(|connection| Ok(clock(connection)?.map(Timestamp::from_unix_micros)))
    }

    /// Returns the database with a connection to read from that is free now, for a call that should
    /// not wait for one, nor for a server: `None` if there is none, and where the database is not a
    /// file. The connection is given back when the value is dropped.
    pub fn at_hand(&self) -> Option<Self> {
        match (&self.readers, &self.writers) {
            (Readers::Pool(readers), Writers::One(_)) => {
                let connection = Arc::new(Mutex::new(readers.try_get()?));
                Some(Self { readers: Readers::One(connection), ..self.clone() })
            }
            _ => None,
        }
    }

    /// Returns the database as it is at the first read, whatever is written afterwards, for reading
    /// only. It takes a connection until it is dropped; meanwhile, a database keeps everything that
    /// was deleted.
    pub fn freeze(&self) -> Result<Self, Error> {
        let Readers::Pool(readers) = &self.readers else { return Ok(self.clone()) };
        let mut connection = acquire(readers)?;
        begin_snapshot(&mut connection)?;
        keep_snapshot(&mut connection)?;
        Ok(Self { readers: Readers::Frozen(Arc::new(Mutex::new(connection))), ..self.clone() })
    }

    /// Writes the whole of a SQLite database, without what is free in it, to a new file that only
    /// its owner may read.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`] if it is no SQLite database; the file is there already, or cannot be
    /// written.
    pub fn write_copy(url: &str, path: &Path) -> Result<(), Error> {
        match Address::parse(url)? {
            Address::Sqlite(from) => sqlite::write_copy(&from, path),
            Address::Postgres(_) => {
                Err(Error::InvalidUrl { url: redact_url(url), problem: "is not a SQLite database".to_owned() })
            }
        }
    }

    /// Runs a single statement.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        self.readers.run(work)
    }

    /// Runs statements that all see the same state of the database.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        if let Readers::Frozen(_) = &self.readers {
            return self.read(work);
        }
        self.readers.run(|connection| in_transaction(connection, begin_snapshot, work))
    }

    /// Runs a transaction that writes. It is undone if `work` fails, and repeated if it conflicts
    /// with another one.
    pub(crate) fn write<T>(&self, mut work: impl FnMut(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        let writers = match &self.writers {
            Writers::Pool(writers) => writers,
            Writers::One(writer) => return writer.write(work),
        };
        let mut attempts = 0;
        loop {
            attempts += 1;
            match in_transaction(&mut *acquire(writers)?, begin_write, &mut work) {
                Err(Error::Conflict { .. }) if attempts < MAX_ATTEMPTS => {}
                result => return result,
            }
        }
    }
}

fn in_transaction<T>(
    connection: &mut AnyConnection,
    begin: fn(&mut AnyConnection) -> diesel::QueryResult<()>,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>,
) -> Result<T, Error> {
    begin(connection)?;
    match work(connection) {
        Ok(value) => {
            Transactions::commit_transaction(connection)?;
            Ok(value)
        }
        Err(error) => {
            // The first failure says more than a failed rollback, after which the pool drops the
            // connection.
            let _ = Transactions::rollback_transaction(connection);
            Err(error)
        }
    }
}
