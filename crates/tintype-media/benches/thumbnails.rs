//! Four thumbnails of a photograph-like JPEG of 2560 × 1600 and of 640 × 480 pixels, from a
//! `Thumbnailer` that is kept and from one that is not. A directory of images in
//! `TINTYPE_MEDIA_BENCH` is thumbnailed too.

use std::{env, fs, io::Cursor};

use divan::{Bencher, black_box};
use tintype_jpeg::{EncodeOptions, Encoder, PlaneView};
use tintype_media::{ThumbnailOptions, Thumbnailer, thumbnails};

fn main() {
    divan::main();
}

/// Waves of several lengths and some noise.
fn plane(width: u32, height: u32, noise: u32) -> Vec<u8> {
    let mut seed = 1u32;
    let mut samples = Vec::new();
    for y in 0..height {
        for x in 0..width {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (x, y) = (f64::from(x), f64::from(y));
            let waves = 40.0 * (x / 90.0).sin() + 30.0 * (y / 37.0).cos() + 15.0 * ((x + y) / 7.0).sin();
            samples.push((128.0 + waves + f64::from((seed >> 24) * noise / 256)) as u8);
        }
    }
    samples
}

fn photo(width: u32, height: u32) -> Vec<u8> {
    let (luma, chroma) = (plane(width, height, 16), plane(width / 2, height / 2, 2));
    let luma = PlaneView { data: &luma, stride: width as usize, width, height };
    let chroma = PlaneView { data: &chroma, stride: width as usize / 2, width: width / 2, height: height / 2 };
    let options = EncodeOptions { quality: 90, ..EncodeOptions::default() };
    Encoder::new().encode(&[luma, chroma, chroma], options).expect("the planes are valid")
}

const SIDES: [(u32, u32); 2] = [(2560, 1600), (640, 480)];

#[divan::bench(args = SIDES, sample_count = 20)]
fn kept(bencher: Bencher<'_, '_>, (width, height): (u32, u32)) {
    let (file, options) = (photo(width, height), ThumbnailOptions::default());
    let mut thumbnailer = Thumbnailer::new();
    bencher.bench_local(|| thumbnailer.thumbnails(Cursor::new(black_box(&file)), &options).expect("the file is valid"));
}

#[divan::bench(args = SIDES, sample_count = 20)]
fn alone(bencher: Bencher<'_, '_>, (width, height): (u32, u32)) {
    let (file, options) = (photo(width, height), ThumbnailOptions::default());
    bencher.bench_local(|| thumbnails(Cursor::new(black_box(&file)), &options).expect("the file is valid"));
}

/// Paths of the files in the directory that the environment names.
fn own_files() -> Vec<String> {
    let directory = env::var_os("TINTYPE_MEDIA_BENCH").and_then(|directory| fs::read_dir(directory).ok());
    let entries = directory.into_iter().flatten().flatten();
    let mut paths: Vec<String> = entries.map(|entry| entry.path().display().to_string()).collect();
    paths.sort();
    paths
}

#[divan::bench(args = own_files(), sample_count = 20)]
fn own(bencher: Bencher<'_, '_>, path: &str) {
    let (file, options) = (fs::read(path).expect("the file can be read"), ThumbnailOptions::default());
    let mut thumbnailer = Thumbnailer::new();
    bencher.bench_local(|| thumbnailer.thumbnails(Cursor::new(black_box(&file)), &options).is_ok());
}
