use tintype_library::domain::FieldErrors;
use tintype_library::{Error, auth, storage};

/// Why a request failed, in words for the log. The module `answer` has the words for clients.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    Library(#[from] Error),
    #[error("the request is invalid: {0}")]
    Invalid(#[from] FieldErrors),
    #[error("`{field}` of the request is invalid: {errors}")]
    InvalidWithin { field: &'static str, errors: FieldErrors },
    #[error("the JSON body is {found}, not an object")]
    NotAnObject { found: JsonType },
    #[error("there is no such route, or no such key")]
    NotFound,
    #[error("method `{method}` is not allowed")]
    MethodNotAllowed { method: String, allow: &'static str },
    #[error("media type `{0}` is not supported")]
    UnsupportedMediaType(String),
    #[error("the {format} body cannot be parsed: {defect}")]
    Malformed { format: Format, defect: Defect },
    #[error("the header `{0}` is missing or not valid")]
    InvalidHeader(&'static str),
    #[error("the client does not speak version 1.0.0 of tus")]
    OtherTusVersion,
    #[error("a field is larger than {limit} bytes")]
    FieldTooLarge { limit: usize },
    #[error("the body {0}")]
    TooSlow(Slow),
    #[error("a condition of the request is not met")]
    PreconditionFailed,
    #[error("none of the ranges lies within {size} bytes")]
    RangeNotSatisfiable { size: u64 },
    #[error("the {0} does not answer")]
    NotReady(&'static str),
    #[error("the server is ending")]
    Ending,
}

/// The formats of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Multipart,
    Json,
    UrlEncoded,
    /// Nothing but a file, whatever its media type.
    Raw,
}

/// Why a body cannot be parsed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Defect {
    #[error("it was cut short")]
    CutShort,
    #[error("it has more than {limit} parts")]
    TooManyParts { limit: usize },
    #[error("its content type has no valid boundary")]
    NoBoundary,
    #[error("the headers of a part have more than {limit} bytes")]
    LongHeaders { limit: usize },
    #[error("a file is not the Base64 that its header says")]
    NotBase64,
    /// The syntax is wrong; the message of the parser.
    #[error("{0}")]
    Syntax(String),
}

/// Why a body is too slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Slow {
    #[error("stalled")]
    Idle,
    #[error("came too slowly")]
    Rate,
}

/// The type of a JSON value that is not an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonType {
    Array,
    String,
    Integer,
    Float,
    Boolean,
    Null,
}

impl Format {
    /// Returns the format of a `Content-Type` header.
    pub(crate) fn of(content_type: &str) -> Option<Self> {
        let given = content_type.split(';').next().unwrap_or_default().trim();
        [Self::Multipart, Self::Json, Self::UrlEncoded]
            .into_iter()
            .find(|format| format.media_type().eq_ignore_ascii_case(given))
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Multipart => "multipart/form-data",
            Self::Json => "application/json",
            Self::UrlEncoded => "application/x-www-form-urlencoded",
            Self::Raw => "raw",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.media_type())
    }
}

impl std::fmt::Display for JsonType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Array => "an array",
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Float => "a fraction",
            Self::Boolean => "a boolean",
            Self::Null => "null",
        })
    }
}

impl From<storage::Error> for Problem {
    fn from(error: storage::Error) -> Self {
        Self::Library(error.into())
    }
}

impl From<auth::Error> for Problem {
    fn from(error: auth::Error) -> Self {
        Self::Library(error.into())
    }
}
