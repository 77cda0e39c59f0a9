//! Search in names of every script, against plain Rust.

use super::model::{File, Model};
use crate::support::{at, claim, fresh, image, new_file, upload, user};
use proptest::prelude::*;
use proptest::sample::select;
use tintype_domain::{Kind, ListQuery, Name, Visibility};
use tintype_persistence::{Database, FileChange};

fn found(database: &Database, search: &str) -> Vec<i64> {
    let query = ListQuery::parse([("search", search), ("ordering", "id")]).unwrap();
    let page = database.list(&query).unwrap();
    assert_eq!(page.count, Some(page.files.len() as u64));
    page.files.iter().map(|file| file.id.0).collect()
}

#[test]
fn names_are_found_by_parts_whatever_their_case_or_script() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let names = ["Profile Picture", "عکس خانوادگی.jpg", "STRASSE.png", "été 2024", "🐈‍⬛ katze", "日本語のファイル.txt"];
    for name in names {
        upload(&database, &behrooz, name);
    }
    for (search, ids) in [
        ("profile", vec![1]),
        ("PICT prof", vec![1]),
        ("pict elif", vec![]),
        ("خانوادگی", vec![2]),
        ("straße", vec![3]),
        ("É", vec![1, 3, 4, 5]),
        ("E\u{301}T", vec![4]),
        ("🐈", vec![5]),
        ("⬛ KAT", vec![5]),
        ("語の", vec![6]),
        ("のファイ", vec![6]),
        ("6", vec![6]),
        ("2", vec![2, 4]),
        ("ete", vec![4]),
        ("\"ÉTÉ 2\"", vec![4]),
        ("\"2024 été\"", vec![]),
        ("خانوادگي عكس", vec![2]),
        ("۶", vec![6]),
        ("", vec![1, 2, 3, 4, 5, 6]),
    ] {
        assert_eq!(found(&database, search), ids, "{search}");
    }
}

#[test]
fn what_is_syntax_elsewhere_is_only_text() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    for name in [
        "100% a_b",
        "100 percent ab",
        "\"quoted\" it's",
        "a OR b NOT NEAR(c)",
        "col:on* ^caret -minus + (x)",
        "back\\slash",
    ] {
        let mut file = new_file(&behrooz, "x", image(&claim(&database, "x.jpg")));
        file.name = Name::new(name).unwrap();
        database.insert_file(&file, at(0)).unwrap();
    }
    for (search, ids) in [
        ("%", vec![1]),
        ("100%", vec![1]),
        ("a_b", vec![1]),
        ("_", vec![1]),
        ("\"", vec![3]),
        ("\"quoted\"", vec![3]),
        ("it's", vec![3]),
        ("' OR 1=1 --", vec![]),
        ("\"\"\"", vec![3]),
        ("\"quoted\\\"\"", vec![3]),
        ("\"or b not\"", vec![4]),
        ("\"b or a\"", vec![]),
        ("near(c)", vec![4]),
        ("or", vec![4]),
        ("col:on*", vec![5]),
        ("^caret -minus", vec![5]),
        ("*", vec![5]),
        ("k\\s", vec![6]),
        ("percent*", vec![]),
    ] {
        assert_eq!(found(&database, search), ids, "{search}");
    }
}

#[test]
fn the_index_follows_changes_and_deletions() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "before.jpg");
    let change = FileChange { name: Some(Name::new("Afterwards").unwrap()), ..FileChange::default() };
    database.change_file(file.id, &change, at(0)).unwrap();
    assert_eq!(found(&database, "before"), Vec::<i64>::new());
    assert_eq!(found(&database, "AFTER"), [file.id.0]);
    database.change_file(file.id, &FileChange::default(), at(0)).unwrap();
    assert_eq!(found(&database, "AFTER"), [file.id.0]);
    database.delete_file(file.id, None, at(0)).unwrap();
    assert_eq!(found(&database, "after"), Vec::<i64>::new());
}

/// Letters that fold, combine, lie beyond 16 bits or mean something to a database.
fn letters() -> impl Strategy<Value = String> {
    let letters = vec![
        "a",
        "A",
        "b",
        "1",
        "2",
        " ",
        "%",
        "_",
        "\"",
        "'",
        "\\",
        "*",
        "\n",
        "ß",
        "S",
        "İ",
        "ı",
        "ſ",
        "K",
        "é",
        "e\u{301}",
        "\u{301}",
        "\u{323}",
        "ک",
        "ك",
        "ي",
        "\u{200c}",
        "۱",
        "أ",
        "\u{64e}",
        "🐈",
        "🏳️‍🌈",
        "𝒜",
        "𐐀",
        "Σ",
        "ς",
        "가",
        "ᄀ",
        "ᅡ",
        "ﬁ",
        "Å",
    ];
    prop::collection::vec(select(letters), 1..12).prop_map(|letters| letters.concat())
}

#[test]
fn every_search_finds_what_plain_rust_finds() {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(8) };
    let names = prop::collection::vec(letters(), 40..60);
    proptest!(config, |(names in names, cuts in prop::collection::vec((any::<prop::sample::Index>(), 0..8_usize, 1..6_usize), 60), others in prop::collection::vec(letters(), 20))| {
        let files = names.iter().zip(1..).filter_map(|(name, id)| Some((Name::new(name).ok()?, id)));
        let files = files.map(|(name, id)| File {
            id, user: None, kind: Kind::Other, size: 1, width: None, height: None, mode: None, created_at: id,
            updated_at: id, name: name.as_str().to_owned(), visibility: Visibility::Public,
        });
        let model = Model::new(fresh(), files.collect());
        let parts = cuts.iter().map(|(name, skip, take)| name.get(&names).chars().skip(*skip).take(*take).collect());
        for search in parts.chain(others.clone()) {
            let search: String = search;
            model.check(&ListQuery::parse([("search", search.as_str())]).unwrap());
        }
    });
}
