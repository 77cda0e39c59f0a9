//! Prints what a file tells about itself, and writes its picture: `cargo run -p tintype-preview
//! --example preview -- FILE [OUT]`.
//!
//! Pixels are written as PNG; a picture that stood in the file is written as it is.

#![expect(clippy::print_stdout, reason = "a program for the command line")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter};
use std::time::Instant;

use tintype_preview::{Layout, Limits, Options, Picture, detect, metadata, perceptual_hash, placeholder, preview};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().ok_or("usage: preview FILE [OUT]")?;
    let target = arguments.next();
    let mut file = BufReader::new(File::open(&path)?);
    println!("format: {:?}", detect(&mut file, &Limits::default())?);
    let begin = Instant::now();
    println!("{:#?}\nmetadata took {:?}", metadata(&mut file, &Limits::default())?, begin.elapsed());
    let begin = Instant::now();
    let found = match preview(&mut file, &Options::default()) {
        Ok(found) => found,
        Err(error) => {
            println!("preview: {:?}: {error}", error.failure());
            return Ok(());
        }
    };
    println!("preview took {:?}", begin.elapsed());
    let Some(found) = found else {
        println!("preview: none");
        return Ok(());
    };
    match found.picture {
        Picture::Encoded { bytes, orientation } => {
            println!("preview: {}, {} bytes, orientation {orientation:?}", found.source, bytes.len());
            if let Some(target) = target {
                fs::write(target, bytes)?;
            }
        }
        Picture::Pixels(pixels) => {
            let colour = placeholder(&pixels).colour_hex();
            let hash = perceptual_hash(&pixels).0;
            println!("preview: {}, {pixels:?}, colour {colour}, hash {hash:016x}", found.source);
            if let Some(target) = target {
                let mut encoder = png::Encoder::new(BufWriter::new(File::create(target)?), pixels.width, pixels.height);
                encoder.set_color(match pixels.layout {
                    Layout::Rgb => png::ColorType::Rgb,
                    Layout::Rgba => png::ColorType::Rgba,
                });
                encoder.set_compression(png::Compression::Fast);
                encoder.write_header()?.write_image_data(&pixels.data)?;
            }
        }
    }
    Ok(())
}
