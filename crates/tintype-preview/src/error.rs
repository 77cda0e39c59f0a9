use std::fmt;
use std::io;

/// Why a file gave no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The reader failed.
    #[error("cannot read the file: {source}")]
    Io {
        /// What the reader said.
        #[from]
        source: io::Error,
    },
    /// The content breaks the rules of its own format.
    #[error("damaged file: {reason}")]
    Damaged {
        /// What is wrong with it.
        reason: String,
    },
    /// The content cannot be read without a password or a key.
    #[error("encrypted file")]
    Encrypted,
    /// The content is of a format, codec or profile that this crate does not decode.
    #[error("unsupported file: {reason}")]
    Unsupported {
        /// What is not supported.
        reason: String,
    },
    /// The work would need more than one of the [`Limits`](crate::Limits) allows.
    #[error("{what} is `{actual}`, more than the limit of `{limit}`")]
    TooLarge {
        /// What is limited.
        what: &'static str,
        /// The limit.
        limit: u64,
        /// What the file asks for.
        actual: u64,
    },
    /// [`Limits::deadline`](crate::Limits::deadline) passed before the work was done.
    #[error("deadline passed before the preview was done")]
    TimedOut,
    /// [`Limits::cancelled`](crate::Limits::cancelled) became true before the work was done.
    #[error("the work was cancelled")]
    Cancelled,
    /// A decoder panicked; the panic was caught and costs this file only.
    #[error("decoder panicked: {message}")]
    Panicked {
        /// The panic's message, when it had one.
        message: String,
    },
}

impl Error {
    pub(crate) fn damaged(reason: impl Into<String>) -> Self {
        Self::Damaged { reason: reason.into() }
    }

    pub(crate) fn unsupported(reason: impl Into<String>) -> Self {
        Self::Unsupported { reason: reason.into() }
    }

    /// Returns the reason to tell a client; `None` for failures that are no property of the file,
    /// which are worth another try.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::Io { .. } | Self::Cancelled => None,
            Self::Damaged { .. } | Self::Panicked { .. } => Some(Failure::Damaged),
            Self::Encrypted => Some(Failure::Encrypted),
            Self::Unsupported { .. } => Some(Failure::Unsupported),
            Self::TooLarge { .. } => Some(Failure::TooLarge),
            Self::TimedOut => Some(Failure::TimedOut),
        }
    }
}

/// The reasons why a file has no preview, in the words of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The content breaks the rules of its own format.
    Damaged,
    /// The content needs a password or a key.
    Encrypted,
    /// The format, codec or profile is not decoded.
    Unsupported,
    /// The work would need more than the limits allow.
    TooLarge,
    /// The deadline passed.
    TimedOut,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Damaged, Self::Encrypted, Self::Unsupported, Self::TooLarge, Self::TimedOut];

    /// Returns the word for it: `damaged`, `encrypted`, `unsupported`, `too_large` or `timed_out`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Damaged => "damaged",
            Self::Encrypted => "encrypted",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::TimedOut => "timed_out",
        }
    }

    /// Returns the failure that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == word)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
