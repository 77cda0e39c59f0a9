//! Decoders that can neither be stopped nor be trusted to fail politely, in a process of their own.
//! It reads the file from its standard input and writes a small picture to its standard output.

mod child;
mod wire;

use std::io::{self, Read, Write};
use std::process::Stdio;
use std::time::Instant;

use tintype_sandbox::{Answer, End, Program, Running};

pub use child::run_decoder;

use crate::Error;
use crate::decoding::{Input, Job};
use crate::frame::Decoded;

/// Decodes in a process of its own; `input` stands at the beginning, and the frame has the sides
/// `stored`.
pub(crate) fn decode(
    process: &Program,
    mut input: Input<'_>,
    job: &Job<'_>,
    memory_bytes: u64,
) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let timeout = limits.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let request = wire::Request { format: header.format, stored, memory_bytes, timeout };
    let running = process.start(Stdio::piped(), timeout)?;
    let Answer { bytes, end } = converse(running, &mut input, &request)?;
    wire::parse(header, stored, &bytes).unwrap_or_else(|| {
        if limits.check_deadline().is_err() {
            return Err(Error::DeadlineExceeded);
        }
        let message = match end {
            End::TimedOut => return Err(Error::DeadlineExceeded),
            End::OutOfMemory => "the decoder's process ran out of memory".to_owned(),
            End::Success => "the decoder's process gave no answer".to_owned(),
            End::Failed(how) => format!("the decoder's process ended early, with {how}"),
        };
        Err(Error::Panicked { message })
    })
}

/// Sends request and file, and returns what comes back.
fn converse(mut running: Running, input: &mut Input<'_>, request: &wire::Request) -> Result<Answer, Error> {
    if let Some(mut stdin) = running.stdin() {
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
    Ok(running.answer(wire::most_bytes(request.stored))?)
}

/// A process that has ended takes nothing more; its answer or its status says why.
fn ended(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
