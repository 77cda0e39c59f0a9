use crate::connection::{AnyConnection, Manager, begin_write};
use crate::database::{Transactions, acquire};
use crate::error::Error;
use diesel::connection::TransactionManager;
use diesel::r2d2::{Pool, PooledConnection};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Writes through the one connection that may, several at a time in one transaction, which is synced once for all of them.
///
/// Whoever comes while another writes or commits waits for its turn; whoever has done its part and sees others waiting leaves
/// the commit to them. So a write alone is committed at once, and under load a commit serves all that came during the one
/// before. Each part is a savepoint: what fails takes back nothing but itself.
#[derive(Clone)]
pub(crate) struct GroupCommit(Arc<Inner>);

struct Inner {
    /// A pool of one, which replaces a connection that broke.
    connections: Pool<Manager>,
    turn_timeout: Duration,
    /// How many wait for their turn.
    waiting: AtomicUsize,
    turn: parking_lot::Mutex<Option<Group>>,
}

/// A transaction that is open, and who has a part in it.
struct Group {
    connection: PooledConnection<Manager>,
    parts: usize,
    end: Arc<End>,
}

/// How a transaction ended, for those who have a part in it.
#[derive(Default)]
struct End {
    committed: Mutex<Option<Result<(), Arc<Error>>>>,
    told: Condvar,
}

/// So many parts end a transaction, however many wait, so that the first does not wait for ever.
const MAX_PARTS: usize = 64;

impl GroupCommit {
    pub(crate) fn new(connections: Pool<Manager>, turn_timeout: Duration) -> Self {
        let waiting = AtomicUsize::new(0);
        Self(Arc::new(Inner { connections, turn_timeout, waiting, turn: parking_lot::Mutex::new(None) }))
    }

    /// Runs a part of a transaction and returns once it is committed, or failed and undone.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        let inner = &*self.0;
        inner.waiting.fetch_add(1, Ordering::SeqCst);
        let turn = inner.turn.try_lock_for(inner.turn_timeout);
        // Not before the turn is had: whoever saw this one waiting has left the commit to it.
        let others = inner.waiting.fetch_sub(1, Ordering::SeqCst) - 1;
        todo!()
    }
}
