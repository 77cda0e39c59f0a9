use proptest::prelude::*;
use tintype_domain::{Bounds, Checksum, Direction, FieldErrors, FieldProblem, Kind, ListQuery, OrderField, Paging};

fn parse(pairs: &[(&str, &str)]) -> ListQuery {
    ListQuery::parse(pairs.iter().copied()).unwrap()
}

#[test]
fn nothing_is_the_first_ten_files_newest_first() {
    let query = parse(&[]);
    assert_eq!(query, ListQuery::default());
    assert_eq!((query.limit, query.paging.clone()), (10, Paging::Offset(0)));
    assert_eq!(query, parse(&[("unknown", "x"), ("size_min", ""), ("type", " "), ("search", "")]));
}

#[test]
fn bad_pages_fall_back_and_large_ones_are_cut() {
    let page = |limit, offset| {
        let query = parse(&[("limit", limit), ("offset", offset)]);
        let Paging::Offset(offset) = query.paging else { panic!("{query:?}") };
        (query.limit, offset)
    };
    assert_eq!(page("25", "50"), (25, 50));
    assert_eq!(page("1000", "0"), (1000, 0));
    assert_eq!(page("1001", "-1"), (1000, 0));
    assert_eq!(page("99999999999", "x"), (1000, 0));
    assert_eq!(page("0", "1.5"), (10, 0));
    assert_eq!(page("-5", "99999999999999999999"), (10, 0));
}

#[test]
fn orderings_of_unknown_name_are_left_out() {
    let query = parse(&[("ordering", "-size,bogus, name,-")]);
    let terms: Vec<_> = query.ordering.iter().map(|o| (o.field, o.direction)).collect();
    assert_eq!(terms, [(OrderField::Size, Direction::Descending), (OrderField::Name, Direction::Ascending)]);
    assert_eq!(parse(&[("ordering", "password,--id")]), ListQuery::default());
}

#[test]
fn bounds_of_one_field_narrow_each_other() {
    let query = parse(&[
        ("created_date", "2025-12-22"),
        ("created_from", "2025-12-22T12:00:00Z"),
        ("created_to", "2025-12-22"),
    ]);
    let noon = 1_766_404_800_000_000;
    assert_eq!(query.filter.created_at, Bounds { min: Some(noon), max: Some(noon + 43_200_000_000 - 1) });
    let query = parse(&[("width_min", "10.5"), ("width_max", "10.5"), ("user_id", "1.5")]);
    assert_eq!(query.filter.width, Bounds { min: Some(11), max: Some(10) });
    assert!(!query.filter.user_id.contains(1) && !query.filter.user_id.contains(2));
    assert_eq!(parse(&[("user_id", "7")]).filter.user_id, Bounds { min: Some(7), max: Some(7) });
}

#[test]
fn kinds_and_terms_are_lists() {
    let query = parse(&[("type", "pdf, image,pdf"), ("search", "  ÉTÉ 50%_  12 ")]);
    assert_eq!(query.filter.kinds, [Kind::Image, Kind::Pdf]);
    assert_eq!(query.filter.search, ["12", "50%_", "ete"]);
}

#[test]
fn tags_and_checksums_are_read_as_they_are_shown() {
    let checksum = Checksum(std::array::from_fn(|index| index as u8 * 7));
    let query = parse(&[("tags", " Oslo,trips/, oslo"), ("checksum", &checksum.to_string())]);
    let tags: Vec<_> = query.filter.tags.iter().map(tintype_domain::Tag::folded).collect();
    assert_eq!((tags, query.filter.checksum), (vec!["oslo", "trips/"], Some(checksum)));
}

#[test]
fn every_bad_value_is_named() {
    let bad = [
        ("size_min", "big"),
        ("id_max", "1;DROP TABLE files"),
        ("user_id", "me"),
        ("created_date", "yesterday"),
        ("updated_to", "soon"),
        ("type", "image,zz"),
        ("search", "a\0b"),
        ("count", "some"),
        ("checksum", "sha256:00"),
        ("tags", "a\0"),
        ("paging", "keyset"),
        ("cursor", "AAAA"),
    ];
    let errors = ListQuery::parse(bad).unwrap_err();
    let expected = [
        ("checksum", FieldProblem::NotAChecksum),
        ("count", FieldProblem::NotAChoice { value: "some".to_owned() }),
        ("created_date", FieldProblem::NotADate),
        ("cursor", FieldProblem::NotACursor),
        ("id_max", FieldProblem::NotANumber),
        ("paging", FieldProblem::NotAChoice { value: "keyset".to_owned() }),
        ("search", FieldProblem::NulCharacter),
        ("size_min", FieldProblem::NotANumber),
        ("tags", FieldProblem::NulCharacter),
        ("type", FieldProblem::NotAChoice { value: "zz".to_owned() }),
        ("updated_to", FieldProblem::NotADateTime),
        ("user_id", FieldProblem::NotANumber),
    ];
    let got: Vec<_> = errors.iter().map(|(field, problems)| (field, problems.to_vec())).collect();
    assert_eq!(got, expected.map(|(field, problem)| (field, vec![problem])));
}

#[test]
fn a_search_has_at_most_32_terms() {
    let words = |n: usize| (0..n).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" ");
    assert_eq!(parse(&[("search", &words(32))]).filter.search.len(), 32);
    let errors = ListQuery::parse([("search", words(33).as_str())]).unwrap_err();
    assert_eq!(errors, FieldErrors::one("search", FieldProblem::TooManyTerms { limit: 32 }));
}

proptest! {
    #[test]
    fn parsing_never_panics(name in "(limit|offset|ordering|search|type|user_id|(id|size|width|height)_(min|max)|(created|updated)_(date|from|to))", value in any::<String>()) {
        let _ = ListQuery::parse([(name.as_str(), value.as_str())]);
    }

    #[test]
    fn dates_never_panic(value in "[-0-9]{0,6}-?[0-9]{2}-[0-9]{2}[T ]?[0-9:.,]{0,12}[-+ Z]?[0-9:]{0,5}") {
        let _ = ListQuery::parse([("created_from", value.as_str()), ("created_date", value.as_str())]);
    }
}
