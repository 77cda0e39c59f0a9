//! Power cuts.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::disk::Disk;
use crate::extent::Extent;
use crate::library::{Library, builder, note_start};
use crate::random::Random;
use crate::report::Report;
use crate::scenarios::kills::under_load;

/// How many cuts one library lives through.
const CUTS_PER_LIBRARY: u64 = 5;

/// The longest time between a start and a cut, in milliseconds.
const LONGEST_MS: u64 = 700;

/// Copies the block device at random moments under load, and serves the copy. All that was written
/// and not synced is missing in it.
pub(super) fn cut(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    let cuts = extent.choose([1, 2, 50]);
    let (mut random, mut done) = (Random(2), 0);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    while done < cuts {
        let (mut image, mut copy) = (folder.path().join("image"), folder.path().join("copy"));
        Disk::format(&image, 96)?;
        let mut disk = Disk::mount(&image, "noatime")?;
        let mut library = Library::start(builder(binary).data_dir(disk.path()));
        for _ in 0..CUTS_PER_LIBRARY.min(cuts - done) {
            done += 1;
            let after = Duration::from_millis(100 + random.below(LONGEST_MS));
            under_load(&mut library, 1_000_000 + done, |library| {
                thread::sleep(after);
                // What is in memory at this moment stays there.
                let server = i32::try_from(library.server.id()).ok().and_then(Pid::from_raw).unwrap();
                kill_process(server, Signal::STOP).unwrap();
                let copied = disk.snapshot(&copy);
                library.server.kill();
                copied
            })?;
            report.faults += 1;
            drop(disk);
            fs::remove_file(&image).map_err(|error| error.to_string())?;
            std::mem::swap(&mut image, &mut copy);
            disk = Disk::mount(&image, "noatime")?;
            let start = Instant::now();
            let server = builder(binary).data_dir(disk.path()).start();
            note_start(report, start.elapsed());
            library.writer.admin = server.client(library.writer.admin.username(), library.writer.admin.token());
            library.server = server;
            library.verify(report);
            library.check(report);
        }
        library.close(report);
        drop(disk);
        fs::remove_file(&image).map_err(|error| error.to_string())?;
    }
    Ok(())
}
