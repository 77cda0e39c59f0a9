//! Scrubbing: damage is found before anybody asks for what is damaged.

use crate::check::{put, remove};
use crate::support::picture::{gradient, jpeg};
use crate::support::{create, key, server};
use tintype_testkit::{Client, eventually};

/// Returns the value of a metric without labels.
fn metric(admin: &Client, name: &str) -> f64 {
    let text = admin.get("/metrics").send().expect_status(200).text().to_owned();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
    value.unwrap_or_else(|| panic!("no `{name}` in\n{text}"))
}

#[test]
fn what_is_damaged_is_reported_until_it_is_sound_again() {
    let mut server = server();
    let admin = server.admin();
    let bytes = jpeg(&gradient(90, 60));
    let photo = create(&admin, "a.jpg", &bytes);
    create(&admin, "b.txt", "sound");
    assert_eq!(metric(&admin, "tintype_scrub_errors"), 0.0);
    assert_eq!(metric(&admin, "tintype_scrub_oldest_check_seconds"), 0.0, "it is off");
    let thumbnail = key(&photo["thumbnails"][1]);
    put(&server, &key(&photo), &bytes.iter().map(|byte| byte ^ 1).collect::<Vec<_>>());
    remove(&server, &thumbnail);

    server.reconfigure("scrub_rate", "1 GiB");
    server.restart().unwrap();
    let found = |what: &str, key: &str| {
        let log = server.log();
        let line = log.lines().find(|line| line.contains("an object is not as it was stored") && line.contains(key));
        line.is_some_and(|line| {
            line.contains("ERROR") && line.contains(what) && line.contains(&format!("file={}", photo["id"]))
        })
    };
    eventually("the content is reported", || found("damaged: its SHA-256 is another one", &key(&photo)));
    eventually("the thumbnail is reported", || found("missing", &thumbnail));
    assert_eq!(server.log().matches("not as it was stored").count(), 2, "nothing else: {}", server.log());
    assert_eq!(metric(&admin, "tintype_scrub_errors"), 2.0);
    assert!(metric(&admin, "tintype_scrub_oldest_check_seconds") > 0.0);

    put(&server, &key(&photo), &bytes);
    server.cli(["check", "--repair"]).expect_success();
    server.restart().unwrap();
    eventually("both are sound", || server.log().matches("is sound again, or gone").count() == 2);
    assert_eq!(metric(&admin, "tintype_scrub_errors"), 0.0);
}
