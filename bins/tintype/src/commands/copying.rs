//! What commands that copy a library share.

use std::error::Error;
use std::time::Duration;

use bytesize::ByteSize;
use serde_json::{Value, json};
use tintype_library::{ObjectFailure, Transfer, TransferError, Transferred, causes};

use crate::failure::Failure;
use crate::output::{files, print, table};
use crate::progress;

/// Says why a command that can be run again has stopped.
pub(super) fn resumable(error: &(dyn Error + 'static)) -> Failure {
    Failure::new(format!("{}; the same command goes on where this one stopped", causes(error)))
}

/// Runs a transfer to its end and says meanwhile how far it is.
pub(super) async fn watched(transfer: &Transfer) -> Result<Transferred, TransferError> {
    progress::copying(transfer.run(), &transfer.progress()).await
}

/// What a report calls what was done.
pub(super) struct Words {
    pub(super) verb: &'static str,
    /// Files of which something is missing.
    pub(super) flawed: &'static str,
    /// What to do where a server was at work on the source.
    pub(super) served: &'static str,
}

/// Prints what was done, and returns of how many files something is missing.
pub(super) fn print_report(words: &Words, done: &Transferred, took: Duration, as_json: bool) -> Result<u64, Failure> {
    let Words { verb, flawed, served } = words;
    let Transferred { moved, bytes, unchanged, removed, failures, is_served } = done;
    let mut left_out: Vec<_> = failures.iter().map(|failure| failure.file).collect();
    left_out.dedup();
    print(&if as_json {
        let report = json!({
            "files": moved,
            "bytes": bytes,
            "unchanged": unchanged,
            "removed": removed,
            "is_served": is_served,
            "failures": failures_json(failures),
        });
        format!("{report}\n")
    } else {
        let size = if *bytes > 0 { format!(" ({})", ByteSize(*bytes)) } else { String::new() };
        let mut text = format!(
            "{verb} {}{size} in {:.1} s; {unchanged} there already, {removed} removed, {} {flawed}\n",
            files(*moved),
            took.as_secs_f64(),
            left_out.len(),
        );
        if *is_served {
            text += &format!("note: a server is, or was a moment ago, at work on the source; {served}\n");
        }
        text + &failures_table(failures)
    })?;
    Ok(left_out.len() as u64)
}

pub(super) fn failures_json(failures: &[ObjectFailure]) -> Vec<Value> {
    let failure = |f: &ObjectFailure| json!({"file": f.file.0, "key": f.key.as_str(), "problem": f.problem});
    failures.iter().map(failure).collect()
}

pub(super) fn failures_table(failures: &[ObjectFailure]) -> String {
    let rows = failures.iter().map(|f| [f.file.to_string(), f.key.to_string(), f.problem.clone()]);
    if failures.is_empty() { String::new() } else { table(["FILE", "KEY", "PROBLEM"], rows.collect()) }
}
