use crate::FieldProblem;

/// Where mail reaches a user: at most 254 characters, in the form that Django takes; perhaps empty.
///
/// ```
/// use tintype_domain::EmailAddress;
/// assert_eq!(EmailAddress::new(" mina@example.org ").unwrap().as_str(), "mina@example.org");
/// assert!(EmailAddress::new("mina").is_err());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The most characters (Unicode scalar values) an address has.
    pub const MAX_CHARS: usize = 254;

    /// Returns the address without white space at its ends.
    ///
    /// # Errors
    /// [`FieldProblem::NulCharacter`], [`FieldProblem::TooLong`],
    /// [`FieldProblem::NotAnEmailAddress`].
    pub fn new(text: &str) -> Result<Self, FieldProblem> {
        let text = text.trim();
        if text.contains('\0') {
            return Err(FieldProblem::NulCharacter);
        }
        if text.chars().count() > Self::MAX_CHARS {
            return Err(FieldProblem::TooLong { limit: Self::MAX_CHARS });
        }
        let is_valid =
            text.is_empty() || text.rsplit_once('@').is_some_and(|(user, host)| is_user(user) && is_host(host));
        if is_valid { Ok(Self(text.to_owned())) } else { Err(FieldProblem::NotAnEmailAddress) }
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether the text is a "dot-atom" (RFC 5322 section 3.2.3).
fn is_user(text: &str) -> bool {
    let is_atom_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

fn is_host(text: &str) -> bool {
    if text.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let is_letter = |c: char| c.is_ascii_alphabetic() || c >= '\u{a1}';
    let is_label = |label: &str| {
        (1..=63).contains(&label.chars().count())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_letter(c) || c.is_ascii_digit() || c == '-')
    };
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    let is_top_level = last.starts_with("xn--") || last.chars().all(|c| is_letter(c) || c == '-');
    text.split('.').all(is_label) && last.chars().count() >= 2 && is_top_level
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;
    use crate::FieldProblem;

    #[test]
    fn addresses_are_taken_as_django_takes_them() {
        for text in
            ["", "a@b.co", "a.b+c@sub.example.org", "a@localhost", "a@مثال.ایران", "a@b.xn--p1ai", "o'x@a-b.org"]
        {
            assert_eq!(EmailAddress::new(text).unwrap().as_str(), text, "{text}");
        }
        for text in [
            "a",
            "@b.org",
            "a@",
            "a@b",
            "a b@c.org",
            "a..b@c.org",
            "a@-b.org",
            "a@b-.org",
            "a@b.c",
            "a@b.12",
            "a@b..org",
        ] {
            assert_eq!(EmailAddress::new(text), Err(FieldProblem::NotAnEmailAddress), "{text}");
        }
        let long = format!("{}@example.org", "a".repeat(243));
        assert_eq!(EmailAddress::new(&long), Err(FieldProblem::TooLong { limit: 254 }));
        assert!(EmailAddress::new(&long[1..]).is_ok());
        assert_eq!(EmailAddress::new("a\0@b.org"), Err(FieldProblem::NulCharacter));
    }
}
