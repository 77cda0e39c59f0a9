//! A large file that is no picture, beside copying it, hashing it and syncing it with the tools of
//! the system.

use crate::report::median;
use crate::server::{Peer, Server, agent};
use crate::workload::Form;
use crate::{Failure, Plan};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub fn measure(plan: &Plan) -> Result<(), Failure> {
    std::fs::create_dir_all(&plan.work)?;
    let source = plan.work.join("large.bin");
    make(&source, plan.large_bytes)?;
    let server = Server::start(Peer::Tintype, &plan.work, &[])?;
    let (mut tools, mut ours, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    // The first of each finds the file's pages and its own code not yet in memory.
    copy(&source)?;
    upload(&server, &source, plan.large_bytes)?;
    for _ in 0..plan.rounds {
        tools.push(copy(&source)?.as_secs_f64());
        let before = server.tree().cpu();
        ours.push(upload(&server, &source, plan.large_bytes)?.as_secs_f64());
        cpu.push((server.tree().cpu() - before).as_secs_f64());
    }
    let mib = plan.large_bytes as f64 / f64::from(1 << 20);
    let (tools, ours, cpu) = (median(tools), median(ours), median(cpu));
    println!("### One file of {mib} MiB; {} rounds\n", plan.rounds);
    println!("| | time | MiB a second | of that speed | CPU |\n|---|---:|---:|---:|---:|");
    println!("| `cp`, `sha256sum`, `sync` | {tools:.2} s | {:.0} | 100 % | |", mib / tools);
    println!("| upload | {ours:.2} s | {:.0} | {:.0} % | {cpu:.2} s |\n", mib / ours, 100.0 * tools / ours);
    Ok(())
}

/// Writes a file that neither compresses nor looks like anything.
fn make(path: &Path, bytes: u64) -> Result<(), Failure> {
    let mut random = crate::picture::Random::new(3);
    let mut file = BufWriter::new(File::create(path)?);
    for _ in 0..bytes / 8 {
        file.write_all(&random.next().to_le_bytes())?;
    }
    file.into_inner()?.sync_all()?;
    Ok(())
}

fn copy(source: &Path) -> Result<Duration, Failure> {
    let target = source.with_extension("copy");
    let start = Instant::now();
    for (program, arguments) in
        [("cp", vec![source, &target]), ("sha256sum", vec![&target]), ("sync", vec![target.as_path()])]
    {
        let output =
            Command::new(program).args(&arguments).output().map_err(|e| format!("cannot run `{program}`: {e}"))?;
        if !output.status.success() {
            return Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
    }
    let time = start.elapsed();
    std::fs::remove_file(target)?;
    Ok(time)
}

fn upload(server: &Server, source: &Path, bytes: u64) -> Result<Duration, Failure> {
    let agent = agent();
    let (before, after) = (Form::before("f", "large.bin", "application/octet-stream"), Form::after());
    let length = before.len() as u64 + bytes + after.len() as u64;
    let start = Instant::now();
    let mut body = before.as_bytes().chain(File::open(source)?).chain(after.as_bytes());
    let mut response = agent
        .post(format!("{}/api/media/files", server.base))
        .header("Authorization", server.authorization())
        .header("Content-Type", Form::content_type())
        .header("Content-Length", length)
        .send(ureq::SendBody::from_reader(&mut body))?;
    let answer = response.body_mut().read_to_string()?;
    let time = start.elapsed();
    if response.status() != 201 {
        return Err(Failure::Status(response.status().as_u16(), answer));
    }
    let file: serde_json::Value = serde_json::from_str(&answer)?;
    agent
        .delete(format!("{}/api/media/files/{}", server.base, file["id"]))
        .header("Authorization", server.authorization())
        .call()?;
    Ok(time)
}
