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
    progress::copying(transfer.run(), &transfer.progress(), transfer.files(), transfer.bytes()).await
}

/// Prints what was done, and returns how many files were left out.
pub(super) fn print_report(verb: &str, done: &Transferred, took: Duration, as_json: bool) -> Result<u64, Failure> {
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
        let mut text = format!(
            "{verb} {} ({}) in {:.1} s; {unchanged} there already, {removed} removed, {} left out\n",
            files(*moved),
            ByteSize(*bytes),
            took.as_secs_f64(),
            left_out.len(),
        );
        if *is_served {
            text += "note: a server is, or was a moment ago, at work on the source; stop it and run this again before you \
                     start one on the target, to bring over what it has changed\n";
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
