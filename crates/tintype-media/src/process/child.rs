//! The other end: what a decoder's process does.

use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use tintype_sandbox::{confine, limit_cpu, limit_memory, report, work};

use super::wire::{self, Request};
use crate::decoding::{Job, Keep};
use crate::descriptor::Decoding;
use crate::frame::Decoded;
use crate::{Error, Format, Limits, formats, guard};

/// Where systems keep fonts, and what says so: text in drawings needs them.
const FONTS: [&str; 4] = ["/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/fontconfig"];

/// Decodes one picture from standard input to standard output, as
/// [`DecoderProcess`](crate::DecoderProcess) has asked for in the last arguments.
///
/// For a program's `main`, which should do nothing else before or after. The process has no files
/// but fonts for drawings, no network and no other processes where the kernel can take them away,
/// and ends itself at the deadline.
#[must_use]
pub fn run_decoder() -> ExitCode {
    match report().unwrap_or_else(answer_request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn answer_request() -> io::Result<()> {
    let request = Request::from_args(std::env::args_os()).ok_or(io::ErrorKind::InvalidInput)?;
    let fonts = FONTS.map(Path::new);
    let readable: &[&Path] = if request.format == Format::Svg { &fonts } else { &[] };
    confine(readable);
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    limit_memory(request.memory_bytes);
    if let Some(timeout) = request.timeout {
        limit_cpu(timeout + Duration::from_secs(2));
    }
    work(request.timeout, move || {
        let answer = wire::answer(guard::catch(|| decode(bytes, &request)));
        io::stdout().lock().write_all(&answer)
    })
}

fn decode(bytes: Vec<u8>, request: &Request) -> Result<Decoded, Error> {
    let mut limits = Limits::default().with_max_pixels(u64::MAX).with_max_alloc_bytes(request.memory_bytes);
    limits.deadline = request.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let header = formats::read_header(&mut Cursor::new(&bytes), &limits)?;
    if header.format != request.format {
        return Err(Error::malformed(request.format, format!("it has become `{}`", header.format)));
    }
    limit_cpu(cpu_time(header.format, header.pixels(), bytes.len() as u64));
    let job = Job { header: &header, limits: &limits, stored: request.stored, keep: Keep::Planes };
    match header.format.descriptor().decoding {
        Decoding::Isolated { decode, .. } => decode(bytes, &job),
        _ => Err(Error::unsupported(header.format, "no decoder for a process of its own")),
    }
}

/// Returns how long a picture may keep a processor busy: a few bytes can ask for hours.
fn cpu_time(format: Format, pixels: u64, bytes: u64) -> Duration {
    match format {
        Format::Jxl => jxl_time(pixels, bytes),
        Format::Svg => Duration::from_secs(2),
        _ => Duration::from_secs(5).saturating_add(each(pixels, 200)),
    }
}

/// JPEG XL takes some 100 ns for a pixel, up to 160 if its file is small for its sides, and 230 for
/// a byte if it is lossless. A few bytes can ask for pixels of any price: each may have several
/// times that, as long as no picture of few bytes takes three seconds; and as even an empty one
/// takes a byte for some 4000 pixels, more of them count no further.
fn jxl_time(pixels: u64, bytes: u64) -> Duration {
    const PIXELS_PER_BYTE: u64 = 4096;
    const LARGE_PIXELS: u64 = 16_000_000;
    let pixels = pixels.min(bytes.saturating_mul(PIXELS_PER_BYTE));
    let ample = Duration::from_millis(300).saturating_add(each(pixels, 1000));
    let enough = Duration::from_millis(2700).saturating_add(each(pixels.saturating_sub(LARGE_PIXELS), 160));
    ample.min(enough).saturating_add(each(bytes, 200))
}

fn each(count: u64, nanoseconds: u64) -> Duration {
    Duration::from_nanos(count.saturating_mul(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_bytes_of_jpeg_xl_keep_no_processor_busy_for_long() {
        let of = |pixels: u64, bytes: u64| cpu_time(Format::Jxl, pixels, bytes).as_millis();
        assert!(of(100_000_000, 81) < 700);
        assert!(of(u64::MAX, 81) < 700);
        // More than they take: a photo, the same enlarged eight times by the decoder, and lossless.
        assert!(of(5_290_000, 840_039) > 2 * 300);
        assert!(of(16_000_000, 75_000) > 2500);
        assert!(of(16_000_000, 14_000_000) > 3300);
        // What few bytes ask for is answered within three seconds.
        assert!(of(16_000_000, 3849) < 2900);
        assert_eq!(of(64, 1000), 300);
        assert_eq!(cpu_time(Format::Svg, u64::MAX, 81).as_secs(), 2);
        assert_eq!(cpu_time(Format::Avif, 10_000_000, 81).as_secs(), 7);
    }
}
