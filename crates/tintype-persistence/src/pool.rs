//! Pools of connections.

use crate::connection::{AnyConnection, Role, Transactions};
use crate::error::Error;
use crate::url::Address;
use crate::{postgres, sqlite};
use diesel::connection::{TransactionManager, TransactionManagerStatus};
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};
use std::time::Duration;

/// Returns a pool of connections, after making one to see that it can be had.
pub(crate) fn pool(address: &Address, role: Role, size: u32, timeout: Duration) -> Result<Pool<Manager>, Error> {
    let manager = Manager { address: address.clone(), role, lock_timeout: timeout };
    // A pool would try for the whole timeout and then say less about why it cannot connect.
    drop(manager.connect()?);
    Ok(Pool::builder()
        .max_size(size.max(1))
        .min_idle(Some(0))
        .connection_timeout(timeout)
        .idle_timeout(None)
        .max_lifetime(None)
        // Replaces connections that broke while idle, for example because the server was restarted.
        .test_on_check_out(matches!(address, Address::Postgres(_)))
        .build_unchecked(manager))
}

pub(crate) fn acquire(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, Error> {
    pool.get().map_err(Error::busy)
}

/// Makes connections for a pool.
pub(crate) struct Manager {
    pub(crate) address: Address,
    pub(crate) role: Role,
    /// How long to wait for a lock.
    pub(crate) lock_timeout: Duration,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection, Error> {
        match &self.address {
            Address::Sqlite(path) => sqlite::open(path, self.role, self.lock_timeout).map(AnyConnection::Sqlite),
            Address::Postgres(address) => {
                postgres::open(address, self.role, self.lock_timeout).map(AnyConnection::Postgres)
            }
        }
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Error> {
        match connection {
            // A file does not go away like a server does; a query would notice.
            AnyConnection::Sqlite(_) => Ok(()),
            AnyConnection::Postgres(connection) => postgres::ping(connection),
        }
    }

    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        // A panic may have left a transaction open.
        match Transactions::transaction_manager_status_mut(connection) {
            TransactionManagerStatus::InError => true,
            TransactionManagerStatus::Valid(status) => status.transaction_depth().is_some(),
        }
    }
}
