use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file, or a folder, is not taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// Its name begins with a dot.
    #[error("hidden: its name begins with a dot")]
    Hidden,
    /// It is a symbolic link.
    #[error("a symbolic link, and links are not followed")]
    SymbolicLink,
    /// It is a pipe, a device and so on.
    #[error("neither a file nor a folder")]
    Special,
    /// Its name is no text.
    #[error("its name is not UTF-8")]
    NotUtf8,
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// It has no bytes.
    #[error("empty")]
    Empty,
    /// It is larger than uploads may be.
    #[error("larger than `max_upload_size`, {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// It is not of an allowed type.
    #[error("files of type `{mime_type}` are not in `allowed_types`")]
    TypeNotAllowed {
        /// The detected media type.
        mime_type: String,
    },
    /// Nothing of its name is left that a file may be called.
    #[error("its name cannot be that of a file: {0}")]
    Unnamed(String),
    /// It cannot be linked into the storage.
    #[error("cannot be linked: {0}")]
    NotLinked(String),
    /// Where it is in the other service is no key.
    #[error("its path cannot be a key: {0}")]
    NoKey(String),
    /// Somebody writes to it.
    #[error("it was changed while it was read")]
    Changed,
}

impl FileProblem {
    /// Returns a short name for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::SymbolicLink => "symbolic_link",
            Self::Special => "special",
            Self::NotUtf8 => "not_utf8",
            Self::Unreadable(_) => "unreadable",
            Self::Empty => "empty",
            Self::TooLarge { .. } => "too_large",
            Self::TypeNotAllowed { .. } => "type_not_allowed",
            Self::Unnamed(_) => "unnamed",
            Self::NotLinked(_) => "not_linked",
            Self::NoKey(_) => "no_key",
            Self::Changed => "changed",
        }
    }

    pub(super) fn unreadable(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// Says why a link cannot be made.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::CrossesDevices => {
            "it is on another file system than the storage; copy it by leaving out `--link`".to_owned()
        }
        _ => error.to_string(),
    }
}

/// A file to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// The size in bytes when it was found.
    pub size: u64,
}

/// What is in a folder and in those below it.
#[derive(Debug, Default)]
pub struct FolderContents {
    /// The files that can be taken in, by path.
    pub files: Vec<FoundFile>,
    /// What cannot be.
    pub problems: Vec<(PathBuf, FileProblem)>,
}

impl FolderContents {
    /// Looks through a folder and those below it. Blocks.
    ///
    /// # Errors
    /// The folder itself cannot be read.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        let mut folders = vec![folder.to_owned()];
        let mut is_first = true;
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            match entries {
                Ok(entries) => entries.iter().for_each(|entry| found.add(entry, &mut folders)),
                Err(error) if is_first => return Err(error),
                Err(error) => found.problems.push((folder, FileProblem::unreadable(error))),
            }
            is_first = false;
        }
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        found.problems.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// Returns how many bytes the files have.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }

    fn add(&mut self, entry: &DirEntry, folders: &mut Vec<PathBuf>) {
        match look_at(entry) {
            Ok(Some(file)) => self.files.push(file),
            Ok(None) => folders.push(entry.path()),
            Err(problem) => self.problems.push((entry.path(), problem)),
        }
    }
}

/// Returns a file; `None` for a folder.
fn look_at(entry: &DirEntry) -> Result<Option<FoundFile>, FileProblem> {
    let name = entry.file_name();
    if name.as_encoded_bytes().starts_with(b".") {
        return Err(FileProblem::Hidden);
    }
    let kind = entry.file_type().map_err(FileProblem::unreadable)?;
    if kind.is_symlink() {
        return Err(FileProblem::SymbolicLink);
    }
    if kind.is_dir() {
        return Ok(None);
    }
    if !kind.is_file() {
        return Err(FileProblem::Special);
    }
    let name = name.into_string().map_err(|_| FileProblem::NotUtf8)?;
    let size = entry.metadata().map_err(FileProblem::unreadable)?.len();
    Ok(Some(FoundFile { path: entry.path(), name, size }))
}
