use crate::FieldProblem;

/// Parses a boolean that was sent as text, by the words that Django REST framework knows.
///
/// # Errors
/// [`FieldProblem::NotABoolean`].
///
/// ```
/// use tintype_domain::parse_boolean;
/// assert_eq!((parse_boolean("on"), parse_boolean("No")), (Ok(true), Ok(false)));
/// assert!(parse_boolean("2").is_err());
/// ```
pub fn parse_boolean(text: &str) -> Result<bool, FieldProblem> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Ok(false),
        _ => Err(FieldProblem::NotABoolean),
    }
}
