mod lines;

use std::io::IsTerminal;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use crate::config::LogFormat;
use lines::Lines;

/// What is logged unless `RUST_LOG` says otherwise. The dispatcher logs requests that are no HTTP
/// as errors of the server, which they are not; anybody could fill the log with them.
const DEFAULT_FILTER: &str = "info,actix_server=warn,actix_http::h1::dispatcher=off";

static LINES: Lines = Lines::new();

/// Writes what is left when it is dropped.
pub(crate) struct Log;

/// Starts logging to standard error, from a thread of its own.
pub(crate) fn start(format: LogFormat) -> std::io::Result<Log> {
    let wanted = std::env::var("RUST_LOG")
        .ok()
        .filter(|text| !text.is_empty())
        .and_then(|filter| filter.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| DEFAULT_FILTER.parse().expect("the default filter is valid"));
    let layer = fmt::layer().with_writer(&LINES).log_internal_errors(false);
    let layer = match format {
        LogFormat::Text => layer.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    std::thread::Builder::new().name("log".to_owned()).spawn(|| LINES.write_all_to(&mut std::io::stderr()))?;
    tracing_subscriber::registry().with(filter).with(layer).init();
    Ok(Log)
}

/// Writes what is left. Whatever is logged later is written at once.
pub(crate) fn finish() {
    LINES.finish();
}

impl Drop for Log {
    fn drop(&mut self) {
        finish();
    }
}
