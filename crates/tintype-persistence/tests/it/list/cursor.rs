//! Lists read by cursor, from one end to the other and back.

use super::model::{Model, library};
use super::{filters, orderings};
use crate::support::{self, fresh, upload, user};
use proptest::prelude::*;
use tintype_domain::{Counting, Cursor, Direction, Filter, ListQuery, OrderBy, OrderField, Paging, Side, Travel};
use tintype_persistence::FilePage;

fn query(filter: Filter, ordering: Vec<OrderBy>, limit: u32) -> ListQuery {
    ListQuery {
        filter,
        ordering,
        limit,
        paging: Paging::Cursor(None),
        counting: Counting::None,
        ..ListQuery::default()
    }
}

fn at(query: &ListQuery, cursor: Cursor) -> ListQuery {
    // As it comes back from a client.
    let cursor =
        Cursor::decode(&cursor.encode(&query.filter, &query.ordering), &query.filter, &query.ordering).unwrap();
    ListQuery { paging: Paging::Cursor(Some(cursor)), ..query.clone() }
}

fn next(query: &ListQuery, page: &FilePage) -> ListQuery {
    at(query, Cursor::beside(page.files.last().unwrap(), Side::After, Travel::Forward, &query.ordering))
}

fn previous(query: &ListQuery, page: &FilePage) -> ListQuery {
    at(query, Cursor::beside(&page.files[0], Side::Before, Travel::Backward, &query.ordering))
}

/// Reads the whole list forward, and back from its last page.
fn check(library: &Model, query: &ListQuery) {
    let expected = library.expected(query);
    let mut pages = vec![library.list(query)];
    let mut read: Vec<i64> = pages[0].files.iter().map(|file| file.id.0).collect();
    while pages.last().unwrap().has_next {
        let page = library.list(&next(query, pages.last().unwrap()));
        assert!(!page.files.is_empty() && page.has_previous && page.count.is_none(), "{query:?}");
        read.extend(page.files.iter().map(|file| file.id.0));
        assert!(read.len() <= expected.len(), "{query:?}");
        pages.push(page);
    }
    assert_eq!(read, expected, "{query:?}");
    for number in (1..pages.len()).rev() {
        let back = library.list(&previous(query, &pages[number]));
        assert_eq!(back.files, pages[number - 1].files, "back to page {number} of {query:?}");
        assert_eq!((back.has_next, back.has_previous), (true, number > 1), "{query:?}");
    }
}

#[test]
fn every_order_is_read_to_its_end_and_back() {
    for &field in OrderField::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            check(library(), &query(Filter::default(), vec![OrderBy { field, direction }], 700));
        }
    }
}

#[test]
fn every_query_is_read_to_its_end_and_back() {
    let library = library();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) };
    proptest!(config, |(filter in filters(), ordering in orderings(), limit in 1..60_u32)| {
        let mut query = query(filter, ordering, limit);
        if library.expected(&query).len() > 300 {
            query.limit = 300 + limit * 10;
        }
        check(library, &query);
        let first = ListQuery { paging: Paging::Offset(u64::from(limit)), limit: 5, ..query };
        let expected: Vec<i64> = library.expected(&first).into_iter().skip(limit as usize).take(5).collect();
        prop_assert_eq!(library.ids(&first), expected);
    });
}

#[test]
fn files_that_come_and_go_move_no_other_file_to_another_page() {
    let database = fresh();
    let alice = user(&database, "alice");
    let files: Vec<_> = (0..9).map(|number| upload(&database, &alice, &format!("{number}.jpg"))).collect();
    let ids = |page: &FilePage| page.files.iter().map(|file| file.id.0).collect::<Vec<_>>();
    let ascending = vec![OrderBy { field: OrderField::Id, direction: Direction::Ascending }];
    let query = ListQuery { counting: Counting::Exact, ..query(Filter::default(), ascending, 3) };
    let first = database.list(&query).unwrap();
    assert_eq!((ids(&first), first.count), (vec![1, 2, 3], Some(9)));
    let next_query = next(&query, &first);
    // The file beside which the cursor is goes, and one before it.
    for number in [0, 2] {
        database.delete_file(files[number].id, None, support::at(0)).unwrap();
    }
    let second = database.list(&next_query).unwrap();
    assert_eq!((ids(&second), second.count), (vec![4, 5, 6], Some(7)));
    let back = database.list(&previous(&query, &second)).unwrap();
    assert_eq!((ids(&back), back.has_previous, back.has_next), (vec![2], false, true));

    // Everything after the place goes.
    for file in &files[3..] {
        database.delete_file(file.id, None, support::at(0)).unwrap();
    }
    let empty = database.list(&next_query).unwrap();
    assert_eq!((ids(&empty), empty.has_previous, empty.has_next), (vec![], true, false));
    let Paging::Cursor(Some(cursor)) = next_query.paging.clone() else { panic!() };
    assert_eq!(ids(&database.list(&at(&query, cursor.reversed())).unwrap()), [2]);
    upload(&database, &alice, "new.jpg");
    assert_eq!(ids(&database.list(&next_query).unwrap()), [10]);
}

/// So many that no order is read to where they begin, and that those which match are not looked up
/// one by one.
#[test]
fn files_that_match_may_all_come_last() {
    let database = fresh();
    let digest = if database.url.starts_with("sqlite:") { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
    database.execute(&format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000) \
         INSERT INTO files (id, kind, size, pages, created_at, updated_at, stored_at, key, name, name_folded, mime_type, \
         checksum, description) SELECT i, CASE WHEN i <= 10000 THEN 'image' ELSE 'pdf' END, i, \
         CASE WHEN i > 67500 THEN 1 END, 0, 0, 0, 'a/' || i, 'a', 'a', 'text/plain', {digest}, '' FROM n"
    ));
    let by_size = ["size", "size,user__username", "size,-name"];
    for (ordering, filter, first) in by_size
        .into_iter()
        .flat_map(|ordering| [(ordering, ("type", "pdf,document"), 10_001), (ordering, ("pages_min", "1"), 67_501)])
    {
        let parameters = [filter, ("ordering", ordering), ("paging", "cursor"), ("count", "none"), ("limit", "5")];
        let query = ListQuery::parse(parameters).unwrap();
        let ids = |page: &FilePage| page.files.iter().map(|file| file.id.0).collect::<Vec<_>>();
        let page = database.list(&query).unwrap();
        assert_eq!(ids(&page), (first..first + 5).collect::<Vec<_>>(), "{query:?}");
        let second = database.list(&next(&query, &page)).unwrap();
        assert_eq!(ids(&second), (first + 5..first + 10).collect::<Vec<_>>(), "{query:?}");
        assert_eq!(database.list(&previous(&query, &second)).unwrap().files, page.files);
        // Nothing comes before the first page.
        let before = database.list(&previous(&query, &page)).unwrap();
        assert!(before.files.is_empty() && !before.has_previous, "{query:?}");
    }
}
