use super::lane::Asker;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::sync::oneshot;

/// Those who wait for one sort of work. Whoever's work has taken the least time goes first, so that
/// it does not help to ask more often, nor to ask for more. Each gets a permit, `P`, when its turn
/// comes.
#[derive(Debug)]
pub(super) struct Line<P> {
    free: usize,
    room: usize,
    expected: Duration,
    waiting: usize,
    /// The time that the work of whoever was served last had taken before: who comes anew begins
    /// with it.
    clock: Duration,
    askers: HashMap<Asker, Account<P>>,
}

#[derive(Debug)]
struct Account<P> {
    /// The time that this asker's work has taken.
    served: Duration,
    running: usize,
    waiting: VecDeque<Waiter<P>>,
}

/// One piece of work that waits.
#[derive(Debug)]
pub(super) struct Waiter<P> {
    pub(super) number: u64,
    pub(super) memory_bytes: u64,
    pub(super) wake: oneshot::Sender<P>,
}

/// There is no place to wait.
#[derive(Debug)]
pub(super) struct Full;

impl<P> Line<P> {
    pub(super) fn new(threads: usize, room: usize, expected: Duration) -> Self {
        Self { free: threads, room, expected, waiting: 0, clock: Duration::ZERO, askers: HashMap::new() }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.waiting == 0
    }

    /// Returns how much work waits, and the memory that it waits for.
    pub(super) fn waiting(&self) -> (usize, u64) {
        let waiters = self.askers.values().flat_map(|account| &account.waiting);
        (self.waiting, waiters.map(|waiter| waiter.memory_bytes).sum())
    }

    /// Returns whether an asker may wait: where all places are taken, those who have more of them
    /// make room.
    pub(super) fn has_room(&self, asker: Asker) -> bool {
        let own = self.askers.get(&asker).map_or(0, |account| account.waiting.len());
        self.waiting < self.room || self.askers.values().any(|account| account.waiting.len() > own + 1)
    }

    pub(super) fn push(&mut self, asker: Asker, waiter: Waiter<P>) -> Result<(), Full> {
        if !self.has_room(asker) {
            return Err(Full);
        }
        if self.waiting >= self.room
            && let Some(most) = self.askers.values_mut().max_by_key(|account| account.waiting.len())
        {
            most.waiting.pop_back();
            self.waiting -= 1;
        }
        let account = self.askers.entry(asker).or_insert_with(Account::new);
        if account.is_idle() {
            // Time in which nothing was asked for is not saved up.
            account.served = account.served.max(self.clock);
        }
        account.waiting.push_back(waiter);
        self.waiting += 1;
        Ok(())
    }

    /// Returns whose turn it is and how much memory their work needs; none while no thread is free.
    pub(super) fn next(&self) -> Option<(Asker, u64)> {
        if self.free == 0 {
            return None;
        }
        let waiting = self.askers.iter().filter_map(|(asker, account)| {
            let first = account.waiting.front()?;
            Some((account.served, first.number, *asker, first.memory_bytes))
        });
        waiting.min_by_key(|(served, number, ..)| (*served, *number)).map(|(_, _, asker, bytes)| (asker, bytes))
    }

    pub(super) fn start(&mut self, asker: Asker) -> Option<Waiter<P>> {
        let account = self.askers.get_mut(&asker)?;
        let waiter = account.waiting.pop_front()?;
        self.waiting -= 1;
        self.free -= 1;
        self.clock = self.clock.max(account.served);
        account.running += 1;
        account.served += self.expected;
        Some(waiter)
    }

    pub(super) fn finish(&mut self, asker: Asker, took: Duration) {
        self.free += 1;
        if let Some(account) = self.askers.get_mut(&asker) {
            account.running = account.running.saturating_sub(1);
            account.served = (account.served + took).saturating_sub(self.expected);
        }
        if self.waiting == 0 && self.askers.values().all(Account::is_idle) {
            self.askers.clear();
            self.clock = Duration::ZERO;
        } else if self.askers.len() > 2 * self.room {
            let clock = self.clock;
            self.askers.retain(|_, account| !account.is_idle() || account.served > clock);
        }
    }

    /// Gives up a place; `false` where it was not held any more.
    pub(super) fn leave(&mut self, asker: Asker, number: u64) -> bool {
        let Some(account) = self.askers.get_mut(&asker) else { return false };
        let before = account.waiting.len();
        account.waiting.retain(|waiter| waiter.number != number);
        let left = before - account.waiting.len();
        self.waiting -= left;
        left > 0
    }
}

impl<P> Account<P> {
    fn new() -> Self {
        Self { served: Duration::ZERO, running: 0, waiting: VecDeque::new() }
    }

    fn is_idle(&self) -> bool {
        self.running == 0 && self.waiting.is_empty()
    }
}
