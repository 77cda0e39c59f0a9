//! Uncounted pages by cursor behind every filter, in every order, at several depths.

use std::time::{Duration, Instant};

use tintype_domain::{Counting, Cursor, FileRecord, ListQuery, OrderField, Paging, Side, Travel};
use tintype_persistence::Database;

/// How often each page is read; the median counts.
const RUNS: usize = 5;

/// What a page may take, however deep.
const GOAL: Duration = Duration::from_millis(10);

/// A page of a query, and what it took.
struct Page {
    time: Duration,
    label: String,
}

pub(crate) fn measure(database: &Database, files: u64) {
    let half = files / 2;
    let filters = [
        "",
        "type=image",
        "type=other",
        "type=pdf,video,audio",
        "user_id=1",
        "user_id=8",
        "id_min={half}",
        "size_min=5000000",
        "size_min=11000000",
        "width_min=3000",
        "height_max=300",
        "created_from=2024-01-01",
        "updated_to=2024-01-01",
        "search=zebra",
        "search=invoice",
        "search=im",
        "visibility=public",
        "checksum=sha256:3030303030303030303030303030303030303030303030303030303030303432",
        "tags=oslo",
        "tags=trips/",
        "tags=trips/2007",
        "tags=rare",
        "preview_status=ready",
        "preview_status=failed",
        "preview_status=pending",
        "taken_from=2023-01-01",
        "taken_to=2020-10-01",
        "duration_min=6000",
        "duration_max=100",
        "pages_min=390",
        "pages_max=3",
        "camera=maker3",
        "camera=model 17",
        "has_gps=true",
        "type=image&user_id=1&size_min=5000000",
        "type=image&camera=maker3&taken_from=2022-01-01",
        "type=pdf&pages_min=390",
        "type=video,audio&duration_min=6000&tags=oslo",
        "tags=oslo&has_gps=true",
        "type=image&search=img&has_gps=true",
    ];
    println!("| filter | matching | median page | slowest page | which |\n|---|---:|---:|---:|---|");
    let mut slow = Vec::new();
    for filter in filters {
        let filter = filter.replace("{half}", &half.to_string());
        let (count, mut pages) = behind(database, &filter);
        pages.sort_by_key(|page| page.time);
        let median = pages[pages.len() / 2].time;
        let slowest = pages.last().map_or((Duration::ZERO, ""), |page| (page.time, page.label.as_str()));
        let (median, worst) = (super::milliseconds(median), super::milliseconds(slowest.0));
        println!("| `{filter}` | {count} | {median} | {worst} | {} |", slowest.1);
        slow.extend(pages.into_iter().filter(|page| page.time > GOAL).map(|page| (filter.clone(), page)));
    }
    println!("\n{} pages took more than {} ms:\n", slow.len(), GOAL.as_millis());
    slow.sort_by_key(|(_, page)| std::cmp::Reverse(page.time));
    for (filter, Page { time, label }) in slow {
        println!("- `{filter}`, {label}: {}", super::milliseconds(time));
    }
}

/// Measures the pages behind a filter, and returns them with how many files match.
fn behind(database: &Database, filter: &str) -> (u64, Vec<Page>) {
    let pairs: Vec<(&str, &str)> = filter.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let query = ListQuery::parse(pairs).unwrap();
    let count = database.list(&query).unwrap().count.unwrap_or(0);
    // Anywhere in any other order.
    let places: Vec<FileRecord> =
        [0.1, 0.5, 0.9].iter().filter_map(|share| at(database, &query, (count as f64 * share) as u64)).collect();
    let mut pages = Vec::new();
    for field in OrderField::ALL {
        for sign in ["", "-"] {
            let ordering = format!("{sign}{field}");
            let order = ListQuery::parse([("ordering", ordering.as_str())]).unwrap().ordering;
            let ordered = ListQuery { ordering: order, counting: Counting::None, ..query.clone() };
            let mut measure = |cursor: Option<Cursor>, place: &str| {
                let query = ListQuery { paging: Paging::Cursor(cursor), ..ordered.clone() };
                let mut times: Vec<Duration> = Vec::new();
                while times.len() < RUNS {
                    let start = Instant::now();
                    drop(database.list(&query).unwrap());
                    times.push(start.elapsed());
                    // What is far from the goal is not measured more exactly.
                    if times[0] > 10 * GOAL {
                        break;
                    }
                }
                times.sort();
                pages.push(Page { time: times[times.len() / 2], label: format!("`ordering={ordering}`, {place}") });
            };
            measure(None, "first page");
            for file in &places {
                let beside = |side, travel| Some(Cursor::beside(file, side, travel, &ordered.ordering));
                measure(beside(Side::After, Travel::Forward), &format!("behind file {}", file.id));
                measure(beside(Side::Before, Travel::Backward), &format!("before file {}", file.id));
            }
        }
    }
    (count, pages)
}

fn at(database: &Database, query: &ListQuery, offset: u64) -> Option<FileRecord> {
    let one = ListQuery { paging: Paging::Offset(offset), limit: 1, counting: Counting::Exact, ..query.clone() };
    database.list(&one).unwrap().files.pop()
}
