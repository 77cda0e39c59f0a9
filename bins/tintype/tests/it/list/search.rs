//! Search: every term, ignoring case, in the name or the id, and nothing else.

use super::{found, list};
use crate::support::{create, file, server};
use tintype_testkit::{Client, Server};

const NAMES: [&str; 12] = [
    "Holiday Photo.txt",
    "holiday-plan.txt",
    "50%_off.txt",
    "500 off.txt",
    "ÉCOLE.txt",
    "Ждать.txt",
    "ΟΔΟΣ.txt",
    "عکس پروفایل.txt",
    "o'brien \"x\".txt",
    "back\\slash.txt",
    "a*b?.txt",
    "semi;colon,comma.txt",
];

fn library() -> (Server, Client) {
    let server = server();
    let admin = server.admin();
    for name in NAMES {
        admin
            .upload(&file("plain", "x").text("name", name).text("description", "hidden words"))
            .expect_status(201)
            .json();
    }
    (server, admin)
}

#[test]
fn every_term_must_occur_whatever_its_case() {
    let (_server, admin) = library();
    let cases: [(&str, &[usize]); 34] = [
        ("holiday", &[0, 1]),
        ("HOLIDAY", &[0, 1]),
        ("holiday photo", &[0]),
        ("photo holiday", &[0]),
        ("  photo \t  holiday  ", &[0]),
        ("holiday photo plan", &[]),
        ("liday", &[0, 1]),
        ("%", &[2]),
        ("50%_", &[2]),
        ("_", &[2]),
        ("50", &[2, 3]),
        ("%off", &[]),
        ("école", &[4]),
        ("École", &[4]),
        ("ждать", &[5]),
        ("ЖДАТЬ", &[5]),
        ("οδοσ", &[6]),
        ("οδος", &[6]),
        ("پروفایل", &[7]),
        ("عکس پروفایل", &[7]),
        ("o'brien", &[8]),
        ("'", &[8]),
        ("\"o'brien \\\"x\"", &[8]),
        ("\"holiday photo\"", &[0]),
        ("\"photo holiday\"", &[]),
        ("٥٠ off", &[2, 3]),
        ("\"", &[8]),
        ("\\", &[9]),
        ("*", &[10]),
        ("a?b", &[]),
        (";", &[11]),
        ("colon,comma", &[11]),
        ("' OR 1=1 --", &[]),
        ("hidden", &[]),
    ];
    for (search, positions) in cases {
        let expected: Vec<_> = positions.iter().map(|position| NAMES[*position]).collect();
        assert_eq!(found(&admin, &[("search", search)]), expected, "`{search}`");
    }
    assert_eq!(found(&admin, &[("search", "txt")]).len(), NAMES.len());
    assert_eq!(found(&admin, &[("search", "   ")]).len(), NAMES.len());
}

#[test]
fn digits_also_find_ids() {
    let server = server();
    let admin = server.admin();
    let ids: Vec<u64> = (0..12).map(|_| create(&admin, "x", "x")["id"].as_u64().unwrap()).collect();
    for digits in ["1", "2", "11", "12", "99"] {
        let expected = ids.iter().filter(|id| id.to_string().contains(digits)).count();
        assert_eq!(found(&admin, &[("search", digits)]).len(), expected, "`{digits}`");
    }
    let last = ids[11].to_string();
    assert_eq!(found(&admin, &[("search", &format!("x {last}"))]).len(), 1, "one term in the name, one in the id");
}

#[test]
fn a_changed_name_is_found_by_the_new_one_only() {
    let server = server();
    let admin = server.admin();
    let object = create(&admin, "before.txt", "x");
    let change = serde_json::json!({"name": "Après.txt"});
    admin.patch(&crate::support::one(&object)).json(&change).send().expect_status(200).json();
    assert_eq!(found(&admin, &[("search", "before")]), [] as [&str; 0]);
    assert_eq!(found(&admin, &[("search", "APRÈS")]), ["Après.txt"]);
}

#[test]
fn no_search_is_an_error_of_the_server() {
    let server = server();
    let admin = server.admin();
    create(&admin, "x", "x");
    let many = "a ".repeat(2000);
    let long = "a".repeat(5000);
    for search in ["\0", "%", "\u{FFFF}", "((((", "[", "NEAR(", "AND", "\"unclosed", &many, &long] {
        let response = list(&admin, &[("search", search)]);
        assert!(response.status() < 500, "`{search}`: {response}");
    }
}
