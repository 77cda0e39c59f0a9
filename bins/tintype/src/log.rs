use crate::config::LogFormat;
use std::io::IsTerminal;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

/// What is logged unless `RUST_LOG` says otherwise. The dispatcher logs requests that are no HTTP
/// as errors of the server, which they are not; anybody could fill the log with them.
const DEFAULT_FILTER: &str = "info,actix_server=warn,actix_http::h1::dispatcher=off";

/// Starts logging to standard error.
pub(crate) fn start(format: LogFormat) {
    let wanted = std::env::var("RUST_LOG")
        .ok()
        .filter(|text| !text.is_empty())
        .and_then(|filter| filter.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| DEFAULT_FILTER.parse().expect("the default filter is valid"));
    // Where standard error cannot be written, as on a full disk, nobody can be told; to try would
    // panic.
    let layer = fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let layer = match format {
        LogFormat::Text => layer.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).init();
}
