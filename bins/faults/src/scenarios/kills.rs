//! Kills at random moments, under load.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::extent::Extent;
use crate::library::{Library, Writer, builder};
use crate::random::{Random, document, noise, picture};
use crate::report::Report;

const WRITERS: u64 = 8;

/// How many kills one library lives through: the more files, the longer each look at all takes.
const KILLS_PER_LIBRARY: u64 = 50;

/// The longest time that a server runs, in milliseconds.
const LONGEST_MS: u64 = 400;

/// Kills the server at random moments under eight writers.
pub(super) fn random(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    let kills = extent.choose([3, 10, 1000]);
    let (mut random, mut done) = (Random(1), 0);
    while done < kills {
        let mut library = Library::start(builder(binary));
        for _ in 0..KILLS_PER_LIBRARY.min(kills - done) {
            done += 1;
            let after = Duration::from_millis(random.below(LONGEST_MS));
            under_load(&mut library, done, |library| {
                thread::sleep(after);
                library.server.kill();
            });
            report.faults += 1;
            library.crash(report);
            library.verify(report);
        }
        library.check(report);
        library.close(report);
    }
    Ok(())
}

/// Has eight writers work while something happens that ends the server, and until they noticed.
pub(super) fn under_load<T>(library: &mut Library, round: u64, meanwhile: impl FnOnce(&mut Library) -> T) -> T {
    let over = AtomicBool::new(false);
    let writer = library.writer.clone();
    thread::scope(|scope| {
        for number in 0..WRITERS {
            let (over, writer) = (&over, &writer);
            let seed = (round * WRITERS + number) << 24;
            scope.spawn(move || {
                let mut load = Load { writer, random: Random(seed), seed, mine: Vec::new() };
                while !over.load(Ordering::SeqCst) && load.step().is_some() {}
            });
        }
        let result = meanwhile(library);
        over.store(true, Ordering::SeqCst);
        result
    })
}

/// One of the writers under load.
struct Load<'w> {
    writer: &'w Writer,
    random: Random,
    /// Of the next content.
    seed: u64,
    /// The files that nobody else changes.
    mine: Vec<i64>,
}

impl Load<'_> {
    /// Does one thing, mostly an upload; none if the server does not answer any more.
    fn step(&mut self) -> Option<()> {
        self.seed += 1;
        let content = match self.random.below(8) {
            0..4 => noise(1 + usize::try_from(self.random.below(60_000)).unwrap(), self.seed),
            4..7 => picture(self.seed),
            _ => document(self.seed),
        };
        let status = match (self.random.below(10), self.mine.is_empty()) {
            (0..2, false) => {
                let at = usize::try_from(self.random.below(self.mine.len() as u64)).unwrap();
                self.writer.delete(self.mine.swap_remove(at))?
            }
            (2..4, false) => self.writer.replace(self.mine[0], "same", &content)?,
            _ => match self.writer.upload("same", &content) {
                Ok(id) => {
                    self.mine.push(id);
                    201
                }
                Err(answer) => answer?.status(),
            },
        };
        assert!(status < 300 || status == 503, "an answer of {status} under load");
        Some(())
    }
}
