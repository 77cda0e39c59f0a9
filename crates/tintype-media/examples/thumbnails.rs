//! Writes an image's thumbnails into a folder and prints what it is.
//!
//! `cargo run --release -p tintype-media --example thumbnails -- photo.jpg out/`

#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, Seek};
use std::path::Path;
use std::time::Instant;

use tintype_media::{DecoderProcess, Encoding, Image, ThumbnailOptions, Thumbnailer, detect, run_decoder};

const DECODE: &str = "--decode-one-picture";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some(DECODE) {
        std::process::exit(i32::from(run_decoder() != std::process::ExitCode::SUCCESS));
    }
    let (Some(input), Some(folder)) = (first, arguments.next()) else {
        return Err("usage: thumbnails <image> <folder> [webp]".into());
    };
    let decoder = DecoderProcess::new(std::env::current_exe()?).with_arg(DECODE);
    let mut options = ThumbnailOptions::default().with_decoder(decoder);
    if arguments.next().as_deref() == Some("webp") {
        options = options.with_encoding(Encoding::WebP);
    }
    let name = Path::new(&input).file_name().map(|name| name.to_string_lossy().into_owned());
    let mut reader = BufReader::new(File::open(&input)?);

    let detected = detect(&mut reader, name.as_deref())?;
    println!("kind         {} ({})", detected.kind, detected.mime_type);
    reader.rewind()?;
    let mut image = Image::open(reader, &options.limits)?.with_isolation(options.isolation.clone());
    let facts = *image.facts();
    println!("format       {}", facts.format);
    println!("sides        {} x {} pixels", facts.width, facts.height);
    println!("mode         {}", facts.mode);
    println!("orientation  {}", facts.orientation.to_exif());
    println!("memory       {} bytes at most", image.cost(&options.pictures(&facts)));

    let start = Instant::now();
    let made = Thumbnailer::new().thumbnails_of(&mut image, &options)?;
    println!("made in      {:.1} ms", start.elapsed().as_secs_f64() * 1000.0);
    fs::create_dir_all(&folder)?;
    let stem = Path::new(&input).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    for thumbnail in made {
        let edge = thumbnail.edge;
        let path = Path::new(&folder).join(format!("{stem}_thumbnail_{edge}x{edge}.{}", thumbnail.format.extension()));
        println!(
            "{:>4}         {} x {} pixels, {} bytes",
            edge,
            thumbnail.width,
            thumbnail.height,
            thumbnail.bytes.len()
        );
        fs::write(path, thumbnail.bytes)?;
    }
    Ok(())
}
