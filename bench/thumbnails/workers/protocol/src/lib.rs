//! How a worker is asked for thumbnails, and how it answers; `../../README.md` has the lines.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use nix::sys::resource::{Usage, UsageWho, getrusage};

/// Sides of the boxes, the largest first.
pub const EDGES: [u32; 4] = [1080, 512, 128, 64];
/// JPEG quality.
pub const QUALITY: u8 = 82;
/// Up to this side thumbnails keep the colour of each pixel.
pub const FULL_CHROMA_EDGE: u32 = 128;

/// A thumbnail as a file.
pub struct Thumbnail {
    /// Side of its box.
    pub edge: u32,
    /// `jpg` or `png`.
    pub extension: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Answers requests on standard input until it ends. `make` gets a path.
///
/// # Errors
///
/// When a request cannot be understood or an answer cannot be written; what `make` cannot do is an
/// answer.
pub fn serve(
    version: impl Display,
    mut make: impl FnMut(&Path) -> Result<Vec<Thumbnail>, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut stdout = io::stdout();
    writeln!(stdout, "ready\t{version}")?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let [iterations, input, folder, _] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("not four fields: `{line}`").into());
        };
        match measure(iterations.parse()?, Path::new(input), &mut make) {
            Ok((nanoseconds, made)) => {
                if folder != "-" {
                    write(Path::new(folder), &made)?;
                }
                writeln!(stdout, "ok\t{nanoseconds}\t{}", getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss())?;
            }
            Err(error) => writeln!(stdout, "error\t{}", error.to_string().replace(['\n', '\t'], " "))?,
        }
    }
    Ok(())
}

fn measure(
    iterations: u32,
    input: &Path,
    make: &mut impl FnMut(&Path) -> Result<Vec<Thumbnail>, Box<dyn Error>>,
) -> Result<(u64, Vec<Thumbnail>), Box<dyn Error>> {
    let mut made = Vec::new();
    let start = cpu_nanoseconds()?;
    for _ in 0..iterations {
        made = make(input)?;
    }
    Ok(((cpu_nanoseconds()? - start) / u64::from(iterations), made))
}

/// Returns the time that all threads of the process have had, and the processes that it has started
/// and that have ended.
fn cpu_nanoseconds() -> nix::Result<u64> {
    let nanoseconds = |usage: Usage| {
        let (user, system) = (usage.user_time(), usage.system_time());
        ((user.tv_sec() + system.tv_sec()) * 1_000_000_000 + (user.tv_usec() + system.tv_usec()) * 1000).unsigned_abs()
    };
    Ok(nanoseconds(getrusage(UsageWho::RUSAGE_SELF)?) + nanoseconds(getrusage(UsageWho::RUSAGE_CHILDREN)?))
}

fn write(folder: &Path, made: &[Thumbnail]) -> io::Result<()> {
    for Thumbnail { edge, extension, bytes } in made {
        let path: PathBuf = folder.join(format!("{edge}.{extension}"));
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
