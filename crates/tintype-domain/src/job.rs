use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};

named!(
    /// What a job does. Databases store the name.
    JobKind, "kind of job", {
        /// Computes the CRC-32 of a file that was stored without one; the subject is the file.
        Crc32 = "crc32",
        /// Makes the file of a resumable upload whose bytes have all come; the subject is the
        /// upload.
        Upload = "upload",
        /// Makes the picture of a file and reads what it tells about itself; the subject is the
        /// file.
        Preview = "preview",
        /// Reads again what a file tells about itself; the subject is the file.
        Metadata = "metadata",
    }
);
