//! The kit against programs that are not tintype: it must notice whatever goes wrong with a child.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;
use tintype_testkit::{Error, Postgres, Server};

/// A shell script in the place of the binary, and the right to run it.
///
/// Another process writes it: a descriptor open for writing here could be inherited by a process
/// that another test forks at that moment, and the script could not be run ("text file busy").
fn script(text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tintype");
    let written = Command::new("sh")
        .args(["-c", r#"printf '#!/bin/sh\n%s\n' "$2" >"$1" && chmod 755 "$1""#, "sh"])
        .arg(&path)
        .arg(text)
        .status()
        .unwrap();
    assert!(written.success());
    (directory, path)
}

#[test]
fn a_binary_that_is_not_there_is_named() {
    let error = Server::builder().binary("/nonexistent/tintype").try_start().unwrap_err();
    assert_eq!(error.to_string(), "cannot run `/nonexistent/tintype`");
}

#[test]
fn a_child_that_ends_is_noticed_at_once_and_its_log_shown() {
    let (_kept, binary) = script("echo to stdout; echo to stderr >&2; exit 3");
    let error = Server::builder().binary(binary).try_start().unwrap_err();
    let Error::Exited { status, log } = error else { panic!("{error}") };
    assert_eq!(status.code(), Some(3));
    assert!(log.contains("to stdout\n") && log.contains("to stderr\n"), "{log}");
}

#[test]
fn a_child_that_never_answers_is_given_up_and_killed() {
    let (directory, binary) = script("echo $$ > \"$PID_FILE\"; exec sleep 1000");
    let pid_file = directory.path().join("pid");
    let error = Server::builder()
        .binary(binary)
        .env("PID_FILE", pid_file.to_str().unwrap())
        .start_limit(Duration::from_millis(500))
        .try_start()
        .unwrap_err();
    assert!(matches!(error, Error::NotReady { .. }), "{error}");
    let pid = fs::read_to_string(pid_file).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "process {pid} still runs");
}

#[test]
fn commands_get_the_configuration_and_their_output_is_kept_apart() {
    let (_kept, binary) =
        script("cat; echo \"$1 $TINTYPE_MAX_UPLOAD_SIZE $TINTYPE_DATA_DIR\"; pwd; echo oops >&2; exit 2");
    let home = Server::builder().binary(binary).config("max_upload_size", "1 MiB").prepare().unwrap();
    let output = home.cli_with_input(["config"], "from stdin\n");
    assert_eq!((output.code(), output.stderr.as_str()), (Some(2), "oops\n"));
    let expected = format!(
        "from stdin\nconfig 1 MiB {}\n{}\n",
        home.data_dir().display(),
        home.path().canonicalize().unwrap().display()
    );
    assert_eq!(output.stdout, expected);
}

#[test]
fn databases_are_apart_and_gone_with_their_values() {
    let Some(server) = Postgres::shared() else { return };
    let (first, second) = (server.database(), server.empty_database());
    first.execute("CREATE TABLE t (x int)");
    second.execute("CREATE TABLE t (x int); INSERT INTO t VALUES (1)");
    assert_eq!(first.execute("SELECT * FROM t"), "");
    assert_eq!(second.execute("SELECT * FROM t"), "1\n");
    drop(first);
    assert_eq!(server.execute("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'"), "1\n");
}

#[test]
fn a_postgres_comes_back_from_a_crash_and_is_gone_when_dropped() {
    if Postgres::shared().is_none() {
        return;
    }
    let server = Postgres::start().unwrap();
    server.execute("postgres", "CREATE TABLE t (x int)");
    server.crash();
    server.restart();
    assert_eq!(server.execute("postgres", "SELECT count(*) FROM t"), "0\n");
    let directory = server.execute("postgres", "SHOW data_directory");
    assert!(Path::new(directory.trim()).exists());
    drop(server);
    assert!(!Path::new(directory.trim()).exists());
}
