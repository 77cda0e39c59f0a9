//! The clock of the machine jumps.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::process::Command;

use tempfile::TempDir;
use tintype_testkit::{Builder, eventually};

use crate::support::{builder, create, is_told, key, one, stored_keys};

/// A clock that a server goes by, in place of the machine's.
struct ServerClock {
    folder: TempDir,
    ahead: File,
}

impl ServerClock {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clock/shim.c");
        let library = folder.path().join("clock.so");
        let compiler =
            Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).args([source, "-ldl"]).status();
        assert!(compiler.unwrap().success());
        let ahead = File::options().read(true).write(true).create_new(true).open(folder.path().join("ahead")).unwrap();
        let clock = Self { folder, ahead };
        clock.set_ahead_by_days(0);
        clock
    }

    /// Makes servers go by it.
    fn of(&self, builder: Builder) -> Builder {
        let path = |name| self.folder.path().join(name).into_os_string().into_string().unwrap();
        builder.env("LD_PRELOAD", &path("clock.so")).env("CLOCK_AHEAD", &path("ahead"))
    }

    fn set_ahead_by_days(&self, days: i64) {
        self.ahead.write_all_at(&(days * 86_400).to_ne_bytes(), 0).unwrap();
    }
}

#[test]
fn a_key_is_not_given_out_again_after_the_clock_was_ahead_by_days() {
    // A server of PostgreSQL has a clock of its own, by which this one's is found to be wrong.
    if is_told() {
        return;
    }
    let clock = ServerClock::new();
    let server = clock.of(builder().config("abandoned_after", "1s")).start();
    let admin = server.admin();
    let first = create(&admin, "a.txt", "first");
    assert_eq!(admin.delete(&one(&first)).send().status(), 204);
    let upload = admin.request("POST", "/api/media/uploads").header("Tus-Resumable", "1.0.0");
    // `b.txt` in base64.
    let upload = upload.header("Upload-Length", "10").header("Upload-Metadata", "filename Yi50eHQ=");
    let upload = upload.body("application/offset+octet-stream", "a part");
    assert_eq!(upload.send().status(), 201);
    assert_eq!(stored_keys(&server).len(), 1);
    clock.set_ahead_by_days(3);
    // Which also drops tombstones.
    eventually("the upload is swept, which nobody continues", || stored_keys(&server).is_empty());
    clock.set_ahead_by_days(0);
    let second = create(&admin, "a.txt", "second");
    assert_ne!(key(&second), key(&first));
}
