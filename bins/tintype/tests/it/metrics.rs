//! `/metrics`.

use crate::support::{FILES, builder, create, one, picture, server};
use tintype_testkit::{Client, eventually, wait_for};

/// Returns the value of a sample, by its name and labels as they are written.
fn sample(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

fn metrics(admin: &Client) -> String {
    let answer = admin.get("/metrics").send().expect_status(200);
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    answer.text().to_owned()
}

#[test]
fn requests_uploads_and_what_there_is_are_counted() {
    let server = server();
    let admin = server.admin();
    let picture = create(&admin, "a.png", picture::png(&picture::gradient(8, 8)));
    create(&admin, "a.txt", "four");
    let _ = admin.get(&one(&picture)).send().expect_status(200);
    let _ = admin.get(&format!("{FILES}/999999")).send().expect_status(404);
    let _ = server.anonymous().get("/nowhere").send().expect_status(404);
    let rendition = format!("{}?width=64", crate::support::media_path(&picture));
    for _ in 0..3 {
        let _ = server.anonymous().get(&rendition).send().expect_status(200);
    }
    let text = metrics(&admin);
    let value = |name: &str| sample(&text, name).unwrap_or_else(|| panic!("no `{name}` in\n{text}"));
    let requests = |labels: &str| value(&format!("tintype_http_requests_total{{{labels}}}"));
    assert_eq!(requests(r#"method="POST",route="/api/media/files",status="201""#), 2.0);
    assert_eq!(requests(r#"method="GET",route="/api/media/files/{id}",status="200""#), 1.0);
    assert_eq!(requests(r#"method="GET",route="/api/media/files/{id}",status="404""#), 1.0);
    assert_eq!(requests(r#"method="GET",route="none",status="404""#), 1.0);
    let route = r#"method="GET",route="/api/media/files/{id}""#;
    assert_eq!(value(&format!("tintype_http_request_duration_seconds_count{{{route}}}")), 2.0);
    assert_eq!(value(r#"tintype_uploads_total{kind="image"}"#), 1.0);
    assert_eq!(value(r#"tintype_upload_bytes_total{kind="text"}"#), 4.0);
    for stage in ["header", "wait", "render", "store"] {
        assert!(value(&format!(r#"tintype_thumbnail_stage_seconds_count{{stage="{stage}"}}"#)) >= 1.0, "{stage}");
    }
    assert_eq!(value(r#"tintype_renditions_total{from="made"}"#), 1.0);
    assert_eq!(value(r#"tintype_renditions_total{from="kept"}"#), 2.0);
    assert_eq!(value(r#"tintype_webhook_attempts_total{outcome="delivered"}"#), 0.0);
    assert_eq!(value(r#"tintype_files{kind="text"}"#), 1.0);
    assert_eq!(value(r#"tintype_file_bytes{kind="text"}"#), 4.0);
    assert_eq!(value("tintype_derived_objects"), 5.0);
    assert_eq!(value(r#"tintype_queue_length{work="decodes"}"#), 0.0);
    assert_eq!(value("tintype_decode_memory_bytes"), 0.0);
    assert_eq!(value("tintype_decode_memory_limit_bytes"), f64::from(512 << 20));
    assert!(value("tintype_database_connections_open") >= 1.0);
    assert_eq!(value(r#"tintype_failures_total{part="storage"}"#), 0.0);
    assert_eq!(value(&format!(r#"tintype_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION"))), 1.0);
    // A method that a client invents makes no label of its own.
    let _ = admin.request("TRACE", FILES).send();
    assert_eq!(
        sample(
            &metrics(&admin),
            r#"tintype_http_requests_total{method="other",route="/api/media/files",status="405"}"#
        ),
        Some(1.0)
    );
}

#[test]
fn an_address_of_its_own_needs_no_token_and_has_nothing_else() {
    let server = builder().config("metrics_bind", "127.0.0.1:0").start();
    eventually("the address is in the log", || server.log().contains("metrics at http://"));
    let log = server.log();
    let (_, address) = log.split_once("metrics at http://").unwrap();
    let (address, _) = address.split_once("/metrics").unwrap();
    let get = |path: &str| {
        let mut connection = std::net::TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        std::io::Write::write_all(&mut connection, request.as_bytes()).unwrap();
        std::io::read_to_string(connection).unwrap()
    };
    let answer = get("/metrics");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("tintype_build_info"), "{answer}");
    assert!(get("/api/media/files").starts_with("HTTP/1.1 404"));
}

#[test]
fn storage_that_fails_is_counted() {
    let server = crate::support::local_server();
    let admin = server.admin();
    let object = create(&admin, "a.txt", "a");
    let media = server.home().data_dir().join("media");
    let aside = server.home().data_dir().join("aside");
    std::fs::rename(&media, &aside).unwrap();
    std::fs::write(&media, "no folder").unwrap();
    let failures = || sample(&metrics(&admin), r#"tintype_failures_total{part="storage"}"#).unwrap();
    let counted = wait_for(std::time::Duration::from_secs(20), || {
        let _ = server.anonymous().get(&crate::support::media_path(&object)).send();
        let _ = server.anonymous().get("/readyz").send();
        (failures() > 0.0).then_some(())
    });
    assert!(counted.is_some(), "{}", metrics(&admin));
}
