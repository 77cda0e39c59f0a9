use tintype_domain::TokenId;

/// Why an account cannot be found, or cannot be as it was to be.
///
/// Exhaustive on purpose: whoever answers clients has to decide what to say in each case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountProblem {
    /// There is no such user.
    #[error("there is no user `{0}`")]
    NoSuchUser(String),
    /// There is no such token.
    #[error("there is no token {0}")]
    NoSuchToken(TokenId),
    /// Another user has the name.
    #[error("user name `{0}` is taken")]
    UsernameTaken(String),
    /// The user is the only active admin, and has to stay one.
    #[error("`{0}` is the last active admin; make another user an admin first")]
    LastAdmin(String),
}
