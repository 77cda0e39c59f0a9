//! What the server counts and measures, as Prometheus reads it.

use std::sync::atomic::AtomicU64;
use std::time::Instant;

use actix_web::http::Method;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tintype_library::{Figures, Meters};

/// Everything that is told under `/metrics`.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: RequestMeter,
    gauges: Gauges,
}

/// Counts requests and measures how long they take. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct RequestMeter {
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: &'static str,
}

/// One label.
type Of = [(&'static str, String); 1];

/// What is not counted, but looked at when it is asked for.
#[derive(Debug, Default)]
struct Gauges {
    files: Family<Of, Gauge>,
    file_bytes: Family<Of, Gauge>,
    scrub_errors: Gauge,
    oldest_check: Gauge<f64, AtomicU64>,
    trashed: Gauge,
    trashed_bytes: Gauge,
    derived: Gauge,
    derived_bytes: Gauge,
    strays: Family<Of, Gauge>,
    jobs: Family<Of, Gauge>,
    waiting: Family<Of, Gauge>,
    waiting_memory: Family<Of, Gauge>,
    decode_memory_used: Gauge,
    decode_memory_limit: Gauge,
    connections_used: Gauge,
    connections_open: Gauge,
    start: Gauge<f64, AtomicU64>,
}

/// The bounds of the histograms of requests, in seconds: from what a thumbnail takes to an upload
/// over a slow line.
const SECONDS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0];

impl RequestMeter {
    /// Returns a meter that has counted nothing.
    pub fn new() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(SECONDS);
        Self { requests: Family::default(), seconds: Family::new_with_constructor(seconds) }
    }

    /// Counts a request that has been answered.
    pub fn count(&self, method: &Method, route: &'static str, status: u16, start: Instant) {
        let method = known(method);
        self.requests.get_or_create(&Request { method, route, status }).inc();
        self.seconds.get_or_create(&Route { method, route }).observe(start.elapsed().as_secs_f64());
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests that were answered", self.requests.clone());
        let text = "Seconds until answers began, with the whole body of the request";
        registry.register("http_request_duration_seconds", text, self.seconds.clone());
    }
}

impl Default for RequestMeter {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns the name of a method. Clients can invent others.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

impl Metrics {
    pub(crate) fn new(library: &Meters) -> Self {
        let mut all = Registry::default();
        let registry = all.sub_registry_with_prefix("tintype");
        let requests = RequestMeter::new();
        requests.register(registry);
        library.register(registry);
        let gauges = Gauges::default();
        gauges.register(registry);
        Self { registry: all, requests, gauges }
    }

    /// Counts a request that has been answered.
    pub(crate) fn count(&self, method: &Method, route: &'static str, status: u16, start: Instant) {
        self.requests.count(method, route, status, start);
    }

    /// Returns everything, in Prometheus' text format.
    pub(crate) fn text(&self, figures: &Figures) -> Result<String, std::fmt::Error> {
        self.gauges.set(figures);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Gauges {
    fn register(&self, registry: &mut Registry) {
        let build: Family<Build, Gauge> = Family::default();
        build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build_info", "The version of tintype", build);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        self.start.set(now.as_secs_f64());
        registry.register("start_time_seconds", "When the server was started, since 1970", self.start.clone());
        registry.register("files", "Files, by type; counted once a minute", self.files.clone());
        registry.register("file_bytes", "Their bytes, by type", self.file_bytes.clone());
        let about_errors = "Objects that scrubbing found missing or damaged and that are not sound again";
        registry.register("scrub_errors", about_errors, self.scrub_errors.clone());
        let about_age = "Age in seconds of the oldest check of an object by scrubbing; 0 if scrub_rate is 0";
        registry.register("scrub_oldest_check_seconds", about_age, self.oldest_check.clone());
        registry.register("trashed_files", "Files in the trash", self.trashed.clone());
        registry.register("trashed_bytes", "Their bytes, with thumbnails", self.trashed_bytes.clone());
        registry.register("derived_objects", "Thumbnails and renditions that are kept", self.derived.clone());
        registry.register("derived_bytes", "Their bytes", self.derived_bytes.clone());
        registry.register("strays", "Keys that no file owns, by state", self.strays.clone());
        registry.register("jobs", "Jobs that are not done, by kind", self.jobs.clone());
        registry.register("queue_length", "Work that waits, by sort", self.waiting.clone());
        let about_memory = "Memory that it waits for, by sort of work";
        registry.register("queue_memory_bytes", about_memory, self.waiting_memory.clone());
        registry.register("decode_memory_bytes", "Memory of decodes under way", self.decode_memory_used.clone());
        registry.register("decode_memory_limit_bytes", "The most that they may have", self.decode_memory_limit.clone());
        let about_connections = "Connections to the database that are in use";
        registry.register("database_connections_used", about_connections, self.connections_used.clone());
        registry.register("database_connections_open", "Connections to the database", self.connections_open.clone());
    }

    fn set(&self, figures: &Figures) {
        let set = |family: &Family<Of, Gauge>, label: &'static str, of: &str, value: u64| {
            family.get_or_create(&[(label, of.to_owned())]).set(signed(value));
        };
        let totals = &figures.totals;
        // What is gone is 0 and not what it was.
        for family in [&self.files, &self.file_bytes, &self.strays, &self.jobs] {
            family.clear();
        }
        for total in &totals.files {
            set(&self.files, "kind", &total.name, total.count);
            set(&self.file_bytes, "kind", &total.name, total.bytes);
        }
        totals.strays.iter().for_each(|total| set(&self.strays, "state", &total.name, total.count));
        totals.jobs.iter().for_each(|total| set(&self.jobs, "kind", &total.name, total.count));
        for waiting in &figures.waiting {
            set(&self.waiting, "work", waiting.work, waiting.count as u64);
            set(&self.waiting_memory, "work", waiting.work, waiting.memory_bytes);
        }
        self.scrub_errors.set(signed(totals.scrub.damaged));
        self.oldest_check.set(figures.oldest_check.unwrap_or_default().as_secs_f64());
        self.trashed.set(signed(totals.trashed.count));
        self.trashed_bytes.set(signed(totals.trashed.bytes));
        self.derived.set(signed(totals.derived.count));
        self.derived_bytes.set(signed(totals.derived.bytes));
        self.decode_memory_used.set(signed(figures.decode_memory_used));
        self.decode_memory_limit.set(signed(figures.decode_memory_limit));
        self.connections_used.set(figures.connections_used.into());
        self.connections_open.set(figures.connections_open.into());
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Build {
    version: &'static str,
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
