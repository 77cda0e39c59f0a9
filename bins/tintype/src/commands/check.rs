use crate::accounts::threads;
use crate::config::Config;
use crate::failure::Failure;
use crate::output::{files, print};
use crate::progress::{Position, watched};
use bytesize::ByteSize;
use serde_json::json;
use std::process::ExitCode;
use tintype_library::auth::Actor;
use tintype_library::{Check, CheckOptions, Finding, Library, Problem, causes};

/// What a check that did not come to its end exits with.
pub(crate) const COULD_NOT_CHECK: u8 = 3;

pub(crate) fn run(config: &Config, options: CheckOptions, as_json: bool) -> Result<ExitCode, Failure> {
    threads()?.block_on(check(config, options, as_json))
}

async fn check(config: &Config, options: CheckOptions, as_json: bool) -> Result<ExitCode, Failure> {
    let database = config.open_database()?;
    database.take_over()?;
    let (storage, spool) = config.open_storage().await?;
    let library = Library::new(database, storage, spool, config.library.clone());
    let (check, actor) = (Check::new(&library, options), Actor::operator());
    let progress = check.progress();
    let total = check.files(&actor).await?;
    let (mut findings, mut repaired, mut printed) = (0_u64, 0_u64, Ok(()));
    let tell = |finding: Finding| {
        findings += 1;
        repaired += u64::from(finding.is_repaired);
        let line = if as_json { json_line(&finding) } else { text_line(&finding) };
        if printed.is_ok() {
            printed = print(&line);
        }
    };
    let position = || {
        let (done, message) = (progress.files(), format!("{} objects", progress.objects()));
        Position { done, line: format!("{done} of {}, {message}", files(total)), message }
    };
    let template = "{wide_bar} {percent}%  {pos} of {len} files, {msg}  {eta} left";
    let done = watched(check.run(&actor, tell), total, template, position).await;
    printed?;
    done.map_err(|error| Failure::new(format!("could not check everything: {}", causes(&error))))?;
    let (checked, objects, bytes) = (progress.files(), progress.objects(), progress.bytes());
    print(&if as_json {
        let sums =
            json!({"files": checked, "objects": objects, "bytes": bytes, "findings": findings, "repaired": repaired});
        format!("{sums}\n")
    } else {
        let (checked, bytes) = (files(checked), ByteSize(bytes));
        format!("checked {checked}, {objects} objects, {bytes}: {findings} findings, {repaired} of them repaired\n")
    })?;
    Ok(if findings == repaired { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn text_line(finding: &Finding) -> String {
    let Finding { key, problem, is_repaired, .. } = finding;
    let whose = match (&finding.file, &finding.variant) {
        (Some(file), Some(variant)) => format!("file {file}, {variant}: "),
        (Some(file), None) => format!("file {file}: "),
        (None, _) => String::new(),
    };
    let end = match (is_repaired, problem) {
        (true, Problem::NoRow) => "; removed",
        (true, _) => "; made again",
        (false, _) => "",
    };
    format!("{whose}`{key}`: {problem}{end}\n")
}

fn json_line(finding: &Finding) -> String {
    let name = match finding.problem {
        Problem::Missing => "missing",
        Problem::Size { .. } => "size",
        Problem::Damaged => "damaged",
        Problem::Unreadable(_) => "unreadable",
        Problem::NoRow => "no_row",
    };
    let line = json!({
        "key": finding.key.as_str(),
        "file": finding.file.map(|file| file.0),
        "variant": finding.variant.as_ref().map(ToString::to_string),
        "problem": name,
        "detail": finding.problem.to_string(),
        "repaired": finding.is_repaired,
    });
    format!("{line}\n")
}
