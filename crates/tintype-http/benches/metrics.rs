//! What counting a request costs: it has to stay below a microsecond.

use std::time::Instant;

use actix_web::http::Method;
use divan::{Bencher, black_box};
use tintype_http::RequestMeter;

fn main() {
    divan::main();
}

/// As a server with some traffic has them.
fn meter() -> RequestMeter {
    let meter = RequestMeter::new();
    for route in ["/api/media/files", "/api/media/files/{id}", "/media/{key:.*}", "/healthz"] {
        for status in [200, 201, 304, 404] {
            meter.count(&Method::GET, route, status, Instant::now());
        }
    }
    meter
}

#[divan::bench(threads = [1, 2])]
fn count_request(bencher: Bencher<'_, '_>) {
    let meter = meter();
    bencher.bench(|| meter.count(black_box(&Method::GET), black_box("/media/{key:.*}"), 200, Instant::now()));
}
