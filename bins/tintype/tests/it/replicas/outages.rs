//! What clients are told while PostgreSQL or Garage is away, and how soon all is well again.

use super::fleet::{Fleet, is_long, limit, report};
use super::load::{Answer, Load, What};
use crate::support::checks::problem;
use crate::support::{FILES, create, fetch, file, media_path, noise, wire};
use std::time::{Duration, Instant};
use tintype_testkit::{Form, Response, eventually, wait_for};

/// Within what time clients are told to come back.
fn patience() -> Duration {
    limit(Duration::from_secs(10))
}

/// How long all may take to be well after an outage, without anybody doing anything.
fn recovery() -> Duration {
    limit(Duration::from_secs(5))
}

/// How much has come of a large upload when its outage begins, and how much there is of it.
const SOME: usize = 10_000_000;
const LARGE: usize = 60_000_000;

/// Whether lists are answered during an outage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lists {
    GoOn,
    Rest,
}

#[test]
fn a_database_that_crashes_or_freezes_costs_503s_and_nothing_else() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let load = Load::default();
    std::thread::scope(|scope| {
        let _running = load.begin(scope, &fleet.clients);
        for _ in 0..if is_long() { 5 } else { 2 } {
            let (crash, restart) = (|| fleet.postgres.crash(), || fleet.postgres.restart());
            outage(&fleet, &load, "PostgreSQL crashed", Lists::Rest, Duration::ZERO, crash, restart);
        }
        let (freeze, thaw) = (|| fleet.postgres.freeze(), || fleet.postgres.thaw());
        outage(&fleet, &load, "PostgreSQL frozen", Lists::Rest, length(), freeze, thaw);
    });
    fleet.assert_whole(&load);
}

#[test]
fn a_store_that_is_gone_or_freezes_costs_503s_and_nothing_else() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let load = Load::default();
    std::thread::scope(|scope| {
        let _running = load.begin(scope, &fleet.clients);
        let (kill, restart) = (|| fleet.garage.kill(), || fleet.garage.restart());
        outage(&fleet, &load, "Garage stopped", Lists::GoOn, length(), kill, restart);
        let (freeze, thaw) = (|| fleet.garage.freeze(), || fleet.garage.thaw());
        outage(&fleet, &load, "Garage frozen", Lists::GoOn, length(), freeze, thaw);
    });
    fleet.assert_whole(&load);
}

#[test]
fn large_uploads_are_given_up_when_something_freezes_in_the_middle() {
    let Some(mut fleet) = Fleet::start(&[]) else { return };
    let client = &fleet.clients[0];
    let content = noise(LARGE, 1);
    std::thread::scope(|scope| {
        let upload = scope.spawn(|| (client.upload(&file("large.bin", &content)), Instant::now()));
        eventually("some of it is in the store", || fleet.garage.stored_bytes() > SOME as u64);
        let frozen = Instant::now();
        fleet.garage.freeze();
        let (response, told) = upload.join().unwrap();
        assert_told(&response, told - frozen, "Garage frozen");
        report(&format!("Garage frozen in the middle of a large upload: refused after {:.1?}", told - frozen));
        fleet.garage.thaw();
    });
    create(client, "small.bin", "x");

    let form = Form::new();
    let (before, after) = form.around_file("f", "large.bin");
    let length = before.len() + content.len() + after.len();
    let mut connection = wire::begin_upload(&fleet.servers[0], client, length, &form.content_type());
    connection.send(before).unwrap();
    connection.send(&content[..SOME]).unwrap();
    fleet.postgres.freeze();
    connection.send(&content[SOME..]).unwrap();
    connection.send(after).unwrap();
    let sent = Instant::now();
    let response = connection.read_response().unwrap();
    let took = sent.elapsed();
    assert_told(&response, took, "PostgreSQL frozen");
    report(&format!("PostgreSQL frozen in the middle of a large upload: refused after {took:.1?}"));
    fleet.postgres.thaw();
    create(client, "small.bin", "y");
    fleet.assert_whole(&Load::default());
}

/// Returns how long outages are to last at least. Whoever waits for an answer is told earlier.
fn length() -> Duration {
    Duration::from_secs(if is_long() { 30 } else { 0 })
}

/// Takes something away that the servers need, and brings it back once every writer was told so.
fn outage(
    fleet: &Fleet,
    load: &Load,
    name: &str,
    lists: Lists,
    length: Duration,
    take: impl FnOnce(),
    bring: impl FnOnce(),
) {
    let kept = media_path(&create(&fleet.clients[0], "kept.bin", "kept"));
    let before = load.written();
    eventually("much is written", || load.written() >= before + 10);
    let refused = || {
        let answers = load.answers().into_iter();
        answers.filter(|answer| answer.what == What::Write && answer.status == Some(503)).count()
    };
    let (taken, refused_before) = (Instant::now(), refused());
    take();
    let gone = Instant::now();
    std::thread::scope(|scope| {
        for server in &fleet.servers {
            for path in ["/readyz", &kept] {
                let asked = Instant::now();
                scope.spawn(move || assert_told(&server.anonymous().get(path).send(), asked.elapsed(), name));
            }
            assert_eq!(server.anonymous().get("/healthz").send().status(), 200);
        }
        let told = wait_for(2 * patience() + length, || {
            (gone.elapsed() >= length && refused() >= refused_before + 8).then_some(())
        });
        assert!(told.is_some(), "{name}: writers are refused");
    });
    bring();
    let back = Instant::now();
    assert_recovers(fleet, name);
    let (recovered, before) = (Instant::now(), load.written());
    eventually("much is written again", || load.written() >= before + 10);

    for answer in since(load, taken) {
        assert!(answer.status.is_some() && answer.took < patience(), "{name}: {answer:?}");
        let is_read = answer.what == What::Read && lists == Lists::GoOn;
        let is_due = is_read || answer.begun > back + recovery();
        assert!(!is_due || answer.succeeded(), "{name}: {answer:?}");
    }
    let slowest = |what: What| since(load, taken).filter(|a| a.what == what).map(|a| a.took).max().unwrap_or_default();
    report(&format!(
        "{name} for {:.1?}: {} refused, the slowest write took {:.1?}, the slowest list {:.1?}; well again after {:.2?}",
        back - gone,
        since(load, taken).filter(|answer| answer.status == Some(503)).count(),
        slowest(What::Write),
        slowest(What::Read),
        recovered - back,
    ));
}

/// Returns how requests were answered that began at a time or later.
fn since(load: &Load, time: Instant) -> impl Iterator<Item = Answer> {
    load.answers().into_iter().filter(move |answer| answer.begun >= time)
}

/// Asserts that every server says that it is ready, and is.
#[track_caller]
fn assert_recovers(fleet: &Fleet, name: &str) {
    let start = Instant::now();
    for (server, client) in fleet.servers.iter().zip(&fleet.clients) {
        let upload = || client.post(FILES).multipart(&file("again.bin", "again")).send();
        let ready = || server.anonymous().get("/readyz").send().status() == 200;
        let response = wait_for(recovery(), || ready().then(upload).filter(|response| response.status() == 201));
        let object = response.unwrap_or_else(|| panic!("{name}: no upload succeeds {:?} later", recovery())).json();
        assert_eq!(fetch(server, &object), b"again");
    }
    assert!(start.elapsed() < recovery(), "{name}: {:?}", start.elapsed());
}

#[track_caller]
fn assert_told(response: &Response, took: Duration, name: &str) {
    problem(response, 503);
    assert!(response.header("retry-after").is_some() && took < patience(), "{name}: {took:?}, {response}");
}
