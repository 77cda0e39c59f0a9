//! Clients that upload at once, and what that cost.

use crate::Failure;
use crate::process::Watch;
use crate::server::{Server, agent};
use crate::workload::{Form, Workload};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Numbers the uploads of this run, so that no two JPEGs are equal.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// One server under load for a while.
#[derive(Debug, Default, Clone)]
pub struct Window {
    pub latencies: Vec<Duration>,
    pub elapsed: Duration,
    pub cpu: Duration,
    pub peak_bytes: u64,
}

impl Window {
    pub fn per_second(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }

    pub fn cpu_ms(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e3 / self.latencies.len().max(1) as f64
    }
}

/// Lets clients do something again and again until the time is over and each has ended what it
/// began.
pub fn run<C: FnMut() -> Result<(), Failure>>(
    server: &Server,
    clients: usize,
    length: Duration,
    client: impl Fn() -> C + Sync,
) -> Result<Window, Failure> {
    let watch = Watch::start(server.tree());
    let (before, start) = (server.tree().cpu(), Instant::now());
    let results: Vec<Result<Vec<Duration>, Failure>> = std::thread::scope(|scope| {
        let body = || {
            let mut request = client();
            let mut latencies = Vec::new();
            while start.elapsed() < length {
                let began = Instant::now();
                request()?;
                latencies.push(began.elapsed());
            }
            Ok(latencies)
        };
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(body)).collect();
        threads.into_iter().map(|thread| thread.join().expect("a client does not panic")).collect()
    });
    let (elapsed, cpu, peak_bytes) = (start.elapsed(), server.tree().cpu() - before, watch.stop());
    let latencies = results.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    Ok(Window { latencies, elapsed, cpu, peak_bytes })
}

/// Uploads a workload from so many clients until it is over.
pub fn uploads_until(
    server: &Server,
    workload: &Workload,
    clients: usize,
    is_over: &AtomicBool,
) -> Result<(), Failure> {
    let form = Form::new(workload, server.peer.field());
    std::thread::scope(|scope| {
        let client = || {
            let (agent, mut form) = (agent(), form.clone());
            while !is_over.load(Ordering::Relaxed) {
                form.vary(NUMBER.fetch_add(1, Ordering::Relaxed));
                server.upload(&agent, &form, workload.is_image())?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a client does not panic"))
    })
}

/// Uploads a workload from so many clients.
pub fn uploads(server: &Server, workload: &Workload, clients: usize, length: Duration) -> Result<Window, Failure> {
    let form = Form::new(workload, server.peer.field());
    let is_image = workload.is_image();
    run(server, clients, length, || {
        let (agent, mut form) = (agent(), form.clone());
        move || {
            form.vary(NUMBER.fetch_add(1, Ordering::Relaxed));
            server.upload(&agent, &form, is_image).map(drop)
        }
    })
}
