//! A SQLite database that others use as well.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tintype_testkit::{eventually, wait_for};

use crate::extent::Extent;
use crate::library::{Library, builder};
use crate::random::noise;
use crate::report::Report;

/// Locks a database for writing, says so, and gives it back after some seconds.
const LOCKER: &str = "import sqlite3, sys, time
database = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
database.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
time.sleep(float(sys.argv[2]))
database.execute('ROLLBACK')";

/// Has another process lock the database for ten seconds while files are written.
pub(super) fn locked(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    let seconds = extent.choose(["6", "7", "10"]);
    let mut library = Library::start(builder(binary));
    let kept = library.writer.create("a.bin", &noise(5000, 1));
    let path = library.server.home().data_dir().join("tintype.db");
    let mut locker = Command::new("python3")
        .args(["-c", LOCKER])
        .arg(path)
        .arg(seconds)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("python3: {error}"))?;
    let mut line = String::new();
    BufReader::new(locker.stdout.take().unwrap()).read_line(&mut line).map_err(|error| error.to_string())?;
    report.faults += 1;
    let (start, mut refused, mut seed) = (Instant::now(), 0, 10);
    while locker.try_wait().is_ok_and(|status| status.is_none()) {
        seed += 1;
        match library.writer.upload("b.bin", &noise(5000, seed)) {
            Ok(_) => {}
            Err(Some(answer)) if answer.status() == 503 && answer.header("retry-after").is_some() => refused += 1,
            answer => report.wrong(format!("an upload to a locked database is answered {answer:?}")),
        }
        // Reading does not need the lock.
        let read = Instant::now();
        library.writer.object(kept);
        if read.elapsed() > Duration::from_secs(1) {
            report.wrong(format!("reading took {:?} meanwhile", read.elapsed()));
        }
    }
    report.notes.push(format!("{refused} answers of 503 in {:.0} s", start.elapsed().as_secs_f64()));
    eventually("uploads are taken again", || {
        seed += 1;
        library.writer.upload("c.bin", &noise(5000, seed)).is_ok()
    });
    library.verify(report);
    library.crash(report);
    library.verify(report);
    library.close(report);
    Ok(())
}

/// Starts a second server on the database of a first one, which has to go on alone.
pub(super) fn two_servers(binary: &Path, report: &mut Report) -> Result<(), String> {
    let mut library = Library::start(builder(binary));
    library.writer.create("a.bin", &noise(5000, 1));
    let mut second = library.server.home().command(["serve", "--bind", "127.0.0.1:0"]);
    let mut second = second.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    report.faults += 1;
    let mut seed = 10;
    let ended = wait_for(Duration::from_secs(30), || {
        seed += 1;
        library.writer.create("b.bin", &noise(5000, seed));
        second.try_wait().ok().flatten()
    });
    match ended {
        Some(status) if !status.success() => {}
        Some(_) => report.wrong("the second server ended as if nothing were wrong"),
        None => {
            let _ = second.kill();
            let _ = second.wait();
            report.wrong("the second server serves the same database");
        }
    }
    library.verify(report);
    library.crash(report);
    library.verify(report);
    library.close(report);
    Ok(())
}
