//! Decodes mutated files, looking for panics and for inputs that take long.
//!
//! `cargo run --example mutate -- COUNT SEED FILE…` changes some bytes of a file, cuts it off,
//! repeats or drops a piece, and decodes the result at a scale; COUNT times. In the development
//! profile overflow checks are on. A finding is written to `mutated-N.jpg` in the working
//! directory.

use std::{
    env, fs,
    panic::catch_unwind,
    process::ExitCode,
    time::{Duration, Instant},
};

use tintype_jpeg::{DecodeLimits, DecodeOptions, JpegHeader, Refinement, Scale};

/// Slower than any file of some kilobytes should be, even without optimisation.
const SLOW: Duration = Duration::from_secs(1);

#[expect(clippy::print_stdout, reason = "a command-line program")]
fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let mut number = || arguments.next().and_then(|a| a.parse::<u64>().ok());
    let (Some(count), Some(seed)) = (number(), number()) else {
        println!("usage: mutate COUNT SEED FILE…");
        return ExitCode::FAILURE;
    };
    let files: Vec<Vec<u8>> = arguments.filter_map(|path| fs::read(path).ok()).collect();
    if files.is_empty() {
        println!("no file can be read");
        return ExitCode::FAILURE;
    }
    let mut random = Random(seed | 1);
    let (mut findings, mut decoded, mut slowest) = (0, 0, Duration::ZERO);
    for i in 0..count {
        let file = mutate(&files, &mut random);
        let choice = random.next();
        let start = Instant::now();
        let outcome = catch_unwind(|| decode(&file, choice));
        let took = start.elapsed();
        slowest = slowest.max(took);
        decoded += u64::from(matches!(outcome, Ok(true)));
        if outcome.is_err() || took > SLOW {
            findings += 1;
            let path = format!("mutated-{seed}-{i}.jpg");
            let written = fs::write(&path, &file);
            println!("{path} ({written:?}): panic {}, {took:?}", outcome.is_err());
        }
    }
    println!("{count} inputs, {decoded} decoded, {findings} findings, slowest {slowest:?}");
    ExitCode::from(u8::from(findings > 0))
}

fn decode(file: &[u8], choice: u64) -> bool {
    let scale = |choice: u64| Scale::ALL[choice as usize % Scale::ALL.len()];
    let options = DecodeOptions {
        scale: scale(choice >> 8),
        chroma_scale: (choice & 12 == 0).then_some(scale(choice >> 16)),
        refinement: if choice & 64 == 0 { Refinement::All } else { Refinement::WhereVisible },
    };
    let limits = DecodeLimits { max_alloc_bytes: 32 << 20, max_scans: 100, ..DecodeLimits::default() };
    let Ok(header) = JpegHeader::parse(file) else {
        return false;
    };
    let _ = header.icc_profile(1 << 20);
    header.decode(options, &limits).is_ok()
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 8
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end.max(1)
    }
}

fn mutate(files: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut file = files[random.below(files.len())].clone();
    for _ in 0..=random.below(6) {
        let at = random.below(file.len());
        let len = random.below(file.len() - at).min(1 << random.below(10));
        match random.below(8) {
            0 => file.truncate(at),
            1 => drop(file.drain(at..at + len)),
            2 => {
                let piece = file[at..at + len].to_vec();
                file.splice(at..at, piece);
            }
            3 => {
                let other = &files[random.below(files.len())];
                let from = random.below(other.len());
                let piece = &other[from..other.len().min(from + len)];
                file.splice(at..at + len, piece.iter().copied());
            }
            4 => file[at..at + len].fill(random.next() as u8),
            // Headers stand in the beginning, and are a small part of the whole.
            5 => {
                let at = at % 700.min(file.len().max(1));
                if let Some(byte) = file.get_mut(at) {
                    *byte = random.next() as u8;
                }
            }
            6 => file.splice(at..at, [0xFF, 0xC0 | random.next() as u8 & 63]).for_each(drop),
            _ => file[at] ^= 1 << random.below(8),
        }
        if file.is_empty() {
            break;
        }
    }
    file
}
