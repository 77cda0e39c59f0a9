//! Decoders that can neither be stopped nor be trusted to fail politely, in a process of their own.
//!
//! What a thread cannot have, a process can: an end at the deadline wherever it stands, memory that
//! the kernel counts, and a stack overflow, an abort or a fault in a decoder that cost one picture
//! and not the service.

mod child;
mod wire;

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub use child::run_decoder;

use crate::Error;
use crate::decoding::{Input, Job};
use crate::frame::Decoded;

/// How to start a program that calls [`run_decoder`], for the formats that are decoded in a process
/// of their own ([`Format::is_isolated`](crate::Format::is_isolated)).
///
/// Starting it costs about a millisecond. It reads the file from its standard input, writes a small
/// picture to its standard output, and ends by itself at the deadline, or when it needs much more
/// memory than [`Image::cost`](crate::Image::cost) says.
///
/// ```
/// use tintype_media::{DecoderProcess, ThumbnailOptions};
///
/// // A service whose `main` calls `run_decoder` when its first argument is `decode`.
/// let decoder = DecoderProcess::new("/proc/self/exe").with_arg("decode");
/// let options = ThumbnailOptions::default().with_decoder(decoder);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderProcess {
    program: PathBuf,
    args: Vec<OsString>,
}

impl DecoderProcess {
    /// Names the program; the crate's own `tintype-media-decoder` will do.
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
}

/// Decodes in a process of its own; `input` stands at the beginning, and the frame has the sides
/// `stored`.
pub(crate) fn decode(
    process: &DecoderProcess,
    mut input: Input<'_>,
    job: &Job<'_>,
    memory_bytes: u64,
) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let timeout = limits.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let request = wire::Request { format: header.format, stored, memory_bytes, timeout };
    let mut child = Command::new(&process.program)
        .args(&process.args)
        // Nothing in the environment concerns a decoder.
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let watch = Watch::start(child.id(), timeout);
    let answer = converse(&mut child, &mut input, &request);
    // Before the process is waited for: until then its number is not another's.
    drop(watch);
    if answer.is_err() {
        // It may be waiting for more; what it makes of that does not matter any more.
        let _ = child.kill();
    }
    let status = child.wait()?;
    let answer = answer?;
    wire::parse(header, stored, &answer).unwrap_or_else(|| {
        if limits.check_deadline().is_err() || status.code() == Some(child::TIMED_OUT) {
            return Err(Error::DeadlineExceeded);
        }
        Err(Error::Panicked { message: format!("the decoder's process ended early, with {status}") })
    })
}

/// Ends a process that has not answered some time after its deadline: one that is stopped, or
/// stuck, does not end itself.
struct Watch {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    const GRACE: Duration = Duration::from_secs(2);

    fn start(process: u32, timeout: Option<Duration>) -> Self {
        let (done, waiting) = mpsc::channel();
        let thread = timeout.map(|timeout| {
            thread::spawn(move || {
                if waiting.recv_timeout(timeout.saturating_add(Self::GRACE)) == Err(RecvTimeoutError::Timeout) {
                    kill(process);
                }
            })
        });
        Self { done: Some(done), thread }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.done = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
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

/// Sends request and file, and returns what comes back.
fn converse(child: &mut std::process::Child, input: &mut Input<'_>, request: &wire::Request) -> Result<Vec<u8>, Error> {
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(&request.to_bytes()).or_else(ended)?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = match input.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            match stdin.write_all(&buffer[..read]) {
                Ok(()) => {}
                Err(error) => {
                    ended(error)?;
                    break;
                }
            }
        }
    }
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(wire::most_bytes(request.stored)).read_to_end(&mut answer)?;
    }
    Ok(answer)
}

/// A process that has ended takes nothing more; its answer or its status says why.
fn ended(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
