//! What the server remembers of media, and when it has to forget it.

use crate::support::checks::problem;
use crate::support::picture::{gradient, jpeg};
use crate::support::{builder, create, fetch, file, key, local_server, media_path, noise, one, server, stored_keys};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};
use tintype_testkit::{Postgres, Server};

/// How long a change may go unnoticed by other servers.
const NOTICED_WITHIN: Duration = Duration::from_secs(5);

/// Returns the paths of a picture and its thumbnails, each fetched a few times.
#[track_caller]
fn hot(server: &Server, object: &Value) -> Vec<String> {
    let thumbnails = object["thumbnails"].as_array().unwrap();
    let paths: Vec<_> = std::iter::once(object).chain(thumbnails).map(media_path).collect();
    for path in paths.iter().cycle().take(3 * paths.len()) {
        assert_eq!(server.anonymous().get(path).send().status(), 200);
    }
    paths
}

#[track_caller]
fn assert_all(server: &Server, paths: &[String], status: u16) {
    for path in paths {
        assert_eq!(server.anonymous().get(path).send().status(), status, "{path}");
        assert_eq!(server.anonymous().head(path).send().status(), status, "{path}");
    }
}

#[test]
fn what_is_hidden_replaced_or_deleted_is_gone_at_once() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "a.jpg", jpeg(&gradient(300, 200)));
    let paths = hot(&server, &object);
    for (visibility, status) in [("private", 404), ("public", 200), ("private", 404), ("public", 200)] {
        assert_eq!(admin.patch(&one(&object)).json(&json!({"visibility": visibility})).send().status(), 200);
        assert_all(&server, &paths, status);
    }
    let other = jpeg(&gradient(310, 210));
    let replaced = admin.patch(&one(&object)).multipart(&file("b.jpg", &other)).send().expect_status(200).json();
    assert_all(&server, &paths, 404);
    assert_eq!(fetch(&server, &replaced), other);
    let paths = hot(&server, &replaced);
    assert_eq!(admin.delete(&one(&object)).send().status(), 204);
    assert_all(&server, &paths, 404);
}

#[test]
fn a_new_name_is_that_of_the_next_download() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "a.txt", "x");
    let path = format!("{}?download", media_path(&object));
    for name in ["a.txt", "b.txt", "c.txt"] {
        assert_eq!(admin.patch(&one(&object)).json(&json!({"name": name})).send().status(), 200);
        let shown = server.anonymous().get(&path).send().expect_status(200);
        let disposition = shown.header("content-disposition").unwrap_or_default();
        assert!(disposition.ends_with(&name.replace('.', "%2E")), "{disposition}");
    }
}

#[test]
fn other_servers_notice_within_five_seconds() {
    let Some(postgres) = Postgres::shared() else { return };
    let (database, media) = (postgres.database(), tempfile::tempdir().unwrap());
    let start = || {
        let storage = format!("file://{}", media.path().display());
        builder().config("database_url", &database.url()).config("storage_url", &storage).start()
    };
    let (here, there) = (start(), start());
    let admin = here.admin();
    let hide = |object: &Value| {
        assert_eq!(admin.patch(&one(object)).json(&json!({"visibility": "private"})).send().status(), 200);
    };
    let delete = |object: &Value| {
        assert_eq!(admin.delete(&one(object)).send().status(), 204);
    };
    for change in [&hide as &dyn Fn(&Value), &delete] {
        let object = create(&admin, "a.jpg", jpeg(&gradient(300, 200)));
        let paths = [media_path(&object), format!("{}?width=64", media_path(&object))];
        assert_all(&there, &paths, 200);
        change(&object);
        let changed = Instant::now();
        assert_all(&here, &paths, 404);
        for path in &paths {
            loop {
                let asked = changed.elapsed();
                if there.anonymous().get(path).send().status() == 404 {
                    break;
                }
                assert!(asked < NOTICED_WITHIN, "still served after {asked:?}");
            }
        }
    }
}

#[test]
fn small_objects_are_compared_with_their_checksum() {
    let mut server = local_server();
    let admin = server.admin();
    let (path, key) = {
        let object = create(&admin, "a.bin", noise(200_000, 1));
        (media_path(&object), key(&object))
    };
    let stored = server.home().data_dir().join("media").join(&key);
    let mut bytes = fs::read(&stored).unwrap();
    bytes[150_000] ^= 1;
    fs::write(&stored, bytes).unwrap();
    let anonymous = server.anonymous();
    problem(&anonymous.get(&path).send(), 500);
    problem(&anonymous.get(&path).header("Range", "bytes=0-9").send(), 500);
    assert_eq!(anonymous.head(&path).send().status(), 500);
    server.terminate().unwrap();
    let log = server.log();
    let lines: Vec<_> = log.lines().filter(|line| line.contains(&path)).collect();
    assert_eq!(lines.len(), 3, "{log}");
    for line in lines {
        assert!(line.contains("ERROR") && line.contains("status=500"), "{line}");
        assert!(line.contains(&format!("object `{key}` is damaged: its SHA-256 should be ")), "{line}");
    }
}

/// As many bytes as the largest object that is remembered, and one more.
#[test]
fn what_is_remembered_is_read_once_unless_it_is_large_or_nothing_may_be() {
    const LARGEST: usize = 256 << 10;
    for (media_cache, size, status) in
        [("64 MiB", LARGEST, 200), ("64 MiB", LARGEST + 1, 500), ("0 B", LARGEST, 500), ("0 B", 10, 500)]
    {
        let server = builder().local_storage().config("media_cache", media_cache).start();
        let object = create(&server.admin(), "a.bin", noise(size, 1));
        let bytes = fetch(&server, &object);
        fs::remove_file(server.home().data_dir().join("media").join(key(&object))).unwrap();
        let again = server.anonymous().get(&media_path(&object)).send();
        assert_eq!(again.status(), status, "{media_cache}, {size}");
        assert!(status != 200 || again.bytes() == bytes);
    }
}

/// A rendition that was fetched is known, and so are its bytes.
#[test]
fn renditions_are_remembered_like_any_object() {
    for (media_cache, status) in [("64 MiB", 200), ("0 B", 500)] {
        let server = builder().local_storage().config("media_cache", media_cache).start();
        let object = create(&server.admin(), "a.jpg", jpeg(&gradient(300, 200)));
        let path = format!("{}?width=64", media_path(&object));
        let first = server.anonymous().get(&path).send().expect_status(200);
        let made = stored_keys(&server).into_iter().find(|key| key.contains("/renditions/")).unwrap();
        fs::remove_file(server.home().data_dir().join("media").join(made)).unwrap();
        let again = server.anonymous().get(&path).send();
        assert_eq!(again.status(), status, "{media_cache}");
        assert!(status != 200 || again.bytes() == first.bytes());
    }
}

#[test]
fn a_symbolic_link_in_the_media_folder_is_never_followed() {
    for media_cache in ["64 MiB", "0 B"] {
        let server = builder().local_storage().config("media_cache", media_cache).start();
        let object = create(&server.admin(), "a.txt", "public");
        let media = server.home().data_dir().join("media");
        let (stored, secret) = (media.join(key(&object)), server.home().path().join("secret"));
        fs::create_dir(&secret).unwrap();
        fs::write(secret.join("a.txt"), "secret").unwrap();
        // In the place of the object, and of its folder.
        fs::remove_file(&stored).unwrap();
        std::os::unix::fs::symlink(secret.join("a.txt"), &stored).unwrap();
        let through = server.anonymous().get(&media_path(&object)).send();
        problem(&through, 500);
        assert!(!through.text().contains("secret"), "{through}");
        let folder = stored.parent().unwrap();
        fs::remove_file(&stored).unwrap();
        fs::remove_dir(folder).unwrap();
        std::os::unix::fs::symlink(&secret, folder).unwrap();
        let through = server.anonymous().get(&media_path(&object)).send();
        problem(&through, 500);
        assert!(!through.text().contains("secret"), "{through}");
    }
}
