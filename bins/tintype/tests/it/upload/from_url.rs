//! Files that the server fetches.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use tintype_testkit::{Builder, Client, Response, Server};

use super::assert_nothing_kept;
use crate::support::checks::problem;
use crate::support::host::{Host, answer, wait_for_end};
use crate::support::picture::{gradient, jpeg};
use crate::support::{CREATE, VIEW, assert_field_error, assert_problem, builder, checksum, fetch, noise, server, text};

const FROM_URL: &str = "/api/media/files/from-url";

fn import(client: &Client, body: &Value) -> Response {
    client.post(FROM_URL).json(body).send()
}

/// Returns a server that may fetch from this machine.
fn reaching(hosts: &[&Host]) -> Builder {
    let ports: Vec<_> = hosts.iter().map(|host| host.port().to_string()).collect();
    let builder = builder().config("import_from_url", "true").config("import_private", "true");
    builder.config("import_ports", &ports.join(","))
}

#[track_caller]
fn assert_refused(server: &Server, url: &str, message: &str) {
    assert_field_error(&import(&server.admin(), &json!({"url": url})), "url", message);
}

#[test]
fn it_is_off_unless_it_is_turned_on() {
    let body = json!({"url": "http://192.0.2.1/a.jpg"});
    let server = server();
    assert_problem(&import(&server.admin(), &body), 403, "This server does not fetch files from URLs.");
    problem(&import(&server.anonymous(), &body), 401);
    let server = builder().config("import_from_url", "true").start();
    assert_field_error(&import(&server.staff([CREATE]), &body), "url", "The host is not at a public address.");
    problem(&import(&server.anonymous(), &body), 401);
    let forbidden = "You do not have permission to perform this action.";
    assert_problem(&import(&server.staff([VIEW]), &body), 403, forbidden);
    assert_problem(&import(&server.user([CREATE]), &body), 403, forbidden);
}

#[test]
fn a_file_is_fetched_and_kept_as_if_it_had_been_uploaded() {
    let picture = jpeg(&gradient(100, 50));
    let host = Host::saying(answer("200 OK", &[("Content-Type", "text/plain")], &picture));
    // A proxy that nobody listens on. A bucket would be looked for there.
    let server = reaching(&[&host]).local_storage();
    let server = server.env("http_proxy", "http://127.0.0.1:9").env("ALL_PROXY", "http://127.0.0.1:9").start();
    let body = json!({
        "url": host.url("/photos/%D8%B9%DA%A9%D8%B3%201.jpg?w=1"), "description": "From afar",
        "visibility": "private", "tags": ["roofs"],
    });
    let created = import(&server.admin(), &body).expect_status(201);
    let object = created.json();
    assert_eq!(created.header("location"), Some(format!("/api/media/files/{}", object["id"]).as_str()));
    assert_eq!((text(&object, "name"), text(&object, "mime_type")), ("عکس 1.jpg", "image/jpeg"));
    assert_eq!((text(&object, "description"), text(&object, "visibility")), ("From afar", "private"));
    assert_eq!((&object["tags"], text(&object, "checksum")), (&json!(["roofs"]), checksum(&picture).as_str()));
    assert_eq!(object["thumbnails"].as_array().unwrap().len(), 4);
    let asked = host.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!((asked[0].method.as_str(), asked[0].path.as_str()), ("GET", "/photos/%D8%B9%DA%A9%D8%B3%201.jpg?w=1"));
    assert_eq!(asked[0].header("accept-encoding"), Some("identity"));
    assert_eq!((asked[0].header("authorization"), asked[0].header("referer")), (None, None));
    let form = [("url", host.url("/a.jpg")), ("name", "Called".to_owned())];
    let form = form.iter().map(|(name, value)| (*name, value.as_str()));
    let object = server.admin().post(FROM_URL).form(form).send().expect_status(201).json();
    assert_eq!(text(&object, "name"), "Called");
    assert!(fetch(&server, &object) == picture);
}

#[test]
fn a_file_is_named_by_the_answer_else_by_the_path_else_by_the_request() {
    let host = Host::start(|asked, connection| {
        let disposition = match asked.path.as_str() {
            "/attached" => "attachment; filename=x; filename*=UTF-8''%C3%BC.txt",
            "/evil" => "attachment; filename=\"../../evil.txt\"",
            _ => "inline",
        };
        let _ = connection.write_all(&answer("200 OK", &[("Content-Disposition", disposition)], "hello"));
    });
    let server = reaching(&[&host]).start();
    let admin = server.admin();
    for (path, name, expected) in [
        ("/attached", None, ("ü.txt", "/ü.txt")),
        ("/evil", None, ("evil.txt", "/evil.txt")),
        ("/a/b.txt", None, ("b.txt", "/b.txt")),
        ("/a/b.txt", Some("Called"), ("Called", "/b.txt")),
        ("/a/", Some("Called.txt"), ("Called.txt", "/Called.txt")),
    ] {
        let object = import(&admin, &json!({"url": host.url(path), "name": name.unwrap_or_default()}));
        let object = object.expect_status(201).json();
        assert_eq!(text(&object, "name"), expected.0, "{path}");
        assert!(crate::support::key(&object).contains(expected.1.trim_end_matches(".txt")), "{object}");
    }
    assert_refused(&server, &host.url("/a/"), "No filename could be determined.");
}

#[test]
fn five_redirects_are_followed_and_each_obeys_the_rules() {
    let other = Host::saying(answer("200 OK", &[], "elsewhere"));
    let (elsewhere, forbidden) = (other.url("/b.txt"), other.url("/c.txt").replace("127.0.0.1", "user:pass@127.0.0.1"));
    let host = Host::start(move |asked, connection| {
        let location = match asked.path.trim_start_matches('/').parse::<u8>() {
            Ok(0) => return drop(connection.write_all(&answer("200 OK", &[], "hello"))),
            Ok(left) => format!("../{}", left - 1),
            Err(_) => match asked.path.as_str() {
                "/elsewhere" => elsewhere.clone(),
                "/credentials" => forbidden.clone(),
                "/ftp" => "ftp://127.0.0.1/a".to_owned(),
                "/file" => "file:///etc/passwd".to_owned(),
                "/port" => "//127.0.0.1:9/a".to_owned(),
                _ => "http://".to_owned(),
            },
        };
        let status = ["301 Moved", "302 Found", "303 See", "307 Temporary", "308 Permanent"][asked.path.len() % 5];
        let _ = connection.write_all(&answer(status, &[("Location", &location)], ""));
    });
    let server = reaching(&[&host, &other]).start();
    let object = import(&server.admin(), &json!({"url": host.url("/5"), "name": "a"})).expect_status(201).json();
    assert_eq!(fetch(&server, &object), b"hello");
    assert_refused(&server, &host.url("/6"), "The URL redirects more than 5 times.");
    let object = import(&server.admin(), &json!({"url": host.url("/elsewhere")})).expect_status(201).json();
    assert_eq!(text(&object, "name"), "b.txt");
    assert_refused(&server, &host.url("/credentials"), "The URL must not have a user name or a password.");
    assert_refused(&server, &host.url("/ftp"), "The URL has to begin with http:// or https://.");
    assert_refused(&server, &host.url("/file"), "The URL has to begin with http:// or https://.");
    assert_refused(&server, &host.url("/port"), "The port 9 is not allowed.");
    assert_refused(&server, &host.url("/nowhere"), "The host redirects to no valid URL.");
    assert_eq!(other.asked().len(), 1);
}

#[test]
fn only_public_addresses_are_asked() {
    let server = builder().config("import_from_url", "true").start();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.",
        "localhost",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "１２７.0.0.1",
    ] {
        assert_refused(&server, &format!("http://{host}/a.jpg"), "The host is not at a public address.");
        assert_refused(&server, &format!("https://{host}/a.jpg"), "The host is not at a public address.");
    }
    for (url, message) in [
        ("", "This field may not be blank."),
        ("a.jpg", "Enter a valid URL."),
        ("http://", "Enter a valid URL."),
        ("http://1.2.3.4.5/", "Enter a valid URL."),
        ("//192.0.2.1/a.jpg", "Enter a valid URL."),
        ("file:///etc/passwd", "The URL has to begin with http:// or https://."),
        ("gopher://127.0.0.1:25/x", "The URL has to begin with http:// or https://."),
        ("data:text/plain,x", "The URL has to begin with http:// or https://."),
        ("http://user@1.1.1.1/", "The URL must not have a user name or a password."),
        ("http://:secret@1.1.1.1/", "The URL must not have a user name or a password."),
        ("http://1.1.1.1:8080/", "The port 8080 is not allowed."),
        ("https://1.1.1.1:22/", "The port 22 is not allowed."),
        ("http://nobody.invalid/a.jpg", "The host cannot be found."),
    ] {
        assert_refused(&server, url, message);
    }
    assert_field_error(&import(&server.admin(), &json!({})), "url", "This field is required.");
    assert_field_error(&import(&server.admin(), &json!({"url": 5})), "url", "Enter a valid URL.");
    assert_nothing_kept(&server);
}

#[test]
fn what_is_no_file_is_refused_with_its_reason() {
    let host = Host::start(|asked, connection| {
        let bytes = match asked.path.as_str() {
            "/missing" => answer("404 Not Found", &[], "no"),
            "/partial" => answer("206 Partial Content", &[], "no"),
            "/gzip" => answer("200 OK", &[("Content-Encoding", "gzip")], "no"),
            "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello".to_vec(),
            "/chunks" => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".to_vec(),
            "/empty" => answer("200 OK", &[], ""),
            "/text" => answer("200 OK", &[], "plain text"),
            _ => b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        };
        let _ = connection.write_all(&bytes);
    });
    let server = reaching(&[&host]).config("allowed_types", "image").start();
    for (path, message) in [
        ("/missing", "The host answered with status 404 instead of 200."),
        ("/partial", "The host answered with status 206 instead of 200."),
        ("/gzip", "The host sends the file compressed only."),
        ("/short", "The file was cut short."),
        ("/chunks", "The file was cut short."),
        ("/empty", "The submitted file is empty."),
        ("/ssh", "The host does not answer."),
    ] {
        assert_refused(&server, &host.url(path), message);
    }
    assert_problem(
        &import(&server.admin(), &json!({"url": host.url("/text")})),
        415,
        "Unsupported media type \"text/plain\" in request.",
    );
    let port = host.port();
    drop(host);
    assert_refused(&server, &format!("http://127.0.0.1:{port}/"), "The host does not answer.");
    assert_nothing_kept(&server);
}

#[test]
fn downloads_have_the_limits_of_uploads() {
    let content = noise(64 * 1024 + 1, 1);
    let host = Host::start(move |asked, connection| {
        let all = &content[..];
        let sent = match asked.path.as_str() {
            "/said" => connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n"),
            "/streamed" => connection.write_all(&[b"HTTP/1.1 200 OK\r\n\r\n", all].concat()),
            "/fits" => connection.write_all(&answer("200 OK", &[], &all[1..])),
            "/silent" => Ok(()),
            _ => connection.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello"),
        };
        if sent.is_ok() && asked.path != "/fits" {
            wait_for_end(connection);
        }
    });
    let server = reaching(&[&host]).config("max_upload_size", "64 KiB").config("upload_idle_timeout", "1s");
    let server = server.config("import_timeout", "2s").start();
    let of = |path: &str| import(&server.admin(), &json!({"url": host.url(path), "name": "a"}));
    assert_problem(&of("/said"), 413, "The file is larger than 64 KB.");
    assert_problem(&of("/streamed"), 413, "The file is larger than 64 KB.");
    assert_field_error(&of("/stalled"), "url", "The file comes too slowly.");
    assert_field_error(&of("/silent"), "url", "It takes longer than 2 seconds.");
    assert_nothing_kept(&server);
    assert_eq!(of("/fits").expect_status(201).json()["size"], 64 * 1024);
}

/// Starts a host for `localhost` that speaks TLS and says hello to everybody. Returns its port, and
/// the certificate of the authority that vouches for it.
fn host_with_tls() -> (u16, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let trusted = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let name = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = name.signed_by(&key, &issuer).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let key = key.serialize_der().try_into().unwrap();
    let config = Arc::new(config.with_single_cert(vec![certificate.der().clone()], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), connection);
            if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
                let _ = stream.write_all(&answer("200 OK", &[], "hello"));
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (port, trusted)
}

#[test]
fn https_is_fetched_from_hosts_that_are_vouched_for() {
    let (port, trusted) = host_with_tls();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), trusted).unwrap();
    let reaching = || reaching(&[]).config("import_ports", &port.to_string()).local_storage();
    let server = reaching().env("SSL_CERT_FILE", file.path().to_str().unwrap()).start();
    let url = format!("https://localhost:{port}/a.txt");
    let object = import(&server.admin(), &json!({"url": url})).expect_status(201).json();
    assert_eq!(text(&object, "checksum"), checksum(b"hello"));
    let unanswered = "The host does not answer.";
    assert_refused(&server, &format!("https://127.0.0.1:{port}/a.txt"), unanswered);
    assert_refused(&reaching().start(), &url, unanswered);
}
