//! `media_delivery = "x-accel"` and `"x-sendfile"`: the proxy in front sends the files.

use crate::support::checks::problem;
use crate::support::{builder, create, key, media_path, one};
use percent_encoding::percent_decode_str;
use serde_json::json;
use std::fs;
use std::path::Path;
use tintype_testkit::{Bucket, Server};

fn accel() -> Server {
    builder().local_storage().config("media_delivery", "x-accel").start()
}

#[test]
fn the_proxy_is_told_which_file_to_send_and_what_to_say_of_it() {
    let server = accel();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    for name in ["a.html", "ä ?#%2F'.html"] {
        let object = create(&admin, name, "<!DOCTYPE html><html><body>x</body></html>");
        let path = media_path(&object);
        for answer in [anonymous.get(&path).send(), anonymous.head(&path).send()] {
            let answer = answer.expect_status(200);
            assert_eq!(answer.header("x-accel-redirect").unwrap(), path.replace("/media/", "/tintype-media/"));
            assert_eq!(answer.bytes(), b"");
            assert_eq!(answer.header("content-type"), Some("text/html"));
            assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
            assert!(answer.header("content-disposition").is_some_and(|text| text.starts_with("attachment")));
            assert!(answer.header("content-security-policy").is_some());
            let etag = answer.header("etag").unwrap();
            let known = anonymous.get(&path).header("If-None-Match", etag).send().expect_status(304);
            assert_eq!(known.header("x-accel-redirect"), None);
        }
        // The proxy cuts the range out.
        let range = anonymous.get(&path).header("Range", "bytes=0-0").send().expect_status(200);
        assert!(range.header("x-accel-redirect").is_some());
    }
}

#[test]
fn nothing_tells_of_what_is_private_missing_or_damaged() {
    let server = accel();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.txt", "text");
    let path = media_path(&object);
    assert_eq!(admin.patch(&one(&object)).json(&json!({"visibility": "private"})).send().status(), 200);
    let nothing = anonymous.get("/media/core_media/2020/01/01/a.txt").send();
    let private = anonymous.get(&path).send();
    for refused in [&nothing, &private] {
        problem(refused, 404);
        assert_eq!(refused.header("x-accel-redirect"), None);
    }
    let shown = admin.get(&path).send().expect_status(200);
    assert_eq!(shown.header("cache-control"), Some("private, no-cache"));
    let stored = server.home().data_dir().join("media").join(key(&object));
    for damage in [Some("longer than it was"), None] {
        match damage {
            Some(text) => fs::write(&stored, text).unwrap(),
            None => fs::remove_file(&stored).unwrap(),
        }
        let answer = admin.get(&path).send();
        problem(&answer, 500);
        assert_eq!(answer.header("x-accel-redirect"), None);
    }
}

/// Apache and lighttpd are told the path of the file, percent-encoded.
#[test]
fn other_proxies_are_told_the_path_of_the_file() {
    let server = builder().local_storage().config("media_delivery", "x-sendfile").start();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let folder = server.home().data_dir().join("media");
    let object = create(&admin, "ä %2F.txt", "text");
    for path in [media_path(&object), format!("{}?download", media_path(&object))] {
        let answer = anonymous.get(&path).send().expect_status(200);
        let sent = percent_decode_str(answer.header("x-sendfile").unwrap()).decode_utf8().unwrap();
        assert_eq!((Path::new(&*sent), answer.bytes()), (folder.join(key(&object)).as_path(), &b""[..]));
        assert_eq!(fs::read_to_string(&*sent).unwrap(), "text");
        assert_eq!(answer.header("x-accel-redirect"), None);
    }
    assert_eq!(admin.patch(&one(&object)).json(&json!({"visibility": "private"})).send().status(), 200);
    let private = anonymous.get(&media_path(&object)).send();
    problem(&private, 404);
    assert_eq!(private.header("x-sendfile"), None);
}

#[test]
fn a_bucket_cannot_be_read_by_a_proxy() {
    let Some(bucket) = Bucket::new() else { return };
    for delivery in ["x-accel", "x-sendfile"] {
        let home = builder().bucket(&bucket).config("media_delivery", delivery).prepare().unwrap();
        let output = home.cli(["serve"]);
        assert_eq!(output.code(), Some(1), "{output:?}");
        assert!(output.stderr.contains("`storage_url` is a bucket"), "{output:?}");
    }
}
