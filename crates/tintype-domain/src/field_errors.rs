use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::url_problem::UrlProblem;

/// What is wrong with one value of a request. The sentence for clients is not decided here.
///
/// Exhaustive on purpose: code that answers clients has to decide what to say in every case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldProblem {
    /// A required value was not sent.
    #[error("is missing")]
    Missing,
    /// The value is `null`.
    #[error("is null")]
    Null,
    /// The value is a list, an object or a boolean where a text belongs.
    #[error("is not a text")]
    NotAText,
    /// The text is empty, or has white space only.
    #[error("is blank")]
    Blank,
    /// The value is not a boolean.
    #[error("is not a boolean")]
    NotABoolean,
    /// The value is not a list.
    #[error("is not a list")]
    NotAList,
    /// Nothing can be sent to the URL, or fetched from it.
    #[error("cannot be requested: {0}")]
    Url(UrlProblem),
    /// The text is not an email address.
    #[error("is not an email address")]
    NotAnEmailAddress,
    /// The text has a character that user names cannot have.
    #[error("is not a user name")]
    NotAUsername,
    /// The password is not the present one.
    #[error("is not the present password")]
    WrongPassword,
    /// The password is too short.
    #[error("has fewer than {min} characters")]
    PasswordTooShort {
        /// The fewest characters there may be.
        min: usize,
    },
    /// The password has digits only.
    #[error("has digits only")]
    PasswordNumeric,
    /// The password is one that many people have.
    #[error("the password is too common")]
    PasswordCommon,
    /// The password is too much like something that is known of its user.
    #[error("is too similar to the {attribute}")]
    PasswordSimilar {
        /// What it is similar to, in words.
        attribute: &'static str,
    },
    /// The text contains a NUL character.
    #[error("contains a NUL character")]
    NulCharacter,
    /// The text is too long.
    #[error("has more than {limit} characters")]
    TooLong {
        /// The most characters there may be.
        limit: usize,
    },
    /// There are too many items.
    #[error("has more than {limit} items")]
    TooMany {
        /// The most items there may be.
        limit: usize,
    },
    /// The list has no items.
    #[error("is an empty list")]
    EmptyList,
    /// No file is one that the value asks for.
    #[error("asks for files that there are not")]
    NoMatch,
    /// There is no file of that id.
    #[error("has the id {id}, which no file has")]
    NoSuchFile {
        /// The id.
        id: i64,
    },
    /// A name contains a comma, which stands between names.
    #[error("contains a comma")]
    Comma,
    /// The value is not a checksum.
    #[error("is not a checksum")]
    NotAChecksum,
    /// The search has too many terms.
    #[error("has more than {limit} terms")]
    TooManyTerms {
        /// The most different terms there may be.
        limit: usize,
    },
    /// The value is not a number.
    #[error("is not a number")]
    NotANumber,
    /// The value is not a date.
    #[error("is not a date")]
    NotADate,
    /// The value is neither a date nor a date-time.
    #[error("is not a date-time")]
    NotADateTime,
    /// The value is not one of a fixed set.
    #[error("is `{value}`, which is not one of the choices")]
    NotAChoice {
        /// The value.
        value: String,
    },
    /// The value is no cursor of this list.
    #[error("is not a cursor of this list")]
    NotACursor,
    /// The field of a body is not one of a fixed set.
    #[error("is `{value}`, which is not a valid choice")]
    InvalidChoice {
        /// The value.
        value: String,
    },
    /// The field of a body is not a whole number.
    #[error("is not a whole number")]
    NotAnInteger,
    /// The number is too small.
    #[error("is less than {limit}")]
    TooSmall {
        /// The least number there may be.
        limit: u64,
    },
    /// The number is too great.
    #[error("is greater than {limit}")]
    TooGreat {
        /// The greatest number there may be.
        limit: u64,
    },
    /// The number is not within two bounds.
    #[error("is not within {min} to {max}")]
    NotWithin {
        /// The least number there may be.
        min: &'static str,
        /// The greatest number there may be.
        max: &'static str,
    },
    /// The text is not a colour.
    #[error("is not a colour")]
    NotAColour,
    /// The value is not a point of a picture.
    #[error("is not a point")]
    NotAPoint,
    /// The field means something that cannot be done.
    #[error("is not supported")]
    NotSupported,
    /// Pictures cannot be saved in the format, although they can be read.
    #[error("is {format}, which can be read but not written")]
    OnlyRead {
        /// The format.
        format: &'static str,
    },
    /// No file was sent.
    #[error("is missing: no file was sent")]
    NoFile,
    /// A text was sent in place of a file, and it does not name the present content either.
    #[error("is not a file")]
    NotAFile,
    /// The file was sent without a usable name.
    #[error("is a file without a name")]
    UnnamedFile,
    /// The file has no bytes.
    #[error("is an empty file")]
    EmptyFile,
}

/// What is wrong with a request, by the field or parameter it is about.
///
/// ```
/// use tintype_domain::{FieldErrors, FieldProblem};
///
/// let errors = FieldErrors::one("name", FieldProblem::TooLong { limit: 255 });
/// assert_eq!(errors.to_string(), "`name` has more than 255 characters");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<Cow<'static, str>, Vec<FieldProblem>>);

impl FieldErrors {
    /// Returns the errors of one field with one problem.
    pub fn one(field: &'static str, problem: FieldProblem) -> Self {
        Self(BTreeMap::from([(field.into(), vec![problem])]))
    }

    /// Adds a problem of `field`.
    pub fn push(&mut self, field: impl Into<Cow<'static, str>>, problem: FieldProblem) {
        self.0.entry(field.into()).or_default().push(problem);
    }

    /// Returns the value of `result`, or keeps its problem as one of `field`.
    pub fn take<T>(&mut self, field: &'static str, result: Result<T, FieldProblem>) -> Option<T> {
        result.map_err(|problem| self.push(field, problem)).ok()
    }

    /// Returns the fields with their problems, by field name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[FieldProblem])> {
        self.0.iter().map(|(field, problems)| (field.as_ref(), problems.as_slice()))
    }

    /// Returns `value`, or these errors where there are any.
    ///
    /// # Errors
    /// These errors, unless there are none.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl std::error::Error for FieldErrors {}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problems = self.iter().flat_map(|(field, problems)| problems.iter().map(move |problem| (field, problem)));
        for (index, (field, problem)) in problems.enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}`{field}` {problem}")?;
        }
        Ok(())
    }
}
