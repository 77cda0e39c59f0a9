//! Uploads of every service, in turns.

use crate::load::{self, Window};
use crate::report::{Summary, table};
use crate::server::{Server, agent};
use crate::workload::{Form, Workload};
use crate::{Failure, Plan};

pub fn measure(plan: &Plan) -> Result<(), Failure> {
    let peers: Vec<_> = plan.peers().collect();
    let servers: Vec<Server> =
        peers.iter().map(|peer| Server::start(*peer, &plan.work, &[])).collect::<Result<_, _>>()?;
    for name in &plan.files {
        let workload = Workload::new(name)
            .ok_or_else(|| format!("there is no file `{name}`, only {}", Workload::NAMES.join(", ")))?;
        let servers: Vec<&Server> = servers.iter().filter(|server| server.peer.takes(&workload)).collect();
        for server in &servers {
            // The first upload loads and fills what every later one finds.
            server.upload(&agent(), &Form::new(&workload, server.peer.field()), workload.is_image())?;
        }
        let mut windows: Vec<Vec<Window>> = vec![Vec::new(); servers.len()];
        for _ in 0..plan.rounds {
            for (server, windows) in servers.iter().zip(&mut windows) {
                windows.push(load::uploads(server, &workload, plan.clients, plan.length)?);
            }
        }
        let size = workload.content.len() as f64 / 1e6;
        println!(
            "### Uploads: {name}, {size:.2} MB; {} clients, {} rounds of {} s\n",
            plan.clients,
            plan.rounds,
            plan.length.as_secs_f64()
        );
        let names = servers.iter().map(|server| server.peer.name().to_owned());
        table(&names.zip(windows.iter().map(|windows| Summary::of(windows))).collect::<Vec<_>>());
    }
    Ok(())
}
