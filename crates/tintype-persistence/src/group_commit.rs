//! One sync for several writes, on SQLite.

use crate::connection::{AnyConnection, Transactions};
use crate::dialect::begin_write;
use crate::error::Error;
use crate::pool::{Manager, acquire};
use diesel::connection::TransactionManager;
use diesel::r2d2::{Pool, PooledConnection};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Writes through the only connection that may write: several writes share one transaction, and so
/// one sync to disk.
///
/// A writer that arrives while another one writes or commits waits for its turn. A writer that is
/// done while others wait leaves the commit to them. So a single write is committed at once, and
/// under load one commit serves all writes that arrived during the previous one. Each write is a
/// savepoint: if it fails, only that write is undone.
pub(crate) struct GroupCommit {
    /// A pool of one, which replaces a connection that broke.
    connections: Pool<Manager>,
    /// How long to wait for a turn.
    patience: Duration,
    line: Mutex<Line>,
    moved: Condvar,
}

/// Who is writing and who is waiting.
#[derive(Default)]
struct Line {
    /// Whether a writer has the turn.
    is_taken: bool,
    /// How many writers wait. They may give up only while another one has the turn.
    waiting: usize,
    /// The open transaction that was left to those who wait.
    group: Option<Group>,
}

/// The right to use the connection, given back on drop.
struct Turn<'g>(&'g GroupCommit);

/// An open transaction.
struct Group {
    connection: PooledConnection<Manager>,
    parts: usize,
    end: Arc<End>,
}

/// How a transaction ended, for writers that left the commit to others.
#[derive(Default)]
struct End {
    result: Mutex<Option<Result<(), Error>>>,
    told: Condvar,
}

/// The most writes in one transaction: without a limit, its first writer could wait for ever.
const MAX_PARTS: usize = 64;

impl GroupCommit {
    /// Writes through the only connection of a pool; a writer waits for its turn for at most
    /// `patience`.
    pub(crate) fn new(connections: Pool<Manager>, patience: Duration) -> Self {
        Self { connections, patience, line: Mutex::default(), moved: Condvar::new() }
    }

    pub(crate) fn state(&self) -> diesel::r2d2::State {
        self.connections.state()
    }

    /// Runs a write as part of a transaction. Returns when the transaction is committed, or when
    /// the write failed and is undone.
    pub(crate) fn write<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        let (turn, group) = self.turn()?;
        let mut group = match group {
            Some(group) => group,
            None => Group::begin(&self.connections)?,
        };
        let result = group.part(work)?;
        let end = group.end.clone();
        match turn.leave(group) {
            Some((_turn, group)) => {
                group.commit()?;
                result
            }
            None => result.and_then(|value| end.wait().map(|()| value)),
        }
    }

    /// Waits for the turn, and returns it with the transaction that the previous writer left, if
    /// any.
    fn turn(&self) -> Result<(Turn<'_>, Option<Group>), Error> {
        let mut line = self.line();
        line.waiting += 1;
        let waited = self.moved.wait_timeout_while(line, self.patience, |line| line.is_taken);
        let (mut line, _) = waited.unwrap_or_else(PoisonError::into_inner);
        line.waiting -= 1;
        if line.is_taken {
            return Err(Error::Busy { problem: format!("other writes have not ended for {:?}", self.patience) });
        }
        line.is_taken = true;
        Ok((Turn(self), line.group.take()))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Ends the turn and leaves the transaction to those who wait. Returns both if the transaction
    /// must be committed now.
    fn leave(self, group: Group) -> Option<(Self, Group)> {
        let mut line = self.0.line();
        if line.waiting == 0 || group.parts == MAX_PARTS {
            drop(line);
            return Some((self, group));
        }
        // Change both together: waiting writers do not give up while nobody has the turn.
        line.group = Some(group);
        line.is_taken = false;
        drop(line);
        self.0.moved.notify_one();
        std::mem::forget(self);
        None
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.line().is_taken = false;
        self.0.moved.notify_one();
    }
}

impl Group {
    fn begin(connections: &Pool<Manager>) -> Result<Self, Error> {
        let mut connection = acquire(connections)?;
        begin_write(&mut connection)?;
        Ok(Self { connection, parts: 0, end: Arc::default() })
    }

    /// Runs one write. The outer result is that of the whole group, which fails if the write cannot
    /// be undone by itself: after some errors, such as a full disk, SQLite has undone the whole
    /// transaction.
    fn part<T>(
        &mut self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>,
    ) -> Result<Result<T, Error>, Error> {
        let connection = &mut *self.connection;
        self.parts += 1;
        if self.parts == 1 {
            // The first write is the whole transaction so far.
            return work(connection).map(Ok).inspect_err(|_| drop(Transactions::rollback_transaction(connection)));
        }
        // Inside a transaction, this begins a savepoint.
        Transactions::begin_transaction(connection)?;
        let result = work(connection);
        let ended = match &result {
            Ok(_) => Transactions::commit_transaction(connection),
            Err(_) => Transactions::rollback_transaction(connection),
        };
        match (result, ended) {
            (result, Ok(())) => Ok(result),
            // The first failure says more.
            (Err(error), Err(_)) => Err(error),
            (Ok(_), Err(error)) => Err(error.into()),
        }
    }

    fn commit(mut self) -> Result<(), Error> {
        let result = Transactions::commit_transaction(&mut *self.connection).map_err(Error::from);
        self.end.tell(result.as_ref().map(drop).map_err(Error::for_others));
        result
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Writers that have not been told yet belong to a group that was not committed.
        self.end.tell(Err(Error::Unavailable { problem: "another write in the same transaction failed".to_owned() }));
    }
}

impl End {
    fn tell(&self, result: Result<(), Error>) {
        self.result.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(result);
        self.told.notify_all();
    }

    fn wait(&self) -> Result<(), Error> {
        let result = self.result.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.told.wait_while(result, |result| result.is_none()).unwrap_or_else(PoisonError::into_inner);
        match &*result {
            Some(Err(error)) => Err(error.for_others()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GroupCommit;
    use crate::connection::{AnyConnection, Role, Transactions};
    use crate::error::Error;
    use crate::pool::Manager;
    use crate::url::Address;
    use diesel::connection::{SimpleConnection, TransactionManager};
    use diesel::prelude::*;
    use diesel::r2d2::Pool;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A database with one table and few pages left.
    fn database(patience: Duration) -> (GroupCommit, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Sqlite(folder.path().join("group.db"));
        let manager = Manager { address, role: Role::Writer, lock_timeout: Duration::from_secs(5) };
        let group = GroupCommit::new(Pool::builder().max_size(1).build(manager).unwrap(), patience);
        group.write(execute("PRAGMA max_page_count = 8; CREATE TABLE t (x)")).unwrap();
        (group, folder)
    }

    fn execute(sql: &str) -> impl FnOnce(&mut AnyConnection) -> Result<(), Error> {
        move |connection| Ok(connection.batch_execute(sql)?)
    }

    fn count(group: &GroupCommit) -> i64 {
        let count = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT count(*) FROM t");
        group.write(|connection| Ok(count.get_result(connection)?)).unwrap()
    }

    /// Writes a row and, into the same transaction, whatever `second` does; returns how both ended.
    fn together(
        group: &GroupCommit,
        second: impl FnOnce(&mut AnyConnection) -> Result<(), Error> + Send,
    ) -> (Result<(), Error>, thread::Result<Result<(), Error>>) {
        thread::scope(|scope| {
            let (started, start) = mpsc::channel();
            let first = scope.spawn(move || {
                group.write(|connection| {
                    started.send(()).unwrap();
                    while group.line().waiting == 0 {
                        thread::yield_now();
                    }
                    execute("INSERT INTO t VALUES (1)")(connection)
                })
            });
            start.recv().unwrap();
            let second = scope.spawn(|| group.write(second));
            (first.join().unwrap(), second.join())
        })
    }

    #[test]
    fn two_writes_are_committed_together() {
        let (group, _folder) = database(PATIENCE);
        let (first, second) = together(&group, |connection| {
            let depth = Transactions::transaction_manager_status_mut(connection).transaction_depth()?;
            assert_eq!(depth.map(u32::from), Some(2), "it is a savepoint of the first one's transaction");
            execute("INSERT INTO t VALUES (2)")(connection)
        });
        assert!(first.is_ok() && second.unwrap().is_ok());
        assert_eq!(count(&group), 2);
    }

    #[test]
    fn a_write_that_fails_undoes_itself_only() {
        let (group, _folder) = database(PATIENCE);
        let (first, second) = together(&group, execute("INSERT INTO t VALUES (2); INSERT INTO nowhere VALUES (3)"));
        assert!(first.is_ok() && second.unwrap().is_err());
        assert_eq!(count(&group), 1);
    }

    #[test]
    fn what_sqlite_undoes_as_a_whole_is_acknowledged_to_nobody() {
        let (group, _folder) = database(PATIENCE);
        let (first, second) = together(&group, execute("INSERT INTO t VALUES (zeroblob(1000000))"));
        assert!(matches!(first, Err(Error::Unavailable { .. })), "{first:?}");
        assert!(matches!(second, Ok(Err(Error::NoSpace))), "{second:?}");
        assert_eq!(count(&group), 0);
    }

    #[test]
    fn a_panic_takes_its_group_along_and_nothing_else() {
        let (group, _folder) = database(PATIENCE);
        let (first, second) = together(&group, |_| panic!("intended"));
        assert!(matches!(first, Err(Error::Unavailable { .. })) && second.is_err());
        assert_eq!(count(&group), 0);
        group.write(execute("INSERT INTO t VALUES (4)")).unwrap();
        assert_eq!(count(&group), 1);
    }

    #[test]
    fn whoever_is_kept_waiting_too_long_gives_up_and_keeps_nobody_waiting() {
        let (group, _folder) = database(Duration::ZERO);
        thread::scope(|scope| {
            let ((started, start), (ended, end)) = (mpsc::channel(), mpsc::channel());
            let first = scope.spawn(|| {
                group.write(move |connection| {
                    started.send(()).unwrap();
                    end.recv().unwrap();
                    execute("INSERT INTO t VALUES (1)")(connection)
                })
            });
            start.recv().unwrap();
            let second = group.write(execute("INSERT INTO t VALUES (2)"));
            assert!(matches!(second, Err(Error::Busy { .. })), "{second:?}");
            ended.send(()).unwrap();
            first.join().unwrap().unwrap();
        });
        assert_eq!(count(&group), 1);
    }
}
