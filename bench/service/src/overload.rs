//! More than there are cores for: 64 clients with photographs of 12 megapixels, with the usual
//! queue and with a short one.

use crate::load;
use crate::report::{Summary, ms};
use crate::server::{Peer, Server, agent};
use crate::workload::{Form, Workload};
use crate::{Failure, Plan};
use serde_json::Value;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const CLIENTS: usize = 64;

pub fn measure(plan: &Plan) -> Result<(), Failure> {
    let photo = Workload::new("large").ok_or("no photo")?;
    println!("### Overload: {CLIENTS} clients, {:.1} MB, 12 megapixels\n", photo.content.len() as f64 / 1e6);
    println!("| queue | kept | refused (503) | p50 | p99 | peak memory | kept and complete afterwards |");
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    for queue in ["256", "8"] {
        let server = Server::start(Peer::Tintype, &plan.work, &[("TINTYPE_UPLOAD_QUEUE", queue)])?;
        let kept = Mutex::new(Vec::new());
        let refused = AtomicUsize::new(0);
        let window = load::run(&server, CLIENTS, plan.length, || {
            let (agent, form) = (agent(), Form::new(&photo, "f"));
            let (server, kept, refused) = (&server, &kept, &refused);
            move || match server.send(&agent, &form) {
                Ok(file) => {
                    kept.lock().unwrap_or_else(|e| e.into_inner()).push(file);
                    Ok(())
                }
                Err(Failure::Status(503, _)) => {
                    refused.fetch_add(1, Ordering::Relaxed);
                    // As `Retry-After` asks, but for the 5 s of it.
                    std::thread::sleep(std::time::Duration::from_millis(200));
                    Ok(())
                }
                Err(failure) => Err(failure),
            }
        })?;
        let kept = kept.into_inner().unwrap_or_else(|e| e.into_inner());
        let complete = kept.iter().filter(|file| is_complete(&server, file, &photo.content)).count();
        let Summary { p50, p99, peak_mib, .. } = Summary::of(&[window]);
        let refused = refused.into_inner();
        println!(
            "| {queue} | {} | {refused} | {} | {} | {peak_mib:.0} MiB | {complete} of {} |",
            kept.len(),
            ms(p50),
            ms(p99),
            listed(&server)?
        );
        if complete != kept.len() || listed(&server)? != kept.len() as u64 {
            return Err(format!("{} uploads were acknowledged, {complete} are complete", kept.len()).into());
        }
    }
    println!();
    Ok(())
}

fn listed(server: &Server) -> Result<u64, Failure> {
    let page: Value = serde_json::from_slice(&server.get(&agent(), "/api/media/files?limit=1")?)?;
    page["count"].as_u64().ok_or_else(|| "the list has no count".into())
}

/// Returns whether the content is there, byte for byte, and each of the four thumbnails as long as
/// it should be.
fn is_complete(server: &Server, file: &Value, content: &[u8]) -> bool {
    let get = |found: &Value| server.get(&agent(), found["f"].as_str()?.strip_prefix(&server.base)?).ok();
    let thumbnails = file["thumbnails"].as_array().map(Vec::as_slice).unwrap_or_default();
    let whole = |found: &&Value| get(found).is_some_and(|bytes| Some(bytes.len() as u64) == found["bytes"].as_u64());
    get(file).as_deref() == Some(content) && thumbnails.iter().filter(whole).count() == 4
}
