//! Limits that the kernel keeps.

use std::time::Duration;

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

/// Has the kernel end this process when it has computed for so long, in whole seconds. Only ever
/// shortens that time.
#[cfg(unix)]
pub fn limit_cpu(time: Duration) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let seconds = time.as_secs();
    if getrlimit(Resource::Cpu).maximum.is_none_or(|maximum| maximum > seconds) {
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) });
    }
}

/// Has the kernel end this process when it has computed for so long, in whole seconds. Only ever
/// shortens that time.
#[cfg(not(unix))]
pub fn limit_cpu(_time: Duration) {}
