/// Why somebody may not do something, or could not be recognised.
///
/// Exhaustive on purpose: whoever answers clients has to decide what to say in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is no `Authorization` header, or one of another scheme.
    #[error("no credentials were given")]
    NotProvided,
    /// The header names a scheme and nothing else.
    #[error("the authorization header has no token")]
    NoToken,
    /// The header's token has spaces in it.
    #[error("the authorization header's token contains spaces")]
    TokenWithSpaces,
    /// The header's token is not UTF-8.
    #[error("the authorization header's token contains invalid characters")]
    TokenWithInvalidCharacters,
    /// The token is unknown, revoked or expired.
    #[error("the token is unknown, revoked or expired")]
    InvalidToken,
    /// The token is right, but its user is deactivated.
    #[error("the token's user is deactivated")]
    Inactive,
    /// The user is known, but not allowed to do this.
    #[error("the user lacks the permission `{}` ({})", .0, .0.code())]
    Forbidden(tintype_domain::Permission),
    /// The user is known, but only admins are allowed to do this.
    #[error("the user is not an admin")]
    NotAdmin,
    /// The signature of a URL is not valid.
    #[error("the signature of the URL is not valid")]
    InvalidLink,
    /// The signature of a URL was valid, but its time is over.
    #[error("the signed URL has expired")]
    ExpiredLink,
    /// A parameter of a query occurs twice, so that nobody knows which one is signed.
    #[error("a parameter of the query is repeated")]
    RepeatedParameter,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// A stored password hash cannot be read.
    #[error("the stored password hash cannot be read")]
    BadPasswordHash,
}
