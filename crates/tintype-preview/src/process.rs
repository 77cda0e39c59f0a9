//! The same work in a process of its own, where a decoder that never ends, aborts or is taken over
//! costs one file only.

mod child;
mod wanted;
mod wire;

use std::fs::File;
use std::process::Stdio;
use std::time::Instant;

use tintype_sandbox::{Answer, End, Program};

pub use child::run_previewer;
pub use wanted::Wanted;

use crate::{Error, Metadata, Options, Preview};

/// What a file tells, and its picture.
#[derive(Debug)]
pub struct Examined {
    /// What it tells about itself; known even where the picture fails.
    pub metadata: Metadata,
    /// Its picture, as [`preview`](crate::preview) returns it.
    pub preview: Result<Option<Preview>, Error>,
}

/// Examines a file in a process of a program that calls [`run_previewer`]. The process gets the
/// file by its descriptor, which no other work may use meanwhile; it ends at the deadline at the
/// latest.
///
/// # Errors
///
/// [`Error::Io`] if the process cannot be started or read from. Whatever else fails is in
/// [`Examined::preview`].
pub fn examine(program: &Program, file: File, wanted: Wanted, options: &Options) -> Result<Examined, Error> {
    let limits = &options.limits;
    let timeout = limits.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let request = wire::Request {
        wanted,
        edge: options.edge,
        max_pixels: limits.max_pixels,
        max_alloc_bytes: limits.max_alloc_bytes,
        timeout,
    };
    let program = request.to_args().into_iter().fold(program.clone(), Program::with_arg);
    let Answer { bytes, end } = program.start(Stdio::from(file), timeout)?.answer(wire::MOST_BYTES)?;
    let (metadata, preview) = wire::parse(&bytes);
    let preview = preview.unwrap_or_else(|| {
        Err(match end {
            End::TimedOut => Error::TimedOut,
            End::OutOfMemory => Error::TooLarge {
                what: "memory in bytes",
                limit: limits.max_alloc_bytes,
                actual: limits.max_alloc_bytes.saturating_add(1),
            },
            _ if bytes.len() as u64 == wire::MOST_BYTES => {
                Error::TooLarge { what: "picture in bytes", limit: wire::MOST_BYTES, actual: wire::MOST_BYTES + 1 }
            }
            End::Success => Error::Panicked { message: "the process gave no answer".to_owned() },
            End::Failed(how) => Error::Panicked { message: format!("the process ended early, with {how}") },
        })
    });
    Ok(Examined { metadata: metadata.unwrap_or_default(), preview })
}
