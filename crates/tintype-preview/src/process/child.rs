//! The other end: what a process does.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tintype_sandbox::{confine, limit_cpu, limit_memory, work};

use super::wanted::Wanted;
use super::wire::{self, Request};
use crate::{Limits, Options, metadata, preview};

/// Examines the file that is standard input, as [`examine`](crate::examine) has asked for, and
/// writes what it finds to standard output.
///
/// For a program's `main`, which should do nothing else before or after, with the arguments that
/// come after those that the program was named with. The process has no files but that one, no
/// network and no other processes where the kernel can take them away.
#[must_use]
pub fn run_previewer(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    match answer_request(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_request(args: impl IntoIterator<Item = OsString>) -> io::Result<()> {
    let request = Request::from_args(args).ok_or(io::ErrorKind::InvalidInput)?;
    confine(&[]);
    limit_memory(request.max_alloc_bytes);
    if let Some(timeout) = request.timeout {
        limit_cpu(timeout + Duration::from_secs(2));
    }
    let file = given_file()?;
    work(request.timeout, move || answer(file, &request))
}

/// What is found first is written first: a picture may never come.
fn answer(mut file: File, request: &Request) -> io::Result<()> {
    let mut limits =
        Limits::default().with_max_pixels(request.max_pixels).with_max_alloc_bytes(request.max_alloc_bytes);
    limits.deadline = request.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut stdout = io::stdout().lock();
    let told = metadata(&mut file, &limits).unwrap_or_default();
    stdout.write_all(&wire::metadata_to_bytes(&told)?)?;
    stdout.flush()?;
    if request.wanted == Wanted::Metadata {
        return Ok(());
    }
    let options = Options::default().with_limits(limits).with_edge(request.edge);
    stdout.write_all(&wire::preview_to_bytes(preview(&mut file, &options)))
}

#[cfg(unix)]
fn given_file() -> io::Result<File> {
    use std::os::fd::AsFd;

    Ok(File::from(io::stdin().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn given_file() -> io::Result<File> {
    use std::os::windows::io::AsHandle;

    Ok(File::from(io::stdin().as_handle().try_clone_to_owned()?))
}
