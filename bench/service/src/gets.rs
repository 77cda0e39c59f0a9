//! What a `GET` costs, by `wrk`, beside nginx; and how long it takes while photographs are
//! uploaded.

use crate::load;
use crate::report::{median, ms};
use crate::server::{Peer, Server, agent};
use crate::workload::{Form, Workload};
use crate::{Failure, Plan};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Files that the list chooses from.
const FILES: usize = 40;

/// Connections of `wrk`, which has one thread.
const CONNECTIONS: &str = "8";

/// A file that is sent in many blocks.
const LARGE_BYTES: usize = 64 << 20;

/// What `wrk` and the kernel say of one server under load.
#[derive(Debug, Clone, Copy)]
struct Run {
    requests: f64,
    cpu: Duration,
    p50: Duration,
    p99: Duration,
}

impl Run {
    fn cpu_us(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.requests
    }
}

/// What is asked for again and again.
struct Target {
    what: &'static str,
    path: String,
    headers: Vec<String>,
    peers: &'static [Peer],
}

pub fn measure(plan: &Plan) -> Result<(), Failure> {
    let version = Command::new("wrk").arg("--version").output();
    version.map_err(|_| "`wrk` is missing: apt-get install wrk")?;
    let nothing_kept = [("TINTYPE_MEDIA_CACHE", "0 B")];
    let mut servers = vec![("tintype", Server::start(Peer::Tintype, &plan.work, &[])?)];
    servers.push(("tintype, `media_cache = \"0 B\"`", Server::start(Peer::Tintype, &plan.work, &nothing_kept)?));
    if plan.wants(Peer::Nginx.name()) {
        servers.push(("nginx", Server::start(Peer::Nginx, &plan.work, &[])?));
    }
    let mut targets = Vec::new();
    for (_, server) in servers.iter().filter(|(_, server)| server.peer == Peer::Tintype) {
        targets = fill(server)?;
    }
    // Both have the same files under the same keys.
    let origin = &servers[0].1;
    for (_, nginx) in servers.iter().filter(|(_, server)| server.peer == Peer::Nginx) {
        for target in targets.iter().filter(|target| target.peers.contains(&Peer::Nginx)) {
            let copy = nginx.dir.join(target.path.trim_start_matches('/'));
            std::fs::create_dir_all(copy.parent().ok_or("no folder")?)?;
            std::fs::write(copy, origin.get(&agent(), &target.path)?)?;
        }
    }
    println!("### GETs by `wrk -t1 -c{CONNECTIONS}`, {} rounds of {} s\n", plan.rounds, plan.length.as_secs_f64());
    println!("| what | service | requests | CPU each | a core-second | of nginx's | p50 | p99 |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    for target in &targets {
        compare(plan, &servers, target)?;
    }
    println!();
    disturb(plan, origin, &targets[0])
}

/// Uploads what is asked for, and returns it.
fn fill(server: &Server) -> Result<Vec<Target>, Failure> {
    let photo = Workload::new("photo").ok_or("no photo")?;
    let mut form = Form::new(&photo, server.peer.field());
    let mut thumbnails = Vec::new();
    for number in 0..FILES {
        form.vary(number);
        let answer = server.upload(&agent(), &form, true)?;
        if number == 0 {
            let urls = answer["thumbnails"].as_array().into_iter().flatten().filter_map(|found| found["f"].as_str());
            thumbnails = urls.map(|url| url[server.base.len()..].to_owned()).collect();
        }
    }
    let large = Workload::noise(LARGE_BYTES);
    let answer = server.upload(&agent(), &Form::new(&large, server.peer.field()), false)?;
    let large = answer["f"].as_str().ok_or("no URL")?[server.base.len()..].to_owned();
    let [small, .., big] = &thumbnails[..] else { return Err("no thumbnails".into()) };
    let media: &[Peer] = &[Peer::Tintype, Peer::Nginx];
    let api: &[Peer] = &[Peer::Tintype];
    let token = format!("Authorization: {}", server.authorization());
    let target = |what, path: &str, headers: &[&str], peers| Target {
        what,
        path: path.to_owned(),
        headers: headers.iter().map(|&header| header.to_owned()).collect(),
        peers,
    };
    Ok(vec![
        target("thumbnail of 64 pixels", small, &[], media),
        target("thumbnail of 1080 pixels", big, &[], media),
        target("64 MiB", &large, &[], media),
        target("1 MiB of 64 MiB", &large, &["Range: bytes=10000000-11048575"], media),
        target("`/healthz`", "/healthz", &[], api),
        target("a file object", "/api/media/files/1", &[&token], api),
        target("a list of ten", "/api/media/files", &[&token], api),
    ])
}

fn compare(plan: &Plan, servers: &[(&str, Server)], target: &Target) -> Result<(), Failure> {
    let servers: Vec<_> = servers.iter().filter(|(_, server)| target.peers.contains(&server.peer)).collect();
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); servers.len()];
    for _ in 0..plan.rounds {
        for ((_, server), runs) in servers.iter().zip(&mut runs) {
            runs.push(wrk(server, target, plan.length)?);
        }
    }
    let cost = |runs: &[Run]| median(runs.iter().map(Run::cpu_us).collect());
    let nginx = servers.iter().zip(&runs).find(|((_, server), _)| server.peer == Peer::Nginx);
    let nginx = nginx.map(|(_, runs)| cost(runs));
    for ((name, _), runs) in servers.iter().zip(&runs) {
        let requests: f64 = runs.iter().map(|run| run.requests).sum();
        let cpu = cost(runs);
        let share = nginx.map_or_else(String::new, |nginx| format!("{:.2}", nginx / cpu));
        let (p50, p99) = (over(runs, |run| run.p50), over(runs, |run| run.p99));
        println!(
            "| {} | {name} | {requests:.0} | {cpu:.1} µs | {:.0} | {share} | {} | {} |",
            target.what,
            1e6 / cpu,
            ms(p50),
            ms(p99)
        );
    }
    Ok(())
}

/// Asks for something while two clients upload photographs all the time, and while nobody does.
fn disturb(plan: &Plan, server: &Server, target: &Target) -> Result<(), Failure> {
    let photo = Workload::new("photo").ok_or("no photo")?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        alone.push(wrk(server, target, plan.length)?);
        let is_over = AtomicBool::new(false);
        let run = std::thread::scope(|scope| {
            let uploads = scope.spawn(|| load::uploads_until(server, &photo, 2, &is_over));
            let run = wrk(server, target, plan.length);
            is_over.store(true, Ordering::Relaxed);
            uploads.join().expect("a client does not panic").and(run)
        });
        beside.push(run?);
    }
    println!("### {} while photographs are uploaded by two clients\n", target.what);
    println!("| | requests | p50 | p99 |");
    println!("|---|---:|---:|---:|");
    for (name, runs) in [("undisturbed", &alone), ("beside the uploads", &beside)] {
        let requests: f64 = runs.iter().map(|run| run.requests).sum();
        let (p50, p99) = (over(runs, |run| run.p50), over(runs, |run| run.p99));
        println!("| {name} | {requests:.0} | {} | {} |", ms(p50), ms(p99));
    }
    println!();
    Ok(())
}

fn over(runs: &[Run], time: fn(&Run) -> Duration) -> Duration {
    Duration::from_secs_f64(median(runs.iter().map(|run| time(run).as_secs_f64()).collect()))
}

fn wrk(server: &Server, target: &Target, length: Duration) -> Result<Run, Failure> {
    let mut command = Command::new("wrk");
    command.args(["-t1", "-c", CONNECTIONS, "--latency", "--timeout", "20s", "-d"]);
    command.arg(format!("{}s", length.as_secs().max(1)));
    for header in &target.headers {
        command.args(["-H", header]);
    }
    let before = server.tree().cpu();
    let output = command.arg(format!("{}{}", server.base, target.path)).output()?;
    let cpu = server.tree().cpu() - before;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || text.contains("Non-2xx") || text.contains("Socket errors") {
        return Err(format!("{}: {text}{}", target.what, String::from_utf8_lossy(&output.stderr)).into());
    }
    let value = |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let requests = text.lines().find_map(|line| line.split_once(" requests in ")?.0.trim().parse().ok());
    let parse = || Some((requests?, duration(value("50%")?)?, duration(value("99%")?)?));
    let (requests, p50, p99) = parse().ok_or_else(|| format!("`wrk` says something else: {text}"))?;
    Ok(Run { requests, cpu, p50, p99 })
}

/// Parses a time as `wrk` writes it.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic())?);
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return None,
    };
    Some(Duration::from_secs_f64(number.parse::<f64>().ok()? * seconds))
}
