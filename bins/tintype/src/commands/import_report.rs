use std::path::Path;
use std::time::Instant;

use bytesize::ByteSize;
use serde_json::json;
use tintype_library::{FileProblem, Outcome, Transport};

use crate::config::Config;
use crate::failure::Failure;
use crate::output::{files, print};
use crate::storage_place::StoragePlace;

/// How many files have come to what, and how it is said.
pub(super) struct Report {
    as_json: bool,
    transport: Transport,
    imported: u64,
    imported_bytes: u64,
    skipped: u64,
    left_out: u64,
    /// Why nothing can be said any more.
    printed: Result<(), Failure>,
}

impl Report {
    pub(super) fn new(as_json: bool, transport: Transport) -> Self {
        Self { as_json, transport, imported: 0, imported_bytes: 0, skipped: 0, left_out: 0, printed: Ok(()) }
    }

    pub(super) fn note(&mut self, path: &Path, outcome: &Outcome) {
        match outcome {
            Outcome::Imported(bytes) => self.import(path, *bytes),
            Outcome::Skipped => self.skipped += 1,
            Outcome::Refused(problem) => self.leave_out(path, problem),
        }
    }

    fn print(&mut self, line: &str) {
        if self.printed.is_ok() {
            self.printed = print(line);
        }
    }

    pub(super) fn leave_out(&mut self, path: &Path, problem: &FileProblem) {
        self.left_out += 1;
        let path = path.display();
        self.print(&if self.as_json {
            let line = json!({"path": path.to_string(), "problem": problem.name(), "detail": problem.to_string()});
            format!("{line}\n")
        } else {
            format!("left out `{path}`: {problem}\n")
        });
    }

    fn import(&mut self, path: &Path, bytes: u64) {
        self.imported += 1;
        self.imported_bytes += bytes;
        if self.transport == Transport::Nothing && !self.as_json {
            self.print(&format!("would import `{}`\n", path.display()));
        }
    }

    pub(super) fn finish(mut self, took: Instant) -> Result<(), Failure> {
        let (imported, bytes, skipped, left_out) = (self.imported, self.imported_bytes, self.skipped, self.left_out);
        self.print(&if self.as_json {
            let sums = json!({"imported": imported, "bytes": bytes, "skipped": skipped, "left_out": left_out});
            format!("{sums}\n")
        } else {
            let verb = if self.transport == Transport::Nothing { "would import" } else { "imported" };
            let (imported, bytes, seconds) = (files(imported), ByteSize(bytes), took.elapsed().as_secs_f64());
            format!("{verb} {imported} ({bytes}) in {seconds:.1} s; {skipped} there already, {left_out} left out\n")
        });
        self.printed?;
        match left_out {
            0 => Ok(()),
            count => Err(Failure::new(format!("left out {}, see above", files(count)))),
        }
    }
}

/// Refuses to import the storage into itself, and to link into what is no folder.
pub(super) fn refuse_source(config: &Config, folder: &Path, transport: Transport) -> Result<(), Failure> {
    if StoragePlace::Folder(folder.to_owned()).overlaps(&config.storage) {
        return Err(Failure::new(format!(
            "`{}` is, or lies in, the storage of the library, or around it; give another folder",
            folder.display()
        )));
    }
    match (transport, &config.storage) {
        (Transport::Link, StoragePlace::Bucket(_)) => Err(Failure::new(
            "files can be linked into a folder only, and `storage_url` is a bucket; leave out `--link`",
        )),
        _ => Ok(()),
    }
}
