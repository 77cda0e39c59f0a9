//! Decoders that can neither be stopped nor be trusted to fail politely, in a process of their own.
//! Its arguments say what is wanted, its standard input is the file, and it writes a small picture
//! to its standard output.

mod child;
mod wire;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::process::Stdio;
use std::time::Instant;

use tintype_sandbox::{Answer, End, Program, Running};

pub use child::run_decoder;

use crate::Error;
use crate::decoding::{Input, Job};
use crate::frame::Decoded;

/// Decodes in a process of its own; `input` stands at the beginning, `file` is the same content
/// where it has a descriptor, and the frame has the sides `stored`.
pub(crate) fn decode(
    process: &Program,
    mut input: Input<'_>,
    file: Option<&File>,
    job: &Job<'_>,
    memory_bytes: u64,
) -> Result<Decoded, Error> {
    let Job { header, limits, stored, .. } = *job;
    let timeout = limits.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let request = wire::Request { format: header.format, stored, memory_bytes, timeout };
    let process = request.to_args().into_iter().fold(process.clone(), Program::with_arg);
    let mut running = process.start(standard_input(file)?, timeout)?;
    send(&mut running, &mut input)?;
    let Answer { bytes, end } = running.answer(wire::most_bytes(stored))?;
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

fn standard_input(file: Option<&File>) -> io::Result<Stdio> {
    let Some(file) = file else {
        return Ok(Stdio::piped());
    };
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Stdio::from(file))
}

/// Sends the file to a process that was not given its descriptor.
fn send(running: &mut Running, input: &mut Input<'_>) -> Result<(), Error> {
    let Some(mut stdin) = running.stdin() else {
        return Ok(());
    };
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = match input.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        match stdin.write_all(&buffer[..read]) {
            Ok(()) => {}
            Err(error) => return Ok(ended(error)?),
        }
    }
}

/// A process that has ended takes nothing more; its answer or its status says why.
fn ended(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
