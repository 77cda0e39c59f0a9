//! What must never be served, and what must never run.

use crate::support::wire::get_verbatim;
use crate::support::{
    assert_problem, builder, create, key, local_server, server, stored_keys, text, wait_until_spooled,
};
use std::fs;
use std::os::unix::fs::symlink;
use tintype_testkit::Response;

/// What the database begins with.
const SQLITE: &[u8] = b"SQLite format 3";

#[test]
fn what_a_browser_would_run_is_a_download_in_a_sandbox() {
    let server = server();
    let admin = server.admin();
    let cases: [(&str, &str); 10] = [
        ("page.html", "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"),
        ("page.jpg", "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"),
        ("page.txt", "<html><body><script>alert(1)</script></body></html>"),
        ("late.txt", "   \n\t\n  <!doctype HTML><html><script>alert(1)</script></html>"),
        ("fragment.html", "<script>alert(1)</script>"),
        ("drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
        (
            "drawing.png",
            "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        ),
        ("commented.svg", "<!-- c --><svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"),
        ("data.xml", "<?xml version=\"1.0\"?><?xml-stylesheet href=\"x.xsl\"?><data/>"),
        (
            "page.xhtml",
            "<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\"><script>alert(1)</script></html>",
        ),
    ];
    for (name, content) in cases {
        let object = create(&admin, name, content);
        for method in ["GET", "HEAD"] {
            let response = server.anonymous().request(method, text(&object, "f")).send().expect_status(200);
            let disposition = response.header("content-disposition").unwrap_or_default();
            assert!(disposition == "attachment" || disposition.starts_with("attachment;"), "{name}: {response}");
            let policy = response.header("content-security-policy");
            assert_eq!(policy, Some("sandbox; default-src 'none'"), "{name}: {response}");
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"), "{name}");
        }
    }
}

#[test]
fn a_file_name_cannot_add_headers_to_its_download() {
    let server = server();
    let form = tintype_testkit::Form::new().file("f", "a\r\nX-Evil: 1\r\n\".html", "<html><script>1</script></html>");
    let object = server.admin().upload(&form).expect_status(201).json();
    let response = server.anonymous().get(text(&object, "f")).send().expect_status(200);
    assert_eq!(response.header("x-evil"), None, "{response}");
}

#[track_caller]
fn assert_nothing_leaks(path: &str, response: &Response) {
    assert!([400, 404].contains(&response.status()), "{path}: {response}");
    assert!(!response.bytes().windows(SQLITE.len()).any(|window| window == SQLITE), "{path} gives the database");
    assert!(!response.text().contains("root:"), "{path} gives a file of the system");
}

#[test]
fn unknown_keys_are_a_404() {
    let server = server();
    let object = create(&server.admin(), "a.txt", "x");
    let key = key(&object);
    let folder = key.rsplit_once('/').unwrap().0;
    let paths = [
        "/media/core_media/2020/01/01/none.txt".to_owned(),
        "/media/none".to_owned(),
        format!("/media/{key}x"),
        format!("/media/{key}/x"),
        format!("/media/{folder}"),
        format!("/media/{folder}/"),
        "/media/".to_owned(),
        "/media/core_media".to_owned(),
        format!("/media/core_media/2020/01/01/{}", "x".repeat(3000)),
    ];
    for path in paths {
        assert_problem(&get_verbatim(&server, &path), 404, "Not found.");
    }
}

#[test]
fn no_path_leads_out_of_the_storage() {
    let server = builder().local_storage().config("database_url", "").start();
    let object = create(&server.admin(), "a.txt", "x");
    let key = key(&object);
    let database = "tintype.db";
    assert!(server.home().data_dir().join(database).exists(), "the test would prove nothing");
    let mut paths: Vec<String> = Vec::new();
    for target in [database, "tintype.db-wal", "data/tintype.db"] {
        for up in ["..", "%2e%2e", ".%2e", "%2E%2E", "%252e%252e", "..%00", "..;"] {
            for slash in ["/", "%2f", "%2F", "//", "\\", "%5c", "%252f"] {
                paths.push(format!("/media/{up}{slash}{target}"));
                paths.push(format!("/media/core_media{slash}{up}{slash}{up}{slash}{target}"));
            }
        }
    }
    for depth in 1..12 {
        paths.push(format!("/media/{}etc/passwd", "../".repeat(depth)));
        paths.push(format!("/media/{}etc/passwd", "%2e%2e%2f".repeat(depth)));
    }
    paths.extend(
        [
            "/media//etc/passwd",
            "/media/%2fetc%2fpasswd",
            "/media///etc/passwd",
            "/media/%00",
            "/media/a%00.txt",
            "/media/file:///etc/passwd",
            "/media/%ff%fe",
            "/media/.",
            "/media/..",
            "/media/../",
            "//media/../../etc/passwd",
        ]
        .map(str::to_owned),
    );
    paths.push(format!("/media/{key}%00.jpg"));
    for path in paths {
        assert_nothing_leaks(&path, &get_verbatim(&server, &path));
    }
}

#[test]
fn a_symbolic_link_in_the_storage_is_never_followed() {
    let server = builder().local_storage().config("database_url", "").start();
    let object = create(&server.admin(), "a.txt", "x");
    let key = key(&object);
    let media = server.home().data_dir().join("media");
    let folder = media.join(&key);
    let folder = folder.parent().unwrap();
    symlink(server.home().data_dir().join("tintype.db"), folder.join("link.txt")).unwrap();
    symlink("/etc", folder.join("folder")).unwrap();
    symlink("/etc", media.join("core_media/2001")).unwrap();
    let day = key.rsplit_once('/').unwrap().0;
    for path in [
        format!("/media/{day}/link.txt"),
        format!("/media/{day}/folder/passwd"),
        "/media/core_media/2001/passwd".to_owned(),
    ] {
        assert_nothing_leaks(&path, &get_verbatim(&server, &path));
    }
}

#[test]
fn a_file_replaced_by_a_symbolic_link_is_not_followed_either() {
    let server = local_server();
    let object = create(&server.admin(), "a.txt", "x");
    let path = server.home().data_dir().join("media").join(key(&object));
    fs::remove_file(&path).unwrap();
    symlink("/etc/passwd", &path).unwrap();
    let response = server.anonymous().get(text(&object, "f")).send();
    assert!(response.status() >= 400, "{response}");
    assert!(!response.text().contains("root:"), "{response}");
}

#[test]
fn an_upload_does_not_follow_a_symbolic_link_in_the_place_of_a_folder() {
    let server = local_server();
    let admin = server.admin();
    let object = create(&admin, "a.jpg", crate::support::picture::jpeg(&crate::support::picture::gradient(10, 10)));
    let outside = server.home().path().join("outside");
    fs::create_dir(&outside).unwrap();
    let path = server.home().data_dir().join("media").join(key(&object));
    let thumbnails = path.parent().unwrap().join("thumbnails");
    fs::remove_dir_all(&thumbnails).unwrap();
    symlink(&outside, &thumbnails).unwrap();
    let picture = crate::support::picture::jpeg(&crate::support::picture::gradient(20, 10));
    admin.upload(&tintype_testkit::Form::new().file("f", "b.jpg", picture));
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "thumbnails were written outside of the storage");
}

#[test]
fn the_part_of_an_upload_that_has_arrived_cannot_be_had() {
    let server = server();
    let admin = server.admin();
    let form = tintype_testkit::Form::new();
    let (before, _) = form.around_file("f", "secret.txt");
    let mut connection = crate::support::wire::begin_upload(&server, &admin, 4_000_000, &form.content_type());
    connection.send(before).unwrap();
    connection.send(vec![b'x'; 2_000_000]).unwrap();
    wait_until_spooled(&server);
    for inside in stored_keys(&server) {
        assert_nothing_leaks(&inside, &get_verbatim(&server, &format!("/media/{inside}")));
    }
    let page = admin.get(crate::support::FILES).send().json();
    assert_eq!(page["count"], 0);
}
