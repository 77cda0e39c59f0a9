//! Faults by strace(1) in the system calls of a server.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tintype_testkit::wait_for;

/// What happens to a system call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// The process is killed when it makes the call.
    Kill,
    /// The call is not made, and fails.
    Error(&'static str),
}

/// strace, attached to a server.
pub(crate) struct Tracer {
    child: Child,
    folder: TempDir,
}

/// What a fault hit.
#[derive(Debug, Default)]
pub(crate) struct Hit {
    /// Whether any call was hit.
    pub(crate) is_hit: bool,
    /// Whether a call on a file was hit, rather than one that wakes another thread.
    pub(crate) is_on_disk: bool,
}

impl Tracer {
    /// Attaches to all threads of a process. The `nth` call of each thread is hit.
    ///
    /// # Errors
    /// Says why that is not possible here.
    pub(crate) fn attach(process: u32, calls: &str, fault: Fault, nth: u32) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let what = match fault {
            Fault::Kill => "signal=KILL".to_owned(),
            Fault::Error(name) => format!("error={name}"),
        };
        let (log, errors) = (folder.path().join("log"), folder.path().join("errors"));
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-s", "0", "-o"]).arg(&log);
        command.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:{what}:when={nth}")]);
        command.args(["-p", &process.to_string()]).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(fs::File::create(&errors).map_err(|error| error.to_string())?);
        let mut child = command.spawn().map_err(|error| format!("strace cannot be run: {error}"))?;
        let said = || fs::read_to_string(&errors).unwrap_or_default();
        let attached = wait_for(Duration::from_secs(20), || {
            let has_ended = child.try_wait().is_ok_and(|status| status.is_some());
            (said().contains("attached") || has_ended).then_some(())
        });
        if attached.is_none() || !said().contains("attached") {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("strace cannot attach: {}", said().trim()));
        }
        Ok(Self { child, folder })
    }

    /// Detaches, and returns what was hit.
    pub(crate) fn detach(mut self) -> Hit {
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, Signal::TERM);
        }
        let _ = self.child.wait();
        let log = fs::read(self.folder.path().join("log")).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let killed = log.lines().any(|line| line.contains("killed by SIGKILL"));
        let failed: Vec<&str> = log.lines().filter(|line| line.contains("(INJECTED)")).collect();
        // Of a call that was interrupted, the log shows the file and the result in different lines.
        let is_elsewhere =
            |line: &&str| ["anon_inode:", "pipe:", "socket:", "server.std"].iter().any(|name| line.contains(name));
        Hit { is_hit: killed || !failed.is_empty(), is_on_disk: !failed.iter().all(is_elsewhere) }
    }
}
