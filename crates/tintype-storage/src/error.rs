use rustix::io::Errno;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tintype_domain::Key;

/// Why an operation of a storage failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The key has no object.
    #[error("object `{key}` does not exist")]
    NotFound {
        /// The key asked for.
        key: Key,
    },
    /// The key is taken. Its object is unchanged.
    #[error("object `{key}` exists already")]
    AlreadyExists {
        /// The taken key.
        key: Key,
    },
    /// There is a symbolic link, a pipe or the like in the place of an object or a folder.
    #[error("`{}` is {found}, which no storage keeps", path.display())]
    NotAnObject {
        /// Where it lies.
        path: PathBuf,
        /// What it is, with its article.
        found: &'static str,
    },
    /// The range begins after the object's end, or ends before it begins.
    #[error("bytes {}..{} do not lie within the {size} bytes of object `{key}`", range.start, range.end)]
    RangeNotSatisfiable {
        /// The object's key.
        key: Key,
        /// The range asked for, in bytes.
        range: Range<u64>,
        /// The size of the whole object, in bytes.
        size: u64,
    },
    /// More bytes arrived than were allowed.
    #[error("content is larger than {limit} bytes")]
    TooLarge {
        /// How many bytes were allowed.
        limit: u64,
    },
    /// The disk is full, or a quota is exhausted.
    #[error("no space is left to {operation} `{}`", path.display())]
    NoSpace {
        /// What was tried, as a verb.
        operation: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The storage does not answer or is overloaded. The operation may succeed later.
    #[error("storage is unavailable")]
    Unavailable {
        /// What the backend said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The operating system refused.
    #[error("failed to {operation} `{}`", path.display())]
    Io {
        /// What was tried, as a verb.
        operation: &'static str,
        /// What it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl Error {
    /// Returns a closure for `map_err` that says which operation failed on which path.
    pub(crate) fn io<E: Into<io::Error>>(operation: &'static str, path: impl AsRef<Path>) -> impl FnOnce(E) -> Self {
        move |source| {
            let (source, path) = (source.into(), path.as_ref().to_owned());
            match Errno::from_io_error(&source) {
                Some(Errno::NOSPC | Errno::DQUOT) => Self::NoSpace { operation, path, source },
                // Running out of descriptors means load, not damage.
                Some(Errno::MFILE | Errno::NFILE) => Self::Unavailable { source: source.into() },
                _ => Self::Io { operation, path, source },
            }
        }
    }

    pub(crate) fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable { source: Box::new(source) }
    }
}

#[cfg(test)]
mod tests {
    use super::Error;
    use rustix::io::Errno;
    use std::error::Error as _;

    #[test]
    fn tells_a_full_disk_and_a_busy_machine_from_failure() {
        let error = |errno: Errno| Error::io("write to", "a/b")(errno);
        assert!(matches!(error(Errno::NOSPC), Error::NoSpace { .. }));
        assert!(matches!(error(Errno::DQUOT), Error::NoSpace { .. }));
        assert!(matches!(error(Errno::MFILE), Error::Unavailable { .. }));
        assert!(matches!(error(Errno::NFILE), Error::Unavailable { .. }));
        assert!(matches!(error(Errno::IO), Error::Io { .. }));
    }

    #[test]
    fn names_operation_and_path_and_keeps_the_cause() {
        let error = Error::io("write to", "a/b")(Errno::IO);
        assert_eq!(error.to_string(), "failed to write to `a/b`");
        assert!(error.source().is_some());
        let error = Error::io("write to", "a/b")(Errno::NOSPC);
        assert_eq!(error.to_string(), "no space is left to write to `a/b`");
    }
}
