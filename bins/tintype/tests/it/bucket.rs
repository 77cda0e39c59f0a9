//! Files in a bucket: redirects to it, and what happens when it cannot be used. The rest of the
//! suite runs on one with `TINTYPE_TEST_STORAGE=garage`.

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{builder, checksum, create, fetch, file, noise, one, stored_keys, text};
use tintype_testkit::{Bucket, Response};

#[track_caller]
fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.header(name).unwrap_or_else(|| panic!("no `{name}`: {response}"))
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
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("data");
    std::fs::create_dir(&store).unwrap();
    let mount = "mount -t tmpfs -o size=2m tmpfs \"$STORE\"";
    let enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let possible = std::process::Command::new(enter[0]).args(&enter[1..]).arg(mount).env("STORE", &store).output();
    if possible.is_ok_and(|output| output.status.success()) {
        let script = format!("{mount} && exec \"$@\"");
        let database = folder.path().join("tintype.db");
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
    }
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
