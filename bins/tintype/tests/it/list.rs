//! The list: pages, filters, orderings, search.

mod cursor;
mod filters;
mod ordering;
mod pages;
mod search;

use crate::support::{FILES, create, result_names, server};
use tintype_testkit::{Client, Response, Server};

/// Starts a server with files `0` to `count - 1`, and returns it with an admin.
#[track_caller]
fn library(count: usize) -> (Server, Client) {
    let server = server();
    let admin = server.admin();
    for number in 0..count {
        create(&admin, &number.to_string(), "x");
    }
    (server, admin)
}

/// Asks for a list with these parameters.
#[track_caller]
fn list(client: &Client, query: &[(&str, &str)]) -> Response {
    client.get(FILES).query(query.iter().copied()).send()
}

/// Returns the names a query finds, oldest first.
#[track_caller]
fn found(client: &Client, query: &[(&str, &str)]) -> Vec<String> {
    let mut query = query.to_vec();
    query.extend([("ordering", "id"), ("limit", "1000")]);
    let page = list(client, &query).expect_status(200).json();
    let names: Vec<String> = result_names(&page).into_iter().map(str::to_owned).collect();
    assert_eq!(page["count"], names.len(), "{query:?}: {page}");
    names
}
