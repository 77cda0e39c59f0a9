//! The child's end: doing the work, and ending in time.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use crate::limits::{STACK_BYTES, TIMED_OUT};

/// Does the work, which writes its answer to standard output, on a thread with a large stack. The
/// process ends itself at the deadline, and once nobody can read the answer any more.
///
/// # Errors
/// Where no thread can be had, and where the work fails or panics.
pub fn work(timeout: Option<Duration>, work: impl FnOnce() -> io::Result<()> + Send + 'static) -> io::Result<()> {
    // Nobody would read it.
    std::panic::set_hook(Box::new(|_| {}));
    thread::spawn(move || {
        wait_until_unwanted(timeout);
        std::process::exit(TIMED_OUT);
    });
    let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    worker.join().map_err(|_| io::ErrorKind::Other)??;
    io::stdout().flush()
}

/// Returns at the deadline, or once nobody can read the answer any more.
#[cfg(unix)]
fn wait_until_unwanted(timeout: Option<Duration>) {
    use std::time::Instant;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let stdout = io::stdout();
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        // That the other end is closed is told unasked.
        match poll(&mut [PollFd::new(&stdout, PollFlags::empty())], left.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            _ => return,
        }
    }
}

#[cfg(not(unix))]
fn wait_until_unwanted(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => thread::sleep(timeout),
        None => loop {
            thread::park();
        },
    }
}
