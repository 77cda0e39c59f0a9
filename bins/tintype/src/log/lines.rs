use std::io::{self, Write};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered, so that many are written at once.
const GATHERED_FOR: Duration = Duration::from_millis(20);

/// From how many bytes on lines are written without waiting for more.
const BLOCK_BYTES: usize = 64 << 10;

/// How much may wait while standard error takes nothing, as when its reader hangs. More is lost.
const MAX_WAITING_BYTES: usize = 16 << 20;

/// How long the end of the process waits for standard error.
const FINISH_TIMEOUT: Duration = Duration::from_secs(5);

/// Lines on their way to standard error. Whoever logs leaves a line here and goes on; one thread
/// writes them.
#[derive(Debug)]
pub(super) struct Lines {
    state: Mutex<State>,
    /// Lines have come that the writer should know of.
    came: Condvar,
    /// The writer has written everything and ended.
    ended: Condvar,
}

#[derive(Debug)]
struct State {
    waiting: Vec<u8>,
    /// Whether the writer should gather no longer.
    is_urgent: bool,
    /// How many lines there was no room for.
    lost: u64,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    /// The writer is to write what is left and end.
    Finishing,
    /// There is no writer any more.
    Ended,
}

impl Lines {
    pub(super) const fn new() -> Self {
        let state = State { waiting: Vec::new(), is_urgent: false, lost: 0, stage: Stage::Running };
        Self { state: Mutex::new(state), came: Condvar::new(), ended: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No holder of the lock can leave a line half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8], urgency: Urgency) {
        let mut state = self.state();
        if state.stage == Stage::Ended {
            drop(state);
            // Where standard error cannot be written, nobody can be told.
            let _ = io::stderr().write_all(line);
            return;
        }
        if state.waiting.len() + line.len() > MAX_WAITING_BYTES {
            state.lost += 1;
            return;
        }
        // Whoever finds others waiting need not wake the writer, which is a call of the kernel.
        let wakes = state.waiting.is_empty()
            || (urgency == Urgency::AtOnce && !state.is_urgent)
            || (state.waiting.len() < BLOCK_BYTES && state.waiting.len() + line.len() >= BLOCK_BYTES);
        state.waiting.extend_from_slice(line);
        state.is_urgent |= urgency == Urgency::AtOnce;
        drop(state);
        if wakes {
            self.came.notify_one();
        }
    }

    /// Writes lines as they come, until [`finish`](Self::finish) is called.
    pub(super) fn write_all_to(&self, sink: &mut impl Write) {
        let mut block = Vec::new();
        loop {
            let mut state = self.state();
            let idle = |state: &mut State| state.waiting.is_empty() && state.stage == Stage::Running;
            state = self.came.wait_while(state, idle).unwrap_or_else(PoisonError::into_inner);
            let gathers = |state: &mut State| {
                !state.is_urgent && state.waiting.len() < BLOCK_BYTES && state.stage == Stage::Running
            };
            let gathered = self.came.wait_timeout_while(state, GATHERED_FOR, gathers);
            (state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
            if state.waiting.is_empty() {
                state.stage = Stage::Ended;
                drop(state);
                self.ended.notify_all();
                return;
            }
            std::mem::swap(&mut block, &mut state.waiting);
            state.is_urgent = false;
            let lost = std::mem::take(&mut state.lost);
            drop(state);
            // Where standard error cannot be written, as on a full disk, nobody can be told.
            let _ = sink.write_all(&block).and_then(|()| sink.flush());
            block.clear();
            block.shrink_to(BLOCK_BYTES);
            if lost > 0 {
                tracing::warn!(lines = lost, "lines of the log are lost: they were not read for too long");
            }
        }
    }

    /// Waits until everything is written, unless standard error takes nothing.
    pub(super) fn finish(&self) {
        let mut state = self.state();
        if state.stage == Stage::Running {
            state.stage = Stage::Finishing;
            self.came.notify_one();
        }
        let unfinished = |state: &mut State| state.stage != Stage::Ended;
        let _ = self.ended.wait_timeout_while(state, FINISH_TIMEOUT, unfinished);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Urgency {
    /// With others that come soon.
    Soon,
    /// A process that dies shortly afterwards should have said why.
    AtOnce,
}

/// One line.
pub(super) struct Line<'l> {
    lines: &'l Lines,
    urgency: Urgency,
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.lines.add(line, self.urgency);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'l> MakeWriter<'l> for &'static Lines {
    type Writer = Line<'l>;

    fn make_writer(&'l self) -> Self::Writer {
        Line { lines: self, urgency: Urgency::Soon }
    }

    fn make_writer_for(&'l self, metadata: &Metadata<'_>) -> Self::Writer {
        // Levels are ordered by how much they tell.
        let urgency = if *metadata.level() <= Level::WARN { Urgency::AtOnce } else { Urgency::Soon };
        Line { lines: self, urgency }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lines, MAX_WAITING_BYTES, Urgency};
    use std::io::Write;
    use std::sync::mpsc;

    /// Tells each block, and waits for leave before it takes the next.
    struct Slow {
        blocks: mpsc::Sender<Vec<u8>>,
        leave: mpsc::Receiver<()>,
    }

    impl Write for Slow {
        fn write(&mut self, block: &[u8]) -> std::io::Result<usize> {
            self.blocks.send(block.to_vec()).unwrap();
            let _ = self.leave.recv();
            Ok(block.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_once_and_in_order_by_the_end() {
        let lines = Lines::new();
        let mut written = Vec::new();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| lines.write_all_to(&mut written));
            for number in 0..10_000 {
                let urgency = if number % 1000 == 0 { Urgency::AtOnce } else { Urgency::Soon };
                lines.add(format!("{number}\n").as_bytes(), urgency);
            }
            lines.finish();
            writer.join().unwrap();
        });
        let expected: String = (0..10_000).map(|number| format!("{number}\n")).collect();
        assert!(written == expected.as_bytes(), "{} of {} bytes", written.len(), expected.len());
    }

    #[test]
    fn whoever_logs_goes_on_while_standard_error_takes_nothing() {
        let lines = Lines::new();
        let ((blocks, written), (go, leave)) = (mpsc::channel(), mpsc::channel());
        std::thread::scope(|scope| {
            scope.spawn(|| lines.write_all_to(&mut Slow { blocks, leave }));
            lines.add(b"first\n", Urgency::AtOnce);
            assert_eq!(written.recv().unwrap(), b"first\n");
            // The writer hangs from now on.
            let line = vec![b'x'; MAX_WAITING_BYTES / 4];
            for _ in 0..5 {
                lines.add(&line, Urgency::Soon);
            }
            assert_eq!(lines.state().lost, 1);
            drop(go);
            lines.finish();
            assert_eq!(written.iter().map(|block| block.len()).sum::<usize>(), MAX_WAITING_BYTES);
        });
    }
}
