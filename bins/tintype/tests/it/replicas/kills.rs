use super::fleet::{Fleet, PREFIX, is_long, report};
use super::load::Load;
use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, file, noise};
use std::time::{Duration, Instant};
use tintype_testkit::{eventually, wait_for};

#[test]
fn nothing_acknowledged_is_lost_when_servers_are_killed_in_turn() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let (kills, pause) = if is_long() { (12, Duration::from_secs(5)) } else { (4, Duration::from_secs(1)) };
    let load = Load::default();
    let Fleet { servers, clients, .. } = &mut fleet;
    std::thread::scope(|scope| {
        let _running = load.begin(scope, clients);
        for kill in 0..kills {
            let (start, before) = (Instant::now(), load.written());
            eventually("much is written", || load.written() >= before + 10 && start.elapsed() >= pause);
            let server = &mut servers[kill % 2];
            server.kill();
            server.restart().unwrap();
        }
    });
    let count = |status| load.answers().iter().filter(|answer| answer.status == status).count();
    let (written, refused, broken) = (load.written(), count(Some(503)), count(None));
    report(&format!("{kills} kills: {written} written, {refused} refused, {broken} broken off"));
    fleet.assert_whole(&load);
}

#[test]
fn another_server_sweeps_when_the_one_that_did_is_killed() {
    // The first server's lease lasts for two of these.
    let interval = if is_long() { "15s" } else { "3s" };
    let Some(mut fleet) = Fleet::start(&[("abandoned_after", interval)]) else { return };
    let Fleet { servers, clients, garage, .. } = &mut fleet;
    // Its thumbnails are in the bucket long before the last of its bytes.
    let picture = [jpeg(&gradient(60, 40)), noise(60_000_000, 1)].concat();
    std::thread::scope(|scope| {
        scope.spawn(|| clients[0].post(FILES).multipart(&file("large.jpg", &picture)).try_send().expect_err("killed"));
        eventually("thumbnails are in the bucket", || garage.keys(PREFIX).len() > 1);
        servers[0].kill();
    });
    let killed = Instant::now();
    let swept = wait_for(Duration::from_secs(60), || (garage.keys(PREFIX) == [".tintype"]).then_some(()));
    assert!(swept.is_some(), "{:?}", garage.keys(PREFIX));
    report(&format!("another server has swept {:.1?} after the first was killed", killed.elapsed()));
}
