//! tintype, from the file to four thumbnails.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;

use protocol::{EDGES, QUALITY, Thumbnail};
use tintype_media::{Limits, ThumbnailOptions, thumbnails};

fn main() -> Result<(), Box<dyn Error>> {
    // What is refused is not measured, but what a picture takes is part of the report.
    let limits = Limits::default().with_max_alloc_bytes(4 << 30);
    let options = ThumbnailOptions::default().with_edges(EDGES).with_jpeg_quality(QUALITY).with_limits(limits);
    protocol::serve("tintype-media", |path| {
        let made = thumbnails(BufReader::new(File::open(path)?), &options)?;
        Ok(made
            .into_iter()
            .map(|made| Thumbnail { edge: made.edge, extension: made.format.extension(), bytes: made.bytes })
            .collect())
    })
}
