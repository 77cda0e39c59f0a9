use crate::name::base_name;
use std::fmt;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// A file name that is safe as the last part of a key, made as Django's [`get_valid_filename`]
/// makes it.
///
/// Letters and digits of every script, `_`, `-` and `.`; NFC; never empty, `.`, `..` or with a
/// leading dot; short enough that the names of its thumbnails, with a suffix each, stay within 255
/// bytes.
///
/// [`get_valid_filename`]: https://docs.djangoproject.com/en/5.2/_modules/django/utils/text/
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

/// The longest file name that common file systems take, in bytes.
pub(crate) const MAX_BYTES: usize = 255;

/// Longer endings are not taken for an extension, so that a stem always has room.
const MAX_EXTENSION_BYTES: usize = 33;

/// What may come behind a stem: `_1234567`, `_thumbnail_1080x1080`, `_1234567`, `.webp`.
const MAX_STEM_BYTES: usize = MAX_BYTES - 8 - 20 - 8 - 5;

impl FileName {
    /// Makes a safe name of whatever a client sent; any directory part is dropped.
    pub fn from_upload(sent: &str) -> Self {
        let base: String = base_name(sent).nfc().collect();
        let base = base.trim();
        let valid: String = base.chars().map(|c| if c == ' ' { '_' } else { c }).filter(|&c| is_valid(c)).collect();
        let name = valid.trim_start_matches('.');
        if name.is_empty() {
            return Self("file".into());
        }
        // `😀.jpg` has lost its stem but not its extension; `.bashrc` never had one.
        let has_lost_stem = valid.starts_with('.') && !base.starts_with('.');
        let name = if has_lost_stem { format!("file.{name}") } else { name.to_owned() };
        let (stem, extension) = split(&name);
        Self(truncated(stem, extension))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name without its extension.
    pub fn stem(&self) -> &str {
        split(&self.0).0
    }

    /// Returns the name with `_` and the suffix before its extension.
    #[must_use]
    pub fn with_suffix(&self, suffix: &Suffix) -> Self {
        let (stem, extension) = split(&self.0);
        Self(format!("{stem}_{suffix}{extension}"))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Seven letters or digits that tell apart two files of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suffix([u8; 7]);

impl Suffix {
    /// Makes a suffix of random bytes.
    pub fn from_random(random: [u8; 7]) -> Self {
        const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        Self(random.map(|byte| ALPHABET[usize::from(byte) % ALPHABET.len()]))
    }
}

impl fmt::Display for Suffix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&byte| write!(f, "{}", char::from(byte)))
    }
}

/// Splits a last path part before the dot of its extension, as Python's `os.path.splitext` does.
pub(crate) fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if !name[..dot].trim_start_matches('.').is_empty() && name.len() - dot <= MAX_EXTENSION_BYTES => {
            name.split_at(dot)
        }
        _ => (name, ""),
    }
}

/// Returns a name with the extension of the stored name, appended unless it is there.
pub fn with_extension(name: String, stored: &str) -> String {
    let Some((_, extension)) = stored.rsplit_once('.') else { return name };
    match name.rsplit_once('.') {
        Some((_, present)) if present.eq_ignore_ascii_case(extension) => name,
        _ => format!("{name}.{extension}"),
    }
}

/// Python's `[\w.-]`.
fn is_valid(c: char) -> bool {
    is_word(c) || matches!(c, '-' | '.')
}

/// Python's `\w`: what `str.isalnum` takes, and the underscore.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || matches!(c.general_category_group(), GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number)
}

fn truncated(stem: &str, extension: &str) -> String {
    let mut end = stem.len().min(MAX_STEM_BYTES);
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{extension}", &stem[..end])
}

#[cfg(test)]
mod tests {
    use super::{FileName, Suffix};

    #[test]
    fn is_made_as_django_makes_it() {
        for (sent, safe) in [
            ("wallpaper.jpg", "wallpaper.jpg"),
            ("john's portrait in 2004.jpg", "johns_portrait_in_2004.jpg"),
            ("../../etc/passwd", "passwd"),
            (r"C:\temp\a b.PNG", "a_b.PNG"),
            ("عکس من (۱).jpg", "عکس_من_۱.jpg"),
            ("صورة.png", "صورة.png"),
            ("naïve.txt", "naïve.txt"),
            ("nai\u{308}ve.txt", "naïve.txt"),
            ("😀.jpg", "file.jpg"),
            ("😀", "file"),
            (".bashrc", "bashrc"),
            ("...", "file"),
            ("..", "file"),
            ("", "file"),
            ("  a.b  ", "a.b"),
            ("a\"b\r\nX-Evil: 1.jpg", "abX-Evil_1.jpg"),
            ("a.tar.gz", "a.tar.gz"),
            ("no-extension", "no-extension"),
            ("50%.txt", "50.txt"),
            ("\u{200f}\u{202e}gpj.exe", "gpj.exe"),
        ] {
            assert_eq!(FileName::from_upload(sent).as_str(), safe, "{sent:?}");
        }
    }

    #[test]
    fn suffix_goes_before_the_last_extension() {
        let suffix = Suffix::from_random([0, 1, 2, 3, 61, 62, 255]);
        assert_eq!(FileName::from_upload("a.tar.gz").with_suffix(&suffix).as_str(), "a.tar_ABCD9AH.gz");
        assert_eq!(FileName::from_upload("README").with_suffix(&suffix).as_str(), "README_ABCD9AH");
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = FileName::from_upload(&format!("{}.jpeg", "ع".repeat(200)));
        assert_eq!(name.as_str().len(), 214 + 5);
        assert!(name.as_str().ends_with("ع.jpeg"));
        let dotted = FileName::from_upload(&format!("a.{}", "b".repeat(250)));
        assert_eq!(dotted.as_str().len(), 214);
        // Found by fuzzing.
        let stemless = FileName::from_upload(&format!("😀.{}", "b".repeat(250)));
        assert_eq!(stemless.as_str().len(), 214);
        assert_eq!(FileName::from_upload(stemless.as_str()), stemless);
    }
}
