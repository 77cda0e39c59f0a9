//! Medians, and tables for `RESULTS.md`.

use crate::load::Window;
use std::time::Duration;

/// Prints what was measured on.
pub fn machine() {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(':'));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    println!("{cores} cores, {model}, Linux {}; load average before: {load}\n", kernel.trim());
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

/// What a service did in all its rounds.
pub struct Summary {
    pub per_second: f64,
    pub cpu_ms: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub peak_mib: f64,
    pub count: usize,
}

impl Summary {
    /// Medians over the rounds; percentiles over all requests.
    pub fn of(windows: &[Window]) -> Self {
        let over = |value: fn(&Window) -> f64| median(windows.iter().map(value).collect());
        let mut latencies: Vec<Duration> = windows.iter().flat_map(|window| window.latencies.iter().copied()).collect();
        latencies.sort();
        let percentile = |share: f64| {
            let index = (latencies.len() as f64 * share) as usize;
            latencies.get(index.min(latencies.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        Self {
            per_second: over(Window::per_second),
            cpu_ms: over(Window::cpu_ms),
            p50: percentile(0.5),
            p99: percentile(0.99),
            peak_mib: windows.iter().map(|window| window.peak_bytes).max().unwrap_or(0) as f64 / f64::from(1 << 20),
            count: latencies.len(),
        }
    }
}

/// Prints a table of services; ratios are to the first.
pub fn table(rows: &[(String, Summary)]) {
    println!("| service | requests | a second | CPU each | a core-second | ratio | p50 | p99 | peak memory |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|");
    let first = rows.first().map_or(f64::NAN, |(_, summary)| summary.cpu_ms);
    for (name, summary) in rows {
        let Summary { per_second, cpu_ms, p50, p99, peak_mib, count } = summary;
        println!(
            "| {name} | {count} | {per_second:.1} | {cpu_ms:.2} ms | {:.1} | {:.1} | {} | {} | {peak_mib:.0} MiB |",
            1e3 / cpu_ms,
            cpu_ms / first,
            ms(*p50),
            ms(*p99),
        );
    }
    println!();
}

pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 10.0 { format!("{ms:.2} ms") } else { format!("{ms:.0} ms") }
}
