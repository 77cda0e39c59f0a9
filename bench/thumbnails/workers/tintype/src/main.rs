//! tintype, from the file to four thumbnails.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::process::ExitCode;

use protocol::{EDGES, QUALITY, Thumbnail};
use tintype_media::{DecoderProcess, Limits, ThumbnailOptions, Thumbnailer, run_decoder};

/// The argument with which the worker starts itself for a picture that is decoded in a process of
/// its own.
const DECODE: &str = "decode";

fn main() -> Result<ExitCode, Box<dyn Error>> {
    if std::env::args().nth(1).as_deref() == Some(DECODE) {
        return Ok(run_decoder());
    }
    // What is refused is not measured, but what a picture takes is part of the report.
    let limits = Limits::default().with_max_alloc_bytes(4 << 30);
    let decoder = DecoderProcess::new(std::env::current_exe()?).with_arg(DECODE);
    let options = ThumbnailOptions::default()
        .with_edges(EDGES)
        .with_jpeg_quality(QUALITY)
        .with_limits(limits)
        .with_decoder(decoder);
    let mut thumbnailer = Thumbnailer::new();
    protocol::serve("tintype-media", |path| {
        let made = thumbnailer.thumbnails(BufReader::new(File::open(path)?), &options)?;
        Ok(made
            .into_iter()
            .map(|made| Thumbnail { edge: made.edge, extension: made.format.extension(), bytes: made.bytes })
            .collect())
    })?;
    Ok(ExitCode::SUCCESS)
}
