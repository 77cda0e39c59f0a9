//! Objects that are not what was put there.

use crate::support::checks::problem;
use crate::support::{create, key, local_server, media_path, noise};
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use tintype_testkit::eventually;

#[test]
fn a_truncated_or_missing_object_is_a_500_and_the_log_has_its_key() {
    let mut server = local_server();
    let object = create(&server.admin(), "a.bin", noise(100_000, 1));
    let (path, key) = (media_path(&object), key(&object));
    let stored = server.home().data_dir().join("media").join(&key);
    let anonymous = server.anonymous();
    for (length, range) in [(50_000, "bytes=60000-"), (50_000, "bytes=0-9"), (0, "bytes=0-9")] {
        File::options().write(true).open(&stored).unwrap().set_len(length).unwrap();
        problem(&anonymous.get(&path).send(), 500);
        problem(&anonymous.get(&path).header("Range", range).send(), 500);
        assert_eq!(anonymous.head(&path).send().status(), 500);
        let told = format!("object `{key}` is damaged: {length} of 100000 bytes are there");
        eventually("the log tells it", || server.log().contains(&told));
    }
    std::fs::remove_file(&stored).unwrap();
    problem(&anonymous.get(&path).send(), 500);
    assert_eq!(anonymous.head(&path).send().status(), 500);
    server.terminate().unwrap();
    let log = server.log();
    let lines = || log.lines().filter(|line| line.contains(&path));
    assert_eq!(lines().count(), 11, "{log}");
    assert!(lines().all(|line| line.contains("ERROR") && line.contains("status=500")), "{log}");
}

#[test]
fn an_object_that_is_truncated_while_it_is_sent_breaks_the_connection() {
    const SIZE: usize = 48 << 20;
    let server = local_server();
    let object = create(&server.admin(), "a.bin", noise(SIZE, 1));
    let path = media_path(&object);
    let stored = server.home().data_dir().join("media").join(key(&object));
    let mut connection = TcpStream::connect(server.address()).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    connection.read_exact(&mut [0]).unwrap();
    File::options().write(true).open(&stored).unwrap().set_len(SIZE as u64 - 1).unwrap();
    let mut rest = Vec::new();
    let _ = connection.read_to_end(&mut rest);
    assert!(rest.len() < SIZE, "{} bytes have come", rest.len());
    eventually("the log tells it", || {
        let log = server.log();
        let line = log.lines().find(|line| line.contains("broken off after"));
        line.is_some_and(|line| line.contains("ERROR") && line.contains("status=500") && line.contains(&path))
    });
    assert!(!server.log().lines().any(|line| line.contains("status=200") && line.contains(&path)));
}
