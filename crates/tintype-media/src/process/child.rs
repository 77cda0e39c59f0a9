//! The other end: what a decoder's process does.

use std::io::{self, Cursor, Read, Write};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use super::wire::{self, Request};
use crate::decoding::{Job, Keep};
use crate::descriptor::Decoding;
use crate::frame::Decoded;
use crate::{Error, Format, Limits, formats, guard};

/// Exit code at the deadline.
pub(super) const TIMED_OUT: i32 = 124;

/// Nested groups of a drawing cost some kilobytes each.
const STACK_BYTES: usize = 64 << 20;

/// Memory that the kernel counts beside what a decoder asks for: the stack above, those of the two
/// threads, the program's own data.
const BASE_BYTES: u64 = (STACK_BYTES as u64) + (48 << 20);

/// Decodes one picture from standard input to standard output, as
/// [`DecoderProcess`](super::DecoderProcess) has asked for.
///
/// For a program's `main`, which should do nothing else before or after. The process ends itself at
/// the deadline.
#[must_use]
pub fn run_decoder() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn work() -> io::Result<()> {
    end_with_parent();
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let (request, len) = Request::parse(&bytes).ok_or(io::ErrorKind::InvalidInput)?;
    bytes.drain(..len);
    let timeout = request.timeout;
    thread::spawn(move || {
        wait_until_unwanted(timeout);
        std::process::exit(TIMED_OUT);
    });
    limit(&request);
    let decoder = thread::Builder::new().stack_size(STACK_BYTES);
    let decoder = decoder.spawn(move || wire::answer(guard::catch(|| decode(bytes, &request))))?;
    let answer = decoder.join().map_err(|_| io::ErrorKind::Other)?;
    io::stdout().lock().write_all(&answer)
}

fn decode(bytes: Vec<u8>, request: &Request) -> Result<Decoded, Error> {
    let mut limits = Limits::default().with_max_pixels(u64::MAX).with_max_alloc_bytes(request.memory_bytes);
    limits.deadline = request.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let header = formats::read_header(&mut Cursor::new(&bytes), &limits)?;
    if header.format != request.format {
        return Err(Error::malformed(request.format, format!("it has become `{}`", header.format)));
    }
    limit_cpu(cpu_time(header.format, header.pixels()));
    let job = Job { header: &header, limits: &limits, stored: request.stored, keep: Keep::Planes };
    match header.format.descriptor().decoding {
        Decoding::Isolated { decode, .. } => decode(bytes, &job),
        _ => Err(Error::unsupported(header.format, "no decoder for a process of its own")),
    }
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

/// Returns at the deadline, or once nobody can read the answer any more.
#[cfg(unix)]
fn wait_until_unwanted(timeout: Option<Duration>) {
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

/// Returns how long a picture may keep a processor busy: a few bytes can ask for hours.
fn cpu_time(format: Format, pixels: u64) -> Duration {
    let megapixels = if format == Format::Svg { 0 } else { pixels / 1_000_000 };
    Duration::from_secs(5) + Duration::from_millis(200).saturating_mul(u32::try_from(megapixels).unwrap_or(u32::MAX))
}

#[cfg(unix)]
fn limit_cpu(time: Duration) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let seconds = time.as_secs();
    if getrlimit(Resource::Cpu).maximum.is_none_or(|maximum| maximum > seconds) {
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(seconds), maximum: Some(seconds + 1) });
    }
}

#[cfg(not(unix))]
fn limit_cpu(_time: Duration) {}

/// Has the kernel end the process when it takes much more memory or time than it should.
#[cfg(unix)]
fn limit(request: &Request) {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let set = |resource, limit| {
        // A limit that the system does not know, or that is lower already, is none of ours.
        let _ = setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) });
    };
    set(Resource::Core, 0);
    set(Resource::Data, request.memory_bytes.saturating_add(request.memory_bytes / 4).saturating_add(BASE_BYTES));
    if let Some(timeout) = request.timeout {
        set(Resource::Cpu, (timeout + Duration::from_secs(2)).as_secs());
    }
}

#[cfg(not(unix))]
fn limit(_request: &Request) {}
