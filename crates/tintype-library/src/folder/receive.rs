use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};
use tintype_domain::{Checksum, Timestamp};
use tintype_storage::{Spool, Spooled, open_regular};

use super::walk::{FileProblem, reason};

/// How many bytes are hashed at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// How files come into the storage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Transport {
    /// They are copied.
    #[default]
    Copy,
    /// They get another name in the storage, which has to be a folder of the same file system.
    Link,
    /// They do not: it is only found out which would.
    Nothing,
}

/// Returns when a file was changed last.
pub(crate) fn modified(path: &Path) -> Result<Timestamp, FileProblem> {
    let file = open_regular(path).map_err(FileProblem::unreadable)?;
    Ok(file.metadata().and_then(|found| found.modified()).map_err(FileProblem::unreadable)?.into())
}

/// Returns the checksum of a file, and when it was changed last.
pub(crate) fn read(path: &Path, limit: u64) -> Result<(Checksum, Timestamp), FileProblem> {
    let modified = modified(path)?;
    let mut file = open_regular(path).map_err(FileProblem::unreadable)?;
    let (mut hash, mut len, mut block) = (Sha256::new(), 0, vec![0; BLOCK_BYTES]);
    loop {
        let count = match file.read(&mut block) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FileProblem::unreadable(error)),
        };
        len += count as u64;
        if len > limit {
            return Err(FileProblem::TooLarge { limit });
        }
        hash.update(&block[..count]);
    }
    if len == 0 {
        return Err(FileProblem::Empty);
    }
    Ok((Checksum(hash.finalize().into()), modified))
}

/// Why a file is not in the spool.
pub(crate) enum Failed {
    File(FileProblem),
    Storage(tintype_storage::Error),
}

pub(crate) fn receive(spool: &Spool, path: &Path, limit: u64, transport: Transport) -> Result<Spooled, Failed> {
    let received = match transport {
        Transport::Link => spool.adopt(path, limit),
        Transport::Copy | Transport::Nothing => {
            let source = open_regular(path).map_err(|error| Failed::File(FileProblem::unreadable(error)))?;
            spool.receive(source, limit)
        }
    };
    received.map_err(|error| match error {
        tintype_storage::Error::TooLarge { limit } => Failed::File(FileProblem::TooLarge { limit }),
        tintype_storage::Error::Io { source, .. } if transport == Transport::Link => {
            Failed::File(FileProblem::NotLinked(reason(&source)))
        }
        error => Failed::Storage(error),
    })
}
