//! Filters: each finds exactly its files, or says what is wrong with its value.

use super::{found, list};
use crate::support::checks::problem;
use crate::support::picture::{Colour, plain_png};
use crate::support::{PDF, assert_field_error, create, file, one, server, text};
use serde_json::{Value, json};
use tintype_testkit::{Account, Client, Server};

/// Five files of two users, in the order of their ids.
struct Library {
    _server: Server,
    admin: Client,
    objects: Vec<Value>,
}

fn library() -> Library {
    let server = server();
    let admin = server.admin();
    let other = server.create_user("other", &Account::admin());
    let objects = vec![
        create(&admin, "words", "x".repeat(100)),
        create(&other, "wide", plain_png(40, 10, 8, Colour::Rgb)),
        create(&admin, "high", plain_png(10, 40, 8, Colour::Rgb)),
        create(&other, "paper", PDF),
        create(&admin, "table.csv", "a,b\n1,2\n"),
    ];
    Library { _server: server, admin, objects }
}

#[test]
fn each_filter_finds_exactly_its_files() {
    let library = library();
    let id = |position: usize| library.objects[position]["id"].to_string();
    let size = |position: usize| library.objects[position]["size"].to_string();
    let user = library.objects[1]["user"]["id"].to_string();
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("type", "text".into(), &["words"]),
        ("type", "image".into(), &["wide", "high"]),
        ("type", "spreadsheet".into(), &["table.csv"]),
        ("type", "video".into(), &[]),
        ("type", "image,pdf".into(), &["wide", "high", "paper"]),
        ("type", "pdf,image,audio".into(), &["wide", "high", "paper"]),
        ("user_id", user, &["wide", "paper"]),
        ("user_id", "987654".into(), &[]),
        ("id_min", id(3), &["paper", "table.csv"]),
        ("id_max", id(1), &["words", "wide"]),
        ("id_min", "0".into(), &["words", "wide", "high", "paper", "table.csv"]),
        ("size_min", size(3), &["paper", "wide", "high"]),
        ("size_max", "100".into(), &["words", "table.csv"]),
        ("size_max", "99".into(), &["table.csv"]),
        ("width_min", "11".into(), &["wide"]),
        ("width_max", "10".into(), &["high"]),
        ("width_min", "40".into(), &["wide"]),
        ("height_min", "40".into(), &["high"]),
        ("height_max", "39".into(), &["wide"]),
        ("height_min", "1".into(), &["wide", "high"]),
        ("created_from", "2001-01-01".into(), &["words", "wide", "high", "paper", "table.csv"]),
        ("created_to", "2001-01-01".into(), &[]),
        ("created_date", "2001-01-01".into(), &[]),
        ("updated_from", "2999-01-01".into(), &[]),
        ("updated_date", "2001-01-01".into(), &[]),
    ];
    for (parameter, value, names) in cases {
        let mut found = found(&library.admin, &[(parameter, &value)]);
        let mut expected: Vec<_> = names.to_vec();
        // Sizes of made pictures may stand in any relation to each other's.
        if parameter == "size_min" {
            let least: u64 = value.parse().unwrap();
            let objects = library.objects.iter().filter(|object| object["size"].as_u64().unwrap() >= least);
            expected = objects.map(|object| text(object, "name")).collect();
            expected.sort_unstable();
            found.sort_unstable();
        }
        assert_eq!(found, expected, "{parameter}={value}");
    }
}

#[test]
fn filters_hold_together() {
    let library = library();
    let (low, high) = (library.objects[1]["id"].to_string(), library.objects[3]["id"].to_string());
    assert_eq!(found(&library.admin, &[("id_min", &low), ("id_max", &high)]), ["wide", "high", "paper"]);
    assert_eq!(found(&library.admin, &[("type", "image"), ("width_max", "10")]), ["high"]);
    assert_eq!(found(&library.admin, &[("type", "image"), ("search", "wid")]), ["wide"]);
    assert_eq!(found(&library.admin, &[("type", "pdf"), ("width_min", "1")]), [] as [&str; 0]);
}

#[test]
fn the_count_is_of_what_the_filters_leave_and_the_links_keep_them() {
    let library = library();
    let page = list(&library.admin, &[("type", "image"), ("limit", "1")]).expect_status(200).json();
    assert_eq!(page["count"], 2);
    assert!(text(&page, "next").ends_with("?limit=1&offset=1&type=image"), "{}", page["next"]);
}

#[test]
fn times_are_inclusive_to_the_microsecond() {
    let library = library();
    let created = text(&library.objects[2], "created_at");
    let names = ["words", "wide", "high", "paper", "table.csv"];
    assert_eq!(found(&library.admin, &[("created_from", created)]), names[2..]);
    assert_eq!(found(&library.admin, &[("created_to", created)]), names[..3]);
    assert_eq!(found(&library.admin, &[("created_from", created), ("created_to", created)]), ["high"]);
    // The same moment as other clocks write it.
    for zone in ["+00:00", "-00:00"] {
        let moment = created.replace('Z', zone);
        assert_eq!(found(&library.admin, &[("created_from", &moment), ("created_to", &moment)]), ["high"], "{moment}");
    }
    let updated = text(&library.objects[2], "updated_at");
    assert_eq!(found(&library.admin, &[("updated_from", updated), ("updated_to", updated)]), ["high"]);
}

#[test]
fn a_date_is_that_whole_utc_day() {
    let library = library();
    let days: Vec<_> = library.objects.iter().map(|object| &text(object, "created_at")[..10]).collect();
    for parameter in ["created_date", "updated_date"] {
        let expected = days.iter().filter(|day| **day == days[0]).count();
        assert_eq!(found(&library.admin, &[(parameter, days[0])]).len(), expected);
    }
    for parameters in [["created_from", "created_to"], ["updated_from", "updated_to"]] {
        let query = [(parameters[0], days[0]), (parameters[1], days[4])];
        assert_eq!(found(&library.admin, &query).len(), 5);
    }
}

#[test]
fn updated_filters_follow_a_change_and_created_ones_do_not() {
    let library = library();
    let last = text(&library.objects[4], "updated_at");
    let path = one(&library.objects[0]);
    let changed = library.admin.patch(&path).json(&json!({"description": "new"})).send().expect_status(200).json();
    let query = [("updated_from", text(&changed, "updated_at"))];
    assert_eq!(found(&library.admin, &query), ["words"]);
    assert_eq!(found(&library.admin, &[("updated_to", last)]), ["wide", "high", "paper", "table.csv"]);
    assert_eq!(found(&library.admin, &[("created_to", text(&library.objects[0], "created_at"))]), ["words"]);
}

#[test]
fn a_value_that_does_not_parse_is_a_400_naming_it() {
    let server = server();
    let admin = server.admin();
    admin.upload(&file("a.txt", "x")).expect_status(201).json();
    let mut cases = Vec::new();
    for bound in ["id", "size", "width", "height"] {
        for end in ["min", "max"] {
            cases.push((format!("{bound}_{end}"), "abc", "Enter a number."));
        }
    }
    cases.extend([
        ("user_id".to_owned(), "abc", "Enter a number."),
        ("size_min".to_owned(), "1; DROP TABLE files", "Enter a number."),
        ("size_min".to_owned(), "NaN", "Enter a number."),
        ("type".to_owned(), "zz", "Select a valid choice. zz is not one of the available choices."),
        ("type".to_owned(), "image,zz", "Select a valid choice. zz is not one of the available choices."),
        ("type".to_owned(), "IMAGE", "Select a valid choice. IMAGE is not one of the available choices."),
    ]);
    for base in ["created", "updated"] {
        for value in ["abc", "2025-13-01", "2025-02-30", "01.02.2025"] {
            cases.push((format!("{base}_date"), value, "Enter a valid date."));
        }
        for end in ["from", "to"] {
            for value in ["abc", "2025-13-01", "2025-01-01T25:00:00Z"] {
                cases.push((format!("{base}_{end}"), value, "Enter a valid date/time."));
            }
        }
    }
    for (parameter, value, message) in cases {
        let response = list(&admin, &[(&parameter, value)]);
        assert_eq!(response.status(), 400, "{parameter}={value}: {response}");
        assert_eq!(problem(&response, 400)["errors"][&parameter], json!([message]), "{parameter}={value}: {response}");
    }
}

#[test]
fn every_bad_value_of_a_request_is_named() {
    let server = server();
    let query = [("size_min", "a"), ("type", "b"), ("created_date", "c"), ("id_max", "1")];
    let response = list(&server.admin(), &query);
    let mut body = problem(&response, 400);
    body["request_id"] = json!("[id]");
    insta::assert_json_snapshot!(body, @r#"
    {
      "created_date": [
        "Enter a valid date."
      ],
      "detail": "Invalid input.",
      "errors": {
        "created_date": [
          "Enter a valid date."
        ],
        "size_min": [
          "Enter a number."
        ],
        "type": [
          "Select a valid choice. b is not one of the available choices."
        ]
      },
      "request_id": "[id]",
      "size_min": [
        "Enter a number."
      ],
      "status": 400,
      "title": "Bad Request",
      "type": "about:blank"
    }
    "#);
}

#[test]
fn a_list_about_the_parameter_type_leaves_the_type_of_the_problem_alone() {
    let server = server();
    let response = list(&server.admin(), &[("type", "b")]);
    assert_eq!(problem(&response, 400)["type"], "about:blank");
    assert_field_error(&response, "type", "Select a valid choice. b is not one of the available choices.");
}

#[test]
fn numbers_beyond_every_file_are_only_numbers() {
    let server = server();
    let admin = server.admin();
    create(&admin, "a.txt", "x");
    for (parameter, value, count) in [
        ("size_min", "99999999999999999999999999", 0),
        ("size_max", "99999999999999999999999999", 1),
        ("size_min", "-99999999999999999999999999", 1),
        ("id_max", "-1", 0),
        ("id_min", "-1", 1),
    ] {
        assert_eq!(found(&admin, &[(parameter, value)]).len(), count, "{parameter}={value}");
    }
}

#[test]
fn an_empty_value_filters_nothing() {
    let server = server();
    let admin = server.admin();
    create(&admin, "a.txt", "x");
    for parameter in ["type", "user_id", "size_min", "created_date", "updated_to", "search", "ordering"] {
        let page = list(&admin, &[(parameter, "")]).expect_status(200).json();
        assert_eq!(page["count"], 1, "{parameter}=");
    }
}
