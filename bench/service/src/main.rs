//! Measures whole uploads and downloads of tintype beside other media services. `run` in this
//! folder builds and calls it.

mod downloads;
mod gets;
mod large;
mod load;
mod overload;
mod picture;
mod process;
mod report;
mod server;
mod share;
mod uploads;
mod workload;

use clap::Parser;
use server::Peer;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Measures whole uploads and downloads of tintype beside other media services.
#[derive(Parser)]
#[command(name = "bench/service/run")]
struct Arguments {
    /// What to measure: uploads, downloads, gets, large, overload, share (where tintype's CPU time
    /// goes)
    #[arg(long, value_delimiter = ',', default_value = "uploads,downloads,gets,large,overload,share")]
    suite: Vec<String>,
    /// Which services: tintype, django, directus, pict-rs, nginx (downloads only)
    #[arg(long, value_delimiter = ',', default_value = "tintype,django,directus,pict-rs,nginx")]
    only: Vec<String>,
    /// Which files to upload: photo, small, png, pdf
    #[arg(long, value_delimiter = ',', default_value = "photo,small,png,pdf")]
    files: Vec<String>,
    /// Clients at a time
    #[arg(long, default_value_t = 4)]
    clients: usize,
    /// Seconds that each service is under load in a round
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Rounds, in each of which every service has its turn; medians are reported
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Two rounds of two seconds, and files of 128 MiB for those of 1 GiB: to see that everything
    /// works
    #[arg(long)]
    quick: bool,
    /// Where the services keep their files, on the disk to be measured
    #[arg(long, default_value = "work")]
    work: PathBuf,
}

/// How to measure.
struct Plan {
    files: Vec<String>,
    clients: usize,
    length: Duration,
    rounds: usize,
    large_bytes: u64,
    only: Vec<String>,
    work: PathBuf,
}

impl Plan {
    fn wants(&self, service: &str) -> bool {
        self.only.iter().any(|only| only == service)
    }

    fn peers(&self) -> impl Iterator<Item = Peer> {
        Peer::ALL.into_iter().filter(|peer| self.wants(peer.name()))
    }
}

/// Why nothing can be measured.
#[derive(Debug)]
pub enum Failure {
    /// A service refused.
    Status(u16, String),
    /// Anything else.
    Other(String),
}

impl<E: ToString> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.to_string())
    }
}

impl Failure {
    fn text(&self) -> String {
        match self {
            Self::Status(status, body) => format!("a service answered {status}: {body}"),
            Self::Other(text) => text.clone(),
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let quick = arguments.quick;
    let plan = Plan {
        files: arguments.files,
        clients: arguments.clients.max(1),
        length: Duration::from_secs_f64(if quick { 2.0 } else { arguments.seconds.clamp(0.5, 600.0) }),
        rounds: if quick { 2 } else { arguments.rounds.max(1) },
        large_bytes: if quick { 128 << 20 } else { 1 << 30 },
        only: arguments.only,
        // A folder of this run's own, kept until its end: ext4 takes long to create files beside
        // many just deleted.
        work: arguments.work.join(std::process::id().to_string()),
    };
    report::machine();
    let code = measure(&arguments.suite, &plan);
    let _ = std::fs::remove_dir_all(&plan.work);
    code
}

fn measure(suites: &[String], plan: &Plan) -> ExitCode {
    for suite in suites {
        let result = match suite.as_str() {
            "uploads" => uploads::measure(plan),
            "downloads" => downloads::measure(plan),
            "gets" => gets::measure(plan),
            "large" => large::measure(plan),
            "overload" => overload::measure(plan),
            "share" => share::measure(plan),
            other => Err(format!("there is no suite `{other}`").into()),
        };
        if let Err(failure) = result {
            eprintln!("{suite}: {}", failure.text());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
