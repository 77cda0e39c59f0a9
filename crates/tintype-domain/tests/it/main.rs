//! Properties of the domain's values, over whatever a client may send.
#![expect(clippy::unwrap_used, reason = "a test may unwrap anywhere")]

mod list_query;
mod names;
