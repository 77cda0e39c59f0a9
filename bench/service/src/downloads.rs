//! Reading: thumbnails, a file object and the list, beside Django, and beside nginx for the bytes
//! of a file.

use crate::load::{self, Window};
use crate::report::{Summary, table};
use crate::server::{Peer, Server, agent};
use crate::workload::{Form, Workload};
use crate::{Failure, Plan};

/// Files that the list chooses from.
const FILES: usize = 40;

pub fn measure(plan: &Plan) -> Result<(), Failure> {
    let wanted = [Peer::Tintype, Peer::Django, Peer::Nginx];
    let peers = wanted.into_iter().filter(|peer| plan.wants(peer.name()));
    let servers: Vec<Server> = peers.map(|peer| Server::start(peer, &plan.work, &[])).collect::<Result<_, _>>()?;
    let photo = Workload::new("photo").ok_or("no photo")?;
    let mut thumbnails = Vec::new();
    for server in servers.iter().filter(|server| server.peer != Peer::Nginx) {
        let mut form = Form::new(&photo, server.peer.field());
        for number in 0..FILES {
            form.vary(number);
            let answer = server.upload(&agent(), &form, true)?;
            if server.peer == Peer::Tintype && number == 0 {
                let urls =
                    answer["thumbnails"].as_array().into_iter().flatten().filter_map(|found| found["f"].as_str());
                thumbnails = urls.map(|url| url[server.base.len()..].to_owned()).collect();
            }
        }
    }
    if let Some(tintype) = servers.iter().find(|server| server.peer == Peer::Tintype) {
        for nginx in servers.iter().filter(|server| server.peer == Peer::Nginx) {
            for path in &thumbnails {
                let target = nginx.dir.join(path.trim_start_matches('/'));
                std::fs::create_dir_all(target.parent().ok_or("no folder")?)?;
                std::fs::write(target, tintype.get(&agent(), path)?)?;
            }
        }
    }
    for (what, index) in [("thumbnail of 64 pixels", 0), ("thumbnail of 1080 pixels", 3)] {
        let Some(path) = thumbnails.get(index) else { continue };
        compare(plan, &servers, &[Peer::Tintype, Peer::Nginx], what, path)?;
    }
    compare(plan, &servers, &[Peer::Tintype, Peer::Django], "one file object", "/api/media/files/1")?;
    compare(plan, &servers, &[Peer::Tintype, Peer::Django], "list of ten files", "/api/media/files")
}

fn compare(plan: &Plan, servers: &[Server], peers: &[Peer], what: &str, path: &str) -> Result<(), Failure> {
    let servers: Vec<&Server> = servers.iter().filter(|server| peers.contains(&server.peer)).collect();
    let mut windows: Vec<Vec<Window>> = vec![Vec::new(); servers.len()];
    let mut bytes = 0;
    for _ in 0..plan.rounds {
        for (server, windows) in servers.iter().zip(&mut windows) {
            bytes = server.get(&agent(), path)?.len();
            windows.push(load::run(server, plan.clients, plan.length, || {
                let agent = agent();
                move || server.get(&agent, path).map(drop)
            })?);
        }
    }
    println!("### Reads: {what}, {bytes} bytes; {} clients, {} rounds\n", plan.clients, plan.rounds);
    let names = servers.iter().map(|server| server.peer.name().to_owned());
    table(&names.zip(windows.iter().map(|windows| Summary::of(windows))).collect::<Vec<_>>());
    Ok(())
}
