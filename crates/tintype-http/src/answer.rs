//! What clients read about errors: the one table, with every sentence.

mod sentences;

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tintype_library::auth::Error as AuthError;
use tintype_library::domain::{FieldErrors, FieldProblem, HumanSize};
use tintype_library::{AccountProblem, Error, NeedsLink, PictureProblem, UploadProblem};

use self::sentences::{about_url, needs_link, not_an_object, sentence, unsupported, what, why};
use crate::problem::{Problem, Slow};
use crate::request_id;

/// The field lists of a 400.
type Lists = BTreeMap<String, List>;

/// What is wrong with a field.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum List {
    Sentences(Vec<String>),
    /// The same for each field of an object.
    // There is nothing deeper, and generators of clients stumble over schemas that refer to
    // themselves.
    Within(#[schemars(with = "BTreeMap<String, Vec<String>>")] Lists),
}

/// The key under which Django REST framework lists errors that belong to no field.
const NON_FIELD_ERRORS: &str = "non_field_errors";

/// The answer to a request that failed.
struct Answer {
    status: StatusCode,
    detail: String,
    lists: Lists,
    header: Option<(header::HeaderName, String)>,
}

impl Answer {
    fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), lists: Lists::new(), header: None }
    }

    fn invalid(lists: Lists) -> Self {
        Self { lists, ..Self::new(StatusCode::BAD_REQUEST, "Invalid input.") }
    }

    fn unauthenticated(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail).with(header::WWW_AUTHENTICATE, "Token")
    }

    fn unavailable(detail: impl Into<String>, retry_after: Duration) -> Self {
        let seconds = retry_after.as_secs().max(1);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).with(header::RETRY_AFTER, seconds.to_string())
    }

    fn with(self, name: header::HeaderName, value: impl Into<String>) -> Self {
        Self { header: Some((name, value.into())), ..self }
    }

    fn to(problem: &Problem) -> Self {
        use StatusCode as S;
        match problem {
            Problem::Library(error) => Self::to_library(error),
            Problem::Invalid(errors) => Self::invalid(lists(errors)),
            Problem::InvalidWithin { field, errors } => {
                Self::invalid(Lists::from([((*field).to_owned(), List::Within(lists(errors)))]))
            }
            Problem::NotAnObject { found } => Self::invalid(non_field_error(not_an_object(*found))),
            Problem::NotFound => Self::new(S::NOT_FOUND, "Not found."),
            Problem::MethodNotAllowed { method, allow } => {
                Self::new(S::METHOD_NOT_ALLOWED, format!("Method \"{method}\" not allowed."))
                    .with(header::ALLOW, *allow)
            }
            Problem::UnsupportedMediaType(media_type) => Self::new(S::UNSUPPORTED_MEDIA_TYPE, unsupported(media_type)),
            Problem::Malformed { format, defect } => {
                Self::new(S::BAD_REQUEST, format!("{} parse error - {}", what(*format), why(defect)))
            }
            Problem::InvalidHeader(name) => {
                Self::new(S::BAD_REQUEST, format!("The header `{name}` is missing or not valid."))
            }
            Problem::OtherTusVersion => Self::new(S::PRECONDITION_FAILED, "Only version 1.0.0 of tus is supported."),
            Problem::FieldTooLarge { limit } => {
                Self::new(S::PAYLOAD_TOO_LARGE, format!("A field is larger than {}.", HumanSize(*limit as u64)))
            }
            Problem::TooSlow(Slow::Idle) => Self::new(S::REQUEST_TIMEOUT, "The request's body stopped coming."),
            Problem::TooSlow(Slow::Rate) => Self::new(S::REQUEST_TIMEOUT, "The request's body comes too slowly."),
            Problem::PreconditionFailed => Self::new(S::PRECONDITION_FAILED, "A condition of the request is not met."),
            Problem::RangeNotSatisfiable { size } => {
                Self::new(S::RANGE_NOT_SATISFIABLE, "None of the ranges lies within the file.")
                    .with(header::CONTENT_RANGE, format!("bytes */{size}"))
            }
            Problem::NotReady(part) => {
                Self::unavailable(format!("The {part} does not answer."), Duration::from_secs(1))
            }
            Problem::Ending => Self::unavailable("The server is ending.", Duration::from_secs(1)),
        }
    }

    fn to_library(error: &Error) -> Self {
        use StatusCode as S;
        match error {
            Error::Auth(error) => Self::to_auth(*error),
            Error::WrongCredentials => {
                Self::invalid(non_field_error("Unable to log in with provided credentials.".to_owned()))
            }
            Error::Invalid(errors) => Self::invalid(lists(errors)),
            Error::Account(problem) => Self::to_account(problem),
            Error::Upload(problem) => Self::to_upload(problem),
            Error::Url(problem) => Self::invalid(list("url", about_url(problem))),
            Error::ImportsOff => Self::new(S::FORBIDDEN, "This server does not fetch files from URLs."),
            Error::NotFound => Self::new(S::NOT_FOUND, "Not found."),
            Error::OtherContent => Self::invalid(lists(&FieldErrors::one("f", FieldProblem::NotAFile))),
            Error::NeedsLink(NeedsLink { nearest }) => Self::new(S::FORBIDDEN, needs_link(nearest)),
            Error::NoPicture => Self::new(S::BAD_REQUEST, "This file has no picture to resize."),
            Error::Picture(PictureProblem::Undecodable) => {
                Self::new(S::BAD_REQUEST, "The picture of this file cannot be decoded.")
            }
            Error::Picture(PictureProblem::TooLarge) => {
                Self::new(S::BAD_REQUEST, "The picture of this file is too large to be resized.")
            }
            Error::LinkUsedUp => Self::new(S::FORBIDDEN, "The link is used up."),
            Error::ArchiveChanged => Self::new(S::GONE, "A file of this archive was changed, hidden or deleted."),
            Error::Preparing { retry_after } => {
                Self::unavailable("The archive is being prepared. Try again later.", *retry_after)
            }
            Error::Outdated => Self::to(&Problem::PreconditionFailed),
            Error::TypeNotAllowed { mime_type } => Self::new(S::UNSUPPORTED_MEDIA_TYPE, unsupported(mime_type)),
            Error::TooLarge { limit } => {
                Self::new(S::PAYLOAD_TOO_LARGE, format!("The file is larger than {}.", HumanSize(*limit)))
            }
            Error::NoSpace(_) => Self::new(S::INSUFFICIENT_STORAGE, "There is no room left."),
            Error::Busy { retry_after } => {
                Self::unavailable("Too many uploads are being processed. Try again later.", *retry_after)
            }
            Error::Throttled { retry_after } => {
                // Rounded up: who comes earlier is refused once more.
                let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
                let detail = format!("Request was throttled. Expected available in {seconds} seconds.");
                Self::new(S::TOO_MANY_REQUESTS, detail).with(header::RETRY_AFTER, seconds.to_string())
            }
            Error::Unavailable(_) => {
                Self::unavailable("The service is temporarily unavailable. Try again later.", Duration::from_secs(5))
            }
            Error::Internal(_) => Self::new(S::INTERNAL_SERVER_ERROR, "Internal server error."),
        }
    }

    fn to_account(problem: &AccountProblem) -> Self {
        match problem {
            AccountProblem::NoSuchUser(_) | AccountProblem::NoSuchToken(_) => {
                Self::new(StatusCode::NOT_FOUND, "Not found.")
            }
            AccountProblem::UsernameTaken(_) => {
                let sentence = "A user with that username already exists.".to_owned();
                Self::invalid(list("username", sentence))
            }
            AccountProblem::LastAdmin(_) => {
                Self::invalid(non_field_error("The last active admin has to stay one.".to_owned()))
            }
        }
    }

    fn to_upload(problem: &UploadProblem) -> Self {
        use StatusCode as S;
        match problem {
            UploadProblem::InvalidMetadata => Self::to(&Problem::InvalidHeader("Upload-Metadata")),
            UploadProblem::InvalidFields(errors) => Self::invalid(lists(errors)),
            UploadProblem::OtherLength => Self::new(S::BAD_REQUEST, "The upload cannot have that length."),
            UploadProblem::OtherOffset => Self::new(S::CONFLICT, "The upload continues at another offset."),
            UploadProblem::InUse => Self::new(S::LOCKED, "The file of the upload is being made."),
            UploadProblem::OtherChecksum => {
                Self::new(checksum_mismatch(), "The bytes do not have the checksum that was sent.")
            }
            UploadProblem::MadeOfOthers => Self::new(S::FORBIDDEN, "Nothing can be added to a final upload."),
            UploadProblem::NotAPart => Self::new(S::BAD_REQUEST, "Only complete partial uploads can be concatenated."),
        }
    }

    fn to_auth(error: AuthError) -> Self {
        match error {
            AuthError::NotProvided => Self::unauthenticated("Authentication credentials were not provided."),
            AuthError::NoToken => Self::unauthenticated("Invalid token header. No credentials provided."),
            AuthError::TokenWithSpaces => {
                Self::unauthenticated("Invalid token header. Token string should not contain spaces.")
            }
            AuthError::TokenWithInvalidCharacters => {
                Self::unauthenticated("Invalid token header. Token string should not contain invalid characters.")
            }
            AuthError::InvalidToken => Self::unauthenticated("Invalid token."),
            AuthError::Inactive => Self::unauthenticated("User inactive or deleted."),
            AuthError::Forbidden(_) | AuthError::NotAdmin => {
                Self::new(StatusCode::FORBIDDEN, "You do not have permission to perform this action.")
            }
            AuthError::InvalidLink => Self::new(StatusCode::FORBIDDEN, "The link is not valid."),
            AuthError::ExpiredLink => Self::new(StatusCode::FORBIDDEN, "The link has expired."),
            AuthError::RepeatedParameter => Self::new(StatusCode::BAD_REQUEST, "A parameter of the query is repeated."),
            AuthError::NoRandomness | AuthError::BadPasswordHash => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error.")
            }
        }
    }
}

/// Returns the status that tus has for it.
fn checksum_mismatch() -> StatusCode {
    StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST)
}

fn lists(errors: &FieldErrors) -> Lists {
    let list = |problems: &[FieldProblem]| List::Sentences(problems.iter().map(sentence).collect());
    errors.iter().map(|(field, problems)| (field.to_owned(), list(problems))).collect()
}

fn non_field_error(sentence: String) -> Lists {
    list(NON_FIELD_ERRORS, sentence)
}

fn list(field: &str, sentence: String) -> Lists {
    Lists::from([(field.to_owned(), List::Sentences(vec![sentence]))])
}

/// The body of every error: an RFC 9457 problem. The field lists of a 400 stand at the top level,
/// as in Django REST framework, and again under `errors`, where no field name can collide with a
/// member of the problem.
#[derive(Serialize, JsonSchema)]
#[schemars(
    rename = "Problem",
    example = json!({
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "Invalid input.",
        "request_id": "5ba3382a57a27340",
        "f": ["No file was submitted."],
        "errors": {"f": ["No file was submitted."]},
    })
)]
pub(crate) struct Body<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    request_id: &'a str,
    #[serde(flatten)]
    lists: BTreeMap<&'a str, &'a List>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: &'a Lists,
}

/// The members of a problem. A field list never replaces them.
const MEMBERS: [&str; 6] = ["type", "title", "status", "detail", "request_id", "errors"];

impl<'a> Body<'a> {
    fn new(answer: &'a Answer, request_id: &'a str) -> Self {
        let at_the_top = answer.lists.iter().filter(|(field, _)| !MEMBERS.contains(&field.as_str()));
        Self {
            r#type: "about:blank",
            title: answer.status.canonical_reason().unwrap_or("Checksum Mismatch"),
            status: answer.status.as_u16(),
            detail: &answer.detail,
            request_id,
            lists: at_the_top.map(|(field, sentences)| (field.as_str(), sentences)).collect(),
            errors: &answer.lists,
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        Answer::to(self).status
    }

    fn error_response(&self) -> HttpResponse {
        let answer = Answer::to(self);
        // Strings and numbers always serialise.
        let body = serde_json::to_vec(&Body::new(&answer, &request_id::current())).unwrap_or_default();
        let mut response = HttpResponse::build(answer.status);
        if let Some(header) = answer.header {
            response.insert_header(header);
        }
        response.insert_header((header::CONTENT_TYPE, "application/problem+json")).body(body)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::ResponseError;
    use actix_web::body::MessageBody;
    use serde_json::{Value, json};
    use tintype_library::auth::Error as AuthError;
    use tintype_library::domain::{FieldErrors, FieldProblem, Permission, UrlProblem};
    use tintype_library::{Error, NeedsLink, PictureProblem, UploadProblem};

    use super::{Answer, List, sentence};
    use crate::problem::{Defect, Format, JsonType, Problem, Slow};

    fn body(problem: &Problem) -> Value {
        let bytes = problem.error_response().into_body().try_into_bytes().unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn a_field_never_replaces_a_member_of_the_problem() {
        let mut errors = FieldErrors::default();
        for field in ["type", "title", "status", "detail", "request_id", "errors", "size_min"] {
            errors.push(field, FieldProblem::NotANumber);
        }
        let body = body(&errors.into());
        let list = json!(["Enter a number."]);
        assert_eq!(body["errors"]["errors"], list);
        assert_eq!(body["errors"].as_object().unwrap().len(), 7);
        assert_eq!((&body["size_min"], &body["status"], &body["type"]), (&list, &json!(400), &json!("about:blank")));
        assert_eq!(body.as_object().unwrap().len(), 7);
    }

    #[test]
    fn errors_within_an_object_are_lists_within_a_list() {
        let errors = FieldErrors::one("width", FieldProblem::NotAnInteger);
        let body = body(&Problem::InvalidWithin { field: "rendition", errors });
        assert_eq!(body["rendition"], json!({"width": ["A valid integer is required."]}));
        assert_eq!(body["errors"]["rendition"], body["rendition"]);
    }

    #[test]
    fn what_is_no_error_of_fields_has_no_lists() {
        assert_eq!(body(&Problem::NotFound).get("errors"), None);
    }

    /// Every sentence of the table, with the values that the page has as examples.
    #[test]
    fn the_page_on_the_api_has_every_sentence() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md")).unwrap();
        let source = || std::io::Error::other("x").into();
        let malformed = |format| Problem::Malformed { format, defect: Defect::Syntax("…".to_owned()) };
        let problems = [
            Problem::NotFound,
            Problem::MethodNotAllowed { method: "PUT".to_owned(), allow: "GET" },
            Problem::UnsupportedMediaType("text/plain".to_owned()),
            malformed(Format::Multipart),
            malformed(Format::Json),
            malformed(Format::UrlEncoded),
            malformed(Format::Raw),
            Problem::FieldTooLarge { limit: 64 << 10 },
            Problem::InvalidHeader("Upload-Offset"),
            Problem::OtherTusVersion,
            Error::from(UploadProblem::OtherLength).into(),
            Error::from(UploadProblem::OtherOffset).into(),
            Error::from(UploadProblem::InUse).into(),
            Error::from(UploadProblem::OtherChecksum).into(),
            Error::from(UploadProblem::MadeOfOthers).into(),
            Error::from(UploadProblem::NotAPart).into(),
            Problem::TooSlow(Slow::Idle),
            Problem::TooSlow(Slow::Rate),
            Problem::PreconditionFailed,
            Problem::RangeNotSatisfiable { size: 1 },
            Problem::NotReady("database"),
            Problem::NotReady("storage"),
            Problem::Ending,
            Problem::NotAnObject { found: JsonType::Array },
            Problem::NotAnObject { found: JsonType::Null },
            Error::WrongCredentials.into(),
            Error::ImportsOff.into(),
            Error::from(UrlProblem::NotAUrl).into(),
            Error::from(UrlProblem::Scheme).into(),
            Error::from(UrlProblem::Credentials).into(),
            Error::from(UrlProblem::Port { port: 8000 }).into(),
            Error::from(UrlProblem::Private).into(),
            Error::from(UrlProblem::Unresolved).into(),
            Error::from(UrlProblem::Unreachable).into(),
            Error::from(UrlProblem::Status { status: 404 }).into(),
            Error::from(UrlProblem::Location).into(),
            Error::from(UrlProblem::Redirects { limit: 5 }).into(),
            Error::from(UrlProblem::Encoded).into(),
            Error::from(UrlProblem::CutShort).into(),
            Error::from(UrlProblem::TooSlow).into(),
            Error::from(UrlProblem::TimedOut { limit: Duration::from_secs(300) }).into(),
            Error::OtherContent.into(),
            Error::Outdated.into(),
            Error::NeedsLink(NeedsLink { nearest: vec![("width", vec![384, 512])] }).into(),
            Error::NoPicture.into(),
            Error::Picture(PictureProblem::Undecodable).into(),
            Error::Picture(PictureProblem::TooLarge).into(),
            Error::LinkUsedUp.into(),
            Error::ArchiveChanged.into(),
            Error::Preparing { retry_after: Duration::from_secs(5) }.into(),
            Error::TooLarge { limit: 100 << 20 }.into(),
            Error::NoSpace(source()).into(),
            Error::Busy { retry_after: Duration::from_secs(5) }.into(),
            Error::Unavailable(source()).into(),
            Error::Internal(source()).into(),
            AuthError::NotProvided.into(),
            AuthError::NoToken.into(),
            AuthError::TokenWithSpaces.into(),
            AuthError::TokenWithInvalidCharacters.into(),
            AuthError::InvalidToken.into(),
            AuthError::Inactive.into(),
            AuthError::Forbidden(Permission::View).into(),
            AuthError::InvalidLink.into(),
            AuthError::ExpiredLink.into(),
            AuthError::RepeatedParameter.into(),
        ];
        let answers = problems.iter().map(Answer::to);
        let sentences = |list| match list {
            List::Sentences(sentences) => sentences,
            List::Within(_) => Vec::new(),
        };
        let told = answers.flat_map(|answer| answer.lists.into_values().flat_map(sentences).chain([answer.detail]));
        let fields = [
            FieldProblem::Missing,
            FieldProblem::Null,
            FieldProblem::NotAText,
            FieldProblem::Blank,
            FieldProblem::NotABoolean,
            FieldProblem::NotAList,
            FieldProblem::NotAnEmailAddress,
            FieldProblem::NotAUsername,
            FieldProblem::WrongPassword,
            FieldProblem::PasswordTooShort { min: 8 },
            FieldProblem::PasswordCommon,
            FieldProblem::PasswordNumeric,
            FieldProblem::PasswordSimilar { attribute: "username" },
            FieldProblem::NulCharacter,
            FieldProblem::TooLong { limit: 255 },
            FieldProblem::TooManyTerms { limit: 32 },
            FieldProblem::TooMany { limit: 64 },
            FieldProblem::EmptyList,
            FieldProblem::NoMatch,
            FieldProblem::NoSuchFile { id: 7 },
            FieldProblem::Comma,
            FieldProblem::NotAChecksum,
            FieldProblem::NotANumber,
            FieldProblem::NotADate,
            FieldProblem::NotADateTime,
            FieldProblem::NotAChoice { value: "zz".to_owned() },
            FieldProblem::NotACursor,
            FieldProblem::InvalidChoice { value: "zz".to_owned() },
            FieldProblem::NotAnInteger,
            FieldProblem::TooSmall { limit: 1 },
            FieldProblem::TooGreat { limit: 604_800 },
            FieldProblem::NotWithin { min: "0.3", max: "100" },
            FieldProblem::NotAColour,
            FieldProblem::NotAPoint,
            FieldProblem::NotSupported,
            FieldProblem::OnlyRead { format: "AVIF" },
            FieldProblem::NoFile,
            FieldProblem::NotAFile,
            FieldProblem::UnnamedFile,
            FieldProblem::EmptyFile,
        ];
        for sentence in told.chain(fields.iter().map(sentence)) {
            // Some stand in strings of JSON.
            let in_json = sentence.replace('"', "\\\"");
            assert!(page.contains(&sentence) || page.contains(&in_json), "docs/api.md does not have `{sentence}`");
        }
    }
}
