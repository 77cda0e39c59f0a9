//! The command line of the fault suite.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a program for the command line")]

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use serde_json::{Value, json};
use tintype_faults::{Extent, Report, Scenario};

/// Injects faults into a tintype server, and shows that nothing acknowledged is lost
#[derive(Debug, Parser)]
struct Arguments {
    /// What to do; everything by default
    #[arg(value_name = "SCENARIO")]
    scenarios: Vec<Scenario>,
    /// Do a few of each kind, in seconds
    #[arg(long)]
    short: bool,
    /// The server to run
    #[arg(long, default_value = "target/release/tintype")]
    binary: PathBuf,
    /// Write the figures into this file
    #[arg(long)]
    json: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let Ok(binary) = fs::canonicalize(&arguments.binary) else {
        println!("there is no `{}`: build it first", arguments.binary.display());
        return ExitCode::from(2);
    };
    let extent = if arguments.short { Extent::Short } else { Extent::Full };
    let chosen = if arguments.scenarios.is_empty() { Scenario::ALL } else { &arguments.scenarios };
    let start = Instant::now();
    let mut reports = Vec::new();
    for scenario in chosen {
        println!("{scenario} …");
        let report = scenario.run(&binary, extent);
        for problem in report.problems() {
            println!("  {problem}");
        }
        println!("  {report}");
        reports.push(report);
    }
    println!("\n{}", Report::table(&reports));
    println!("all of it: {:.0} s", start.elapsed().as_secs_f64());
    let is_sound = reports.iter().all(Report::is_sound) && reports.iter().any(|report| report.not_run().is_none());
    if let Some(path) = &arguments.json {
        let figures: Vec<Value> = reports.iter().map(Report::to_json).collect();
        let all = json!({"short": arguments.short, "sound": is_sound, "scenarios": figures});
        if let Err(error) = fs::write(path, format!("{all:#}\n")) {
            println!("cannot write `{}`: {error}", path.display());
            return ExitCode::from(2);
        }
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
