//! What can be wrong with an object.

use std::fmt;

use tintype_domain::Checksum;
use tintype_persistence::OwnedObject;
use tintype_storage::Storage;

use crate::digest::{Digest, digest_at};
use crate::pace::Pace;
use crate::{Error, causes};

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A row has it, and the storage does not.
    Missing,
    /// It has another size than its row says.
    Size {
        /// How many bytes it has.
        found: u64,
        /// How many it has to have.
        wanted: u64,
    },
    /// It has the right size and other bytes.
    Damaged,
    /// The storage cannot read it.
    Unreadable(String),
    /// The storage has it, and no row.
    NoRow,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Size { found, wanted } => write!(f, "it has {found} bytes instead of {wanted}"),
            Self::Damaged => f.write_str("damaged: its SHA-256 is another one"),
            Self::Unreadable(reason) => write!(f, "unreadable: {reason}"),
            Self::NoRow => f.write_str("no row owns it"),
        }
    }
}

/// Reads an object at a pace, and returns what is wrong with it.
///
/// # Errors
/// [`Error::Unavailable`] if the storage does not answer.
pub(crate) async fn of_bytes(
    storage: &dyn Storage,
    object: &OwnedObject,
    pace: &mut Pace,
) -> Result<Option<Problem>, Error> {
    let read = digest_at(storage, &object.key, pace).await;
    judge(object, read.map(|Digest { size, checksum, .. }| (size, Some(checksum))))
}

/// Asks for the size of an object, and returns what is wrong with it.
///
/// # Errors
/// As of [`of_bytes`].
pub(crate) async fn of_size(storage: &dyn Storage, object: &OwnedObject) -> Result<Option<Problem>, Error> {
    judge(object, storage.size(&object.key).await.map(|size| (size, None)).map_err(Error::from))
}

fn judge(object: &OwnedObject, looked: Result<(u64, Option<Checksum>), Error>) -> Result<Option<Problem>, Error> {
    Ok(match looked {
        Ok((found, _)) if found != object.size => Some(Problem::Size { found, wanted: object.size }),
        Ok((_, Some(checksum))) if checksum != object.checksum => Some(Problem::Damaged),
        Ok(_) => None,
        Err(Error::NotFound) => Some(Problem::Missing),
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => Some(Problem::Unreadable(causes(&error))),
    })
}
