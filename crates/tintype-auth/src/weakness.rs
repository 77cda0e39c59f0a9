//! The rules for passwords that Django has by default.

use std::collections::HashMap;

use tintype_domain::FieldProblem;

/// The fewest characters of a password.
const MIN_CHARS: usize = 8;
/// How alike a password and a name may be, from 0 to 1.
const MAX_SIMILARITY: f64 = 0.7;

/// Common passwords in lower case, a line each: those of at least [`MIN_CHARS`] characters from the
/// list of zxcvbn (`data/README.md`).
const COMMON: &str = include_str!("../data/common_passwords.txt");

/// Returns why a password is too weak for a user of whom `known` is known: what it is in words, and
/// its text. Empty if it is not.
pub(crate) fn weaknesses(password: &str, known: &[(&'static str, &str)]) -> Vec<FieldProblem> {
    let lower = password.to_lowercase();
    let similar = known.iter().find(|(_, text)| is_similar(&lower, text));
    let similar = similar.map(|(attribute, _)| FieldProblem::PasswordSimilar { attribute });
    let short = (password.chars().count() < MIN_CHARS).then_some(FieldProblem::PasswordTooShort { min: MIN_CHARS });
    let common = COMMON.lines().any(|common| common == lower.trim()).then_some(FieldProblem::PasswordCommon);
    let numeric = password.chars().all(char::is_numeric).then_some(FieldProblem::PasswordNumeric);
    [similar, short, common, numeric].into_iter().flatten().collect()
}

/// Returns whether the lower-case password is similar to the text, or to a word of it.
fn is_similar(password: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.chain([text.as_str()]).filter(|part| !part.is_empty()).any(|part| {
        let (long, short) = (password.chars().count(), part.chars().count());
        // A long password may contain a short name.
        let is_negligible = long >= 10 * short && (short as f64) < MAX_SIMILARITY / 2.0 * long as f64;
        !is_negligible && similarity(password, part) >= MAX_SIMILARITY
    })
}

/// Returns the share of characters that two texts have in common, wherever they stand.
fn similarity(a: &str, b: &str) -> f64 {
    let mut left: HashMap<char, usize> = HashMap::new();
    for c in a.chars() {
        *left.entry(c).or_default() += 1;
    }
    let mut common = 0_usize;
    for c in b.chars() {
        if let Some(count) = left.get_mut(&c).filter(|count| **count > 0) {
            *count -= 1;
            common += 1;
        }
    }
    2.0 * common as f64 / (a.chars().count() + b.chars().count()) as f64
}

#[cfg(test)]
mod tests {
    use super::weaknesses;
    use tintype_domain::FieldProblem as P;

    #[test]
    fn passwords_are_judged_as_django_judges_them() {
        let known = [("username", "behrooz"), ("last name", "Ghorbani-Fard"), ("email address", "bg@example.org")];
        let similar = |attribute| P::PasswordSimilar { attribute };
        let short = P::PasswordTooShort { min: 8 };
        let cases = [
            ("correct horse", vec![]),
            ("گذرواژه بلند", vec![]),
            (" Sunshine ", vec![P::PasswordCommon]),
            ("12345678", vec![P::PasswordCommon, P::PasswordNumeric]),
            ("behrooz99", vec![similar("username")]),
            ("zoorheb", vec![similar("username"), short.clone()]),
            ("ghorbani1", vec![similar("last name")]),
            ("BG@example.org", vec![similar("email address")]),
            ("bg-and-a-very-long-password", vec![]),
            ("short", vec![short.clone()]),
            ("1234567", vec![short, P::PasswordNumeric]),
            ("۱۲۳۴۵۶۷۸", vec![P::PasswordNumeric]),
        ];
        for (password, expected) in cases {
            assert_eq!(weaknesses(password, &known), expected, "{password}");
        }
    }
}
