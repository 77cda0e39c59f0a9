use std::collections::BTreeSet;

use serde_json::{Value, json};
use tintype_testkit::eventually;

use super::fleet::Fleet;
use crate::support::host::{Host, answer};
use crate::support::{create, results};

/// Whichever server makes an event happen, one of them sends it, and another one goes on when that
/// one ends.
#[test]
fn an_event_is_sent_by_one_of_the_servers() {
    let Some(mut fleet) = Fleet::start(&[("webhook_private", "true")]) else { return };
    let host = Host::saying(answer("200 OK", &[], ""));
    let body = json!({"url": host.url("/"), "events": ["file.created"]});
    let webhook = fleet.clients[0].post("/api/webhooks").json(&body).send().expect_status(201).json();
    for number in 0..20 {
        create(&fleet.clients[number % 2], &format!("{number}.txt"), "hello");
    }
    let path = format!("/api/webhooks/{}/deliveries?limit=1000", webhook["id"]);
    let client = fleet.clients[1].clone();
    let are_delivered = |count: usize| {
        let page = client.get(&path).send().expect_status(200).json();
        page["count"] == count && results(&page).iter().all(|delivery| delivery["state"] == "delivered")
    };
    eventually("all have come", || are_delivered(20));
    fleet.servers[0].terminate().unwrap();
    create(&fleet.clients[1], "last.txt", "hello");
    eventually("the other one goes on", || are_delivered(21));
    let names: Vec<_> = host.asked().iter().map(|asked| name(&asked.body)).collect();
    assert_eq!((names.len(), names.iter().collect::<BTreeSet<_>>().len()), (21, 21), "{names:?}");
}

fn name(body: &[u8]) -> String {
    serde_json::from_slice::<Value>(body).unwrap()["data"]["name"].as_str().unwrap().to_owned()
}
