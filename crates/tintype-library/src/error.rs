use crate::account_problem::AccountProblem;
use std::time::Duration;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a use case was not carried out.
///
/// Exhaustive on purpose: whoever answers clients has to decide what to say in every case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Who asks is not known, or may not.
    #[error(transparent)]
    Auth(#[from] tintype_auth::Error),
    /// User name and password do not belong together, or the user is deactivated.
    #[error("user name and password do not belong together")]
    WrongCredentials,
    /// An account is not what the use case needs it to be.
    #[error(transparent)]
    Account(#[from] AccountProblem),
    /// There is no such file or object.
    #[error("there is no such file")]
    NotFound,
    /// The file's content does not lie where the client believes.
    #[error("the file has other content than the one named")]
    OtherContent,
    /// The upload is of a type that may not be uploaded.
    #[error("files of type `{mime_type}` may not be uploaded")]
    TypeNotAllowed {
        /// The detected media type.
        mime_type: String,
    },
    /// The upload is too large.
    #[error("the upload is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Database or storage is full; nothing was kept.
    #[error("there is no room left")]
    NoSpace(#[source] Source),
    /// Too much is being done already.
    #[error("too many uploads are being processed")]
    Busy {
        /// When to try again.
        retry_after: Duration,
    },
    /// Database or storage does not answer.
    #[error("database or storage is unavailable")]
    Unavailable(#[source] Source),
    /// Something that should not happen.
    #[error("internal error")]
    Internal(#[source] Source),
}

impl Error {
    pub(crate) fn internal(source: impl Into<Source>) -> Self {
        Self::Internal(source.into())
    }
}

impl From<tintype_storage::Error> for Error {
    fn from(error: tintype_storage::Error) -> Self {
        use tintype_storage::Error as E;
        match error {
            E::NotFound { .. } => Self::NotFound,
            E::TooLarge { limit } => Self::TooLarge { limit },
            E::NoSpace { .. } => Self::NoSpace(error.into()),
            E::Unavailable { .. } => Self::Unavailable(error.into()),
            _ => Self::internal(error),
        }
    }
}

impl From<tintype_persistence::Error> for Error {
    fn from(error: tintype_persistence::Error) -> Self {
        use tintype_persistence::Error as E;
        match error {
            E::Unavailable { .. } | E::Busy { .. } | E::Conflict { .. } => Self::Unavailable(error.into()),
            E::NoSpace => Self::NoSpace(error.into()),
            E::NoSuchUser { username } => AccountProblem::NoSuchUser(username).into(),
            E::NoSuchToken { id } => AccountProblem::NoSuchToken(id).into(),
            E::UsernameTaken { username } => AccountProblem::UsernameTaken(username).into(),
            E::LastAdmin { username } => AccountProblem::LastAdmin(username).into(),
            _ => Self::internal(error),
        }
    }
}

/// Returns an error's text followed by those of its sources, each left out where the text so far already says it.
pub fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let cause = error.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
        source = error.source();
    }
    text
}
