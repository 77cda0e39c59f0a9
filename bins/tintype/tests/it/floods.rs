//! Floods: of log-ins, of work that costs much, and of whoever asks too often.

use crate::support::checks::{assert_problem, problem};
use crate::support::{FILES, builder, create, fetch, file, key_name, media_path, noise, wire};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tintype_testkit::{Account, Error, Form, RawConnection, Response, Server, eventually, wait_for};

const TOKEN: &str = "/api/auth/token";

fn log_in(server: &Server, name: &str, password: &str) -> Response {
    server.anonymous().post(TOKEN).json(&json!({"username": name, "password": password})).send()
}

#[test]
fn a_flood_of_log_ins_takes_no_more_memory_than_two() {
    const CLIENTS: usize = 24;
    const MOST: u64 = 64 << 20;
    let server = builder()
        .config("login_failures", "1000000")
        .config("login_failures_per_address", "1000000")
        .config("workers", "2")
        .start();
    let before = server.peak_memory().unwrap();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let server = &server;
            scope.spawn(move || {
                for _ in 0..8 {
                    problem(&log_in(server, &format!("user-{client}"), "wrong"), 400);
                }
            });
        }
    });
    let grown = server.peak_memory().unwrap() - before;
    assert!(grown < MOST, "{CLIENTS} clients who log in took {grown} bytes of memory");
}

#[test]
fn whoever_guesses_passwords_is_slowed_down_and_nobody_else_is() {
    let server = builder()
        .config("login_failures", "3")
        .config("login_failures_per_address", "5")
        .config("login_window", "1h")
        .config("trusted_proxies", "127.0.0.1")
        .start();
    server.create_user("ada", &Account::plain().password("lovelace-1843"));
    let from = |address: &str, name: &str, password: &str| {
        let body = json!({"username": name, "password": password});
        server.anonymous().post(TOKEN).header("X-Forwarded-For", address).json(&body).send()
    };
    for _ in 0..3 {
        problem(&from("192.0.2.1", "ada", "wrong"), 400);
    }
    let refused = from("192.0.2.1", "ada", "lovelace-1843");
    let seconds: u64 = refused.header("retry-after").and_then(|seconds| seconds.parse().ok()).unwrap();
    assert!((1..=1200).contains(&seconds), "{seconds}");
    let detail = format!("Request was throttled. Expected available in {seconds} seconds.");
    assert_problem(&refused, 429, &detail);
    // The owner elsewhere is not locked out, and success does not count.
    for _ in 0..7 {
        assert_eq!(from("192.0.2.2", "ada", "lovelace-1843").status(), 200);
    }
    // Five failures from one address, whatever the names; of IPv6, from one network.
    for number in 0..2 {
        problem(&from("192.0.2.1", &format!("user-{number}"), "wrong"), 400);
    }
    problem(&from("192.0.2.1", "bea", "wrong"), 429);
    for number in 0..5 {
        problem(&from(&format!("2001:db8::{number}"), &format!("user-{number}"), "wrong"), 400);
    }
    problem(&from("2001:db8::ffff", "bea", "wrong"), 429);
    assert_eq!(from("2001:db8:0:1::", "ada", "lovelace-1843").status(), 200);
}

/// Some bytes that ask for much work: each pixel is the sum of 3600 others.
fn drawing() -> String {
    let matrix = "1 ".repeat(60 * 60);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="1080" height="1080"><filter id="f" x="0" y="0" width="1" height="1">
        <feConvolveMatrix order="60" kernelMatrix="{matrix}"/></filter><rect width="1080" height="1080" filter="url(#f)"/></svg>"##
    )
}

#[test]
fn a_note_does_not_wait_for_drawings_that_take_minutes() {
    let server = builder().config("workers", "1").config("decode_timeout", "8s").start();
    let admin = server.admin();
    let finished = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                create(&admin, "drawing.svg", drawing());
                finished.fetch_add(1, Ordering::SeqCst);
            });
        }
        eventually("a drawing is being decoded", || !children_of(server.id()).is_empty());
        create(&admin, "note.txt", "written meanwhile");
        assert_eq!(finished.load(Ordering::SeqCst), 0, "the note has waited for a drawing");
    });
}

#[test]
fn whoever_reads_nothing_of_a_download_is_cut() {
    let server = builder().local_storage().config("download_idle_timeout", "1s").start();
    let object = create(&server.admin(), "large.bin", noise(48 << 20, 1));
    let mut connections: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for connection in &mut connections {
        connection.send(format!("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", media_path(&object))).unwrap();
    }
    eventually("all are cut", || server.log().matches("cut off after").count() == connections.len());
    let links = std::fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap().flatten();
    let open: Vec<_> = links.filter_map(|link| std::fs::read_link(link.path()).ok()).collect();
    assert!(!open.iter().any(|path| path.ends_with(key_name(&object))), "{open:?}");
    assert_eq!(fetch(&server, &object).len(), 48 << 20);
}

/// What a client can let drip into a body without ever sending content.
const DRIPS: [(&str, &str); 4] = [
    ("the size of a chunk", "0"),
    ("the extension of a chunk", "1;extension="),
    ("the extension of the last chunk", "0;extension="),
    ("trailers", "0\r\nX-Trailer: "),
];

/// Lets something drip in, a byte every few milliseconds, until the connection is closed.
fn drip_until_closed(connection: &mut RawConnection, what: &str) {
    eventually(&format!("a connection into which {what} drips is closed"), || connection.send("0").is_err());
}

#[test]
fn a_body_without_content_is_cut_whether_or_not_it_is_wanted() {
    let server = builder().config("upload_idle_timeout", "1s").start();
    let admin = server.admin();
    std::thread::scope(|scope| {
        for (what, start) in DRIPS {
            for authorization in [None, admin.authorization()] {
                let server = &server;
                scope.spawn(move || {
                    let mut connection = server.connect();
                    let mut head = format!("POST {FILES} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n");
                    head += "Content-Type: multipart/form-data; boundary=b\r\n";
                    if let Some(authorization) = authorization {
                        head += &format!("Authorization: {authorization}\r\n");
                    }
                    connection.send(format!("{head}\r\n{start}")).unwrap();
                    drip_until_closed(&mut connection, what);
                });
            }
        }
    });
    assert_eq!(admin.get(FILES).send().json()["count"], 0);
}

#[test]
fn an_upload_may_come_as_slowly_as_the_least_rate_and_no_more_slowly() {
    for (least, status) in [("1 B", 201), ("1 KiB", 408)] {
        let server = builder().config("upload_idle_timeout", "1s").config("upload_min_rate", least).start();
        let form = Form::new();
        let (before, after) = form.around_file("f", "a.txt");
        // At 200 bytes a second at most.
        let mut left = 500;
        let length = before.len() + left + after.len();
        let mut connection = wire::begin_upload(&server, &server.admin(), length, &form.content_type());
        connection.send(before).unwrap();
        wait_for(Duration::from_secs(60), || {
            let is_over = left == 0 || connection.send("x").is_err();
            left -= usize::from(!is_over);
            is_over.then_some(())
        });
        let _ = connection.send(after);
        match connection.read_response() {
            Ok(answer) => assert_eq!(answer.status(), status, "at least {least} a second: {answer}"),
            // Whoever is cut may not see the answer any more.
            Err(error) => assert!(status == 408 && left > 0, "at least {least} a second: {error}"),
        }
    }
}

/// Reads an answer of 48 MiB at less than a megabyte a second for a while, then the rest, and
/// returns how much came.
fn read_slowly(server: &Server, object: &Value) -> u64 {
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let request = format!("GET {} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", media_path(object));
    stream.write_all(request.as_bytes()).unwrap();
    let mut buffer = [0; 4 << 10];
    let mut read = 0;
    let end = wait_for(Duration::from_millis(2500), || match stream.read(&mut buffer) {
        Ok(0) | Err(_) => Some(()),
        Ok(count) => {
            read += count as u64;
            None
        }
    });
    if end.is_none() {
        // A connection that is cut may end with an error.
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
        read += rest.len() as u64;
    }
    read
}

#[test]
fn whoever_reads_more_slowly_than_the_least_rate_is_cut() {
    const BYTES: u64 = 48 << 20;
    for (least, is_cut) in [("1 B", false), ("1 GiB", true)] {
        let server =
            builder().local_storage().config("download_idle_timeout", "1s").config("download_min_rate", least).start();
        let object = create(&server.admin(), "large.bin", noise(48 << 20, 1));
        assert_eq!(read_slowly(&server, &object) < BYTES, is_cut, "at least {least} a second");
        let was_logged = || server.log().contains("cut off after");
        if is_cut {
            eventually("the log says so", was_logged);
        } else {
            assert!(!was_logged(), "{}", server.log());
        }
    }
}

#[test]
fn a_body_that_nobody_wants_is_not_waited_for() {
    let server = builder().config("upload_idle_timeout", "1s").start();
    let head = "POST /api/media/files HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut silent = server.connect();
    silent.set_timeout(Duration::from_secs(20)).unwrap();
    silent.send(head).unwrap();
    problem(&silent.read_response().unwrap(), 401);
    match silent.read_response() {
        Err(Error::Malformed { excerpt, .. }) => assert_eq!(excerpt, "", "the connection is closed without a word"),
        other => panic!("the connection stays open: {other:?}"),
    }
}

#[test]
fn the_limit_of_open_files_is_raised_to_what_is_allowed() {
    let server = builder().wrapper(["sh", "-c", "ulimit -S -n 200; exec \"$@\"", "sh"]).start();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let numbers: Vec<_> = line.split_whitespace().filter(|word| word.parse::<u64>().is_ok()).collect();
    assert_eq!(numbers[0], numbers[1], "{line}");
}

#[test]
fn a_file_can_be_opened_however_many_are_connected() {
    let wrapper = ["sh", "-c", "ulimit -n 230; exec \"$@\"", "sh"];
    let server = builder().local_storage().wrapper(wrapper).config("workers", "1").start();
    let object = create(&server.admin(), "a.txt", "x");
    let mut first = server.connect();
    let _others: Vec<_> = (0..250).map(|_| server.connect()).collect();
    for _ in 0..3 {
        first.send(format!("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", media_path(&object))).unwrap();
        assert_eq!(first.read_response().unwrap().expect_status(200).bytes(), b"x");
    }
}

#[test]
fn a_malformed_request_is_no_error_of_the_server() {
    let server = builder().start();
    let mut connection = server.connect();
    connection.send("nonsense\r\n\r\n").unwrap();
    assert_eq!(connection.read_response().unwrap().status(), 400);
    server.anonymous().get("/api/auth/me").send();
    eventually("the log says from where", || server.log().contains("client=127.0.0.1"));
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn decoders_end_with_a_server_that_is_killed() {
    let mut server = builder().start();
    let admin = server.admin();
    std::thread::scope(|scope| {
        let upload = scope.spawn(|| admin.post(FILES).multipart(&file("drawing.svg", drawing())).try_send());
        eventually("a drawing is being decoded", || !children_of(server.id()).is_empty());
        let decoders = children_of(server.id());
        server.kill();
        eventually("no decoder is left", || decoders.iter().all(|id| !is_running(*id)));
        assert!(upload.join().unwrap().is_err());
    });
}

/// Returns whether a process is there and has not ended.
fn is_running(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().next().map(str::to_owned));
    state.is_some_and(|state| state != "Z")
}

/// Returns the processes that a process has started.
fn children_of(parent: u32) -> BTreeSet<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    ids.filter(|id: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // After the name in parentheses: the state and the parent.
        let after = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        after.split_whitespace().nth(1).and_then(|id| id.parse().ok()) == Some(parent)
    })
    .collect()
}
