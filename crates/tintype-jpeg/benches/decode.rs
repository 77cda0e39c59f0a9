//! Decoding 2560 × 1600 pixels 4:2:0 at each scale, sequential and progressive.
//!
//! The files are made of random coefficients whose spread falls with frequency as in photographs. A
//! directory of JPEG files in `TINTYPE_JPEG_BENCH` is decoded too, each at 1/2.

#![expect(clippy::unwrap_used, reason = "in the encoder that is shared with the tests")]

#[path = "../tests/it/encoder.rs"]
mod encoder;

use std::{env, fs, path::PathBuf, sync::LazyLock};

use divan::{Bencher, black_box, counter::BytesCount};
use encoder::{PartialPicture, Random, Scan, Tables, ZIGZAG};
use tintype_jpeg::{DecodeLimits, Decoder, JpegHeader, Scale};

fn main() {
    divan::main();
}

/// A picture whose coefficients look like those of a photograph at a quality of about 85.
static PHOTO: LazyLock<PartialPicture> = LazyLock::new(|| {
    let mut picture = PartialPicture::random((2560, 1600), &[(2, 2), (1, 1), (1, 1)], 1);
    let mut random = Random::new(2);
    for (i, component) in picture.components.iter_mut().enumerate() {
        let mut level = 0;
        for block in &mut component.coefficients {
            // Some parts are smooth, some are busy.
            let busy = [2, 6, 12, 24][random.below(4) as usize] >> u32::from(i > 0);
            level = (level + random.below(31) as i32 - 15).clamp(-60, 60);
            *block = [0; 64];
            block[0] = level;
            for k in 1..64 {
                let spread = 3 * busy / (k as u64 + 3);
                // The sum of three is more often small than large.
                let value: u64 = (0..3).map(|_| random.below(spread + 2)).sum();
                block[ZIGZAG[k]] = value as i32 - 3 * (spread as i32 + 1) / 2;
            }
        }
    }
    picture
});

static SEQUENTIAL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let tables = Tables::Standard;
    let picture = PartialPicture { tables, ..PHOTO.clone() };
    picture.sequential(&[&[0, 1, 2]])
});

/// The scans of libjpeg's `jpeg_simple_progression`.
static PROGRESSIVE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    PHOTO.progressive(&[
        Scan::new(&[0, 1, 2], (0, 0), 0, 1),
        Scan::new(&[0], (1, 5), 0, 2),
        Scan::new(&[2], (1, 63), 0, 1),
        Scan::new(&[1], (1, 63), 0, 1),
        Scan::new(&[0], (6, 63), 0, 2),
        Scan::new(&[0], (1, 63), 2, 1),
        Scan::new(&[0, 1, 2], (0, 0), 1, 0),
        Scan::new(&[2], (1, 63), 1, 0),
        Scan::new(&[1], (1, 63), 1, 0),
        Scan::new(&[0], (1, 63), 1, 0),
    ])
});

fn decode(bencher: Bencher<'_, '_>, file: &[u8], scale: Scale, mut decoder: Decoder) {
    bencher.counter(BytesCount::of_slice(file)).bench_local(|| {
        let header = JpegHeader::parse(black_box(file)).expect("the file is valid");
        let planes = decoder.decode(&header, scale, &DecodeLimits::default());
        decoder.recycle(black_box(planes.expect("the file is valid")));
    });
}

#[divan::bench(args = Scale::ALL, sample_count = 20)]
fn sequential(bencher: Bencher<'_, '_>, scale: Scale) {
    decode(bencher, &SEQUENTIAL, scale, Decoder::new());
}

#[divan::bench(args = Scale::ALL, sample_count = 20)]
fn sequential_portable(bencher: Bencher<'_, '_>, scale: Scale) {
    decode(bencher, &SEQUENTIAL, scale, Decoder::portable());
}

#[divan::bench(args = Scale::ALL, sample_count = 20)]
fn progressive(bencher: Bencher<'_, '_>, scale: Scale) {
    decode(bencher, &PROGRESSIVE, scale, Decoder::new());
}

#[divan::bench]
fn header(bencher: Bencher<'_, '_>) {
    let file = LazyLock::force(&SEQUENTIAL);
    bencher.bench(|| JpegHeader::parse(black_box(file)).map(|header| header.width()));
}

/// Names of the files in the directory that the environment names.
fn own_files() -> Vec<String> {
    let Some(directory) = env::var_os("TINTYPE_JPEG_BENCH") else {
        return Vec::new();
    };
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<String> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "jpg" || e == "jpeg"))
        .map(|path| path.display().to_string())
        .collect();
    files.sort();
    files
}

#[divan::bench(args = own_files(), sample_count = 20)]
fn own_at_half(bencher: Bencher<'_, '_>, path: &str) {
    let file = fs::read(PathBuf::from(path)).expect("the file can be read");
    decode(bencher, &file, Scale::Half, Decoder::new());
}
