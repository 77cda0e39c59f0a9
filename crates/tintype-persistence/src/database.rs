use crate::connection::{AnyConnection, Role, Transactions};
use crate::dialect::{begin_snapshot, begin_write};
use crate::error::Error;
use crate::group_commit::GroupCommit;
use crate::migrations;
use crate::pool::{Manager, acquire, pool};
use crate::url::Address;
use diesel::connection::TransactionManager;
use diesel::r2d2::Pool;
use std::sync::Arc;
use std::time::Duration;

/// How often a transaction is tried that others get in the way of.
const MAX_ATTEMPTS: usize = 5;

/// A database, shared by cloning; every method blocks the thread.
#[derive(Clone)]
pub struct Database {
    readers: Pool<Manager>,
    writers: Writers,
}

/// How to write.
#[derive(Clone)]
enum Writers {
    /// By any connection of those that read.
    Pool(Pool<Manager>),
    /// By the one that may.
    One(Arc<GroupCommit>),
}

/// How to use a database.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// The most connections that read at a time on SQLite, which has one more that writes; 4 by default, at least 1.
    pub readers: u32,
    /// The most connections to a PostgreSQL server, each of which reads and writes; 8 by default, at least 1.
    pub connections: u32,
    /// How long to wait for a connection, and how long for another's lock; 5 seconds by default.
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

    /// Connects to `sqlite://<path>`, creating the file (not its folder) where it is missing, or to
    /// `postgres://user:password@host:port/database`, a connection URI as libpq takes it; it does not migrate.
    ///
    /// # Errors
    /// A URL that names no database this build can use; a file that cannot be opened, created or written; a server that
    /// does not let it in.
    pub fn connect(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let pool = |role, size| pool(&address, role, size, options.acquire_timeout);
        Ok(match address {
            Address::Sqlite(_) => {
                let writer = GroupCommit::new(pool(Role::Writer, 1)?, options.acquire_timeout);
                Self { readers: pool(Role::Reader, options.readers)?, writers: Writers::One(Arc::new(writer)) }
            }
            Address::Postgres(_) => {
                let all = pool(Role::Writer, options.connections)?;
                Self { readers: all.clone(), writers: Writers::Pool(all) }
            }
        })
    }

    /// Connects to a database that some version of tintype has migrated, and neither creates one nor makes tables in a foreign
    /// one.
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

    /// Connects to a database that is there already, for reading alone: whatever would write fails, [`migrate`](Self::migrate)
    /// too. SQLite may leave its empty `-wal` and `-shm` files beside the database.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_read_only(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let all = pool(&address, Role::Guest, options.readers, options.acquire_timeout)?;
        Ok(Self { readers: all.clone(), writers: Writers::Pool(all) })
    }

    /// Returns whether two URLs name the same database, as far as they tell.
    ///
    /// # Errors
    /// [`Error::InvalidUrl`].
    pub fn is_same(url: &str, other: &str) -> Result<bool, Error> {
        Ok(Address::parse(url)?.resolved() == Address::parse(other)?.resolved())
    }

    /// Brings the schema up to date and returns the names of the migrations that ran; at once from several processes,
    /// one of them runs each.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] where a newer version has migrated the database.
    pub fn migrate(&self) -> Result<Vec<String>, Error> {
        self.write(migrations::run)
    }

    /// Returns whether the database answers and is migrated, at least as far as this version needs it.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], or why it does not answer.
    pub fn check(&self) -> Result<(), Error> {
        self.read(migrations::check)
    }

    /// Runs what needs no more than one statement.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        work(&mut *acquire(&self.readers)?)
    }

    /// Runs statements that all see one state of the database.
    pub(crate) fn snapshot<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        in_transaction(&mut *acquire(&self.readers)?, begin_snapshot, work)
    }

    /// Runs a transaction that writes; it is undone where `work` fails, and begun anew where another one was in its way.
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
            // What failed first says more than a failing rollback, after which the pool drops the connection.
            let _ = Transactions::rollback_transaction(connection);
            Err(error)
        }
    }
}
