//! Limits that the kernel keeps.

#[cfg(unix)]
use std::thread;
use std::time::Duration;

/// Exit code at the deadline, and when a process has computed for too long.
pub(crate) const TIMED_OUT: i32 = 124;

/// Nested groups of a drawing cost some kilobytes each.
pub(crate) const STACK_BYTES: usize = 64 << 20;

/// Memory that the kernel counts beside what a decoder asks for: the stack above, those of the two
/// threads, the program's own data.
#[cfg(unix)]
const BASE_BYTES: u64 = (STACK_BYTES as u64) + (48 << 20);

/// Has the kernel refuse memory to this process when it takes much more than `bytes`.
#[cfg(unix)]
pub fn limit_memory(bytes: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let most = bytes.saturating_add(bytes / 4).saturating_add(BASE_BYTES);
    // A limit that the system does not know, or that is lower already, is none of ours.
    let _ = setrlimit(Resource::Data, Rlimit { current: Some(most), maximum: Some(most) });
}

/// Has the kernel refuse memory to this process when it takes much more than `bytes`.
#[cfg(not(unix))]
pub fn limit_memory(_bytes: u64) {}

/// Ends this process when it has computed for so long; should that fail, the kernel does, by the
/// second. Only ever shortens that time.
#[cfg(unix)]
pub fn limit_cpu(time: Duration) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    const WATCH_STACK_BYTES: usize = 64 << 10;
    let seconds = time.as_secs() + 1;
    if getrlimit(Resource::Cpu).maximum.is_none_or(|maximum| maximum > seconds) {
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) });
    }
    let watch = thread::Builder::new().stack_size(WATCH_STACK_BYTES);
    let _ = watch.spawn(move || {
        loop {
            let used = Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap_or_default();
            match time.checked_sub(used) {
                None | Some(Duration::ZERO) => std::process::exit(TIMED_OUT),
                Some(left) => thread::sleep(left),
            }
        }
    });
}

/// Ends this process when it has computed for so long; nothing does that here.
#[cfg(not(unix))]
pub fn limit_cpu(_time: Duration) {}
