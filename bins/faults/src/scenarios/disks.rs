//! Disks that are full or read-only.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use tintype_testkit::eventually;

use crate::disk::{Disk, repair};
use crate::library::{Library, builder};
use crate::random::noise;
use crate::report::Report;

/// What a full disk has no more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortage {
    Room,
    Inodes,
}

impl Shortage {
    fn options(self) -> &'static str {
        match self {
            Self::Room => "size=24m",
            Self::Inodes => "size=64m,nr_inodes=160",
        }
    }

    /// Uses up what there is.
    fn fill(self, folder: &Path) {
        fs::create_dir_all(folder).unwrap();
        if self == Self::Inodes {
            let mut number = 0;
            while fs::File::create(folder.join(number.to_string())).is_ok() {
                number += 1;
            }
            return;
        }
        let mut file = fs::File::create(folder.join("filler")).unwrap();
        for size in [64 << 10, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }
}

/// Fills the disk that everything lies on, kills the server, and goes on with the full disk.
pub(super) fn full(binary: &Path, shortage: Shortage, report: &mut Report) -> Result<(), String> {
    let disk = Disk::in_memory(shortage.options())?;
    let filler = disk.path().join("filler");
    let mut library = Library::start(builder(binary).data_dir(disk.path().join("data")));
    let ids: Vec<i64> = (0..6).map(|seed| library.writer.create("a.bin", &noise(400_000, seed))).collect();
    for round in 0..3 {
        shortage.fill(&filler);
        report.faults += 1;
        refuses(&library, 507, round, report);
        // The full disk must not keep it from starting.
        library.crash(report);
        library.verify(report);
        refuses(&library, 507, round + 10, report);
        if library.writer.delete(ids[usize::try_from(round).unwrap()]) != Some(204) {
            report.wrong("a full disk cannot be emptied by deleting");
        }
        fs::remove_dir_all(&filler).unwrap();
        let mut seed = 1000 * (round + 1);
        eventually("there is room again", || {
            seed += 1;
            library.writer.upload("b.bin", &noise(100_000, seed)).is_ok()
        });
        library.verify(report);
    }
    library.close(report);
    Ok(())
}

/// Sends uploads that cannot be kept.
fn refuses(library: &Library, wanted: u16, round: u64, report: &mut Report) {
    for seed in 0..3 {
        let content = noise(1_000_000, 100 + round * 100 + seed);
        match library.writer.upload("large.bin", &content) {
            Err(Some(answer)) if answer.status() == wanted => {}
            answer => report.wrong(format!("an upload that cannot be kept is answered {answer:?}")),
        }
    }
}

/// Has the disk become read-only under a server, as the kernel does when it finds an error.
pub(super) fn read_only(binary: &Path, report: &mut Report) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let image: PathBuf = folder.path().join("disk");
    Disk::format(&image, 64)?;
    let disk = Disk::mount(&image, "errors=remount-ro")?;
    let mut library = Library::start(builder(binary).data_dir(disk.path()));
    let ids: Vec<i64> = (0..4).map(|seed| library.writer.create("a.bin", &noise(300_000, seed))).collect();
    disk.make_read_only()?;
    report.faults += 1;
    for seed in 10..13 {
        match library.writer.upload("b.bin", &noise(300_000, seed)) {
            Err(Some(answer)) if (500..600).contains(&answer.status()) => {}
            answer => report.wrong(format!("an upload to a read-only disk is answered {answer:?}")),
        }
    }
    for &id in &ids {
        if library.writer.delete(id).is_none_or(|status| !(500..600).contains(&status)) {
            report.wrong("a delete on a read-only disk is not refused");
        }
    }
    // What is there is served all the same.
    library.verify(report);
    library.server.kill();
    drop(disk);
    repair(&image)?;
    let disk = Disk::mount(&image, "errors=remount-ro")?;
    let server = builder(binary).data_dir(disk.path()).start();
    let admin = server.client(library.writer.admin.username(), library.writer.admin.token());
    library.server = server;
    library.writer.admin = admin;
    library.verify(report);
    library.writer.create("c.bin", &noise(300_000, 20));
    library.close(report);
    Ok(())
}
