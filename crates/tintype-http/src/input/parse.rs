//! What several bodies read alike from their fields.

use std::time::Duration;

use tintype_library::domain::{Description, FieldProblem};

use crate::fields::Fields;
use crate::problem::Format;

/// Every format that fields can come in.
pub(super) const ALL_FORMATS: &[Format] = &[Format::Multipart, Format::Json, Format::UrlEncoded];

pub(super) fn required<T>(sent: Result<Option<T>, FieldProblem>) -> Result<T, FieldProblem> {
    sent?.ok_or(FieldProblem::Missing)
}

pub(super) fn required_text(
    sent: Result<Option<&str>, FieldProblem>,
    trim: fn(&str) -> &str,
) -> Result<String, FieldProblem> {
    match sent?.map(trim) {
        None => Err(FieldProblem::Missing),
        Some("") => Err(FieldProblem::Blank),
        Some(text) if text.contains('\0') => Err(FieldProblem::NulCharacter),
        Some(text) => Ok(text.to_owned()),
    }
}

pub(super) fn description(fields: &Fields) -> Result<Option<Description>, FieldProblem> {
    fields.text("description")?.map(Description::new).transpose()
}

/// Returns a number of seconds, at least 1.
pub(super) fn lifetime(fields: &Fields) -> Result<Option<Duration>, FieldProblem> {
    Ok(positive(fields, "expires_in")?.map(Duration::from_secs))
}

/// Returns a whole number, at least 1.
pub(super) fn positive(fields: &Fields, name: &str) -> Result<Option<u64>, FieldProblem> {
    let Some(text) = fields.optional_text(name)? else { return Ok(None) };
    match text.trim().parse::<i64>() {
        Err(_) => Err(FieldProblem::NotAnInteger),
        Ok(..=0) => Err(FieldProblem::TooSmall { limit: 1 }),
        Ok(number) => Ok(Some(number.unsigned_abs())),
    }
}
