use std::time::Duration;

/// Why a URL that somebody gave cannot be requested, or does not give what it is to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UrlProblem {
    /// The text is not a URL.
    #[error("it is not a URL")]
    NotAUrl,
    /// The URL is of another scheme than `http` and `https`.
    #[error("its scheme is neither http nor https")]
    Scheme,
    /// The URL has a user name or a password.
    #[error("it has a user name or a password")]
    Credentials,
    /// Requests to this port are not allowed.
    #[error("port {port} is not allowed")]
    Port {
        /// The port.
        port: u16,
    },
    /// The host, or one of its addresses, is not one of the public internet.
    #[error("an address of its host is not public")]
    Private,
    /// The name of the host has no address.
    #[error("its host has no address")]
    Unresolved,
    /// There is no connection, or no answer that is HTTP.
    #[error("its server cannot be reached")]
    Unreachable,
    /// The answer is not the content.
    #[error("its server answered {status}")]
    Status {
        /// The status.
        status: u16,
    },
    /// A redirect leads to no URL.
    #[error("its server redirects to no URL")]
    Location,
    /// There are too many redirects.
    #[error("it redirects more than {limit} times")]
    Redirects {
        /// How many are followed.
        limit: usize,
    },
    /// The content is compressed.
    #[error("its server sends the content compressed only")]
    Encoded,
    /// The content ended early.
    #[error("the content was cut short")]
    CutShort,
    /// The content stalled, or came too slowly.
    #[error("the content came too slowly")]
    TooSlow,
    /// All of it took too long.
    #[error("it took longer than {limit:?}")]
    TimedOut {
        /// How long it may take.
        limit: Duration,
    },
}
