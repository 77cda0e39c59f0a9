//! Where tintype's CPU time goes: engine, hash, kernel, and all the rest, which is overhead.

use crate::load;
use crate::server::{Peer, Server};
use crate::workload::Workload;
use crate::{Failure, Plan};
use std::collections::HashMap;
use std::process::{Command, Stdio};

/// The parts, in the order of asking: a sample belongs to the first whose words occur anywhere in
/// its stack.
const PARTS: [(&str, &[&str]); 6] = [
    ("hash", &["sha2::", "sha256"]),
    ("engine", &["tintype_media::", "tintype_jpeg::", "tintype_library::prepare::inspect", "prepare::thumbnails"]),
    ("database", &["sqlite", "diesel", "tintype_persistence::"]),
    ("HTTP", &["actix", "multipart", "tintype::http", "h1::"]),
    ("storage", &["tintype_storage::"]),
    ("scheduling", &["tokio::", "futures", "parking_lot", "std::thread", "mio::"]),
];

pub fn measure(plan: &Plan) -> Result<(), Failure> {
    if Command::new("perf").arg("--version").stdout(Stdio::null()).status().is_err() {
        return Err("`perf` is missing: apt-get install linux-perf".into());
    }
    let server = Server::start(Peer::Tintype, &plan.work, &[])?;
    println!("### Where tintype's CPU time goes\n");
    println!("| file | engine | hash | kernel | together | database | HTTP | storage | scheduling | other |");
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    let mut overhead = Vec::new();
    for name in &plan.files {
        let workload = Workload::new(name).ok_or_else(|| format!("there is no file `{name}`"))?;
        let data = server.dir.join("perf.data");
        let mut recorder = Command::new("perf")
            .args(["record", "--quiet", "--event", "cpu-clock", "--freq", "499", "--call-graph", "dwarf,16384"])
            .args(["--pid", &server.pid().as_raw_nonzero().to_string(), "--output"])
            .arg(&data)
            .stderr(Stdio::null())
            .spawn()?;
        std::thread::sleep(std::time::Duration::from_millis(500));
        load::uploads(&server, &workload, plan.clients, plan.length)?;
        rustix::process::kill_process(rustix::process::Pid::from_child(&recorder), rustix::process::Signal::INT)?;
        recorder.wait()?;
        let script = Command::new("perf")
            .args(["script", "--no-inline", "--fields", "ip,sym,dso", "--input"])
            .arg(&data)
            .stderr(Stdio::null())
            .output()?;
        let (shares, tops) = classify(&String::from_utf8_lossy(&script.stdout));
        let share = |part: &str| 100.0 * shares.get(part).copied().unwrap_or(0.0);
        print!("| {name} |");
        for part in ["engine", "hash", "kernel"] {
            print!(" {:.1} % |", share(part));
        }
        print!(" {:.1} % |", share("engine") + share("hash") + share("kernel"));
        for part in ["database", "HTTP", "storage", "scheduling", "other"] {
            print!(" {:.1} % |", share(part));
        }
        println!();
        overhead.push((name, tops));
    }
    println!();
    for (name, tops) in overhead {
        println!("Most of the rest of {name}:");
        for (symbol, share) in tops {
            println!("    {:5.2} %  {symbol}", share * 100.0);
        }
    }
    println!();
    Ok(())
}

/// Returns the share of each part, and the functions that most of the overhead is spent in.
fn classify(script: &str) -> (HashMap<&'static str, f64>, Vec<(String, f64)>) {
    let mut parts: HashMap<&'static str, f64> = HashMap::new();
    let mut functions: HashMap<String, f64> = HashMap::new();
    let stacks: Vec<&str> = script.split("\n\n").filter(|stack| !stack.trim().is_empty()).collect();
    let one = 1.0 / stacks.len().max(1) as f64;
    for stack in stacks {
        let top = stack.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        if top.contains("[kernel") || top.contains("[guest") {
            *parts.entry("kernel").or_default() += one;
            continue;
        }
        let part = PARTS.iter().find(|(_, words)| words.iter().any(|word| stack.contains(word)));
        let part = part.map_or("other", |(part, _)| *part);
        *parts.entry(part).or_default() += one;
        if part != "engine" && part != "hash" {
            let symbol = top.trim().split_once(' ').map_or(top, |(_, symbol)| symbol);
            *functions.entry(format!("{part}: {symbol}")).or_default() += one;
        }
    }
    let mut functions: Vec<_> = functions.into_iter().collect();
    functions.sort_by(|a, b| b.1.total_cmp(&a.1));
    functions.truncate(25);
    (parts, functions)
}
