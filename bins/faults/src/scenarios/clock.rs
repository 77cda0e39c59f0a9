//! A clock that jumps.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::extent::Extent;
use crate::library::{Library, builder};
use crate::random::Random;
use crate::report::Report;
use crate::scenarios::kills::under_load;

/// What the server goes by in place of the machine's clock; the tests of the server use it as well.
const SHIM: &str = include_str!("../../../tintype/tests/it/clock/shim.c");

const JUMP_DAYS: i64 = 400;

/// Has the clock jump 400 days ahead and back under load, and kills the server before and after.
pub(super) fn jumps(binary: &Path, extent: Extent, report: &mut Report) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = |name: &str| folder.path().join(name).into_os_string().into_string().unwrap();
    std::fs::write(path("shim.c"), SHIM).map_err(|error| error.to_string())?;
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o", &path("clock.so"), &path("shim.c"), "-ldl"])
        .status()
        .map_err(|error| format!("no C compiler: {error}"))?;
    if !compiled.success() {
        return Err("the clock cannot be compiled".to_owned());
    }
    let ahead = File::options().read(true).write(true).create_new(true).open(path("ahead")).unwrap();
    let set = |days: i64| ahead.write_all_at(&(days * 86_400).to_ne_bytes(), 0).unwrap();
    set(0);
    let server = builder(binary).env("LD_PRELOAD", &path("clock.so")).env("CLOCK_AHEAD", &path("ahead"));
    let mut library = Library::start(server);
    let mut random = Random(3);
    for round in 0..extent.choose([4, 4, 40]) {
        // Ahead, back, behind, back.
        let days = [JUMP_DAYS, 0, -JUMP_DAYS, 0][usize::try_from(round % 4).unwrap()];
        under_load(&mut library, 2_000_000 + round, |library| {
            thread::sleep(Duration::from_millis(100 + random.below(150)));
            set(days);
            thread::sleep(Duration::from_millis(100 + random.below(150)));
            library.server.kill();
        });
        report.faults += 2;
        library.crash(report);
        library.verify(report);
        library.check(report);
    }
    set(0);
    library.close(report);
    Ok(())
}
