use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};

/// One term of an ordering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderBy {
    /// What to order by.
    pub field: OrderField,
    /// Which way.
    pub direction: Direction,
}

/// Which way to order; nulls come last either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
}

named!(
    /// What a list can be ordered by.
    OrderField, "ordering", {
        /// The number of the file.
        Id = "id",
        /// The kind, by its name.
        Kind = "type",
        /// The name, by code points.
        Name = "name",
        /// Bytes.
        Size = "size",
        /// Pixels across.
        Width = "width",
        /// Pixels down.
        Height = "height",
        /// The colour mode, by its name.
        Mode = "mode",
        /// The time of upload.
        CreatedAt = "created_at",
        /// The time of the last change.
        UpdatedAt = "updated_at",
        /// When it was taken.
        TakenAt = "taken_at",
        /// How long it lasts.
        Duration = "duration",
        /// The number of the uploader.
        UserId = "user__id",
        /// The uploader's name.
        Username = "user__username",
        /// The uploader's given name.
        UserFirstName = "user__first_name",
        /// The uploader's family name.
        UserLastName = "user__last_name",
        /// When the uploader last logged in.
        UserLastLogin = "user__last_login",
    }
);

impl OrderBy {
    pub(super) fn parse(term: &str) -> Option<Self> {
        let (name, direction) = match term.strip_prefix('-') {
            Some(name) => (name, Direction::Descending),
            None => (term, Direction::Ascending),
        };
        OrderField::from_str(name).ok().map(|field| Self { field, direction })
    }
}

impl OrderField {
    /// Returns whether files may lack a value.
    pub fn is_nullable(self) -> bool {
        self.is_of_user() || matches!(self, Self::Width | Self::Height | Self::Mode | Self::TakenAt | Self::Duration)
    }

    /// Returns whether it is a field of the uploader.
    pub fn is_of_user(self) -> bool {
        use OrderField::{UserFirstName, UserId, UserLastLogin, UserLastName, Username};
        matches!(self, UserId | Username | UserFirstName | UserLastName | UserLastLogin)
    }

    /// Returns whether the values are texts; otherwise they are whole numbers.
    pub fn is_text(self) -> bool {
        use OrderField::{Kind, Mode, Name, UserFirstName, UserLastName, Username};
        matches!(self, Kind | Name | Mode | Username | UserFirstName | UserLastName)
    }
}
