use crate::connection::{AnyConnection, Manager, Role, begin_snapshot, begin_write};
use crate::error::Error;
use crate::migrations;
use crate::url::Address;
use diesel::connection::{Connection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use std::time::Duration;

type Transactions = <AnyConnection as Connection>::TransactionManager;

/// A database, shared by cloning; every method blocks the thread.
#[derive(Clone)]
pub struct Database {
    readers: Pool<Manager>,
    writer: Pool<Manager>,
}

/// How to use a database.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// The most connections that read at a time; 4 by default, at least 1.
    pub readers: u32,
    /// How long to wait for a connection, and how long for another process's lock; 5 seconds by default.
    pub acquire_timeout: Duration,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self { readers: 4, acquire_timeout: Duration::from_secs(5) }
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

    /// Connects to `sqlite://<path>`, creating the file (not its folder) where it is missing; it does not migrate.
    ///
    /// # Errors
    /// A URL that names no database this build can use; a file that cannot be opened, created or written.
    pub fn connect(url: &str, options: &ConnectOptions) -> Result<Self, Error> {
        let address = Address::parse(url)?;
        let timeout = options.acquire_timeout;
        let manager = |role| Manager { address: address.clone(), role, busy_timeout: timeout };
        // A pool would try for the whole timeout and then say less about why it cannot connect.
        drop(manager(Role::Writer).connect()?);
        let pool = |role, size: u32| {
            Pool::builder()
                .max_size(size.max(1))
                .min_idle(Some(0))
                .connection_timeout(timeout)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_on_check_out(false)
                .build_unchecked(manager(role))
        };
        Ok(Self { readers: pool(Role::Reader, options.readers), writer: pool(Role::Writer, 1) })
    }

    /// Brings the schema up to date and returns the names of the migrations that ran; at once from several processes,
    /// one of them runs each.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] where a newer version has migrated the database.
    pub fn migrate(&self) -> Result<Vec<String>, Error> {
        self.write(migrations::run)
    }

    /// Returns whether the database answers and is migrated.
    ///
    /// # Errors
    /// [`Error::NotMigrated`], [`Error::NewerSchema`], or why it does not answer.
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

    /// Runs a transaction that writes; it is undone where `work` fails.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        in_transaction(&mut *acquire(&self.writer)?, begin_write, work)
    }
}

fn acquire(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Error> {
    pool.get().map_err(|error| Error::Busy { problem: error.to_string() })
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
