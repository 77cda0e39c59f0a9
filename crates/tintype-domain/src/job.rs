use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};

named!(
    /// What a job does. Databases keep the name.
    JobKind, "kind of job", {
        /// Reads the content of a file that was kept without its CRC-32, and notes it; the subject is the file.
        Crc32 = "crc32",
    }
);
