//! What a scenario found.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// How long a start after a fault may take.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(2);

/// What a scenario found.
#[derive(Debug, Default)]
pub struct Report {
    pub(crate) name: &'static str,
    /// Faults that struck.
    pub(crate) faults: u64,
    /// Writes that were acknowledged.
    pub(crate) acknowledged: u64,
    /// Acknowledged writes that are not there any more.
    pub(crate) lost: u64,
    /// Files that are served and were never sent like that.
    pub(crate) partial: u64,
    /// Objects in the storage that no row owns after the sweep.
    pub(crate) left_over: u64,
    /// How long each start after a fault took.
    pub(crate) starts: Vec<Duration>,
    /// What is wrong, in words.
    pub(crate) problems: Vec<String>,
    /// Why it was not run.
    pub(crate) not_run: Option<String>,
    /// What else is worth knowing.
    pub(crate) notes: Vec<String>,
    pub(crate) took: Duration,
}

impl Report {
    /// Returns what is wrong, in words.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    /// Returns whether nothing is wrong; also of what could not be run.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// Returns how many faults there were.
    pub fn faults(&self) -> u64 {
        self.faults
    }

    /// Returns why the scenario was not run.
    pub fn not_run(&self) -> Option<&str> {
        self.not_run.as_deref()
    }

    pub(crate) fn wrong(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn slowest_start(&self) -> Duration {
        self.starts.iter().max().copied().unwrap_or_default()
    }

    fn verdict(&self) -> &'static str {
        match (&self.not_run, self.is_sound()) {
            (_, false) => "FAILED",
            (Some(_), true) => "not run",
            (None, true) => "sound",
        }
    }

    /// Returns the figures.
    pub fn to_json(&self) -> Value {
        json!({
            "scenario": self.name,
            "faults": self.faults,
            "acknowledged": self.acknowledged,
            "lost": self.lost,
            "partial": self.partial,
            "left_over": self.left_over,
            "starts": self.starts.len(),
            "slowest_start_ms": self.slowest_start().as_millis() as u64,
            "seconds": self.took.as_secs_f64(),
            "problems": self.problems,
            "not_run": self.not_run,
            "notes": self.notes,
            "verdict": self.verdict(),
        })
    }

    /// Returns the figures of all as a table in Markdown.
    pub fn table(reports: &[Self]) -> String {
        let head = "| scenario | faults | acknowledged | lost | partial | left over | slowest start | time | |\n\
            |---|--:|--:|--:|--:|--:|--:|--:|---|\n";
        reports.iter().fold(head.to_owned(), |table, report| {
            let Self { name, faults, acknowledged, lost, partial, left_over, .. } = report;
            let took = report.took.as_secs();
            let start = match report.starts.len() {
                0 => "–".to_owned(),
                _ => format!("{} ms", report.slowest_start().as_millis()),
            };
            let why = [report.not_run.clone().into_iter().collect(), report.notes.clone()].concat().join("; ");
            let verdict = report.verdict();
            let verdict = if why.is_empty() { verdict.to_owned() } else { format!("{verdict}: {why}") };
            format!(
                "{table}| `{name}` | {faults} | {acknowledged} | {lost} | {partial} | {left_over} | {start} | {took} s | \
                 {verdict} |\n"
            )
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.not_run {
            return write!(f, "{}: {reason}", self.verdict());
        }
        write!(
            f,
            "{}: {} faults, {} writes acknowledged, {} lost, {} partial, {} left over, slowest of {} starts {} ms, {:.1} s",
            self.verdict(),
            self.faults,
            self.acknowledged,
            self.lost,
            self.partial,
            self.left_over,
            self.starts.len(),
            self.slowest_start().as_millis(),
            self.took.as_secs_f64()
        )
    }
}
