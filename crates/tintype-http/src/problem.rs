use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use tintype_library::Error;
use tintype_library::auth::Error as AuthError;
use tintype_library::domain::{FieldErrors, HumanSize};

use crate::body::Slow;
use crate::request_id;

/// Why a request is not answered as it wished. The one table from errors to answers is [`Problem::answer`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    #[error(transparent)]
    Library(#[from] Error),
    #[error("the request is invalid: {0}")]
    Invalid(#[from] FieldErrors),
    #[error("there is no such thing")]
    NotFound,
    #[error("method `{method}` is not allowed")]
    MethodNotAllowed { method: String, allow: &'static str },
    #[error("media type `{0}` is not supported")]
    UnsupportedMediaType(String),
    #[error("the multipart form cannot be parsed: {0}")]
    Multipart(String),
    #[error("the JSON body cannot be parsed: {0}")]
    Json(String),
    #[error("a field is larger than {limit} bytes")]
    FieldTooLarge { limit: usize },
    #[error(transparent)]
    TooSlow(Slow),
    #[error("none of the ranges lies within {size} bytes")]
    RangeNotSatisfiable { size: u64 },
    #[error("{0} does not answer")]
    NotReady(&'static str),
    #[error("the server is ending")]
    Ending,
}

impl From<tintype_library::storage::Error> for Problem {
    fn from(error: tintype_library::storage::Error) -> Self {
        Self::Library(error.into())
    }
}

/// What a client is told.
struct Answer<'a> {
    status: StatusCode,
    detail: String,
    fields: Option<&'a FieldErrors>,
    header: Option<(header::HeaderName, String)>,
}

impl Problem {
    fn answer(&self) -> Answer<'_> {
        use StatusCode as S;
        let plain = |status, detail: &str| Answer { status, detail: detail.into(), fields: None, header: None };
        let unknown = |detail| Answer {
            header: Some((header::WWW_AUTHENTICATE, "Token".into())),
            ..plain(S::UNAUTHORIZED, detail)
        };
        let fields = |fields| Answer { fields: Some(fields), ..plain(S::BAD_REQUEST, "Invalid input.") };
        let later = |status, detail, after: Duration| Answer {
            header: Some((header::RETRY_AFTER, after.as_secs().max(1).to_string())),
            ..plain(status, detail)
        };
        match self {
            Self::Library(Error::Auth(error)) => match error {
                AuthError::NotProvided => unknown("Authentication credentials were not provided."),
                AuthError::NoToken => unknown("Invalid token header. No credentials provided."),
                AuthError::TokenWithSpaces => unknown("Invalid token header. Token string should not contain spaces."),
                AuthError::TokenWithInvalidCharacters => {
                    unknown("Invalid token header. Token string should not contain invalid characters.")
                }
                AuthError::InvalidToken => unknown("Invalid token."),
                AuthError::Inactive => unknown("User inactive or deleted."),
                AuthError::Forbidden(_) => plain(S::FORBIDDEN, "You do not have permission to perform this action."),
                AuthError::NoRandomness | AuthError::BadPasswordHash => {
                    plain(S::INTERNAL_SERVER_ERROR, "Internal server error.")
                }
            },
            Self::Library(Error::Invalid(errors)) | Self::Invalid(errors) => fields(errors),
            // Its field list stands in the handler, beside the form that it is about.
            Self::Library(Error::WrongCredentials) => {
                plain(S::BAD_REQUEST, "Unable to log in with provided credentials.")
            }
            Self::Library(Error::NotFound) | Self::NotFound => plain(S::NOT_FOUND, "Not found."),
            Self::Library(Error::TypeNotAllowed { mime_type }) => {
                plain(S::UNSUPPORTED_MEDIA_TYPE, &format!("Unsupported media type \"{mime_type}\" in request."))
            }
            Self::UnsupportedMediaType(media_type) => {
                plain(S::UNSUPPORTED_MEDIA_TYPE, &format!("Unsupported media type \"{media_type}\" in request."))
            }
            Self::Library(Error::TooLarge { limit }) => {
                plain(S::PAYLOAD_TOO_LARGE, &format!("The file is larger than {}.", HumanSize(*limit)))
            }
            Self::FieldTooLarge { limit } => {
                plain(S::PAYLOAD_TOO_LARGE, &format!("A field is larger than {}.", HumanSize(*limit as u64)))
            }
            Self::Library(Error::NoSpace(_)) => plain(S::INSUFFICIENT_STORAGE, "There is no room left."),
            Self::Library(Error::Busy { retry_after }) => {
                later(S::SERVICE_UNAVAILABLE, "Too many uploads are being processed. Try again later.", *retry_after)
            }
            Self::Library(Error::Unavailable(_)) => later(
                S::SERVICE_UNAVAILABLE,
                "The service is temporarily unavailable. Try again later.",
                Duration::from_secs(5),
            ),
            Self::Library(Error::Internal(_)) => plain(S::INTERNAL_SERVER_ERROR, "Internal server error."),
            Self::MethodNotAllowed { method, allow } => Answer {
                header: Some((header::ALLOW, (*allow).into())),
                ..plain(S::METHOD_NOT_ALLOWED, &format!("Method \"{method}\" not allowed."))
            },
            Self::Multipart(why) => plain(S::BAD_REQUEST, &format!("Multipart form parse error - {why}")),
            Self::Json(why) => plain(S::BAD_REQUEST, &format!("JSON parse error - {why}")),
            Self::TooSlow(why) => plain(S::REQUEST_TIMEOUT, &why.to_string()),
            Self::RangeNotSatisfiable { size } => Answer {
                header: Some((header::CONTENT_RANGE, format!("bytes */{size}"))),
                ..plain(S::RANGE_NOT_SATISFIABLE, "None of the ranges lies within the file.")
            },
            Self::Ending => later(S::SERVICE_UNAVAILABLE, "The server is ending.", Duration::from_secs(1)),
            Self::NotReady(part) => {
                later(S::SERVICE_UNAVAILABLE, &format!("The {part} does not answer."), Duration::from_secs(1))
            }
        }
    }
}

/// The body of every error: an RFC 9457 problem whose extension members are Django REST framework's field lists.
///
/// The list parameter `type` has the name of a problem's own member. Its messages go before: a problem without a `type`, or
/// with one that is no text, is `about:blank` to who reads it by the RFC, while who reads the lists would miss them.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    title: &'static str,
    status: u16,
    detail: &'a str,
    request_id: &'a str,
    #[serde(flatten)]
    fields: BTreeMap<&'a str, &'a [String]>,
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.answer().status
    }

    fn error_response(&self) -> HttpResponse {
        let answer = self.answer();
        let fields: BTreeMap<_, _> = answer.fields.map(|fields| fields.iter().collect()).unwrap_or_default();
        let body = Body {
            r#type: (!fields.contains_key("type")).then_some("about:blank"),
            title: answer.status.canonical_reason().unwrap_or("Error"),
            status: answer.status.as_u16(),
            detail: &answer.detail,
            request_id: &request_id::current(),
            fields,
        };
        let mut response = HttpResponse::build(answer.status);
        if let Some(header) = answer.header {
            response.insert_header(header);
        }
        // Strings and numbers always serialise.
        let body = serde_json::to_vec(&body).unwrap_or_default();
        response.insert_header((header::CONTENT_TYPE, "application/problem+json")).body(body)
    }
}
