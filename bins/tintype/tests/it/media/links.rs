//! Private files, and the signed URLs that open them.

use crate::support::picture::{gradient, jpeg};
use crate::support::{
    CREATE, FILES, VIEW, assert_field_error, assert_problem, builder, create, file, one, server, text,
};
use serde_json::{Value, json};
use tintype_testkit::{Account, Bucket, Client, Response, Server};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn upload(client: &Client, visibility: &str) -> Value {
    let form = file("a b.jpg", jpeg(&gradient(90, 60))).text("visibility", visibility);
    client.upload(&form).expect_status(201).json()
}

#[track_caller]
fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.header(name).unwrap_or_else(|| panic!("no `{name}`: {response}"))
}

/// Returns a URL without its query.
fn unsigned(url: &str) -> String {
    url.split('?').next().unwrap().to_owned()
}

/// Returns the value of a parameter of a URL.
fn parameter<'u>(url: &'u str, name: &str) -> &'u str {
    let query = url.split_once('?').unwrap().1;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap()
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

/// Headers that differ from answer to answer.
fn lasting_headers(response: &Response) -> Vec<(String, String)> {
    let passing = ["x-request-id", "date"];
    let headers = response.headers().iter().filter(|(name, _)| !passing.contains(&name.as_str()));
    let mut headers: Vec<_> = headers.cloned().collect();
    headers.sort();
    headers
}

/// What a request shows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Nothing,
    Right,
    Wrong,
    Expired,
    OfAnother,
    Viewer,
    NoViewer,
    WrongAndViewer,
    WrongToken,
}

/// What is served: the content, a thumbnail, or a rendition.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Served {
    Original,
    Thumbnail,
    Rendition,
}

/// How it gets to clients.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Delivery {
    Proxy,
    Redirect,
    /// A proxy in front sends the file that this header names.
    Sent(&'static str),
}

#[test]
fn the_matrix_of_who_may_fetch_what() {
    check_matrix(&builder().config("signing_key", KEY).start(), Delivery::Proxy);
}

#[test]
fn the_matrix_holds_where_a_proxy_sends_the_files() {
    for (delivery, header) in [("x-accel", "x-accel-redirect"), ("x-sendfile", "x-sendfile")] {
        let server = builder().local_storage().config("media_delivery", delivery).config("signing_key", KEY).start();
        check_matrix(&server, Delivery::Sent(header));
    }
}

#[test]
fn the_matrix_holds_for_redirects() {
    let Some(bucket) = Bucket::new() else { return };
    let server = builder().bucket(&bucket).config("media_delivery", "redirect").config("signing_key", KEY).start();
    check_matrix(&server, Delivery::Redirect);
}

fn check_matrix(server: &Server, delivery: Delivery) {
    let admin = server.admin();
    let anonymous = server.anonymous();
    let viewer = server.create_user("viewer", &Account::staff().grant([VIEW]));
    let creator = server.create_user("creator", &Account::staff().grant([CREATE]));
    let stranger = anonymous.with_authorization("Token 0123456789");
    let another = upload(&admin, "private");
    for visibility in ["public", "private"] {
        let object = upload(&admin, visibility);
        let link = |body: Value| {
            let link = admin.post(&format!("{}/links", one(&object))).json(&body).send().expect_status(201).json();
            text(&link, "url").to_owned()
        };
        let of_thumbnail = match visibility {
            "private" => Some(text(&object["thumbnails"][0], "f").to_owned()),
            // Links are made for contents alone.
            _ => None,
        };
        for (served, url, right) in [
            (Served::Original, text(&object, "f"), Some(link(json!({})))),
            (Served::Thumbnail, text(&object["thumbnails"][0], "f"), of_thumbnail),
            (Served::Rendition, text(&object, "f"), Some(link(json!({"rendition": {"width": 64}})))),
        ] {
            let path = unsigned(url);
            let (plain, parameters) = match served {
                Served::Rendition => (format!("{path}?width=64"), "&width=64"),
                Served::Original | Served::Thumbnail => (path.clone(), ""),
            };
            let with = |query: &str| format!("{path}?{query}{parameters}");
            let right = right.unwrap_or_else(|| with(&sign(&path, parameters, now() + 600)));
            let query_of_another = text(&another, "f").split_once('?').unwrap().1;
            let shown = [
                (Shown::Nothing, plain.clone(), &anonymous),
                (Shown::Right, right, &anonymous),
                (Shown::Wrong, with(&format!("expires={}&signature={}", now() + 60, "A".repeat(43))), &anonymous),
                // Signed as an expired one would have been.
                (Shown::Expired, with(&sign(&path, parameters, now() - 1)), &anonymous),
                (Shown::OfAnother, with(query_of_another), &anonymous),
                (Shown::Viewer, plain.clone(), &viewer),
                (Shown::NoViewer, plain.clone(), &creator),
                (Shown::WrongAndViewer, with("expires=7&signature=A"), &viewer),
                (Shown::WrongToken, plain.clone(), &stranger),
            ];
            for (shown, url, client) in shown {
                check(server, visibility == "public", (delivery, served), shown, &url, client);
            }
        }
    }
}

#[track_caller]
fn check(
    server: &Server,
    is_public: bool,
    (delivery, served): (Delivery, Served),
    shown: Shown,
    url: &str,
    client: &Client,
) {
    let what = format!("public: {is_public}, {delivery:?}, {shown:?}: {url}");
    let get = client.get(url).send();
    let refusal = match shown {
        Shown::Wrong | Shown::OfAnother => Some((403, "The link is not valid.")),
        Shown::Expired => Some((403, "The link has expired.")),
        Shown::Nothing | Shown::NoViewer | Shown::WrongToken if !is_public => Some((404, "Not found.")),
        _ => None,
    };
    if let Some((status, detail)) = refusal {
        assert_problem(&get, status, detail);
        assert_eq!(header(&get, "cache-control"), "no-store", "{what}");
        for (name, value) in
            [("Range", "bytes=0-1"), ("If-None-Match", "*"), ("If-Modified-Since", "Sat, 01 Jan 2050 00:00:00 GMT")]
        {
            let other = client.get(url).header(name, value).send();
            assert_eq!((other.status(), lasting_headers(&other)), (status, lasting_headers(&get)), "{what}, {name}");
        }
        assert_eq!(client.head(url).send().status(), status, "{what}");
        // A key that does not exist is answered alike, but for the signature of a real one.
        let missing = client.get(&url.replace("a_b", "no_such_key")).send();
        if matches!(shown, Shown::Expired) {
            assert_eq!(missing.status(), 403, "{what}");
        } else {
            assert_eq!((missing.status(), lasting_headers(&missing)), (status, lasting_headers(&get)), "{what}");
        }
        return;
    }
    let expected = match shown {
        Shown::Right => "private, max-age=",
        Shown::WrongAndViewer => "private, no-cache",
        Shown::Viewer if !is_public => "private, no-cache",
        _ => "public, max-age=31536000, immutable",
    };
    let by_token = expected.ends_with("no-cache").then_some("Authorization");
    let by_format = (served == Served::Rendition).then_some("Accept");
    let varies: Vec<_> = by_token.into_iter().chain(by_format).collect();
    if delivery == Delivery::Redirect {
        assert_eq!(get.status(), 302, "{what}");
        let caching = if expected.starts_with("private") { "private, no-store" } else { "public, max-age=1800" };
        assert_eq!((header(&get, "cache-control"), vary(&get)), (caching, varies), "{what}");
        let sent = server.anonymous().get(header(&get, "location")).send();
        assert_eq!(sent.status(), 200, "{what}");
        assert!(header(&sent, "cache-control").starts_with(expected), "{what}: {sent}");
        assert_eq!(client.head(url).send().status(), 302, "{what}");
        return;
    }
    assert_eq!(get.status(), 200, "{what}");
    assert!(header(&get, "cache-control").starts_with(expected), "{what}: {get}");
    assert_eq!(vary(&get), varies, "{what}");
    let head = client.head(url).send();
    assert_eq!((head.status(), vary(&head)), (200, varies.clone()), "{what}");
    let range = client.get(url).header("Range", "bytes=2-5").send();
    if let Delivery::Sent(place) = delivery {
        // The proxy has the body, and cuts ranges out of it.
        for answer in [&get, &head, &range] {
            assert_eq!((answer.status(), answer.bytes()), (200, &b""[..]), "{what}");
            assert_eq!(header(answer, place), header(&get, place), "{what}");
        }
        let place = header(&get, place);
        assert_eq!(place.contains("/renditions/"), served == Served::Rendition, "{what}: {place}");
    } else {
        assert_eq!((range.status(), range.bytes()), (206, &get.bytes()[2..6]), "{what}");
    }
    let unchanged = client.get(url).header("If-None-Match", header(&get, "etag")).send();
    assert_eq!((unchanged.status(), vary(&unchanged)), (304, varies), "{what}");
    assert!(header(&unchanged, "cache-control").starts_with(expected), "{what}: {unchanged}");
}

/// Returns what an answer depends on.
fn vary(response: &Response) -> Vec<&str> {
    response.headers().iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str()).collect()
}

/// Signs as another backend would, with openssl. Parameters that come after `expires` in the order
/// of their names begin with `&`.
fn sign(url: &str, parameters: &str, expires: u64) -> String {
    let path = &url[url.find("/media/").unwrap()..];
    let message = format!("{path}?expires={expires}{parameters}");
    let digest = hmac_sha256(&(0..32).collect::<Vec<u8>>(), message.as_bytes());
    format!("expires={expires}&signature={}", base64url(&digest))
}

/// HMAC as RFC 2104 defines it, from the hash alone.
fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let padded = |byte: u8| (0..64).map(|at| key.get(at).copied().unwrap_or(0) ^ byte).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let digit = |bits: &[u8]| (0..6).fold(0, |value, at| value * 2 + usize::from(bits.get(at).copied().unwrap_or(0)));
    bits.chunks(6).map(|bits| char::from(DIGITS[digit(bits)])).collect()
}

#[test]
fn all_answers_of_a_window_have_the_same_url_and_their_tags_outlast_it() {
    let server = builder().config("media_access", "signed").config("signed_url_lifetime", "1h").start();
    let admin = server.admin();
    let created = admin.upload(&file("a.jpg", jpeg(&gradient(90, 60)))).expect_status(201);
    let mut object = created.json();
    object.as_object_mut().unwrap().remove("duplicates");
    assert_eq!(object["visibility"], "private", "new files are private with media_access = signed");
    let expires: u64 = parameter(text(&object, "f"), "expires").parse().unwrap();
    assert!(expires.is_multiple_of(3600) && expires > now() + 3600 && expires <= now() + 7200, "{expires}");
    let again = admin.get(&one(&object)).send().expect_status(200);
    let listed = admin.get(FILES).send().expect_status(200).json()["results"][0].clone();
    if parameter(text(&listed, "f"), "expires") == parameter(text(&object, "f"), "expires") {
        assert_eq!((again.json(), &listed), (object.clone(), &object));
    }
    for thumbnail in object["thumbnails"].as_array().unwrap() {
        assert_eq!(server.anonymous().get(text(thumbnail, "f")).send().status(), 200);
        assert_eq!(server.anonymous().get(&unsigned(text(thumbnail, "f"))).send().status(), 404);
    }
    // The tag of an earlier window is still one of this version.
    let tag = header(&created, "etag");
    let (version, _) = tag.trim_matches('"').split_once('.').expect("a tag with the end of its window");
    let change = |tag: &str| {
        let change = admin.patch(&one(&object)).header("If-Match", tag);
        change.json(&json!({"description": "new"})).send().status()
    };
    assert_eq!(change(&format!("\"{version}.3600\"")), 200);
    assert_eq!(change(tag), 412, "it has changed by now");
    // What clients got as `f` is the present content, however it is signed.
    let confirm = admin.patch(&one(&object)).json(&json!({"f": text(&object, "f")})).send();
    assert_eq!(confirm.status(), 200, "{confirm}");
}

#[test]
fn a_change_of_visibility_holds_for_the_next_request() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.txt", "a");
    let set = |visibility: &str| {
        admin.patch(&one(&object)).json(&json!({"visibility": visibility})).send().expect_status(200).json()
    };
    assert_eq!(anonymous.get(text(&object, "f")).send().status(), 200);
    let private = set("private");
    assert_eq!(anonymous.get(text(&object, "f")).send().status(), 404);
    assert_eq!(anonymous.get(text(&private, "f")).send().status(), 200);
    assert_eq!(set("public")["f"], object["f"]);
    assert_eq!(anonymous.get(text(&object, "f")).send().status(), 200);
}

#[test]
fn links_are_made_for_as_long_as_asked() {
    let server = builder().config("public_url", "https://media.example.org/prefix").start();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = upload(&admin, "private");
    let path = format!("{}/links", one(&object));
    let link = |body: Value| admin.post(&path).json(&body).send();
    let local = |link: &Value| text(link, "url").replace("https://media.example.org/prefix", &server.url());
    let made = link(json!({"expires_in": 60, "download": "Ünï / x"})).expect_status(201).json();
    let expires: u64 = parameter(text(&made, "url"), "expires").parse().unwrap();
    assert!((now() + 58..=now() + 60).contains(&expires), "{made}");
    assert!(text(&made, "expires_at").ends_with(".000000Z"), "{made}");
    let served = anonymous.get(&local(&made)).send().expect_status(200);
    assert_eq!(header(&served, "content-disposition"), "attachment; filename*=UTF-8''%C3%9Cn%C3%AF%20%20x%2Ejpg");
    let age: u64 = header(&served, "cache-control").split(['=', ',']).nth(2).unwrap().parse().unwrap();
    assert!((50..=60).contains(&age), "{served}");
    assert_problem(
        &anonymous.get(&local(&made).replace("download=", "download=x")).send(),
        403,
        "The link is not valid.",
    );
    let made = link(json!({"download": true})).expect_status(201).json();
    let served = anonymous.get(&local(&made)).send().expect_status(200);
    assert_eq!(header(&served, "content-disposition"), "attachment; filename*=UTF-8''a%20b%2Ejpg");
    assert_eq!(link(json!({})).expect_status(201).json().as_object().unwrap().len(), 2);

    for (body, field, message) in [
        (json!({"expires_in": 0}), "expires_in", "Ensure this value is greater than or equal to 1."),
        (json!({"expires_in": 604_801}), "expires_in", "Ensure this value is less than or equal to 604800."),
        (json!({"expires_in": "soon"}), "expires_in", "A valid integer is required."),
        (json!({"expires_in": 1.5}), "expires_in", "A valid integer is required."),
        (json!({"download": []}), "download", "Not a valid string."),
    ] {
        assert_field_error(&link(body), field, message);
    }
    assert_eq!(server.staff([CREATE]).post(&path).json(&json!({})).send().status(), 403);
    assert_eq!(anonymous.post(&path).json(&json!({})).send().status(), 401);
    assert_eq!(admin.post(&format!("{FILES}/4711/links")).json(&json!({})).send().status(), 404);
}

#[test]
fn public_media_can_be_downloaded_by_any_name() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = create(&admin, "a.html", "<!DOCTYPE html><html></html>");
    let disposition = |query: &str| {
        let served = anonymous.get(&format!("{}?{query}", text(&object, "f"))).send().expect_status(200);
        assert_eq!(header(&served, "content-security-policy"), "sandbox; default-src 'none'");
        header(&served, "content-disposition").to_owned()
    };
    assert_eq!(disposition("download"), "attachment; filename*=UTF-8''a%2Ehtml");
    assert_eq!(disposition("download=b+c"), "attachment; filename*=UTF-8''b%20c%2Ehtml");
    assert_eq!(disposition("download=x%0D%0Ay%2F..%5Cz.HTML"), "attachment; filename*=UTF-8''xy%2E%2Ez%2EHTML");
    assert_eq!(disposition("a=1&a=2"), "attachment; filename*=UTF-8''a%2Ehtml");
    let repeated = anonymous.get(&format!("{}?download=a&download=b", text(&object, "f"))).send();
    assert_problem(&repeated, 400, "A parameter of the query is repeated.");
}

#[test]
fn a_new_signing_key_keeps_links_or_refuses_them() {
    let server = server();
    let (admin, anonymous) = (server.admin(), server.anonymous());
    let object = upload(&admin, "private");
    let present = || text(&admin.get(&one(&object)).send().expect_status(200).json(), "f").to_owned();
    let status = |url: &str| anonymous.get(url).send().status();
    let first = present();
    server.home().cli(["signing-key", "rotate"]).expect_success();
    let second = present();
    assert_ne!(parameter(&first, "signature"), parameter(&second, "signature"));
    assert_eq!((status(&first), status(&second)), (200, 200));
    server.home().cli(["signing-key", "rotate", "--now"]).expect_success();
    assert_eq!((status(&first), status(&second), status(&present())), (403, 403, 200));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, named) in [
        (vec![("signing_key", "hunter2")], "signing_key"),
        (vec![("signed_url_caching", "no")], "signed_url_caching"),
        (vec![("signed_url_lifetime", "4d")], "max_link_lifetime"),
    ] {
        let builder = settings.iter().fold(builder(), |builder, (key, value)| builder.config(key, value));
        let output = builder.prepare().unwrap().cli(["config"]);
        assert!(output.code() == Some(1) && output.stderr.contains(named), "{output:?}");
        assert!(!output.stderr.contains("hunter2") && !output.stdout.contains("hunter2"), "{output:?}");
    }
    let home = builder().config("signing_key", KEY).prepare().unwrap();
    assert!(!home.cli(["config"]).expect_success().stdout.contains(KEY));
}

#[test]
fn shared_caches_may_keep_what_links_give_if_so_configured() {
    let server = builder().config("signed_url_caching", "public").start();
    let object = upload(&server.admin(), "private");
    let served = server.anonymous().get(text(&object, "f")).send().expect_status(200);
    assert!(header(&served, "cache-control").starts_with("public, max-age="), "{served}");
}
