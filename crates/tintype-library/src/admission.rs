//! Lets CPU work in. Work waits in lanes, so that none of one sort waits for another's, and whoever
//! waits in a lane takes turns by the time that their work took.

mod lane;
mod line;
mod memory;

pub(crate) use lane::{Asker, Lane};

use crate::{Error, Options};
use line::{Line, Waiter};
use memory::Memory;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Decides what runs when. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    state: Arc<Mutex<State>>,
    timeout: Duration,
}

#[derive(Debug)]
struct State {
    lines: [Line<Admitted>; Lane::ALL.len()],
    memory: Memory,
    /// How many have asked so far, which tells them apart.
    asked: u64,
}

/// Work of one sort that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Waiting {
    /// What sort of work: `passwords`, `headers`, `decodes`, `processes`, which decode as well, or
    /// `previews`.
    pub work: &'static str,
    /// How much of it.
    pub count: usize,
    /// The memory that it waits for, in bytes.
    pub memory_bytes: u64,
}

/// The right to compute, for as long as it is held. It belongs to the work and not to who waits for
/// it: a client that hangs up ends the waiting only.
#[derive(Debug)]
pub(crate) struct Admitted {
    admission: Admission,
    lane: Lane,
    asker: Asker,
    memory_bytes: u64,
    since: Instant,
}

/// Somebody who may start now, to be told so once nothing is locked any more.
struct Start {
    lane: Lane,
    asker: Asker,
    waiter: Waiter<Admitted>,
}

impl Admission {
    /// How many log-ins may wait.
    const WAITING_PASSWORDS: usize = 64;

    pub(crate) fn new(options: &Options) -> Self {
        let line = |lane: Lane| {
            let room = if lane == Lane::Passwords { Self::WAITING_PASSWORDS } else { options.queue_length.max(1) };
            Line::new(lane.threads(options.workers), room, lane.expected_time())
        };
        let state = State { lines: Lane::ALL.map(line), memory: Memory::new(options.decode_memory_bytes), asked: 0 };
        Self { state: Arc::new(Mutex::new(state)), timeout: options.queue_timeout }
    }

    /// Returns how many bytes work in a lane can declare at most.
    pub(crate) fn most_memory(&self, lane: Lane) -> u64 {
        self.lock().memory.most(lane)
    }

    /// Returns whether work that declares so many bytes can ever be let in.
    pub(crate) fn could_admit(&self, lane: Lane, memory_bytes: u64) -> bool {
        memory_bytes <= self.most_memory(lane)
    }

    /// Refuses while there is no place to wait for somebody, for telling a client before it sends
    /// its bytes.
    pub(crate) fn check(&self, asker: Asker) -> Result<(), Error> {
        if self.lock().line(Lane::Headers).has_room(asker) { Ok(()) } else { Err(busy()) }
    }

    /// Waits until a thread and so much memory are free and it is the asker's turn.
    pub(crate) async fn admit(&self, lane: Lane, asker: Asker, memory_bytes: u64) -> Result<Admitted, Error> {
        let (wake, turn) = oneshot::channel();
        let number = {
            let mut state = self.lock();
            state.asked += 1;
            let number = state.asked;
            let memory_bytes = memory_bytes.min(state.memory.most(lane));
            // Whoever is displaced is told by the end of their channel.
            state.line_mut(lane).push(asker, Waiter { number, memory_bytes, wake }).map_err(|_| busy())?;
            number
        };
        // Also when this future is dropped.
        let _place = Place { admission: self, lane, asker, number };
        self.start_all();
        match tokio::time::timeout(self.timeout, turn).await {
            Ok(Ok(admitted)) => Ok(admitted),
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }

    /// Returns the memory that decodes have declared, and what waits.
    pub(crate) fn figures(&self) -> (u64, Vec<Waiting>) {
        let state = self.lock();
        let waiting = |lane: Lane| {
            let (count, memory_bytes) = state.line(lane).waiting();
            Waiting { work: lane.name(), count, memory_bytes }
        };
        (state.memory.in_use(), Lane::ALL.map(waiting).into())
    }

    /// Returns whether nobody waits in a lane.
    pub(crate) fn is_quiet(&self, lane: Lane) -> bool {
        self.lock().line(lane).is_quiet()
    }

    /// Starts whatever can be started.
    fn start_all(&self) {
        let starts = self.lock().starts();
        for Start { lane, asker, waiter } in starts {
            let Waiter { memory_bytes, wake, .. } = waiter;
            let admitted = Admitted { admission: self.clone(), lane, asker, memory_bytes, since: Instant::now() };
            // Where nobody waits for it any more, it is dropped, and another starts.
            let _ = wake.send(admitted);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in there can be left half-changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn line(&self, lane: Lane) -> &Line<Admitted> {
        &self.lines[lane as usize]
    }

    fn line_mut(&mut self, lane: Lane) -> &mut Line<Admitted> {
        &mut self.lines[lane as usize]
    }

    fn starts(&mut self) -> Vec<Start> {
        let mut starts = Vec::new();
        for lane in Lane::ALL {
            while let Some((asker, memory_bytes)) = self.line(lane).next() {
                if !self.memory.take(lane, memory_bytes) {
                    break;
                }
                let Some(waiter) = self.line_mut(lane).start(asker) else { break };
                starts.push(Start { lane, asker, waiter });
            }
        }
        starts
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        {
            let mut state = self.admission.lock();
            state.memory.give_back(self.lane, self.memory_bytes);
            state.line_mut(self.lane).finish(self.asker, self.since.elapsed());
        }
        self.admission.start_all();
    }
}

/// A place in a line, left when this is dropped.
struct Place<'a> {
    admission: &'a Admission,
    lane: Lane,
    asker: Asker,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        {
            let mut state = self.admission.lock();
            if !state.line_mut(self.lane).leave(self.asker, self.number) {
                return;
            }
            state.memory.stop_waiting(self.lane);
        }
        self.admission.start_all();
    }
}

fn busy() -> Error {
    Error::Busy { retry_after: Duration::from_secs(5) }
}

#[cfg(test)]
mod tests {
    use super::{Admission, Admitted, Asker, Lane};
    use crate::{Error, Options};
    use futures_util::FutureExt;
    use std::time::Duration;
    use tintype_domain::UserId;

    const ADA: Asker = Asker::User(UserId(1));
    const BEA: Asker = Asker::User(UserId(2));

    fn admission(memory: u64, workers: usize, queue: usize) -> Admission {
        Admission::new(&Options {
            decode_memory_bytes: memory,
            workers,
            queue_length: queue,
            queue_timeout: Duration::from_millis(20),
            ..Options::default()
        })
    }

    fn patient(memory: u64, workers: usize, queue: usize) -> Admission {
        Admission { timeout: Duration::from_secs(60), ..admission(memory, workers, queue) }
    }

    #[tokio::test]
    async fn memory_is_let_in_to_the_edge() {
        let admission = admission(1 << 20, 8, 8);
        assert!(admission.could_admit(Lane::Decodes, 1 << 20) && !admission.could_admit(Lane::Decodes, (1 << 20) + 1));
        let half = admission.admit(Lane::Decodes, ADA, 1 << 19).await.unwrap();
        let _other = admission.admit(Lane::Decodes, ADA, 1 << 19).await.unwrap();
        assert!(matches!(admission.admit(Lane::Decodes, ADA, 1).await, Err(Error::Busy { .. })));
        drop(half);
        assert!(admission.admit(Lane::Decodes, ADA, 1).await.is_ok());
    }

    #[tokio::test]
    async fn a_full_queue_is_refused_at_once() {
        let admission = admission(1 << 20, 1, 1);
        let running = admission.admit(Lane::Headers, ADA, 0).await.unwrap();
        let waiting = admission.admit(Lane::Headers, ADA, 0);
        tokio::pin!(waiting);
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(matches!(admission.check(ADA), Err(Error::Busy { .. })));
        assert!(matches!(admission.admit(Lane::Headers, ADA, 0).now_or_never(), Some(Err(Error::Busy { .. }))));
        drop(running);
        assert!(waiting.await.is_ok());
        assert!(admission.check(ADA).is_ok());
    }

    #[tokio::test]
    async fn a_full_lane_keeps_nobody_waiting_in_another() {
        let admission = admission(1 << 20, 1, 1);
        let _running = admission.admit(Lane::Processes, ADA, 1 << 19).await.unwrap();
        let mut waiting = Box::pin(admission.admit(Lane::Processes, ADA, 1 << 19));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        for lane in [Lane::Passwords, Lane::Headers, Lane::Decodes, Lane::Previews] {
            assert!(admission.admit(lane, ADA, 0).now_or_never().is_some_and(|answer| answer.is_ok()), "{lane:?}");
        }
    }

    #[tokio::test]
    async fn decoders_processes_leave_memory_for_the_others() {
        let admission = admission(400, 8, 8);
        assert!(admission.could_admit(Lane::Processes, 300) && !admission.could_admit(Lane::Processes, 301));
        let _running = admission.admit(Lane::Processes, ADA, 300).await.unwrap();
        assert!(admission.admit(Lane::Processes, ADA, 1).await.is_err());
        assert!(admission.admit(Lane::Decodes, ADA, 100).await.is_ok());
    }

    /// Small decodes that come all the time must not keep a large one waiting for ever, whichever
    /// lane it is in.
    #[tokio::test]
    async fn who_needs_much_memory_gets_it_in_the_end() {
        for (large, small) in [(Lane::Processes, Lane::Decodes), (Lane::Decodes, Lane::Processes)] {
            let admission = patient(400, 8, 8);
            let first = admission.admit(small, ADA, 200).await.unwrap();
            let mut waiting = Box::pin(admission.admit(large, BEA, 300));
            assert!(futures_util::poll!(&mut waiting).is_pending());
            let mut next = Box::pin(admission.admit(small, ADA, 150));
            assert!(futures_util::poll!(&mut next).is_pending(), "{small:?} goes past {large:?}");
            drop(first);
            let Some(Ok(admitted)) = waiting.as_mut().now_or_never() else { panic!("{large:?} has its turn") };
            drop(admitted);
            assert!(next.await.is_ok());
        }
    }

    /// Looking for previews may take long, and nobody waits for them.
    #[tokio::test]
    async fn previews_keep_no_picture_waiting() {
        let admission = patient(400, 8, 8);
        let first = admission.admit(Lane::Previews, ADA, 100).await.unwrap();
        let mut alone = Box::pin(admission.admit(Lane::Previews, ADA, 300));
        assert!(futures_util::poll!(&mut alone).is_pending());
        let picture = admission.admit(Lane::Processes, ADA, 200).now_or_never();
        let picture = picture.expect("a preview that waits for memory is in no picture's way").unwrap();
        let mut large = Box::pin(admission.admit(Lane::Processes, ADA, 300));
        assert!(futures_util::poll!(&mut large).is_pending());
        drop((first, picture));
        assert!(futures_util::poll!(&mut alone).is_pending(), "a picture goes first");
        drop(large.now_or_never());
        assert!(alone.await.is_ok());
    }

    #[tokio::test]
    async fn who_gives_up_lets_the_others_go_on() {
        let admission = patient(400, 8, 8);
        let _first = admission.admit(Lane::Decodes, ADA, 200).await.unwrap();
        let mut large = Box::pin(admission.admit(Lane::Processes, BEA, 300));
        assert!(futures_util::poll!(&mut large).is_pending());
        let mut next = Box::pin(admission.admit(Lane::Decodes, ADA, 150));
        assert!(futures_util::poll!(&mut next).is_pending());
        drop(large);
        assert!(next.now_or_never().is_some_and(|answer| answer.is_ok()));
    }

    #[tokio::test]
    async fn users_take_turns_however_many_of_ones_own_wait() {
        let admission = patient(1 << 20, 1, 100);
        let running = admission.admit(Lane::Decodes, ADA, 0).await.unwrap();
        let mut adas: Vec<_> = (0..10).map(|_| Box::pin(admission.admit(Lane::Decodes, ADA, 0))).collect();
        for one in &mut adas {
            assert!(futures_util::poll!(one).is_pending());
        }
        let mut bea = Box::pin(admission.admit(Lane::Decodes, BEA, 0));
        assert!(futures_util::poll!(&mut bea).is_pending());
        drop(running);
        assert!(bea.now_or_never().is_some_and(|answer: Result<Admitted, _>| answer.is_ok()));
    }

    #[tokio::test]
    async fn who_fills_the_queue_makes_room_for_who_does_not() {
        let admission = patient(1 << 20, 1, 2);
        let _running = admission.admit(Lane::Headers, ADA, 0).await.unwrap();
        let mut adas: Vec<_> = (0..2).map(|_| Box::pin(admission.admit(Lane::Headers, ADA, 0))).collect();
        for one in &mut adas {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert!(admission.check(ADA).is_err() && admission.check(BEA).is_ok());
        let mut bea = Box::pin(admission.admit(Lane::Headers, BEA, 0));
        assert!(futures_util::poll!(&mut bea).is_pending());
        let [first, last] = &mut adas[..] else { panic!("two wait") };
        assert!(matches!(futures_util::poll!(last), std::task::Poll::Ready(Err(Error::Busy { .. }))));
        assert!(futures_util::poll!(first).is_pending());
        assert!(admission.check(BEA).is_err(), "both have one place now");
    }
}
