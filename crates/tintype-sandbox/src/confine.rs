//! Taking away from a process what it does not need.

#[cfg(target_os = "linux")]
mod landlock;
#[cfg(target_os = "linux")]
mod seccomp;

use std::path::Path;

/// Takes files, network and other processes away from this process, as far as the kernel lets it,
/// and ends it with its parent. What is below the folders in `readable` can still be read. Call it
/// before there are other threads.
///
/// Files that are open already stay so.
pub fn confine(readable: &[&Path]) {
    end_with_parent();
    leave_nothing_behind();
    #[cfg(target_os = "linux")]
    {
        // It has to come first: under seccomp it could not be asked for any more.
        landlock::restrict(readable);
        seccomp::restrict(!readable.is_empty());
    }
    #[cfg(not(target_os = "linux"))]
    let _ = readable;
}

/// Has the kernel end the process when the one that wants its answer ends, however that does.
fn end_with_parent() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        // Without that, the closed pipe ends it.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// No dumps of its memory, and no files even where it may open some.
fn leave_nothing_behind() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        for resource in [Resource::Core, Resource::Fsize] {
            let _ = setrlimit(resource, Rlimit { current: Some(0), maximum: Some(0) });
        }
    }
}
