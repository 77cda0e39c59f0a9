//! `tintype check`: what is missing, damaged or left over.

use crate::previews::create_settled;
use crate::support::picture::{decode, gradient, half_transparent, jpeg, png};
use crate::support::{PDF, create, key, one, server, stored_keys, text};
use serde_json::{Value, json};
use std::fs;
use tintype_testkit::{Server, eventually};

/// Puts bytes into the storage past the server, in place of the object that there is.
pub(crate) fn put(server: &Server, key: &str, content: &[u8]) {
    let Some(bucket) = server.home().bucket() else {
        let path = server.home().data_dir().join("media").join(key);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        return fs::write(path, content).unwrap();
    };
    bucket.put(key, content);
}

pub(crate) fn remove(server: &Server, key: &str) {
    match server.home().bucket() {
        None => fs::remove_file(server.home().data_dir().join("media").join(key)).unwrap(),
        Some(bucket) => bucket.delete(key),
    }
}

/// Runs a check and returns its exit code, its findings by key, and its sums.
#[track_caller]
fn check(server: &Server, options: &[&str]) -> (i32, Vec<Value>, Value) {
    let output = server.home().cli([&["check", "--json"], options].concat());
    let lines = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Value> = lines.collect();
    let sums = lines.pop().unwrap_or_else(|| panic!("no sums: {}", output.stderr));
    lines.sort_by_key(|line| line["key"].as_str().unwrap().to_owned());
    (output.code().unwrap(), lines, sums)
}

#[track_caller]
fn assert_sound(server: &Server, options: &[&str]) {
    let (code, findings, _) = check(server, options);
    assert_eq!((code, &findings[..]), (0, &[][..]));
}

#[test]
fn a_library_that_is_as_it_has_to_be_is_sound() {
    let server = server();
    let admin = server.admin();
    create(&admin, "a.txt", "text");
    let photo = create(&admin, "b.jpg", jpeg(&gradient(1200, 900)));
    let deleted = create(&admin, "c.txt", "gone");
    assert_eq!(admin.delete(&one(&deleted)).send().status(), 204);
    let rendition = format!("/media/{}?width=256", key(&photo));
    assert_eq!(server.anonymous().get(&rendition).send().status(), 200);
    let (code, findings, sums) = check(&server, &["--deep"]);
    let bytes = sums["bytes"].as_u64().unwrap();
    assert_eq!((code, &findings[..], &sums["files"], &sums["objects"]), (0, &[][..], &json!(2), &json!(7)));
    assert!(bytes > photo["size"].as_u64().unwrap(), "{bytes}");
    let told = server.home().cli(["check"]).expect_success().stdout;
    assert!(
        told.starts_with("checked 2 files, 7 objects, ") && told.ends_with(": 0 findings, 0 of them repaired\n"),
        "{told}"
    );
}

#[test]
fn what_is_missing_or_damaged_is_named_with_its_file() {
    let server = server();
    let admin = server.admin();
    let [sound, missing, short, damaged] =
        ["sound", "missing", "short", "damaged"].map(|name| create(&admin, &format!("{name}.txt"), "some text"));
    let photo = create(&admin, "b.jpg", jpeg(&gradient(90, 60)));
    let thumbnail = key(&photo["thumbnails"][1]);
    remove(&server, &key(&missing));
    remove(&server, &thumbnail);
    put(&server, &key(&short), b"some");
    put(&server, &key(&damaged), b"same size");
    let named = |findings: &[Value]| -> Vec<(String, Value, String, Value)> {
        let of = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
        let named = |f: &Value| (of(f, "key"), f["file"].clone(), of(f, "problem"), f["variant"].clone());
        findings.iter().map(named).collect()
    };
    let of = |object: &Value, problem: &str| (key(object), object["id"].clone(), problem.to_owned(), Value::Null);
    let thumbnail = (thumbnail, photo["id"].clone(), "missing".to_owned(), json!("thumbnail:128"));
    let mut expected = vec![of(&missing, "missing"), of(&short, "size"), thumbnail];
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let (code, findings, sums) = check(&server, &[]);
    assert_eq!((code, named(&findings), &sums["findings"]), (1, expected.clone(), &json!(3)));
    // Bytes are looked at only when asked for.
    expected.push(of(&damaged, "damaged"));
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    let (code, findings, _) = check(&server, &["--deep"]);
    assert_eq!((code, named(&findings)), (1, expected));
    let told = server.home().cli(["check"]);
    let line = format!("file {}: `{}`: it has 4 bytes instead of 9\n", short["id"], key(&short));
    assert!(told.stdout.contains(&line) && !told.stdout.contains(&key(&sound)), "{}", told.stdout);
}

#[test]
fn only_what_nobody_owns_is_removed_and_only_if_it_is_old() {
    let server = server();
    let admin = server.admin();
    create(&admin, "a.jpg", jpeg(&gradient(90, 60)));
    let own = stored_keys(&server);
    let today = own[0].rsplit_once('/').unwrap().0.trim_end_matches("/thumbnails").to_owned();
    let old = "core_media/2020/01/02/left over.txt";
    let new = format!("{today}/left over.txt");
    let strange = "notes/readme.txt";
    for key in [old, &new, strange] {
        put(&server, key, b"somebody put this here");
    }
    let (code, findings, _) = check(&server, &[]);
    assert_eq!((code, findings.len()), (1, 3), "{findings:?}");
    assert!(findings.iter().all(|finding| finding["problem"] == "no_row" && finding["repaired"] == false));
    let (code, findings, sums) = check(&server, &["--repair"]);
    assert_eq!((code, findings.len(), &sums["repaired"]), (1, 3, &json!(1)), "{findings:?}");
    let repaired: Vec<_> = findings.iter().filter(|finding| finding["repaired"] == true).collect();
    assert_eq!(repaired.iter().map(|finding| &finding["key"]).collect::<Vec<_>>(), [old]);
    let left = stored_keys(&server);
    assert!(!left.iter().any(|key| key == old), "{left:?}");
    assert!([&new, strange].iter().all(|key| left.iter().any(|left| left == key)), "{left:?}");
    assert!(own.iter().all(|key| left.contains(key)), "nothing of the library's own is touched");
    remove(&server, &new);
    remove(&server, strange);
    assert_sound(&server, &["--deep", "--repair"]);
}

#[test]
fn what_was_made_of_a_file_is_made_again_under_its_key() {
    let server = server();
    let admin = server.admin();
    let photo = create(&admin, "a.jpg", jpeg(&gradient(700, 500)));
    let picture = create(&admin, "b.png", png(&half_transparent(300, 200)));
    let document = create_settled(&admin, "c.pdf", PDF);
    for query in ["width=256", "width=128&height=64&fit=cover&focus=0.1,0.2&format=png", "format=webp&quality=50"] {
        let body = json!({"rendition": query_object(query)});
        let link = admin.post(&format!("{}/links", one(&photo))).json(&body).send().expect_status(201).json();
        assert_eq!(server.anonymous().get(text(&link, "url")).send().status(), 200, "{query}");
    }
    let of_document = format!("/media/{}?width=64", key(&document));
    assert_eq!(server.anonymous().get(&of_document).send().status(), 200);
    let damaged = [&photo["thumbnails"][2], &picture["thumbnails"][1], &document["preview"]["thumbnails"][1]];
    let mut lost: Vec<String> = stored_keys(&server).into_iter().filter(|key| key.contains("/renditions/")).collect();
    assert_eq!(lost.len(), 4);
    lost.extend([key(&photo["thumbnails"][0]), key(&document["preview"]["thumbnails"][0])]);
    for object in damaged {
        put(&server, &key(object), &vec![b'x'; usize::try_from(object["bytes"].as_u64().unwrap()).unwrap()]);
    }
    lost.iter().for_each(|key| remove(&server, key));
    let keys = stored_keys(&server);

    let (code, findings, sums) = check(&server, &["--repair"]);
    assert_eq!((code, findings.len(), &sums["repaired"]), (0, 6, &json!(6)), "{findings:?}");
    let (code, findings, sums) = check(&server, &["--repair", "--deep"]);
    assert_eq!((code, findings.len(), &sums["repaired"]), (0, 3, &json!(3)), "{findings:?}");
    assert_sound(&server, &["--deep"]);
    let mut expected = [keys, lost].concat();
    expected.sort();
    let mut found = stored_keys(&server);
    found.sort();
    assert_eq!(found, expected, "everything lies where it lay");
    for before in [photo, picture, document] {
        let after = admin.get(&one(&before)).send().expect_status(200).json();
        let thumbnails = |object: &Value| -> Vec<Value> {
            let both = [&object["thumbnails"], &object["preview"]["thumbnails"]];
            both.into_iter().flat_map(|list| list.as_array().unwrap()).cloned().collect()
        };
        for (before, after) in thumbnails(&before).iter().zip(thumbnails(&after)) {
            for member in ["id", "f", "size", "width", "height"] {
                assert_eq!(before[member], after[member], "{member}");
            }
            // What the server remembers of an object is not older than five seconds.
            let served = || server.anonymous().get(text(&after, "f")).send();
            eventually("it is served", || served().status() == 200);
            assert_eq!(served().bytes().len() as u64, after["bytes"].as_u64().unwrap());
            let (_, picture) = decode(served().bytes());
            assert_eq!(json!([picture.width(), picture.height()]), json!([after["width"], after["height"]]));
        }
    }
}

fn query_object(query: &str) -> Value {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect()
}

#[test]
fn nothing_is_made_of_content_that_is_damaged_and_it_stays_as_it_is() {
    let server = server();
    let photo = create(&server.admin(), "a.jpg", jpeg(&gradient(90, 60)));
    let thumbnail = key(&photo["thumbnails"][0]);
    let damaged = jpeg(&gradient(91, 60));
    put(&server, &key(&photo), &damaged);
    remove(&server, &thumbnail);
    let (code, findings, sums) = check(&server, &["--repair"]);
    assert_eq!((code, findings.len(), &sums["repaired"]), (1, 2, &json!(0)), "{findings:?}");
    assert!(!stored_keys(&server).contains(&thumbnail));
    assert!(stored_keys(&server).contains(&key(&photo)));
    // Put back, it is sound, and so is everything.
    put(&server, &key(&photo), &jpeg(&gradient(90, 60)));
    let (code, findings, _) = check(&server, &["--repair", "--deep"]);
    assert_eq!((code, findings.len()), (0, 1), "{findings:?}");
    assert_sound(&server, &["--deep"]);
}

#[test]
fn nothing_is_removed_from_the_storage_of_another_library() {
    let server = server();
    let object = create(&server.admin(), "a.txt", "text");
    remove(&server, &key(&object));
    let theirs = "core_media/2020/01/02/theirs.txt";
    put(&server, theirs, b"of another library");
    let output = server.home().cli(["check", "--repair"]);
    assert_eq!(output.code(), Some(3), "{}", output.stdout);
    assert!(output.stderr.contains("another library, and nothing is removed"), "{}", output.stderr);
    assert!(stored_keys(&server).iter().any(|key| key == theirs));
}

#[test]
fn a_check_that_is_not_possible_says_so() {
    let mut server = crate::support::local_server();
    create(&server.admin(), "a.txt", "text");
    server.terminate().unwrap();
    let media = server.home().data_dir().join("media");
    fs::rename(&media, server.home().path().join("aside")).unwrap();
    let output = server.home().cli(["check"]);
    assert_eq!(output.code(), Some(3), "{}", output.stdout);
    assert!(output.stderr.contains("no mark `.tintype`"), "{}", output.stderr);
    let output = server.home().cli(["check", "--data-dir", "/nonexistent/tintype"]);
    assert_eq!(output.code(), Some(3), "{}", output.stdout);
}
