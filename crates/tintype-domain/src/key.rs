use crate::file_name::{FileName, MAX_BYTES, Suffix, split};
use crate::ids::FileId;
use crate::timestamp::Timestamp;
use std::fmt;
use std::str::FromStr;
use time::{Date, Month};

/// Where an object lies in storage: `/`-separated parts, such as `photos/2025/12/22/wallpaper.jpg`.
///
/// 1 to 1024 bytes; each part 1 to 255 bytes, without a leading dot, control characters or `\`. A
/// key can therefore neither leave its root nor name a hidden file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

/// The longest key, in bytes; the limit of S3.
const MAX_KEY_BYTES: usize = 1024;

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key `{}` {problem}", key.escape_debug())]
pub struct InvalidKey {
    key: String,
    problem: &'static str,
}

impl Key {
    /// Returns the key of an original uploaded at `now`: below `folder`, in a folder for its UTC
    /// day.
    pub fn original(folder: &Self, now: Timestamp, name: &FileName) -> Self {
        let day = now.date();
        Self(format!("{folder}/{:04}/{:02}/{:02}/{name}", day.year(), u8::from(day.month()), day.day()))
    }

    /// Returns the key of the thumbnail in a box of `edge` pixels of the original at this key.
    ///
    /// `extension` is without its dot, such as `jpg`.
    #[must_use]
    pub fn thumbnail(&self, edge: u32, extension: &str) -> Self {
        let (folder, name) = self.0.rsplit_once('/').unwrap_or(("", &self.0));
        let separator = if folder.is_empty() { "" } else { "/" };
        let stem = split(name).0;
        Self(format!("{folder}{separator}thumbnails/{stem}_thumbnail_{edge}x{edge}.{extension}"))
    }

    /// Returns the key of a rendition of a file that is made at `now`: below `folder`, in a folder
    /// for its UTC day. A suffix tells it from others.
    pub fn rendition(folder: &Self, now: Timestamp, file: FileId, suffix: &Suffix, extension: &str) -> Self {
        let day = now.date();
        let (year, month, day) = (day.year(), u8::from(day.month()), day.day());
        Self(format!("{folder}/{year:04}/{month:02}/{day:02}/renditions/{file}_{suffix}.{extension}"))
    }

    /// Returns the key with `_` and the suffix before its extension, for when it is taken.
    #[must_use]
    pub fn with_suffix(&self, suffix: &Suffix) -> Self {
        let start = self.0.rfind('/').map_or(0, |slash| slash + 1);
        let (stem, extension) = split(&self.0[start..]);
        Self(format!("{}{stem}_{suffix}{extension}", &self.0[..start]))
    }

    /// Returns the key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the parts between the slashes, the file name last.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// Returns the start of the day that the folders name, if they name one.
    pub fn day(&self) -> Option<Timestamp> {
        let parts: Vec<&str> = self.parts().collect();
        let (_, folders) = parts.split_last()?;
        folders.windows(3).rev().find_map(day)
    }

    /// Returns the last part.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

/// Returns the start of the day that year, month and day make.
fn day(parts: &[&str]) -> Option<Timestamp> {
    let [year, month, day] = parts else { return None };
    let is_number = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_number(year, 4) && is_number(month, 2) && is_number(day, 2)) {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let day = Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    Some(day.midnight().assume_utc().into())
}

impl FromStr for Key {
    type Err = InvalidKey;

    fn from_str(key: &str) -> Result<Self, InvalidKey> {
        let problem = if key.len() > MAX_KEY_BYTES {
            Some("is longer than 1024 bytes")
        } else if key.chars().any(|c| c.is_control() || c == '\\') {
            Some("contains a control character or a backslash")
        } else {
            key.split('/').find_map(|part| match part {
                "" => Some("has an empty part"),
                _ if part.starts_with('.') => Some("has a part with a leading dot"),
                _ if part.len() > MAX_BYTES => Some("has a part longer than 255 bytes"),
                _ => None,
            })
        };
        match problem {
            None => Ok(Self(key.to_owned())),
            // Only so much of a hostile key is worth repeating.
            Some(problem) => Err(InvalidKey { key: key.chars().take(80).collect(), problem }),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Key;
    use crate::{FileName, Suffix, Timestamp};

    #[test]
    fn follows_the_layout_of_the_service_it_replaces() {
        let day = Timestamp::from_unix_micros(1_766_425_386_351_315);
        let folder = "core_media".parse().unwrap();
        let key = Key::original(&folder, day, &FileName::from_upload("wallpaper.jpg"));
        assert_eq!(key.as_str(), "core_media/2025/12/22/wallpaper.jpg");
        let thumbnail = key.thumbnail(64, "jpg");
        assert_eq!(thumbnail.as_str(), "core_media/2025/12/22/thumbnails/wallpaper_thumbnail_64x64.jpg");
        let suffix = Suffix::from_random([0; 7]);
        assert_eq!(
            thumbnail.with_suffix(&suffix).as_str(),
            "core_media/2025/12/22/thumbnails/wallpaper_thumbnail_64x64_AAAAAAA.jpg"
        );
    }

    #[test]
    fn tells_the_day_of_its_upload() {
        let moment = Timestamp::from_unix_micros(1_766_425_386_351_315);
        let folder = "core/1999/01/01/media".parse().unwrap();
        let key = Key::original(&folder, moment, &FileName::from_upload("wallpaper.jpg"));
        let day = Timestamp::from_unix_micros(1_766_361_600_000_000);
        assert_eq!((key.day(), key.thumbnail(64, "jpg").day()), (Some(day), Some(day)));
        for text in ["a.jpg", "2025/12/22", "2025/13/22/a.jpg", "25/12/22/a.jpg", "a/2025/12/a.jpg", "+999/12/22/a.jpg"]
        {
            assert_eq!(text.parse::<Key>().unwrap().day(), None, "{text}");
        }
    }

    #[test]
    fn refuses_what_could_leave_the_root() {
        for text in ["", "/", "a//b", "/etc/passwd", "a/", "..", "a/../b", "a/./b", ".hidden", "a\\b", "a\0b", "a\nb"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
        assert!("a".repeat(256).parse::<Key>().is_err());
        assert!("a".repeat(255).parse::<Key>().is_ok());
        let longest = vec!["abc"; 256].join("/") + "d";
        assert_eq!(longest.len(), 1024);
        assert!(longest.parse::<Key>().is_ok());
        assert!((longest + "e").parse::<Key>().is_err());
    }
}
