//! Ends processes that do not end themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Ends a process that has not answered some time after its deadline: one that is stopped, or
/// stuck, does not end itself.
#[derive(Debug)]
pub(crate) struct Watch {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    has_ended_it: Arc<AtomicBool>,
}

impl Watch {
    const GRACE: Duration = Duration::from_secs(2);

    pub(crate) fn start(process: u32, timeout: Option<Duration>) -> Self {
        let (done, waiting) = mpsc::channel();
        let has_ended_it = Arc::new(AtomicBool::new(false));
        let says_so = has_ended_it.clone();
        let thread = timeout.map(|timeout| {
            thread::spawn(move || {
                if waiting.recv_timeout(timeout.saturating_add(Self::GRACE)) == Err(RecvTimeoutError::Timeout) {
                    says_so.store(true, Ordering::Relaxed);
                    kill(process);
                }
            })
        });
        Self { done: Some(done), thread, has_ended_it }
    }

    /// Stops watching, and returns whether the process had to be ended. Call it before the process
    /// is waited for: until then its number is not another's.
    pub(crate) fn stop(&mut self) -> bool {
        self.done = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.has_ended_it.load(Ordering::Relaxed)
    }
}

#[cfg(unix)]
fn kill(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};

    if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        let _ = kill_process(process, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill(_process: u32) {}
