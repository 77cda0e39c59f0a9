//! The command line.

mod accounts;
mod manual;
mod temporary;
mod thumbnails;
mod usage;

use crate::support::builder;
use tintype_testkit::{CommandOutput, Home};

/// A directory without a server.
fn home() -> Home {
    builder().prepare().unwrap()
}

/// Returns a directory in which there is no database, whatever database the tests run on.
fn home_without_database() -> Home {
    builder().config("database_url", "").prepare().unwrap()
}

/// Asserts that a command failed as a script and a person want it to: exit code 1, nothing on
/// standard output, one line on standard error that names the value.
#[track_caller]
fn assert_failure(output: &CommandOutput, named: &str) {
    assert_eq!(output.code(), Some(1), "{output:?}");
    assert_eq!(output.stdout, "", "{output:?}");
    let lines: Vec<_> = output.stderr.trim_end().lines().collect();
    assert!(lines.len() == 1 && lines[0].contains(named), "one line naming `{named}`: {output:?}");
}
