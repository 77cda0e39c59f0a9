use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};

named!(
    /// Who may fetch the content of a file. Databases store the name.
    Visibility, "visibility", {
        /// Everybody who knows its URL.
        Public = "public",
        /// Whoever shows a signed URL or may view files.
        Private = "private",
    }
);
