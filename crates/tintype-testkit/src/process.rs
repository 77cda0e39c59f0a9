use crate::wait_for;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io;
use std::process::{Child, ExitStatus};
use std::time::Duration;

/// A child that does not outlive its owner.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn new(child: Child) -> Self {
        Self(child)
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Returns how the child ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().ok().flatten()
    }

    /// Asks the child to end, as a service manager does.
    pub(crate) fn signal_to_end(&self) -> io::Result<()> {
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw).ok_or(io::ErrorKind::InvalidInput)?;
        Ok(kill_process(id, Signal::TERM)?)
    }

    /// Waits for the child to end.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<ExitStatus> {
        wait_for(limit, || self.ended())
    }

    /// Ends the child without giving it a chance to do anything.
    pub(crate) fn kill(&mut self) {
        // Both can fail only if the child has ended, which is the goal.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How long processes may take to stop after they were told to.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Freezes processes, and waits until all their threads have stopped: each runs until it next
/// checks for signals.
///
/// # Errors
///
/// When one of them is gone, or does not stop within thirty seconds.
pub(crate) fn freeze(processes: &[Pid]) -> io::Result<()> {
    processes.iter().try_for_each(|&id| kill_process(id, Signal::STOP))?;
    let stopped = wait_for(STOP_LIMIT, || processes.iter().all(|&id| is_stopped(id)).then_some(()));
    stopped.ok_or_else(|| io::ErrorKind::TimedOut.into())
}

/// Lets processes continue that [`freeze`] stopped.
///
/// # Errors
///
/// When one of them is gone.
pub(crate) fn thaw(processes: &[Pid]) -> io::Result<()> {
    Ok(processes.iter().try_for_each(|&id| kill_process(id, Signal::CONT))?)
}

/// Returns whether a process has stopped, or ended without being waited for.
fn is_stopped(id: Pid) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{}/task", id.as_raw_nonzero())) else { return false };
    threads.flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state comes after the name, which may contain brackets.
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['T', 'Z']))
    })
}
