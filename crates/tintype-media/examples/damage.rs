//! Damages files in thousands of ways and makes thumbnails of them: nothing may panic.
//!
//! `cargo run --release -p tintype-media --example damage -- 10000 1 photo.png other.png`: how
//! many, from which seed, and which files.

#![expect(clippy::print_stdout, reason = "a command-line example")]

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io::Cursor;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, fs};

use tintype_media::{DecoderProcess, Error, Limits, ThumbnailOptions, probe, run_decoder, thumbnails};

/// What this program calls itself with, for the formats that are decoded in a process of their own.
const DECODE: &str = "--decode";

/// SplitMix64: the same damage for the same seed everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ bits >> 31
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn main() -> Result<ExitCode, Box<dyn StdError>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == DECODE) {
        return Ok(run_decoder());
    }
    let decoder = DecoderProcess::new(env::current_exe()?).with_arg(DECODE);
    let [count, seed, names @ ..] = arguments.as_slice() else {
        return Err("usage: damage <count> <seed> <file>…".into());
    };
    let files = names.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
    if files.is_empty() {
        return Err("usage: damage <count> <seed> <file>…".into());
    }
    let mut random = Random(seed.parse()?);
    let mut counts = BTreeMap::<&str, u32>::new();
    let mut slowest = Duration::ZERO;
    for _ in 0..count.parse::<u32>()? {
        let file = &files[random.below(files.len())];
        let damaged = damage(file, &mut random);
        let limits = Limits::default().with_max_pixels(4 << 20).with_max_alloc_bytes(64 << 20);
        let start = Instant::now();
        if let Err(Error::Panicked { message }) = probe(Cursor::new(&damaged), &limits) {
            println!("the probe panicked: {message}");
            *counts.entry("panicked in the probe").or_default() += 1;
        }
        let options = ThumbnailOptions::default().with_limits(limits).with_decoder(decoder.clone());
        let outcome = match thumbnails(Cursor::new(&damaged), &options) {
            Ok(_) => "thumbnails",
            Err(Error::Panicked { .. }) => "panics of a decoder, caught",
            Err(Error::Malformed { .. }) => "malformed",
            Err(Error::Unsupported { .. }) => "unsupported",
            Err(Error::TooManyPixels { .. } | Error::TooMuchMemory { .. }) => "over a limit",
            Err(_) => "other errors",
        };
        *counts.entry(outcome).or_default() += 1;
        slowest = slowest.max(start.elapsed());
    }
    for (outcome, count) in counts {
        println!("{count:>8}  {outcome}");
    }
    println!("slowest: {:.1} ms", slowest.as_secs_f64() * 1000.0);
    Ok(ExitCode::SUCCESS)
}

/// Changes, removes, doubles or cuts off some bytes, more often near the beginning.
fn damage(file: &[u8], random: &mut Random) -> Vec<u8> {
    const EXTREMES: [u8; 6] = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];
    let mut bytes = file.to_vec();
    for _ in 0..=random.below(6) {
        let reach = if random.below(2) == 0 { bytes.len().min(256) } else { bytes.len() };
        let place = random.below(reach);
        let end = (place + 1 + random.below(16)).min(bytes.len());
        match random.below(8) {
            0 => bytes.truncate(place.max(1)),
            1 => drop(bytes.drain(place..end)),
            2 => {
                let copy = bytes[place..end].to_vec();
                bytes.splice(place..place, copy);
            }
            3 | 4 => bytes[place] = EXTREMES[random.below(EXTREMES.len())],
            5 => bytes[place] ^= 1 << random.below(8),
            _ => bytes[place] = random.next() as u8,
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}
