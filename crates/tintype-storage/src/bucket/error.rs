use crate::Error;
use crate::bucket::BucketUrl;
use std::error::Error as StdError;
use std::io;
use tintype_domain::Key;

/// A failure that the service would answer again if the request were repeated.
#[derive(Debug, thiserror::Error)]
#[error("it answered {status} `{code}`: {message}")]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// S3's error code, such as `NoSuchKey`; empty if the answer had no body, as for `HEAD`.
    pub(super) code: String,
    pub(super) message: String,
}

/// Why a bucket cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Trouble(String);

impl Refusal {
    /// Reads the body of an answer, which is XML.
    pub(super) fn new(status: u16, body: &str) -> Self {
        let element = |name: &str| {
            let (_, rest) = body.split_once(&format!("<{name}>"))?;
            Some(rest.split_once(&format!("</{name}>"))?.0.trim().to_owned())
        };
        let shown = || body.chars().take(200).collect();
        Self { status, code: element("Code").unwrap_or_default(), message: element("Message").unwrap_or_else(shown) }
    }

    fn is_missing_object(&self) -> bool {
        self.status == 404 && !matches!(self.code.as_str(), "NoSuchBucket" | "ContainerNotFound" | "NoSuchUpload")
    }

    fn is_no_space(&self) -> bool {
        self.status == 507 || self.message.to_ascii_lowercase().contains("quota")
    }

    fn advice(&self) -> &'static str {
        match (self.status, self.code.as_str()) {
            (_, "NoSuchBucket" | "ContainerNotFound") => "create the bucket, or correct `storage_url`",
            (301 | 307, _)
            | (_, "AuthorizationHeaderMalformed" | "PermanentRedirect" | "IllegalLocationConstraintException") => {
                "check region and endpoint in `storage_url`"
            }
            (_, "RequestTimeTooSkewed") => "set the clock of this machine",
            (401 | 403, _) => "check the access key and its secret, and that the key may read and write in the bucket",
            _ => "check `storage_url`",
        }
    }
}

fn causes(error: &object_store::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(Some(error as &(dyn StdError + 'static)), |&error| error.source())
}

/// Returns the refusal that caused an error, if there is one.
fn refusal(error: &object_store::Error) -> Option<&Refusal> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// Returns whether an error says that a range begins behind the object's end.
pub(super) fn is_beyond_end(error: &object_store::Error) -> bool {
    refusal(error).is_some_and(|refusal| refusal.status == 416)
}

/// Returns whether an error says that there is no such object, in a bucket that exists.
pub(super) fn is_missing_object(error: &object_store::Error) -> bool {
    refusal(error).is_some_and(Refusal::is_missing_object)
}

/// Translates an error of the client in an operation on an object.
pub(super) fn of_object(error: &object_store::Error, key: &Key, url: &BucketUrl) -> Error {
    if is_missing_object(error) { Error::NotFound { key: key.clone() } } else { of_bucket(error, url) }
}

/// Translates an error of the client in an operation on the bucket.
pub(super) fn of_bucket(error: &object_store::Error, url: &BucketUrl) -> Error {
    match refusal(error) {
        Some(refusal) if refusal.is_no_space() => {
            let source = io::Error::new(io::ErrorKind::QuotaExceeded, refusal.to_string());
            Error::NoSpace { operation: "put an object into", path: url.to_string().into(), source }
        }
        Some(refusal) => trouble(format!("`{url}` cannot be used: {refusal}; {}", refusal.advice())),
        None => trouble(format!("`{url}` does not answer: {}", innermost(error))),
    }
}

/// The error of an operation that took too long.
pub(super) fn timed_out(url: &BucketUrl) -> Error {
    trouble(format!("`{url}` does not answer in time"))
}

/// The error of a bucket that cannot be used, for a reason that we found ourselves.
pub(super) fn trouble(text: String) -> Error {
    Error::unavailable(Trouble(text))
}

/// Returns the cause of causes, without the client library's layers around it.
fn innermost(error: &object_store::Error) -> String {
    let text = causes(error).last().map(ToString::to_string).unwrap_or_default();
    text.chars().take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn the_body_of_an_error_is_read() {
        let body =
            "<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>Bucket not found: a</Message></Error>";
        let refusal = Refusal::new(404, body);
        assert_eq!((refusal.code.as_str(), refusal.message.as_str()), ("NoSuchBucket", "Bucket not found: a"));
        assert!(!refusal.is_missing_object() && refusal.advice().contains("create the bucket"));
        assert!(Refusal::new(404, "").is_missing_object(), "the answer to HEAD has no body");
        assert!(Refusal::new(404, "<Error><Code>NoSuchKey</Code></Error>").is_missing_object());
        assert_eq!(Refusal::new(500, "<html>oops").message, "<html>oops");
    }

    #[test]
    fn what_to_do_depends_on_what_is_wrong() {
        let advice = |status, code: &str| Refusal::new(status, &format!("<Code>{code}</Code>")).advice();
        assert!(advice(403, "RequestTimeTooSkewed").contains("clock"));
        assert!(advice(403, "SignatureDoesNotMatch").contains("secret"));
        assert!(advice(400, "AuthorizationHeaderMalformed").contains("region"));
        assert!(advice(301, "").contains("region"));
        assert!(Refusal::new(403, "<Message>Bucket quota exceeded</Message>").is_no_space());
        assert!(Refusal::new(507, "").is_no_space());
    }
}
