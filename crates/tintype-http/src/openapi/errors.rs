use serde_json::{Map, Value, json};

/// The statuses of errors, when they come, and a sentence that stands in `detail`.
const ERRORS: [(u16, &str, &str, &str); 17] = [
    (400, "Bad Request", "The request is wrong. Problems with fields are listed by field", "Invalid input."),
    (401, "Unauthorized", "Not authenticated", "Authentication credentials were not provided."),
    (403, "Forbidden", "Not allowed", "You do not have permission to perform this action."),
    (404, "Not Found", "There is no such thing", "Not found."),
    (408, "Request Timeout", "The body stalled, or came too slowly", "The request's body stopped coming."),
    (409, "Conflict", "The upload continues elsewhere", "The upload continues at another offset."),
    (410, "Gone", "It is no more", "A file of this archive was changed, hidden or deleted."),
    (412, "Precondition Failed", "A condition is not met", "A condition of the request is not met."),
    (413, "Payload Too Large", "The file or a field is too large", "The file is larger than 100 MB."),
    (
        415,
        "Unsupported Media Type",
        "Such content is not accepted",
        "Unsupported media type \"text/plain\" in request.",
    ),
    (416, "Range Not Satisfiable", "No range lies in the file", "None of the ranges lies within the file."),
    (423, "Locked", "The file of the upload is being made", "The file of the upload is being made."),
    (429, "Too Many Requests", "Too many requests", "Request was throttled. Expected available in 60 seconds."),
    (460, "Checksum Mismatch", "The bytes came damaged", "The bytes do not have the checksum that was sent."),
    (500, "Internal Server Error", "A fault of the server", "Internal server error."),
    (503, "Service Unavailable", "Come back later", "Too many uploads are being processed. Try again later."),
    (507, "Insufficient Storage", "There is no room left", "There is no room left."),
];

/// Returns the answers with these statuses, all with a problem as their body.
pub(crate) fn responses(problem: &Value) -> Map<String, Value> {
    let response = |(status, title, text, detail): (u16, &str, &str, &str)| {
        let example = json!({
            "type": "about:blank",
            "title": title,
            "status": status,
            "detail": detail,
            "request_id": "5ba3382a57a27340",
        });
        let mut headers = json!({"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}});
        for (name, text) in headers_of(status) {
            headers[name] = json!({"schema": {"type": "string"}, "description": text});
        }
        let content = json!({"application/problem+json": {"schema": problem, "example": example}});
        (status.to_string(), json!({"description": text, "headers": headers, "content": content}))
    };
    ERRORS.into_iter().map(response).collect()
}

fn headers_of(status: u16) -> &'static [(&'static str, &'static str)] {
    match status {
        401 => &[("WWW-Authenticate", "`Token`")],
        416 => &[("Content-Range", "The size of the file, such as `bytes */13`")],
        429 | 503 => &[("Retry-After", "Seconds to wait")],
        _ => &[],
    }
}
