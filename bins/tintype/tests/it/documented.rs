//! What `docs/` says of values is what the program has.

use crate::support::builder;
use std::collections::HashMap;

const API: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md"));

/// Returns a value without what the docs add for people: `30 s`, `1 KiB/s`, `100,000,000`.
fn plain(value: &str) -> String {
    value.trim_end_matches("/s").replace([' ', ','], "")
}

#[test]
fn the_limits_of_the_api_are_the_defaults() {
    let printed = builder().prepare().unwrap().cli(["config"]).expect_success().stdout;
    let defaults: HashMap<&str, String> = printed
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), plain(value.split('#').next().unwrap_or_default().trim().trim_matches('"'))))
        .collect();
    let (_, limits) = API.split_once("\n## Limits\n").expect("a chapter on limits");
    let mut compared = 0;
    for row in limits.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let key = cells[3].trim_matches('`');
        if let Some(default) = defaults.get(key) {
            assert_eq!(&plain(cells[2]), default, "`{key}` in docs/api.md");
            compared += 1;
        }
    }
    assert_eq!(compared, 14, "rows with a configuration key in {limits}");
}
