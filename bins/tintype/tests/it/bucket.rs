//! Files in a bucket: redirects to it, and what happens when it does not answer. The rest of the suite runs on one with
//! `TINTYPE_TEST_STORAGE=garage`.

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, builder, checksum, create, fetch, file, media_path, noise, one, stored_keys, text};
use std::time::{Duration, Instant};
use tintype_testkit::{Bucket, Builder, Client, Garage, Response, Server, wait_for};

/// What the issue tracker of every client library calls "as good as hanging".
const PATIENCE: Duration = Duration::from_secs(10);

/// Returns a builder whose files lie in a Garage of its own.
fn on(garage: &Garage) -> Builder {
    let keyed = garage.environment().iter().fold(builder(), |builder, (name, value)| builder.env(name, value));
    keyed.config("storage_url", &garage.storage_url("files"))
}

#[track_caller]
fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.header(name).unwrap_or_else(|| panic!("no `{name}`: {response}"))
}

/// Asserts that a request is answered 503 in time, with a hint when to come back.
#[track_caller]
fn assert_unavailable(ask: impl FnOnce() -> Response) {
    let start = Instant::now();
    let response = ask();
    problem(&response, 503);
    assert!(header(&response, "retry-after").parse::<u64>().is_ok(), "{response}");
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}

#[test]
fn redirects_lead_to_the_bytes_and_to_what_goes_with_them() {
    let Some(bucket) = Bucket::new() else { return };
    let server = builder().bucket(&bucket).config("media_delivery", "redirect").start();
    let admin = server.admin();
    let picture = jpeg(&gradient(90, 60));
    let object = create(&admin, "ä b.jpg", &picture);
    let client = server.anonymous();
    let redirected = client.get(text(&object, "f")).send().expect_status(302);
    assert_eq!(header(&redirected, "cache-control"), "public, max-age=1800");
    assert_eq!(redirected.bytes(), b"");
    let served = client.get(header(&redirected, "location")).send().expect_status(200);
    assert!(served.bytes() == picture);
    assert_eq!(header(&served, "content-type"), "image/jpeg");
    assert_eq!(header(&served, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(served.header("content-disposition"), None);
    let range = client.get(header(&redirected, "location")).header("Range", "bytes=2-5").send().expect_status(206);
    assert_eq!(range.bytes(), &picture[2..6]);

    let redirected = client.head(text(&object, "f")).send().expect_status(302);
    assert_eq!(header(&redirected, "cache-control"), "no-store");
    let head = client.head(header(&redirected, "location")).send().expect_status(200);
    assert_eq!(header(&head, "content-length"), picture.len().to_string());
    for thumbnail in object["thumbnails"].as_array().unwrap() {
        let redirected = client.get(text(thumbnail, "f")).send().expect_status(302);
        assert_eq!(client.get(header(&redirected, "location")).send().status(), 200);
    }

    let page = create(&admin, "page.html", "<!DOCTYPE html><html><script>alert(1)</script></html>");
    let redirected = client.get(text(&page, "f")).send().expect_status(302);
    let served = client.get(header(&redirected, "location")).send().expect_status(200);
    assert!(header(&served, "content-disposition").starts_with("attachment; filename*=UTF-8''page%2Ehtml"));

    assert_eq!(client.get("/media/core_media/2020/01/01/nothing.jpg").send().status(), 404);
    assert_eq!(admin.delete(&one(&object)).send().status(), 204);
    assert_eq!(client.get(text(&object, "f")).send().status(), 404);
}

#[test]
fn a_large_upload_goes_through_in_parts() {
    let Some(bucket) = Bucket::new() else { return };
    let server = builder().bucket(&bucket).start();
    let content = noise(23_000_000, 7);
    let object = create(&server.admin(), "large.bin", &content);
    assert_eq!(text(&object, "checksum"), checksum(&content));
    assert!(fetch(&server, &object) == content);
}

/// Everything that wants the store is told to come back, everything else goes on.
fn assert_store_is_missed(server: &Server, admin: &Client, kept: &serde_json::Value) {
    std::thread::scope(|scope| {
        scope.spawn(|| assert_unavailable(|| admin.upload(&file("b.jpg", jpeg(&gradient(60, 60))))));
        scope.spawn(|| assert_unavailable(|| server.anonymous().get(&media_path(kept)).send()));
        scope.spawn(|| {
            let response = server.anonymous().get("/readyz").send();
            problem(&response, 503);
            assert!(response.text().contains("storage"), "{response}");
        });
        scope.spawn(|| assert_eq!(admin.get(FILES).send().expect_status(200).json()["count"], 1));
        scope.spawn(|| admin.get(&one(kept)).send().expect_status(200));
    });
}

/// Within five seconds all is as it was, without anybody doing anything.
fn assert_recovers(server: &Server, admin: &Client, kept: &serde_json::Value, content: &[u8]) {
    let limit = Duration::from_secs(5);
    let ready = wait_for(limit, || (server.anonymous().get("/readyz").send().status() == 200).then_some(()));
    assert!(ready.is_some(), "not ready {limit:?} after the store");
    assert!(fetch(server, kept) == content);
    let object = create(admin, "c.jpg", jpeg(&gradient(50, 50)));
    assert!(fetch(server, &object) == jpeg(&gradient(50, 50)));
    assert_eq!(admin.delete(&one(&object)).send().status(), 204);
}

#[test]
fn a_store_that_is_frozen_or_gone_costs_a_503_and_nothing_else() {
    if !Garage::is_installed() {
        return;
    }
    let garage = Garage::start();
    let mut server = on(&garage).start();
    let admin = server.admin();
    let content = jpeg(&gradient(80, 50));
    let kept = create(&admin, "a.jpg", &content);

    garage.freeze();
    assert_store_is_missed(&server, &admin, &kept);
    garage.thaw();
    assert_recovers(&server, &admin, &kept, &content);

    garage.kill();
    assert_store_is_missed(&server, &admin, &kept);
    garage.restart();
    assert_recovers(&server, &admin, &kept, &content);

    // What the uploads left that got no answer is swept once nobody can be at it any more.
    server.reconfigure("abandoned_after", "1s");
    server.restart().unwrap();
    let left = || garage.keys("files").iter().filter(|key| *key != ".tintype").count();
    assert!(wait_for(PATIENCE, || (left() == 5).then_some(())).is_some(), "{:?}", garage.keys("files"));
}

#[test]
fn what_is_wrong_with_a_bucket_stands_in_the_last_line() {
    let Some(bucket) = Bucket::new() else { return };
    let cases = [
        (bucket.url().replace("s3://media", "s3://another"), "create the bucket"),
        (bucket.url().replace("region=garage", "region=mars"), "region"),
        ("s3://media?endpoint=http://127.0.0.1:1&region=garage".to_owned(), "does not answer"),
    ];
    for (url, named) in cases {
        let output = builder().bucket(&bucket).config("storage_url", &url).prepare().unwrap().cli(["serve"]);
        assert_eq!(output.code(), Some(1), "{output:?}");
        assert!(output.stderr.trim_end().lines().last().is_some_and(|line| line.contains(named)), "{output:?}");
    }
    let secret = "5ec2e7".repeat(10);
    let home = builder().bucket(&bucket).env("AWS_SECRET_ACCESS_KEY", &secret).prepare().unwrap();
    let output = home.cli(["serve"]);
    assert_eq!(output.code(), Some(1), "{output:?}");
    assert!(output.stderr.contains("secret") && !output.stderr.contains(&secret), "{output:?}");
}

#[test]
fn uploads_on_their_way_to_a_bucket_lie_in_the_data_folder_and_a_full_one_is_a_507() {
    let Some(bucket) = Bucket::new() else { return };
    let store = std::env::temp_dir().join(format!("tintype-small-spool-{}", std::process::id()));
    std::fs::create_dir_all(&store).unwrap();
    let mount = "mount -t tmpfs -o size=2m tmpfs \"$STORE\"";
    let enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let possible = std::process::Command::new(enter[0]).args(&enter[1..]).arg(mount).env("STORE", &store).output();
    if possible.is_ok_and(|output| output.status.success()) {
        let script = format!("{mount} && exec \"$@\"");
        let database = store.with_extension("db");
        let server = builder()
            .wrapper(enter.into_iter().chain([script.as_str(), "sh"]))
            .env("STORE", &store.to_string_lossy())
            .bucket(&bucket)
            .data_dir(&store)
            .config("database_url", &format!("sqlite://{}", database.display()))
            .start();
        let admin = server.admin();
        create(&admin, "small.bin", noise(500_000, 1));
        for _ in 0..3 {
            problem(&admin.upload(&file("large.bin", noise(3_000_000, 2))), 507);
        }
        create(&admin, "again.bin", noise(1_000_000, 3));
        assert_eq!(bucket.keys().len(), 3, "two files and the mark");
        drop(server);
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", database.display()));
        }
    }
    std::fs::remove_dir(&store).unwrap();
}

#[test]
fn a_killed_server_leaves_nothing_on_its_disk() {
    let Some(bucket) = Bucket::new() else { return };
    let mut server = builder().bucket(&bucket).start();
    let admin = server.admin();
    let form = tintype_testkit::Form::new();
    let (before, _) = form.around_file("f", "slow.bin");
    let mut connection = crate::support::wire::begin_upload(&server, &admin, 4_000_000, &form.content_type());
    connection.send(before).unwrap();
    connection.send(noise(2_000_000, 1)).unwrap();
    crate::support::wait_until_spooled(&server);
    server.kill();
    server.restart().unwrap();
    assert_eq!(stored_keys(&server), [] as [String; 0]);
    assert_eq!(bucket.keys(), [".tintype"]);
}
