//! Pages by cursor, and pages without a count.

use super::{library, list};
use crate::support::{FILES, result_names, text};
use serde_json::{Value, json};

#[test]
fn cursors_lead_to_the_end_and_back() {
    let (_server, admin) = library(7);
    for (parameters, count) in [("", json!(7)), ("&count=none", Value::Null)] {
        let mut address = format!("{FILES}?ordering=type,-name&limit=3&paging=cursor{parameters}&offset=2");
        let mut pages = Vec::new();
        loop {
            let page = admin.get(&address).send().expect_status(200).json();
            assert_eq!(page["count"], count);
            let next = page["next"].clone();
            pages.push(page);
            let Value::String(next) = next else { break };
            assert!(next.contains("cursor=") && next.contains("paging=cursor") && !next.contains("offset"), "{next}");
            address = next;
        }
        let names: Vec<Vec<&str>> = pages.iter().map(result_names).collect();
        assert_eq!(names, [vec!["6", "5", "4"], vec!["3", "2", "1"], vec!["0"]]);
        assert_eq!(pages[0]["previous"], Value::Null);
        let back = admin.get(text(&pages[2], "previous")).send().expect_status(200).json();
        assert_eq!(back["results"], pages[1]["results"]);
        assert_eq!(admin.get(text(&back, "next")).send().json()["results"], pages[2]["results"]);
        let back = admin.get(text(&back, "previous")).send().expect_status(200).json();
        assert_eq!((&back["results"], &back["previous"]), (&pages[0]["results"], &Value::Null));
    }
}

#[test]
fn a_cursor_that_is_broken_or_of_another_list_is_refused() {
    let (_server, admin) = library(3);
    let first = list(&admin, &[("paging", "cursor"), ("limit", "1"), ("ordering", "name")]).json();
    let next = text(&first, "next");
    let cursor = next.split("cursor=").nth(1).unwrap().split('&').next().unwrap();
    assert_eq!(list(&admin, &[("cursor", cursor), ("ordering", "name")]).status(), 200);
    let cut = &cursor[..cursor.len() - 1];
    for query in [
        [("cursor", "x"), ("ordering", "name")],
        [("cursor", cut), ("ordering", "name")],
        [("cursor", cursor), ("ordering", "-name")],
        [("cursor", cursor), ("ordering", "size")],
    ] {
        let problem = list(&admin, &query).expect_status(400).json();
        assert_eq!(problem["cursor"], json!(["Invalid cursor"]), "{query:?}");
    }
    let filtered = list(&admin, &[("cursor", cursor), ("ordering", "name"), ("type", "text")]);
    assert_eq!(filtered.status(), 400);
    for (name, value) in [("count", "maybe"), ("paging", "pages")] {
        let problem = list(&admin, &[(name, value)]).expect_status(400).json();
        let sentence = format!("Select a valid choice. {value} is not one of the available choices.");
        assert_eq!(problem[name], json!([sentence]));
    }
}

#[test]
fn pages_without_a_count_still_have_links() {
    let (_server, admin) = library(5);
    for (offset, names, has_next, has_previous) in [
        ("0", vec!["4", "3"], true, false),
        ("2", vec!["2", "1"], true, true),
        ("3", vec!["1", "0"], false, true),
        ("9", vec![], false, true),
        ("20000", vec![], false, true),
    ] {
        let page = list(&admin, &[("count", "none"), ("limit", "2"), ("offset", offset)]).expect_status(200).json();
        assert_eq!((&page["count"], result_names(&page)), (&Value::Null, names), "{offset}");
        assert_eq!((page["next"].is_string(), page["previous"].is_string()), (has_next, has_previous), "{offset}");
    }
}
