use crate::kind::{UnknownName, named};
use std::fmt;
use std::str::FromStr;

named!(
    /// What a user may be allowed to do, by its name.
    Permission, "permission", {
        /// Upload files.
        Create = "file.create",
        /// List and retrieve files.
        View = "file.view",
        /// Change a file's metadata or replace its content.
        Change = "file.change",
        /// Delete files.
        Delete = "file.delete",
    }
);

impl Permission {
    /// Returns the number clients know the permission by.
    pub const fn code(self) -> u16 {
        match self {
            Self::Create => 3801,
            Self::View => 3802,
            Self::Change => 3803,
            Self::Delete => 3804,
        }
    }

    /// Returns the permission of a number.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.code() == code)
    }
}
