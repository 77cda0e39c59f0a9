//! Pages and the links between them, as DRF's `LimitOffsetPagination` makes them.

use super::{library, list};
use crate::support::{FILES, create, result_names, results, server, text};
use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::io::Read;

#[test]
fn an_empty_library_is_an_empty_page() {
    let (_server, admin) = library(0);
    let page = admin.get(FILES).send().expect_status(200).ordered();
    assert_eq!(serde_json::to_string(&page).unwrap(), r#"{"count":0,"next":null,"previous":null,"results":[]}"#);
}

/// A query, the queries of `next` and `previous`, and the names on the page, newest first.
type Case = (&'static str, Option<&'static str>, Option<&'static str>, &'static [&'static str]);

#[test]
fn links_lead_from_page_to_page() {
    let (server, admin) = library(5);
    let base = server.url() + FILES;
    let cases: [Case; 15] = [
        ("", None, None, &["4", "3", "2", "1", "0"]),
        ("limit=2", Some("limit=2&offset=2"), None, &["4", "3"]),
        ("limit=2&offset=0", Some("limit=2&offset=2"), None, &["4", "3"]),
        ("offset=1&limit=2", Some("limit=2&offset=3"), Some("limit=2"), &["3", "2"]),
        ("limit=2&offset=2", Some("limit=2&offset=4"), Some("limit=2"), &["2", "1"]),
        ("limit=2&offset=3", None, Some("limit=2&offset=1"), &["1", "0"]),
        ("limit=2&offset=4", None, Some("limit=2&offset=2"), &["0"]),
        ("limit=5", None, None, &["4", "3", "2", "1", "0"]),
        ("limit=2&offset=5", None, Some("limit=2&offset=3"), &[]),
        ("limit=2&offset=50", None, Some("limit=2&offset=48"), &[]),
        ("offset=2", None, Some("limit=10"), &["2", "1", "0"]),
        ("limit=1&ordering=id", Some("limit=1&offset=1&ordering=id"), None, &["0"]),
        (
            "type=text%2Cother&z=&limit=1&a=b+c&a=%D8%B9",
            Some("a=b+c&a=%D8%B9&limit=1&offset=1&type=text%2Cother&z="),
            None,
            &["4"],
        ),
        ("limit=1&offset=1&ordering=-id", Some("limit=1&offset=2&ordering=-id"), Some("limit=1&ordering=-id"), &["3"]),
        ("limit=9000&offset=1", None, Some("limit=1000"), &["3", "2", "1", "0"]),
    ];
    for (query, next, previous, names) in cases {
        let path = if query.is_empty() { FILES.to_owned() } else { format!("{FILES}?{query}") };
        let page = admin.get(&path).send().expect_status(200).json();
        let link = |query: Option<&str>| query.map_or(Value::Null, |query| format!("{base}?{query}").into());
        assert_eq!((&page["next"], &page["previous"]), (&link(next), &link(previous)), "for `{query}`");
        assert_eq!(result_names(&page), names, "for `{query}`");
        assert_eq!(page["count"], 5, "for `{query}`");
    }
}

#[test]
fn following_next_sees_every_file_once_and_previous_leads_back() {
    let (_server, admin) = library(7);
    for start in ["/api/media/files?limit=3&search=", "/api/media/files/?limit=3"] {
        let (mut seen, mut pages) = (Vec::new(), Vec::new());
        let mut address = start.to_owned();
        loop {
            let page = admin.get(&address).send().expect_status(200).json();
            seen.extend(result_names(&page).into_iter().map(str::to_owned));
            let next = page["next"].clone();
            pages.push(page);
            match next {
                Value::String(next) => address = next,
                _ => break,
            }
        }
        assert_eq!(seen, ["6", "5", "4", "3", "2", "1", "0"]);
        let back = admin.get(text(&pages[2], "previous")).send().expect_status(200).json();
        assert_eq!(back["results"], pages[1]["results"]);
        let back = admin.get(text(&back, "previous")).send().expect_status(200).json();
        assert_eq!(back["results"], pages[0]["results"]);
    }
}

#[test]
fn ten_files_are_a_page_unless_a_limit_is_given() {
    let (_server, admin) = library(12);
    for limit in ["", "abc", "0", "-1", "1.5", "99999999999999999999999", "１"] {
        let page = list(&admin, &[("limit", limit)]).expect_status(200).json();
        // The number that overflows may as well be read as very large; everything else is the
        // default.
        let expected =
            if limit.len() > 20 { [10, 12].contains(&results(&page).len()) } else { results(&page).len() == 10 };
        // Python, and so the original, reads full-width digits as digits.
        assert!(expected || limit == "１", "limit `{limit}` gives {} files", results(&page).len());
    }
    let page = admin.get(FILES).send().json();
    assert!(text(&page, "next").ends_with("?limit=10&offset=10"), "{}", page["next"]);
}

#[test]
fn an_offset_that_does_not_parse_is_the_beginning() {
    let (_server, admin) = library(3);
    for offset in ["", "abc", "-1", "1.5", "0x1"] {
        let page = list(&admin, &[("offset", offset)]).expect_status(200).json();
        assert_eq!(result_names(&page), ["2", "1", "0"], "offset `{offset}`");
        assert_eq!(page["previous"], Value::Null);
    }
    let far = list(&admin, &[("offset", "99999999999999999999999")]);
    assert_eq!(far.status(), 200, "{far}");
}

#[test]
fn a_page_holds_at_most_a_thousand_files() {
    let server = server();
    let admin = server.admin();
    let count = 1001;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let admin = &admin;
            scope.spawn(move || {
                (thread..count).step_by(8).for_each(|number| drop(create(admin, &number.to_string(), "x")))
            });
        }
    });
    let page = list(&admin, &[("limit", "100000"), ("ordering", "id")]).expect_status(200).json();
    assert_eq!((results(&page).len(), &page["count"]), (1000, &Value::from(count)));
    assert!(text(&page, "next").ends_with("?limit=1000&offset=1000&ordering=id"), "{}", page["next"]);
}

#[test]
fn long_answers_are_compressed_for_those_who_accept_it() {
    let (_server, admin) = library(3);
    let plain = list(&admin, &[]).expect_status(200);
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, Some("Accept-Encoding")));
    let asked =
        |path: &str, accepted: &str| admin.get(path).header("accept-encoding", accepted).send().expect_status(200);
    for accepted in ["gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1"] {
        let answer = asked(FILES, accepted);
        assert_eq!((answer.header("content-encoding"), answer.header("vary")), (Some("gzip"), Some("Accept-Encoding")));
        let mut text = String::new();
        MultiGzDecoder::new(answer.bytes()).read_to_string(&mut text).unwrap();
        assert_eq!(text, plain.text());
        assert!(answer.bytes().len() * 2 < text.len(), "{}", answer.bytes().len());
    }
    for accepted in ["identity", "gzip;q=0", "br"] {
        assert_eq!(asked(FILES, accepted).header("content-encoding"), None, "{accepted}");
    }
    // What is short, what has an entity tag, and files.
    let file = &plain.json()["results"][0];
    for path in ["/api/auth/me", &format!("{FILES}/{}", file["id"]), file["f"].as_str().unwrap()] {
        assert_eq!(asked(path, "gzip").header("content-encoding"), None, "{path}");
    }
}
