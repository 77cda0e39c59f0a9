use crate::account_problem::AccountProblem;
use crate::renditions::NeedsLink;
use crate::upload_problem::UploadProblem;
use std::time::Duration;
use tintype_domain::UrlProblem;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a use case failed.
///
/// Exhaustive on purpose: code that answers clients has to decide what to say in every case.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is not authenticated or lacks a permission.
    #[error(transparent)]
    Auth(#[from] tintype_auth::Error),
    /// The user name or the password is wrong, or the user is deactivated.
    #[error("user name or password is wrong")]
    WrongCredentials,
    /// A value is not one that the use case takes.
    #[error("the request is invalid: {0}")]
    Invalid(#[from] tintype_domain::FieldErrors),
    /// An account is not what the use case needs it to be.
    #[error(transparent)]
    Account(#[from] AccountProblem),
    /// A resumable upload is not what the use case needs it to be.
    #[error(transparent)]
    Upload(#[from] UploadProblem),
    /// A URL is not one that the use case can request.
    #[error("the URL cannot be requested: {0}")]
    Url(#[from] UrlProblem),
    /// The server fetches no files from URLs.
    #[error("files are not fetched from URLs")]
    ImportsOff,
    /// There is no such file or object.
    #[error("there is no such file")]
    NotFound,
    /// The key that a client confirmed is not the key of the file's content.
    #[error("the confirmed key is not that of the file's content")]
    OtherContent,
    /// The server does not allow uploads of this type.
    #[error("files of type `{mime_type}` may not be uploaded")]
    TypeNotAllowed {
        /// The detected media type.
        mime_type: String,
    },
    /// All files that an upload link allows have come.
    #[error("the upload link is used up")]
    LinkUsedUp,
    /// A file of an archive is not what it was when the archive was made.
    #[error("a file of the archive was replaced, hidden or deleted")]
    ArchiveChanged,
    /// Files of an archive lack their CRC-32, which jobs compute.
    #[error("files of the archive have no CRC-32 yet")]
    Preparing {
        /// How long to wait before trying again.
        retry_after: Duration,
    },
    /// The file has changed since the version that was to be changed or deleted.
    #[error("the file has changed meanwhile")]
    Outdated,
    /// The rendition is for those with a signed link only.
    #[error(transparent)]
    NeedsLink(#[from] NeedsLink),
    /// The file is not one of which there are pictures.
    #[error("the file has no picture")]
    NoPicture,
    /// No picture can be made of the file.
    #[error("no picture can be made of the file: {0}")]
    Picture(#[from] PictureProblem),
    /// The upload is too large.
    #[error("the upload is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Database or storage is full; nothing was kept.
    #[error("there is no room left")]
    NoSpace(#[source] Source),
    /// Too many uploads are being processed.
    #[error("too many uploads are being processed")]
    Busy {
        /// How long to wait before trying again.
        retry_after: Duration,
    },
    /// Too many log-ins from there have failed, or the token was shown too often.
    #[error("too many requests, or too many log-ins that failed")]
    Throttled {
        /// When to try again.
        retry_after: Duration,
    },
    /// Database or storage does not answer.
    #[error("database or storage is unavailable")]
    Unavailable(#[source] Source),
    /// A failure that should not happen.
    #[error("internal error")]
    Internal(#[source] Source),
}

/// Why no picture can be made of a file that is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureProblem {
    /// It is damaged, or there is no decoder for it.
    #[error("it cannot be decoded")]
    Undecodable,
    /// Decoding it takes more memory than there is, or it has too many pixels.
    #[error("it is too large")]
    TooLarge,
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
            E::Outdated => Self::Outdated,
            E::ReservationLost => Self::LinkUsedUp,
            E::NoSuchUser { username } => AccountProblem::NoSuchUser(username).into(),
            E::NoSuchToken { id } => AccountProblem::NoSuchToken(id).into(),
            E::UsernameTaken { username } => AccountProblem::UsernameTaken(username).into(),
            E::LastAdmin { username } => AccountProblem::LastAdmin(username).into(),
            _ => Self::internal(error),
        }
    }
}

/// Returns the message of an error followed by those of its sources. A message that the text
/// already contains is left out.
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
