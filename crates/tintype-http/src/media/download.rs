use tintype_library::Media;
use tintype_library::auth::Parameters;
use tintype_library::domain::with_extension;

/// Returns the name to save an object by if the query asks to download it: the name that it gives,
/// else that of the file, with the extension of the object.
pub(super) fn file_name(parameters: &Parameters, media: &Media) -> Option<String> {
    let asked = String::from_utf8_lossy(parameters.get("download")?);
    let stored = media.object.key.file_name();
    let names = [asked.as_ref(), &media.name, stored];
    let name = names.into_iter().map(clean).find(|name| !name.is_empty())?;
    Some(with_extension(name, stored))
}

fn clean(name: &str) -> String {
    let kept: String = name.chars().filter(|c| !c.is_control() && !matches!(c, '/' | '\\')).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{clean, with_extension};

    #[test]
    fn names_are_safe_and_have_the_extension_of_the_object() {
        for (name, expected) in [
            ("a", "a.jpg"),
            ("a.JPG", "a.JPG"),
            ("a.png", "a.png.jpg"),
            ("../etc/passwd", "..etcpasswd.jpg"),
            ("a\r\nX: y\\z", "aX: yz.jpg"),
            (" عکس ", "عکس.jpg"),
        ] {
            assert_eq!(with_extension(clean(name), "b.jpg"), expected);
        }
        assert_eq!(with_extension("a".to_owned(), "README"), "a");
    }
}
