use std::collections::HashMap;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;

use crate::file_name::{MAX_BYTES, split, with_extension};
use crate::key::Key;
use crate::name::Name;

/// The names of the files in an archive: each can be unpacked on every system, and no two are the
/// same where case or the way of writing accents does not matter.
///
/// ```
/// use tintype_domain::{ArchiveNames, Name};
/// let mut names = ArchiveNames::default();
/// let key = "photos/2025/12/22/a.jpg".parse().unwrap();
/// assert_eq!(names.add(&Name::new("Oslo.jpg").unwrap(), &key), "Oslo.jpg");
/// assert_eq!(names.add(&Name::new("oslo").unwrap(), &key), "oslo (2).jpg");
/// ```
#[derive(Debug, Default)]
pub struct ArchiveNames {
    /// Those that are taken, folded, each with the number to try next.
    taken: HashMap<String, u32>,
}

impl ArchiveNames {
    /// Returns the name for one more file: what it is called, with the extension of its content.
    pub fn add(&mut self, name: &Name, key: &Key) -> String {
        let name = with_extension(clean(name.as_str()), key.file_name());
        let first = shortened(&name, "");
        let mut number = self.taken.get(&fold(&first)).copied().unwrap_or(1);
        let mut unique = first.clone();
        loop {
            if number > 1 {
                unique = shortened(&name, &format!(" ({number})"));
            }
            number = number.saturating_add(1);
            if !self.taken.contains_key(&fold(&unique)) {
                break;
            }
        }
        self.taken.insert(fold(&first), number);
        self.taken.entry(fold(&unique)).or_insert(2);
        unique
    }
}

/// Drops control characters, and replaces what no file name on Windows can have, separators of
/// folders among that.
fn clean(name: &str) -> String {
    let kept = name.chars().filter(|c| !c.is_control());
    let kept: String = kept.map(|c| if "/\\:*?\"<>|".contains(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end.
    let kept = kept.trim().trim_end_matches(['.', ' ']);
    if kept.is_empty() { "file".to_owned() } else { kept.to_owned() }
}

/// Returns the name with an addition before its extension, cut to what file systems take.
fn shortened(name: &str, addition: &str) -> String {
    let (stem, extension) = split(name);
    let mut end = stem.len().min(MAX_BYTES.saturating_sub(addition.len() + extension.len()));
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{addition}{extension}", &stem[..end])
}

fn fold(name: &str) -> String {
    default_case_fold_str(name).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::ArchiveNames;
    use crate::{Key, Name};

    fn names(sent: &[&str], key: &str) -> Vec<String> {
        let key: Key = key.parse().unwrap();
        let mut names = ArchiveNames::default();
        sent.iter().map(|name| names.add(&Name::new(name).unwrap(), &key)).collect()
    }

    #[test]
    fn names_are_told_apart_without_regard_to_case_and_accents() {
        let sent = ["a.jpg", "A.JPG", "a", "a (2).jpg", "a.jpg", "na\u{ef}ve.jpg", "nai\u{308}ve.jpg"];
        let expected =
            ["a.jpg", "A (2).JPG", "a (3).jpg", "a (2) (2).jpg", "a (4).jpg", "na\u{ef}ve.jpg", "nai\u{308}ve (2).jpg"];
        assert_eq!(names(&sent, "b/c.jpg"), expected);
    }

    #[test]
    fn names_can_be_unpacked_everywhere() {
        let sent = ["../../etc/passwd", r"C:\a", "10:30?", "x\u{1}y", "...", ". .", "a. "];
        let expected = [".._.._etc_passwd", "C__a", "10_30_", "xy", "file", "file (2)", "a"];
        assert_eq!(names(&sent, "b/README"), expected);
    }

    #[test]
    fn long_names_keep_their_extension() {
        let long = "ع".repeat(255);
        for name in names(&[&long, &long], "b/c.jpeg") {
            assert!(name.len() <= 255 && name.len() >= 250 && name.ends_with(".jpeg"), "{name}");
        }
    }

    #[test]
    fn ten_thousand_files_of_one_name_take_no_time() {
        let sent = vec!["photo.jpg"; 10_000];
        let names = names(&sent, "b/c.jpg");
        assert_eq!((names[1].as_str(), names[9999].as_str()), ("photo (2).jpg", "photo (10000).jpg"));
    }
}
