use std::fmt;
use std::str::FromStr;

/// A given or family name: at most 150 characters, any but NUL, perhaps empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PersonName(String);

/// Why a text cannot be a given or family name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPersonName {
    /// The text has a NUL.
    #[error("a name cannot contain a NUL character")]
    Nul,
    /// The text is too long.
    #[error("a name cannot have more than {max} characters", max = PersonName::MAX_CHARS)]
    TooLong,
}

impl PersonName {
    /// The most characters (Unicode scalar values) a name has.
    pub const MAX_CHARS: usize = 150;

    /// Returns the name without white space at its ends.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, InvalidPersonName> {
        let text = text.trim();
        if text.contains('\0') {
            return Err(InvalidPersonName::Nul);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(InvalidPersonName::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PersonName {
    type Err = InvalidPersonName;

    fn from_str(text: &str) -> Result<Self, InvalidPersonName> {
        Self::new(text)
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{InvalidPersonName, PersonName};

    #[test]
    fn any_text_of_150_characters_is_taken() {
        assert_eq!(PersonName::new("  Ada  King ").unwrap().as_str(), "Ada  King");
        assert_eq!(PersonName::new(""), Ok(PersonName::default()));
        assert!(PersonName::new(&"م".repeat(150)).is_ok());
        assert_eq!(PersonName::new(&"م".repeat(151)), Err(InvalidPersonName::TooLong));
        assert_eq!(PersonName::new("a\0b"), Err(InvalidPersonName::Nul));
    }
}
