//! Endings, crashes, full disks and large files: a 201 is a promise.

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{
    FILES, builder, checksum, create, fetch, file, media_path, noise, one, server, stored_keys, text, wire,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tintype_testkit::{Client, Form, RawConnection, Server, eventually, wait_for};

/// Whether a server still answers on a new connection.
fn takes_connections(server: &Server) -> bool {
    let ask = || {
        let mut connection = RawConnection::open(server.address())?;
        connection.set_timeout(Duration::from_millis(500))?;
        connection.send("GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")?;
        connection.read_response()
    };
    ask().is_ok()
}

#[test]
fn an_upload_under_way_is_finished_before_the_server_ends() {
    let mut server = server();
    let admin = server.admin();
    let form = Form::new();
    let content = noise(400_000, 1);
    let (before, after) = form.around_file("f", "slow.bin");
    let length = before.len() + content.len() + after.len();
    let mut connection = wire::begin_upload(&server, &admin, length, &form.content_type());
    connection.send(before).unwrap();
    connection.send(&content[..200_000]).unwrap();

    server.signal_to_end().unwrap();
    eventually("new connections are refused", || !takes_connections(&server));
    assert!(server.is_running(), "the upload is still under way");

    connection.send(&content[200_000..]).unwrap();
    connection.send(after).unwrap();
    let object = connection.read_response().unwrap().expect_status(201).json();
    assert_eq!(server.wait().unwrap().code(), Some(0));

    server.restart().unwrap();
    let object = admin.get(&one(&object)).send().expect_status(200).json();
    assert!(fetch(&server, &object) == content);
}

#[test]
fn an_idle_server_ends_at_once_with_exit_code_zero() {
    let mut server = server();
    let mut idle = server.connect();
    idle.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    idle.read_response().unwrap();
    let start = std::time::Instant::now();
    assert_eq!(server.terminate().unwrap().code(), Some(0));
    // A connection that is merely kept alive must not cost the whole grace period.
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn a_log_that_cannot_be_written_keeps_nobody_from_being_served() {
    let home = tempfile::tempdir().unwrap();
    let port_file = home.path().join("port");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tintype"));
    command.args(["serve", "--bind", "127.0.0.1:0", "--data-dir"]).arg(home.path()).arg("--port-file").arg(&port_file);
    let mut server = command.stdout(Stdio::null()).stderr(full).spawn().unwrap();
    eventually("the server is there", || std::fs::read_to_string(&port_file).is_ok_and(|port| port.ends_with('\n')));
    let port: u16 = std::fs::read_to_string(&port_file).unwrap().trim().parse().unwrap();
    let mut connection = RawConnection::open(([127, 0, 0, 1], port).into()).unwrap();
    connection.send("GET /api/auth/me HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
    assert_eq!(connection.read_response().unwrap().status(), 401);
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn everything_is_there_after_a_restart() {
    let mut server = server();
    let admin = server.admin();
    let objects = [create(&admin, "a.jpg", jpeg(&gradient(100, 50))), create(&admin, "b.txt", "x")];
    let page = |server: &Server| admin.get(FILES).send().expect_status(200).text().replace(&server.url(), "");
    let before = page(&server);
    server.restart().unwrap();
    assert_eq!(page(&server), before);
    for object in &objects {
        fetch(&server, object);
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let mut server = server();
    let admin = server.admin();
    let acknowledged: Mutex<Vec<(Value, Vec<u8>)>> = Mutex::default();
    let over = AtomicBool::new(false);
    for round in 0..3_u64 {
        let already = acknowledged.lock().unwrap().len();
        over.store(false, Ordering::SeqCst);
        std::thread::scope(|scope| {
            for thread in 0..4_u64 {
                let (admin, acknowledged, over) = (&admin, &acknowledged, &over);
                scope.spawn(move || {
                    let mut number = 0;
                    while !over.load(Ordering::SeqCst) {
                        number += 1;
                        let content = if number % 3 == 0 {
                            jpeg(&gradient(40 + u32::try_from(number % 50).unwrap(), 30))
                        } else {
                            noise(20_000, round * 1_000_000 + thread * 10_000 + number)
                        };
                        let request = admin.post(FILES).multipart(&file("same.jpg", &content));
                        match request.try_send() {
                            Ok(response) if response.status() == 201 => {
                                acknowledged.lock().unwrap().push((response.json(), content));
                            }
                            Ok(response) => panic!("{response}"),
                            Err(_) => break,
                        }
                    }
                });
            }
            eventually("twenty uploads are acknowledged", || acknowledged.lock().unwrap().len() >= already + 20);
            server.kill();
            over.store(true, Ordering::SeqCst);
        });
        server.restart().unwrap();
        for (object, content) in acknowledged.lock().unwrap().iter() {
            let now = admin.get(&one(object)).send().expect_status(200).json();
            assert_eq!(text(&now, "checksum"), checksum(content));
            assert!(fetch(&server, &now) == *content, "{now}");
            for thumbnail in now["thumbnails"].as_array().unwrap() {
                fetch(&server, thumbnail);
            }
        }
    }
    // Nothing is under way any more, so that whatever no row owns may be swept at once.
    server.reconfigure("abandoned_after", "1s");
    server.restart().unwrap();
    let page = admin.get(FILES).query([("limit", "1000")]).send().json();
    let owned: usize =
        crate::support::results(&page).iter().map(|object| 1 + object["thumbnails"].as_array().unwrap().len()).sum();
    // The lease of a server that was killed has to end first.
    let swept = wait_for(Duration::from_secs(60), || (stored_keys(&server).len() == owned).then_some(()));
    assert!(swept.is_some(), "what the killed uploads left is swept");
}

#[test]
fn a_second_signal_ends_the_server_without_waiting_for_a_stalled_upload() {
    let mut server = server();
    let admin = server.admin();
    let form = Form::new();
    let _stalled = wire::begin_upload(&server, &admin, 1000, &form.content_type());
    server.signal_to_end().unwrap();
    eventually("the server has ended", || {
        // Repeated, because the first signal may not have been taken yet; an error means it is
        // gone.
        let _ = server.signal_to_end();
        !server.is_running()
    });
}

#[test]
fn while_it_ends_a_server_turns_balancers_away_and_serves_on() {
    let mut server = builder().config("shutdown_delay", "60s").start();
    let admin = server.admin();
    server.signal_to_end().unwrap();
    eventually("the server is not ready", || server.anonymous().get("/readyz").send().status() == 503);
    create(&admin, "a.txt", "x");
    // A second signal means at once.
    server.signal_to_end().unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(1));
}

/// The bytes of a large upload, made as they are needed.
fn blocks(length: usize) -> impl Iterator<Item = Vec<u8>> {
    let block = noise(64 * 1024, 11);
    (0..length / block.len()).map(move |number| {
        let mut block = block.clone();
        block[..8].copy_from_slice(&number.to_be_bytes());
        block
    })
}

/// A sink that only hashes.
struct Hasher(Sha256);

impl Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn memory_is_flat_whatever_the_size_of_an_upload_or_a_download() {
    const SIZE: usize = 256 * 1024 * 1024;
    // Parts on their way to a bucket, where files are kept in one, are 20 MiB of it.
    const MOST: u64 = 48 * 1024 * 1024;
    let server = builder().config("max_upload_size", "300 MiB").start();
    let admin = server.admin();
    create(&admin, "warm-up.bin", noise(100_000, 1));
    let before = server.peak_memory().unwrap();

    let form = Form::new();
    let (head, tail) = form.around_file("f", "large.bin");
    let length = (head.len() + SIZE + tail.len()).to_string();
    let content_type = form.content_type();
    let headers = [("Content-Type", content_type.as_str()), ("Content-Length", length.as_str())];
    let mut connection = server.connect();
    // A bucket takes its time for so much, on a machine that is busy with a whole test suite.
    connection.set_timeout(Duration::from_secs(300)).unwrap();
    connection.send(wire::head(&admin, "POST", FILES, &headers)).unwrap();
    connection.send(head).unwrap();
    let mut sent = Hasher(Sha256::new());
    for block in blocks(SIZE) {
        sent.write_all(&block).unwrap();
        connection.send(block).unwrap();
    }
    connection.send(tail).unwrap();
    let object = connection.read_response().unwrap().expect_status(201).json();
    let sent = sent.0.finalize();
    let digits: String = sent.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text(&object, "checksum"), format!("sha256:{digits}"));
    let grown = server.peak_memory().unwrap().saturating_sub(before);
    assert!(grown < MOST, "an upload of {SIZE} bytes took {grown} bytes of memory");

    let mut received = Hasher(Sha256::new());
    server.anonymous().get(&media_path(&object)).send_into(&mut received).unwrap();
    assert_eq!(received.0.finalize(), sent);
    let grown = server.peak_memory().unwrap().saturating_sub(before);
    assert!(grown < MOST, "a download of {SIZE} bytes took {grown} bytes of memory");
}

#[test]
fn decodes_at_the_same_time_share_the_decode_memory() {
    const BUDGET: u64 = 128 * 1024 * 1024;
    let server = builder().config("decode_memory", "128 MiB").start();
    let admin = server.admin();
    let picture = jpeg(&gradient(4000, 3000));
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(create(&admin, "a.jpg", &picture)["thumbnails"].as_array().unwrap().len(), 4));
        }
    });
    let peak = server.peak_memory().unwrap();
    assert!(peak < BUDGET + 200 * 1024 * 1024, "16 pictures of 12 megapixels took {peak} bytes");
}

#[test]
fn no_room_left_is_a_507_and_nothing_is_kept() {
    let folder = tempfile_folder();
    let mount = "mount -t tmpfs -o size=2m tmpfs \"$STORE\"";
    let enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let store = folder.to_string_lossy().into_owned();
    let possible = Command::new(enter[0]).args(&enter[1..]).arg(mount).env("STORE", &store).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        // Without a namespace of its own there is no small disk; the storage crate tests the error
        // itself.
        return;
    }
    let script = format!("{mount} && exec \"$@\"");
    let server = builder()
        .wrapper(enter.into_iter().chain([script.as_str(), "sh"]))
        .env("STORE", &store)
        .config("storage_url", &format!("file://{store}"))
        .start();
    let admin = server.admin();
    let kept = create(&admin, "small.bin", noise(500_000, 1));
    for _ in 0..3 {
        problem(&admin.upload(&file("large.bin", noise(3_000_000, 2))), 507);
    }
    assert_eq!(admin.get(FILES).send().json()["count"], 1);
    assert!(fetch(&server, &kept) == noise(500_000, 1));
    // What was refused has been cleared away, or this would not fit.
    eventually("there is room again", || admin.upload(&file("again.bin", noise(1_000_000, 3))).status() == 201);
    std::fs::remove_dir(&folder).unwrap();
}

/// A folder that a mount inside of the server's namespace covers.
fn tempfile_folder() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("tintype-small-disk-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A server with a small disk of its own.
struct SmallDisk {
    server: Server,
    admin: Client,
    /// The disk as others see it.
    seen: std::path::PathBuf,
    /// What it is mounted on: to remove that is to unmount it.
    _folder: tempfile::TempDir,
}

/// Starts a server with a small disk, `$DISK` in its configuration; none where disks cannot be
/// mounted.
fn server_on_a_small_disk(config: &[(&str, &str)]) -> Option<SmallDisk> {
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=16m tmpfs \"$DISK\"";
    let enter = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"];
    let disk = folder.path().to_string_lossy().into_owned();
    let possible = Command::new(enter[0]).args(&enter[1..]).arg(mount).env("DISK", &disk).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        return None;
    }
    let script = format!("{mount} && exec \"$@\"");
    let builder =
        builder().local_storage().wrapper(enter.into_iter().chain([script.as_str(), "sh"])).env("DISK", &disk);
    let builder =
        config.iter().fold(builder, |builder, (key, value)| builder.config(key, &value.replace("$DISK", &disk)));
    let server = builder.start();
    // Commands are not on that disk.
    let token = server.stdout().lines().map(str::trim).find(|line| line.len() == 40)?.to_owned();
    let admin = server.client("admin", &token);
    let seen = std::path::PathBuf::from(format!("/proc/{}/root{disk}", server.id()));
    Some(SmallDisk { server, admin, seen, _folder: folder })
}

fn fill(disk: &std::path::Path) -> std::path::PathBuf {
    let filler = disk.join("filler");
    let mut file = File::create(&filler).unwrap();
    for size in [64 << 10, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
    filler
}

#[test]
fn a_full_disk_can_be_emptied_by_deleting() {
    if std::env::var_os("TINTYPE_TEST_DATABASE").is_some() {
        return;
    }
    let database = ("database_url", "sqlite://$DISK/tintype.db");
    let storage = ("storage_url", "file://$DISK/media");
    for (name, config) in
        [("one-disk", &[database, storage][..]), ("full-database", &[database]), ("full-storage", &[storage])]
    {
        let Some(small) = server_on_a_small_disk(config) else { return };
        let (server, admin, disk) = (&small.server, &small.admin, &small.seen);
        let reserve = disk.join("tintype.db-reserve");
        let is_kept = || std::fs::metadata(&reserve).is_ok_and(|found| found.len() == 4 << 20);
        eventually("room is set aside", || is_kept() || !config.contains(&database));
        let objects: Vec<_> = (0..6).map(|seed| create(admin, "a.bin", noise(1_000_000, seed))).collect();
        let filler = fill(disk);
        let full = |status: &str| {
            let ready = server.anonymous().get("/readyz").send();
            assert_eq!(ready.status(), 200, "{name}: {ready}");
            ready.json()["status"] == status
        };
        problem(&admin.upload(&file("b.bin", noise(1_000_000, 7))), 507);
        assert_eq!(admin.get(FILES).send().json()["count"], 6, "{name}");
        assert!(fetch(server, &objects[5]) == noise(1_000_000, 5), "{name}");
        for object in &objects[..5] {
            assert_eq!(admin.delete(&one(object)).send().status(), 204, "{name}: {}", server.log());
        }
        assert_eq!(admin.get(FILES).send().json()["count"], 1, "{name}");
        std::fs::remove_file(filler).unwrap();
        eventually("there is room again", || full("ok") && (is_kept() || !config.contains(&database)));
        create(admin, "c.bin", noise(1_000_000, 8));
    }
}
