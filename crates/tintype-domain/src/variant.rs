use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::kind::UnknownName;

/// Identifies a derived object among those of the same file.
///
/// The text form, which databases store, begins with the sort of object: `thumbnail:64`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Variant {
    /// A picture that fits into a square box.
    Thumbnail {
        /// The edge of the box in pixels.
        edge: u32,
    },
    /// The same of what is no image.
    Preview {
        /// The edge of the box in pixels.
        edge: u32,
    },
    /// A picture that somebody asked for, described so that equal texts mean equal pictures. It may
    /// be removed to make room, and is made again when it is asked for.
    Rendition(Box<str>),
}

impl Variant {
    /// The range of the text forms of thumbnails; no other variant is in it.
    pub const THUMBNAILS: Range<&str> = "thumbnail:".."thumbnail;";
    /// The range of the text forms of previews; no other variant is in it.
    pub const PREVIEWS: Range<&str> = "preview:".."preview;";

    /// The range of the text forms of renditions; no other variant is in it.
    pub const RENDITIONS: Range<&str> = "rendition:".."rendition;";
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thumbnail { edge } => write!(f, "thumbnail:{edge}"),
            Self::Preview { edge } => write!(f, "preview:{edge}"),
            Self::Rendition(description) => write!(f, "rendition:{description}"),
        }
    }
}

impl FromStr for Variant {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let variant = match name.split_once(':') {
            Some(("thumbnail", edge)) => edge.parse().ok().map(|edge| Self::Thumbnail { edge }),
            Some(("preview", edge)) => edge.parse().ok().map(|edge| Self::Preview { edge }),
            Some(("rendition", description)) => Some(Self::Rendition(description.into())),
            _ => None,
        };
        variant.ok_or_else(|| UnknownName { what: "variant", name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Variant;

    #[test]
    fn a_variant_is_read_back_from_its_text() {
        for edge in [0, 64, u32::MAX] {
            for (variant, range) in
                [(Variant::Thumbnail { edge }, Variant::THUMBNAILS), (Variant::Preview { edge }, Variant::PREVIEWS)]
            {
                let text = variant.to_string();
                assert_eq!(text.parse(), Ok(variant));
                assert!(range.contains(&text.as_str()));
            }
        }
        for text in ["", "64", "thumbnail", "thumbnail:", "thumbnail:-1", "thumbnail:4294967296", "poster"] {
            assert!(text.parse::<Variant>().is_err(), "{text}");
        }
    }
}
