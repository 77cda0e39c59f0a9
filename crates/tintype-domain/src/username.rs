use crate::file_name::is_word;
use std::fmt;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization;

/// The name a user logs in with: 1 to 150 letters, digits and `@`, `.`, `+`, `-`, `_`, in NFKC, as
/// Django has it.
///
/// Letters and digits of every script count. Names that differ only in compatibility forms are the
/// same name.
///
/// ```
/// use tintype_domain::Username;
/// assert_eq!(Username::new("behrooz@example.org")?.as_str(), "behrooz@example.org");
/// assert_eq!(Username::new("ﬁnn")?.as_str(), "finn");
/// assert!(Username::new("two words").is_err());
/// # Ok::<(), tintype_domain::InvalidUsername>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// Why a text cannot be a user name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUsername {
    /// The text is empty.
    #[error("a user name cannot be empty")]
    Empty,
    /// The text has a character that user names cannot have.
    #[error("user name `{0}` is not valid; use letters, digits and @ . + - _")]
    Character(String),
    /// The text is too long.
    #[error("user name `{0}` is longer than {max} characters", max = Username::MAX_CHARS)]
    TooLong(String),
}

impl Username {
    /// The most characters (Unicode scalar values) a user name has.
    pub const MAX_CHARS: usize = 150;

    /// Returns the name in its normal form.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, InvalidUsername> {
        let name = Self::normalize(text);
        if name.is_empty() {
            return Err(InvalidUsername::Empty);
        }
        if !name.chars().all(|c| is_word(c) || matches!(c, '@' | '.' | '+' | '-')) {
            return Err(InvalidUsername::Character(text.to_owned()));
        }
        if name.chars().count() > Self::MAX_CHARS {
            return Err(InvalidUsername::TooLong(text.to_owned()));
        }
        Ok(Self(name))
    }

    /// Returns the form in which new user names are kept, whether or not the text is a valid one.
    pub fn normalize(text: &str) -> String {
        text.nfkc().collect()
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = InvalidUsername;

    fn from_str(text: &str) -> Result<Self, InvalidUsername> {
        Self::new(text)
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidUsername, Username};

    #[test]
    fn letters_and_digits_of_every_script_are_taken() {
        for name in ["admin", "a@b.c", "a+b-c_d", "بهروز", "۱۲۳", "Ünïcödé", "名前", "²"] {
            assert_eq!(Username::new(name).unwrap().as_str(), Username::normalize(name), "{name}");
        }
        // Composed or not, the name is the same.
        assert_eq!(Username::new("e\u{301}"), Username::new("é"));
        assert_eq!(Username::new("ａｄｍｉｎ").unwrap().as_str(), "admin");
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        assert_eq!(Username::new(""), Err(InvalidUsername::Empty));
        for name in ["two words", "a/b", "a\0", "a\n", "a'b", "😀", "\u{200f}a", "a:b", "\u{301}"] {
            assert_eq!(Username::new(name), Err(InvalidUsername::Character(name.into())), "{name:?}");
        }
    }

    #[test]
    fn the_limit_counts_characters_after_normalization() {
        assert!(Username::new(&"ع".repeat(150)).is_ok());
        assert!(matches!(Username::new(&"ع".repeat(151)), Err(InvalidUsername::TooLong(_))));
        assert!(matches!(Username::new(&"ﬁ".repeat(76)), Err(InvalidUsername::TooLong(_))));
    }
}
