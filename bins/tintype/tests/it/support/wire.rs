//! Requests written byte by byte.

use tintype_testkit::{Client, RawConnection, Response, Server};

/// Returns a request's head, with the client's token.
pub(crate) fn head(client: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: tintype.test\r\n");
    if let Some(authorization) = client.authorization() {
        head.push_str(&format!("Authorization: {authorization}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + "\r\n"
}

/// Sends a `GET` for exactly this path, which no client library would leave as it is.
#[track_caller]
pub(crate) fn get_verbatim(server: &Server, path: &str) -> Response {
    let mut connection = server.connect();
    let request = format!("GET {path} HTTP/1.1\r\nHost: tintype.test\r\nConnection: close\r\n\r\n");
    connection.send(request).expect("the request is taken");
    connection.read_response().unwrap_or_else(|error| panic!("no answer to `{path}`: {error}"))
}

/// Sends a whole request and reads the answer even if the server stops reading half-way, as patient
/// clients do.
#[track_caller]
pub(crate) fn send_all(server: &Server, head: &str, body: &[u8]) -> Response {
    let mut connection = server.connect();
    // A refusal may close the connection before everything is written; the answer is what counts.
    let _ = connection.send(head).and_then(|()| connection.send(body));
    connection.read_response().unwrap_or_else(|error| panic!("no answer to `{head}`: {error}"))
}

/// Returns a body as one chunk, without the chunk that would end it.
pub(crate) fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}

/// Sends a head that asks for `100 Continue`, and returns the connection once the server has said
/// to go on: it is in the middle of the request then.
#[track_caller]
pub(crate) fn begin_upload(server: &Server, client: &Client, length: usize, content_type: &str) -> RawConnection {
    begin(server, client, "POST", super::FILES, length, content_type)
}

/// As [`begin_upload`], by another method or on another path.
#[track_caller]
pub(crate) fn begin(
    server: &Server,
    client: &Client,
    method: &str,
    path: &str,
    length: usize,
    content_type: &str,
) -> RawConnection {
    let mut connection = server.connect();
    let length = length.to_string();
    let headers = [("Content-Type", content_type), ("Content-Length", length.as_str()), ("Expect", "100-continue")];
    connection.send(head(client, method, path, &headers)).expect("the head is taken");
    let interim = connection.read_any_response().expect("an interim answer");
    assert_eq!(interim.status(), 100, "{interim}");
    connection
}
