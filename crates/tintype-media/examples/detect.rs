//! Prints what files are: kind, media type and name of each.
//!
//! `cargo run --release -p tintype-media --example detect -- files…`

#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use tintype_media::detect;

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args().skip(1) {
        let name = Path::new(&path).file_name().map(|name| name.to_string_lossy().into_owned());
        let detected = detect(&mut BufReader::new(File::open(&path)?), name.as_deref())?;
        println!("{:<13} {:<72} {path}", detected.kind.as_str(), detected.mime_type);
    }
    Ok(())
}
