//! Faults in the n-th system call of an operation.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::extent::Extent;
use crate::library::{Library, builder};
use crate::operation::{Operation, Prepared};
use crate::report::Report;
use crate::tracer::{Fault, Hit, Tracer};

/// More calls of one kind by one thread than any operation makes.
const MOST_CALLS: u32 = 100;

/// How long after its answer an operation may still be at work.
const AFTER: Duration = Duration::from_millis(60);

/// How many files a library may have before they are deleted.
const MANY: usize = 12;

const KILLED: &[&str] =
    &["openat", "write", "pwrite64", "fsync", "fdatasync", "/^rename", "/^link", "/^unlink", "/^mkdir", "ftruncate"];

const KILLED_IN_SHORT: &[&str] = &["pwrite64", "fsync", "/^link", "/^unlink"];

const FAILING_IN_SHORT: &[&str] = &["pwrite64", "fsync", "/^link"];

/// Without `write`: the n-th may be one that wakes a thread, and what fails then is no disk.
const FAILING: &[&str] = &["fsync", "fdatasync", "pwrite64", "/^rename", "/^link"];

/// Kills the server at every n-th call of each kind, for each operation.
pub(super) fn kill(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    let calls = extent.choose([&["/^link", "fsync"], KILLED_IN_SHORT, KILLED]);
    each_call(binary, extent, calls, Fault::Kill, report)
}

/// Fails every n-th call of each kind, for each operation.
pub(super) fn errors(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    let calls = extent.choose([&["/^link", "fsync"], FAILING_IN_SHORT, FAILING]);
    each_call(binary, extent, calls, Fault::Error("EIO"), report)
}

fn each_call(binary: &Path, extent: Extent, calls: &[&str], fault: Fault, report: &mut Report) -> Result<(), String> {
    // In short, some calls in the middle: the first are alike for all operations.
    let counts: Vec<u32> = extent.choose([vec![1], vec![2, 5], (1..MOST_CALLS).collect()]);
    let operations = extent.choose([&Operation::ALL[..1], &Operation::ALL, &Operation::ALL]);
    let mut seed = 0;
    for &operation in operations {
        // Uploads are swept only after the scenario, as the tracer slows them down.
        let mut library = Library::start(builder(binary).config("abandoned_after", "1h"));
        let mut unfinished = Vec::new();
        for calls in calls {
            for &nth in &counts {
                seed += 1;
                let prepared = operation.prepare(&library.writer, seed);
                let hit = strike(&mut library, &prepared, calls, fault, nth, report)?;
                if !hit.is_hit {
                    if let Extent::Full = extent {
                        break;
                    }
                    continue;
                }
                report.faults += 1;
                let before = report.problems.len();
                library.crash(report);
                if !operation.takes_long_to_finish() {
                    prepared.finish(&library, report);
                }
                library.verify(report);
                library.check(report);
                for problem in &mut report.problems[before..] {
                    *problem = format!("{operation}, {calls} number {nth}: {problem}");
                }
                if operation.takes_long_to_finish() {
                    unfinished.push(prepared);
                } else {
                    tidy(&library);
                }
            }
        }
        unfinished.iter().for_each(|prepared| prepared.finish(&library, report));
        library.close(report);
    }
    Ok(())
}

/// Performs an operation under a fault.
fn strike(
    library: &mut Library,
    prepared: &Prepared,
    calls: &str,
    fault: Fault,
    nth: u32,
    report: &mut Report,
) -> Result<Hit, String> {
    let tracer = Tracer::attach(library.server.id(), calls, fault, nth)?;
    let status = prepared.perform(&library.writer);
    thread::sleep(AFTER);
    let hit = tracer.detach();
    if let Fault::Error(_) = fault
        && hit.is_on_disk
        && (status.is_none() || !library.server.is_running())
    {
        report.wrong(format!("{calls} number {nth} that failed brought no answer"));
    }
    if !hit.is_hit && status.is_none_or(|status| status >= 300) {
        report.wrong(format!("{calls} number {nth} was not hit, and the answer is {status:?}"));
    }
    Ok(hit)
}

/// Deletes files, so that looks at a library stay quick.
fn tidy(library: &Library) {
    let present = library.writer.ledger.present();
    if present.len() > MANY {
        present.into_iter().for_each(|id| assert_eq!(library.writer.delete(id), Some(204)));
    }
}
