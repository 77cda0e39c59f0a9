//! The list against a model of it in plain Rust.

mod cursor;
mod model;
mod search;

use crate::support::{at, fresh, upload, user};
use model::library;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tintype_domain::{Bounds, Counting, Direction, Filter, Kind, ListQuery, OrderBy, OrderField, Paging, Visibility};

#[test]
fn pages_carry_users_and_thumbnails() {
    let database = fresh();
    let (alice, bob) = (user(&database, "alice"), user(&database, "bob"));
    let mut files: Vec<_> = (0..7)
        .map(|number| upload(&database, if number % 2 == 0 { &alice } else { &bob }, &format!("{number}.jpg")))
        .collect();
    // They have one time of upload: the newest number comes first.
    files.reverse();
    let query = ListQuery { limit: 3, paging: Paging::Offset(2), ..ListQuery::default() };
    let page = database.list(&query).unwrap();
    assert_eq!((page.count, page.files.as_slice()), (Some(7), &files[2..5]));
}

#[test]
fn an_empty_library_has_an_empty_page() {
    let page = fresh().list(&ListQuery::default()).unwrap();
    assert_eq!((page.count, page.files), (Some(0), vec![]));
}

#[test]
fn every_order_is_that_of_the_model_both_ways() {
    let library = library();
    for &field in OrderField::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            // From the front, across the last known user, and at the very end.
            for offset in [0, 1, 997, 2990, 5390, 5690, 5995, 6000, u64::MAX] {
                let ordering = vec![OrderBy { field, direction }];
                let query = ListQuery { ordering, paging: Paging::Offset(offset), limit: 20, ..ListQuery::default() };
                library.check(&query);
            }
        }
    }
}

#[test]
fn every_filter_is_that_of_the_model() {
    let library = library();
    let bounds = |min, max| Bounds { min, max };
    let mut filters = vec![Filter::default()];
    for kind in Kind::ALL {
        filters.push(Filter { kinds: vec![*kind], ..Filter::default() });
    }
    for visibility in Visibility::ALL {
        filters.push(Filter { visibility: Some(*visibility), ..Filter::default() });
    }
    for (min, max) in [(None, Some(5)), (Some(5), None), (Some(2), Some(7)), (Some(7), Some(2)), (Some(3), Some(3))] {
        let bounds = bounds(min, max);
        let times =
            Bounds { min: min.map(|min| at(min * 100).unix_micros()), max: max.map(|max| at(max * 100).unix_micros()) };
        let ids = Bounds { min: min.map(|min| min * 500), max: max.map(|max| max * 500) };
        filters.extend([
            Filter { user_id: bounds, ..Filter::default() },
            Filter { id: ids, ..Filter::default() },
            Filter { size: bounds, ..Filter::default() },
            Filter { width: bounds, ..Filter::default() },
            Filter { height: bounds, ..Filter::default() },
            Filter { created_at: times, ..Filter::default() },
            Filter { updated_at: times, ..Filter::default() },
        ]);
    }
    for filter in filters {
        for offset in [0, 1500] {
            library.check(&ListQuery {
                filter: filter.clone(),
                paging: Paging::Offset(offset),
                ..ListQuery::default()
            });
        }
    }
}

fn bounds(values: std::ops::Range<i64>) -> impl Strategy<Value = Bounds> {
    let all = Just(Bounds::ALL);
    let some = (prop::option::of(values.clone()), prop::option::of(values)).prop_map(|(min, max)| Bounds { min, max });
    prop_oneof![3 => all, 1 => some]
}

fn filters() -> impl Strategy<Value = Filter> {
    let terms = select(vec!["0", "1", "12", "img", "img_1", "ß", "ss", "f", "jpg", "عکس", "🐈", "4711", "nothing"]);
    let search = prop_oneof![2 => Just(vec![]), 1 => prop::collection::vec(terms.prop_map(String::from), 1..3)];
    let kinds = prop_oneof![2 => Just(vec![]), 1 => subsequence(Kind::ALL.to_vec(), 1..4)];
    let visibility = prop_oneof![2 => Just(None), 1 => select(Visibility::ALL).prop_map(Some)];
    let moments = || bounds(at(-10).unix_micros()..at(1010).unix_micros());
    let numbers =
        (bounds(0..8), bounds(-5..6100), bounds(-1..12), bounds(-1..12), bounds(-1..12), moments(), moments());
    (search, kinds, visibility, numbers).prop_map(
        |(search, kinds, visibility, (user_id, id, size, width, height, created_at, updated_at))| Filter {
            search,
            kinds,
            visibility,
            user_id,
            id,
            size,
            width,
            height,
            created_at,
            updated_at,
            ..Filter::default()
        },
    )
}

fn orderings() -> impl Strategy<Value = Vec<OrderBy>> {
    let direction = select(vec![Direction::Ascending, Direction::Descending]);
    let order = (select(OrderField::ALL), direction).prop_map(|(field, direction)| OrderBy { field, direction });
    prop::collection::vec(order, 0..4)
}

fn queries() -> impl Strategy<Value = ListQuery> {
    let offset = prop_oneof![3 => Just(0), 1 => 0..6100_u64];
    (filters(), orderings(), 1..50_u32, offset).prop_map(|(filter, ordering, limit, offset)| ListQuery {
        filter,
        ordering,
        limit,
        paging: Paging::Offset(offset),
        counting: Counting::Exact,
        ..ListQuery::default()
    })
}

#[test]
fn every_query_gives_what_the_model_gives() {
    let library = library();
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) }, |(query in queries())| {
        library.check(&query);
    });
}

#[test]
fn pages_put_together_are_the_whole_list() {
    let library = library();
    for &field in OrderField::ALL {
        let filter = Filter { id: Bounds { min: None, max: Some(3000) }, ..Filter::default() };
        let ordering = vec![OrderBy { field, direction: Direction::Descending }];
        let page = |offset| ListQuery {
            filter: filter.clone(),
            ordering: ordering.clone(),
            limit: 1000,
            paging: Paging::Offset(offset),
            ..ListQuery::default()
        };
        let mut ids: Vec<i64> = (0..4).flat_map(|number| library.ids(&page(number * 1000))).collect();
        ids.sort_unstable();
        assert_eq!(ids, (1..=3000).collect::<Vec<_>>(), "{field}");
    }
}

#[test]
fn files_of_a_user_that_is_gone_stay() {
    let database = fresh();
    let (alice, bob) = (user(&database, "alice"), user(&database, "bob"));
    let of_alice = upload(&database, &alice, "a.jpg");
    let of_bob = upload(&database, &bob, "b.jpg");
    database.execute("DELETE FROM users WHERE username = 'bob'");
    let orphan = database.file(of_bob.id).unwrap().unwrap();
    assert_eq!(orphan, tintype_domain::FileRecord { user: None, ..of_bob });
    for sign in ["", "-"] {
        let ordering = format!("{sign}user__username");
        let query = ListQuery::parse([("ordering", ordering.as_str())]).unwrap();
        assert_eq!(database.list(&query).unwrap().files, [of_alice.clone(), orphan.clone()]);
    }
}

/// Reads of one page belong to one state: a file that comes or goes meanwhile is counted and shown,
/// or neither.
#[test]
fn count_and_page_are_of_one_moment() {
    let database = fresh();
    let alice = user(&database, "alice");
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..30 {
                let file = upload(&database, &alice, &format!("{number}.jpg"));
                if number % 2 == 0 {
                    database.delete_file(file.id, None, at(0)).unwrap();
                }
            }
            done.store(true, std::sync::atomic::Ordering::Release);
        });
        let query = ListQuery { limit: 1000, ..ListQuery::default() };
        while !done.load(std::sync::atomic::Ordering::Acquire) {
            let page = database.list(&query).unwrap();
            assert_eq!(page.count, Some(page.files.len() as u64));
            assert!(page.files.iter().all(|file| file.thumbnails.len() == 4));
        }
    });
}
