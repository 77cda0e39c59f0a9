//! Orderings: every name in both directions, held against a sort of our own.

use super::list;
use crate::support::picture::{Colour, plain_png};
use crate::support::{PDF, create, results, server};
use serde_json::{Value, json};
use std::cmp::Ordering;
use tintype_testkit::{Account, Client, Server};

/// Eight files of three users with repeated values, nulls, and ids in another order than anything
/// else.
fn library() -> (Server, Client) {
    let server = server();
    let users = [
        server.create_user("mia", &Account::admin().names("clara", "adler")),
        server.create_user("amy", &Account::admin().names("berta", "cramer")),
        server.create_user("zoe", &Account::admin().names("adele", "berger")),
    ];
    let uploads: [(usize, &str, Vec<u8>); 8] = [
        (0, "m.txt", b"some words".to_vec()),
        (1, "c.png", plain_png(40, 10, 8, Colour::Rgb)),
        (2, "z.pdf", PDF.to_vec()),
        (0, "a.png", plain_png(10, 40, 8, Colour::Grey)),
        (1, "b.txt", b"some words".to_vec()),
        (2, "c.png", plain_png(40, 40, 8, Colour::Palette)),
        (0, "k.csv", b"a,b\n1,2\n".to_vec()),
        (1, "a.png", plain_png(40, 10, 8, Colour::Rgba)),
    ];
    for (user, name, content) in uploads {
        create(&users[user], name, content);
    }
    let admin = users[0].clone();
    (server, admin)
}

/// What an ordering looks at; the users' names are not in the object.
fn value(object: &Value, name: &str) -> Value {
    let username = object["user"]["username"].as_str().unwrap();
    match (name, username) {
        ("user__id", _) => object["user"]["id"].clone(),
        ("user__username", _) => object["user"]["username"].clone(),
        ("user__first_name", "mia") => json!("clara"),
        ("user__first_name", "amy") => json!("berta"),
        ("user__first_name", _) => json!("adele"),
        ("user__last_name", "mia") => json!("adler"),
        ("user__last_name", "amy") => json!("cramer"),
        ("user__last_name", _) => json!("berger"),
        // Nobody has logged in with a password.
        ("user__last_login", _) => Value::Null,
        _ => object[name].clone(),
    }
}

/// Compares as the contract orders: by each name in turn, nulls last in both directions, and by
/// `-id` in the end.
fn compare(one: &Value, other: &Value, ordering: &str) -> Ordering {
    for name in ordering.split(',') {
        let (name, descending) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
        let order = match (value(one, name), value(other, name)) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => return Ordering::Greater,
            (_, Value::Null) => return Ordering::Less,
            (Value::Number(a), Value::Number(b)) => a.as_f64().partial_cmp(&b.as_f64()).unwrap(),
            (a, b) => a.as_str().unwrap().cmp(b.as_str().unwrap()),
        };
        let order = if descending { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    other["id"].as_u64().cmp(&one["id"].as_u64())
}

/// Returns the ids a list gives under an ordering, and those it should give.
fn ids(admin: &Client, sent: &str, meant: &str) -> (Vec<Value>, Vec<Value>) {
    let query: &[_] = if sent.is_empty() { &[] } else { &[("ordering", sent)] };
    let page = list(admin, query).expect_status(200).json();
    let mut expected = results(&page).to_vec();
    assert_eq!(expected.len(), 8, "{sent}");
    expected.sort_by(|one, other| compare(one, other, meant));
    let ids = |objects: &[Value]| objects.iter().map(|object| object["id"].clone()).collect();
    (ids(results(&page)), ids(&expected))
}

#[test]
fn every_name_orders_in_both_directions() {
    let (_server, admin) = library();
    for name in [
        "id",
        "type",
        "name",
        "size",
        "width",
        "height",
        "mode",
        "created_at",
        "updated_at",
        "user__id",
        "user__username",
        "user__first_name",
        "user__last_name",
        "user__last_login",
    ] {
        for ordering in [name.to_owned(), format!("-{name}")] {
            let (seen, expected) = ids(&admin, &ordering, &ordering);
            assert_eq!(seen, expected, "{ordering}");
        }
    }
}

#[test]
fn several_names_order_one_after_the_other() {
    let (_server, admin) = library();
    for ordering in ["name,size", "type,-name", "-width,height", "user__username,-size", "mode,-width,name"] {
        let (seen, expected) = ids(&admin, ordering, ordering);
        assert_eq!(seen, expected, "{ordering}");
    }
}

#[test]
fn the_default_is_newest_first_and_unknown_names_are_ignored() {
    let (_server, admin) = library();
    let cases = [
        ("", "-created_at"),
        ("bogus", "-created_at"),
        ("bogus,-also_bogus,", "-created_at"),
        ("user__password", "-created_at"),
        ("description", "-created_at"),
        ("name;drop table files", "-created_at"),
        ("bogus,name", "name"),
        ("-size,bogus", "-size"),
        (" name , -size ", "name,-size"),
        ("Name", "-created_at"),
        ("--name", "-created_at"),
    ];
    for (sent, meant) in cases {
        let (seen, expected) = ids(&admin, sent, meant);
        assert_eq!(seen, expected, "`{sent}`");
    }
}

#[test]
fn pages_of_ties_neither_repeat_nor_lose_a_file() {
    let (_server, admin) = library();
    for ordering in ["type", "-mode", "width", "user__last_login"] {
        let mut seen = Vec::new();
        for offset in 0..8 {
            let offset = offset.to_string();
            let page = list(&admin, &[("ordering", ordering), ("limit", "1"), ("offset", &offset)]).json();
            seen.push(results(&page)[0]["id"].clone());
        }
        let (_, expected) = ids(&admin, ordering, ordering);
        assert_eq!(seen, expected, "{ordering}");
    }
}
