//! What a process and its descendants take of the machine.

use rustix::process::Pid;
use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// A process with all its descendants.
#[derive(Debug, Clone, Copy)]
pub struct Tree(pub Pid);

struct Stat {
    parent: i32,
    ticks: u64,
    resident_pages: u64,
}

impl Tree {
    /// Returns the CPU time, user and system, of all processes, those included that ended and were
    /// waited for.
    pub fn cpu(self) -> Duration {
        let ticks: u64 = self.stats().iter().map(|stat| stat.ticks).sum();
        Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
    }

    /// Returns the resident memory of all processes in bytes; what they share counts for each.
    pub fn resident_bytes(self) -> u64 {
        self.stats().iter().map(|stat| stat.resident_pages).sum::<u64>() * rustix::param::page_size() as u64
    }

    fn stats(self) -> Vec<Stat> {
        let mut all: HashMap<i32, Stat> = fs::read_dir("/proc")
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|pid| Some((pid, Stat::read(pid)?)))
            .collect();
        let mut wanted = vec![self.0.as_raw_nonzero().get()];
        let mut found = Vec::new();
        while let Some(pid) = wanted.pop() {
            wanted.extend(all.iter().filter(|(_, stat)| stat.parent == pid).map(|(pid, _)| *pid));
            found.extend(all.remove(&pid));
        }
        found
    }
}

impl Stat {
    /// Reads `/proc/<pid>/stat`, see proc(5).
    fn read(pid: i32) -> Option<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before the last parenthesis may hold anything.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            ticks: number(14)? + number(15)? + number(16)? + number(17)?,
            resident_pages: number(24)?,
        })
    }
}

/// Watches how large a tree grows.
pub struct Watch {
    stop: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    const EVERY: Duration = Duration::from_millis(50);

    pub fn start(tree: Tree) -> Self {
        let (stop, peak) = (Arc::<AtomicBool>::default(), Arc::<AtomicU64>::default());
        let (stopped, highest) = (stop.clone(), peak.clone());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                highest.fetch_max(tree.resident_bytes(), Ordering::Relaxed);
                std::thread::sleep(Self::EVERY);
            }
        });
        Self { stop, peak, thread: Some(thread) }
    }

    /// Ends watching and returns the most bytes that were resident at a time.
    pub fn stop(mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.peak.load(Ordering::Relaxed)
    }
}
