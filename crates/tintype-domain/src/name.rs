use crate::FieldProblem;

/// What a file is called in lists and searches: 1 to 255 characters, any but NUL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(String);

impl Name {
    /// The most characters (Unicode scalar values) a name has.
    pub const MAX_CHARS: usize = 255;

    /// Returns the name a user gave, without white space at its ends.
    ///
    /// # Errors
    /// [`FieldProblem::Blank`], [`FieldProblem::NulCharacter`], [`FieldProblem::TooLong`].
    pub fn new(text: &str) -> Result<Self, FieldProblem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldProblem::Blank);
        }
        no_nul(text)?;
        if text.chars().count() > Self::MAX_CHARS {
            return Err(FieldProblem::TooLong { limit: Self::MAX_CHARS });
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the base name of an uploaded file as it was sent, or `None` where nothing is left of
    /// it.
    ///
    /// Directories before `/` or `\` and NULs are dropped. A name over the limit is cut before its
    /// extension.
    ///
    /// ```
    /// use tintype_domain::Name;
    /// let name = Name::from_upload(r"C:\Users\me\naïve 🐈.png").unwrap();
    /// assert_eq!(name.as_str(), "naïve 🐈.png");
    /// assert!(Name::from_upload("../").is_none());
    /// ```
    pub fn from_upload(file_name: &str) -> Option<Self> {
        let name = base_name(file_name).replace('\0', "");
        if matches!(name.trim(), "" | "." | "..") {
            return None;
        }
        let excess = name.chars().count().saturating_sub(Self::MAX_CHARS);
        if excess == 0 {
            return Some(Self(name));
        }
        let (stem, extension) = match name.rfind('.') {
            Some(dot) if name[dot..].chars().count() <= 32 => name.split_at(dot),
            _ => (name.as_str(), ""),
        };
        let kept = stem.chars().count() - excess;
        Some(Self(stem.chars().take(kept).chain(extension.chars()).collect()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a user says about a file: any text but NUL, perhaps empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Description(String);

impl Description {
    /// Returns the description a user gave, without white space at its ends.
    ///
    /// # Errors
    /// [`FieldProblem::NulCharacter`].
    pub fn new(text: &str) -> Result<Self, FieldProblem> {
        no_nul(text)?;
        Ok(Self(text.trim().to_owned()))
    }

    /// Returns the description.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn no_nul(text: &str) -> Result<(), FieldProblem> {
    if text.contains('\0') { Err(FieldProblem::NulCharacter) } else { Ok(()) }
}

/// Returns what follows the last `/` or `\`.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
