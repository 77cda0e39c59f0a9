use unicode_normalization::UnicodeNormalization;

use crate::FieldProblem;

/// The tags of a file, in the order in which they were given, each once without regard to case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(Vec<Tag>);

/// A name that groups files: 1 to 100 characters in Unicode's composed form, without commas. `/`
/// makes folders of tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    name: String,
    folded: String,
}

impl Tags {
    /// The most tags of a file.
    pub const MAX: usize = 64;

    /// Returns the tags of these names. Those that are there already, in any case, are left out.
    ///
    /// # Errors
    /// [`FieldProblem::TooMany`], and those of [`Tag::new`].
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, FieldProblem> {
        let mut tags: Vec<Tag> = Vec::new();
        for name in names {
            let tag = Tag::new(name)?;
            if tags.iter().all(|other| other.folded != tag.folded) {
                if tags.len() == Self::MAX {
                    return Err(FieldProblem::TooMany { limit: Self::MAX });
                }
                tags.push(tag);
            }
        }
        Ok(Self(tags))
    }

    /// Returns the tags of names between commas. Nothing between two commas is no tag.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use tintype_domain::Tags;
    /// let tags = Tags::from_text("Oslo, trips/2026,,OSLO").unwrap();
    /// assert_eq!(tags.to_string(), "Oslo,trips/2026");
    /// ```
    pub fn from_text(text: &str) -> Result<Self, FieldProblem> {
        Self::new(text.split(',').filter(|name| !name.trim().is_empty()))
    }

    /// Returns the tags in order.
    pub fn iter(&self) -> impl Iterator<Item = &Tag> {
        self.0.iter()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Tags {
    /// The names with commas between them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, tag) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            f.write_str(&tag.name)?;
        }
        Ok(())
    }
}

impl Tag {
    /// The most characters of a tag.
    pub const MAX_CHARS: usize = 100;

    /// Returns the tag of that name, without white space at its ends.
    ///
    /// # Errors
    /// [`FieldProblem::Blank`], [`FieldProblem::NulCharacter`], [`FieldProblem::TooLong`],
    /// [`FieldProblem::Comma`].
    pub fn new(name: &str) -> Result<Self, FieldProblem> {
        let name: String = name.trim().nfc().collect();
        if name.is_empty() {
            return Err(FieldProblem::Blank);
        }
        if name.contains('\0') {
            return Err(FieldProblem::NulCharacter);
        }
        if name.contains(',') {
            return Err(FieldProblem::Comma);
        }
        if name.chars().count() > Self::MAX_CHARS {
            return Err(FieldProblem::TooLong { limit: Self::MAX_CHARS });
        }
        let folded = fold(&name);
        Ok(Self { name, folded })
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Returns what tags that differ in case alone have in common.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Returns the folders that the tag lies in, folded: `trips/` and `trips/2026/` for
    /// `Trips/2026/Oslo`.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        let end = self.folded.len();
        self.folded.match_indices('/').map(|(at, _)| at + 1).filter(move |at| *at < end).map(|at| &self.folded[..at])
    }

    /// Returns the beginning of a tag's name as [`folded`](Self::folded) has it.
    pub fn fold_prefix(prefix: &str) -> String {
        fold(prefix.trim_start())
    }
}

fn fold(name: &str) -> String {
    let composed: String = name.nfc().collect();
    caseless::default_case_fold_str(&composed).nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::{Tag, Tags};
    use crate::FieldProblem;

    #[test]
    fn tags_are_composed_and_unique_without_regard_to_case() {
        let tags = Tags::new([" Cafe\u{301} ", "CAFÉ", "straße", "STRASSE", "x"]).unwrap();
        assert_eq!(tags.to_string(), "Café,straße,x");
        assert_eq!(Tags::from_text(&tags.to_string()), Ok(tags));
        assert!(Tags::from_text(" , ,").unwrap().is_empty());
    }

    #[test]
    fn names_and_their_number_have_limits() {
        let many = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join(",");
        assert!(Tags::from_text(&many(64)).is_ok());
        assert_eq!(Tags::from_text(&many(65)), Err(FieldProblem::TooMany { limit: 64 }));
        assert!(Tag::new(&"é".repeat(100)).is_ok());
        assert_eq!(Tag::new(&"é".repeat(101)), Err(FieldProblem::TooLong { limit: 100 }));
        assert_eq!(Tag::new(" "), Err(FieldProblem::Blank));
        assert_eq!(Tag::new("a\0"), Err(FieldProblem::NulCharacter));
        assert_eq!(Tag::new("a,b"), Err(FieldProblem::Comma));
    }

    #[test]
    fn a_tag_lies_in_every_folder_above_it() {
        let folders = |name| Tag::new(name).unwrap().folders().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(folders("Trips/2026/Oslo"), ["trips/", "trips/2026/"]);
        assert_eq!(folders("trips/"), [""; 0]);
        assert_eq!(folders("trips"), [""; 0]);
    }
}
