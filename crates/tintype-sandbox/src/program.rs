//! The parent's end: starting a process, and what comes back.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::limits::TIMED_OUT;
use crate::watch::Watch;

/// How to start a program that calls [`work`](crate::work).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    program: PathBuf,
    args: Vec<OsString>,
}

/// A process that was started. It is ended when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    watch: Watch,
}

/// What a process left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it wrote to its standard output. It has seen hostile data: take nothing for granted.
    pub bytes: Vec<u8>,
    /// How it ended.
    pub end: End,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Success,
    /// At its deadline, or when it had computed for too long.
    TimedOut,
    /// For want of memory.
    OutOfMemory,
    /// In another way, which the text describes for a log.
    Failed(String),
}

/// What is read of a process's last words.
const LAST_WORDS_BYTES: u64 = 4096;

impl Program {
    /// Names the program.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), args: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with_arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Starts the program, which costs about a millisecond. It inherits nothing but its standard
    /// input: a file is given by its descriptor, not copied. Some time after `timeout` it is ended
    /// if it has not ended itself.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub fn start(&self, stdin: Stdio, timeout: Option<Duration>) -> io::Result<Running> {
        let child = Command::new(&self.program)
            .args(&self.args)
            // Nothing in the environment concerns it.
            .env_clear()
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let watch = Watch::start(child.id(), timeout);
        Ok(Running { child, watch })
    }
}

impl Running {
    /// Returns the other end of its standard input, where that is a pipe.
    pub fn stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Waits for its answer, of which no more than `most_bytes` are read, and for its end.
    ///
    /// # Errors
    /// Where the answer cannot be read.
    pub fn answer(mut self, most_bytes: u64) -> io::Result<Answer> {
        drop(self.child.stdin.take());
        let mut bytes = Vec::new();
        if let Some(stdout) = self.child.stdout.take() {
            stdout.take(most_bytes).read_to_end(&mut bytes)?;
        }
        let mut words = Vec::new();
        if let Some(stderr) = self.child.stderr.take() {
            stderr.take(LAST_WORDS_BYTES).read_to_end(&mut words)?;
        }
        let was_ended = self.watch.stop();
        let status = self.child.wait()?;
        let end = if was_ended { End::TimedOut } else { end(status, &String::from_utf8_lossy(&words)) };
        Ok(Answer { bytes, end })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch.stop();
        // One that was waited for is left alone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn end(status: ExitStatus, last_words: &str) -> End {
    if status.success() {
        return End::Success;
    }
    if status.code() == Some(TIMED_OUT) || is_out_of_cpu(status) {
        return End::TimedOut;
    }
    // What Rust's standard library says before it aborts.
    if last_words.contains("memory allocation of") {
        return End::OutOfMemory;
    }
    let words: String = last_words.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
    End::Failed(if words.is_empty() { status.to_string() } else { format!("{status}: {words}") })
}

#[cfg(unix)]
fn is_out_of_cpu(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;

    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_cpu(_status: ExitStatus) -> bool {
    false
}
