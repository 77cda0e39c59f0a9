//! Searches: what names and terms are compared by, and where one term ends.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Returns `text` such that texts that people do not type alike, but mean alike, are equal: without
/// case, combining marks (accents, vowel marks), half-spaces and other invisible characters; with
/// the digits of every script as ASCII, one form of Arabic and Persian letters, and one kind of
/// white space.
///
/// ```
/// use tintype_domain::fold_for_search;
/// assert_eq!(fold_for_search("STRASSE"), fold_for_search("straße"));
/// assert_eq!(fold_for_search("E\u{301}te\u{301}"), "ete");
/// assert_eq!(fold_for_search("علي ۱۲"), fold_for_search("علی 12"));
/// assert_eq!(fold_for_search("İstanbul"), fold_for_search("ISTANBUL"));
/// ```
pub fn fold_for_search(text: &str) -> String {
    if text.is_ascii() {
        return text.chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c.to_ascii_lowercase() }).collect();
    }
    let folded = caseless::default_case_fold_str(&bare(text));
    // Folding may bring decomposable letters forth again.
    bare(&folded).chars().map(common_form).nfc().collect()
}

/// Decomposes characters, and leaves out those that searches ignore.
fn bare(text: &str) -> String {
    /// The most bytes that stand for one character. An index takes up to 2,700 for a whole name of
    /// 255 characters.
    const MAX_BYTES: usize = 9;
    let mut bare = String::with_capacity(text.len());
    for c in text.chars() {
        let start = bare.len();
        decompose_compatible(c, |part| {
            if !is_ignored(part) {
                bare.push(part);
            }
        });
        if bare.len() - start > MAX_BYTES {
            bare.truncate(start);
            bare.push(c);
        }
    }
    bare
}

/// Returns the folded terms of a search: words, and phrases in double quotes, in which a backslash
/// makes the next quote or backslash part of the phrase, as in Django REST framework.
pub(crate) fn search_terms(search: &str) -> Vec<String> {
    let mut terms = Vec::new();
    let mut rest = search.trim_start();
    while !rest.is_empty() {
        let (token, after) = rest.split_at(token_length(rest));
        match phrase(token) {
            Some(phrase) => terms.push(fold_for_search(&phrase)),
            // A half-space may be a space in the name, or nothing.
            None => terms.extend(token.split(HALF_SPACE).map(fold_for_search)),
        }
        rest = after.trim_start();
    }
    terms.retain(|term| !term.trim().is_empty());
    terms.sort();
    terms.dedup();
    terms
}

/// The zero-width non-joiner, which joins the parts of a Persian word as a space would not.
const HALF_SPACE: char = '\u{200c}';

/// Returns how long the first token of a text is. White space ends it, except between quotes.
fn token_length(text: &str) -> usize {
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        match next {
            '"' => match quoted_length(&text[at..]) {
                Some(length) => at += length,
                // A quote without another one is only a character.
                None => return at + text[at..].find(char::is_whitespace).unwrap_or(text.len() - at),
            },
            next if next.is_whitespace() => break,
            next => at += next.len_utf8(),
        }
    }
    at
}

/// Returns the length of the quoted text that the text begins with.
fn quoted_length(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, next)) = characters.next() {
        match next {
            '\\' => drop(characters.next()),
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Returns the phrase if the token is one. Commas around it do not matter.
fn phrase(token: &str) -> Option<String> {
    let inner = token.trim_matches(',').strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// Returns whether a search does not see the character: marks that combine with others, and format
/// characters such as joiners and the soft hyphen; and the stretching of Arabic letters.
fn is_ignored(c: char) -> bool {
    const TATWEEL: char = '\u{640}';
    c == TATWEEL
        || c.general_category_group() == GeneralCategoryGroup::Mark
        || c.general_category() == GeneralCategory::Format
}

/// Returns the form that stands for all those that people type in place of each other.
fn common_form(c: char) -> char {
    match c {
        // Dotless i.
        'ı' => 'i',
        // Yeh with and without dots, Farsi yeh and yeh barree.
        'ي' | 'ى' | 'ے' => 'ی',
        // Arabic kaf and its swash form.
        'ك' | 'ڪ' => 'ک',
        // Teh marbuta, heh goal, heh doachashmee and ae, which carries the hamza of U+06C0.
        'ة' | 'ہ' | 'ھ' | 'ە' => 'ه',
        // Alef wasla has no decomposition.
        'ٱ' => 'ا',
        c if c.is_ascii() => {
            if c.is_ascii_whitespace() {
                ' '
            } else {
                c
            }
        }
        c if c.is_whitespace() => ' ',
        c => digit(c).unwrap_or(c),
    }
}

/// Returns the ASCII digit of the same value. In every script the digits follow each other from 0
/// to 9, and what comes before a 0 is no digit or another script's 9.
fn digit(c: char) -> Option<char> {
    let is_digit = |c: &char| c.general_category() == GeneralCategory::DecimalNumber;
    if !is_digit(&c) {
        return None;
    }
    let before = (0..u32::from(c)).rev().map_while(char::from_u32).take_while(is_digit).count();
    char::from_digit(u32::try_from(before % 10).ok()?, 10)
}

#[cfg(test)]
mod tests {
    use super::{fold_for_search, search_terms};

    #[test]
    fn what_people_do_not_type_alike_is_alike() {
        for (one, other) in [
            ("علي", "علی"),
            ("مصطفى", "مصطفی"),
            ("كتاب", "کتاب"),
            ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"),
            ("०१२३४५६७८९", "0123456789"),
            ("０９ 𝟘𝟡", "09 09"),
            ("\u{116DA}\u{116E3}", "09"),
            ("می\u{200c}شود", "میشود"),
            ("مُحَمَّد", "محمد"),
            ("أحمد إبراهيم آل", "احمد ابراهیم ال"),
            ("خانهٔ", "خانۀ"),
            ("مـــرد", "مرد"),
            ("ﷲ ﻻ", "الله لا"),
            ("İSTANBUL", "ıstanbul"),
            ("Café", "CAFE\u{301}"),
            ("Ångström", "angstrom"),
            ("ﬁ", "FI"),
            ("ΌΣΟΣ", "οσος"),
            ("a\u{a0}b\tc", "A B C"),
            ("soft\u{ad}ened", "softened"),
        ] {
            assert_eq!(fold_for_search(one), fold_for_search(other), "{one} and {other}");
        }
        assert_ne!(fold_for_search("کتاب"), fold_for_search("گتاب"));
        assert_ne!(fold_for_search("a b"), fold_for_search("ab"));
    }

    /// As PostgreSQL's indexes need it.
    #[test]
    fn the_longest_name_stays_below_2700_bytes() {
        for c in ['ﷺ', '㍿', '㌀', 'ﷲ', '각', 'ΐ', '🐈', '\u{1D15F}'] {
            let folded = fold_for_search(&c.to_string().repeat(255));
            assert!(!folded.is_empty() && folded.len() < 2700, "{c}: {}", folded.len());
        }
    }

    #[test]
    fn words_end_at_white_space_and_phrases_at_quotes() {
        for (search, expected) in [
            (r#"b a  a"#, vec!["a", "b"]),
            (r#""a b" c"#, vec!["a b", "c"]),
            (r#""A  b","#, vec!["a  b"]),
            (r#""say \"hi\" \\ there""#, vec![r#"say "hi" \ there"#]),
            (r#"5" disk"#, vec![r#"5""#, "disk"]),
            (r#""open end"#, vec![r#""open"#, "end"]),
            (r#"x"a b"y"#, vec![r#"x"a b"y"#]),
            (r#""" ""#, vec![r#"""#]),
            (r#"it's o'clock"#, vec!["it's", "o'clock"]),
            (r#"a,b"#, vec!["a,b"]),
            ("می\u{200c}شود", vec!["شود", "می"]),
            ("\"می\u{200c}شود\"", vec!["میشود"]),
            ("\u{64e} \u{200c}", vec![]),
            (r#"\"#, vec![r#"\"#]),
        ] {
            assert_eq!(search_terms(search), expected, "{search}");
        }
    }
}
