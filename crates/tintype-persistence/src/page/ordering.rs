//! In which order files come.

use tintype_domain::{Direction, OrderBy, OrderField};

/// An ordering without what cannot matter.
#[derive(Debug)]
pub(crate) struct Ordering {
    terms: Vec<OrderBy>,
}

impl Ordering {
    pub(crate) fn new(terms: &[OrderBy]) -> Self {
        let mut kept: Vec<OrderBy> = Vec::new();
        for &term in terms {
            if kept.iter().all(|earlier| earlier.field != term.field) {
                kept.push(term);
            }
            // Ids are unique, so terms after this one never matter.
            if term.field == OrderField::Id {
                break;
            }
        }
        Self { terms: kept }
    }

    /// Returns the column of the uploader if it is the only term.
    pub(crate) fn by_user(&self) -> Option<&'static str> {
        self.only().filter(|term| term.field.is_of_user()).map(|term| column(term.field))
    }

    /// Returns whether a term needs the uploader.
    pub(crate) fn has_user(&self) -> bool {
        self.terms.iter().any(|term| term.field.is_of_user())
    }

    /// Returns whether there are too many such orderings to keep their statements prepared.
    pub(crate) fn is_uncommon(&self) -> bool {
        self.terms.len() > 1
    }

    /// Returns the SQL after `ORDER BY`.
    pub(crate) fn sql(&self) -> String {
        let mut sql = String::new();
        for OrderBy { field, direction } in &self.terms {
            let direction = match direction {
                Direction::Ascending => "ASC",
                Direction::Descending => "DESC",
            };
            let nulls = if field.is_nullable() { " NULLS LAST" } else { "" };
            sql += &format!("{} {direction}{nulls}, ", column(*field));
        }
        sql + "files.id DESC"
    }

    /// Returns the term if there is only one.
    pub(crate) fn only(&self) -> Option<OrderBy> {
        match *self.terms.as_slice() {
            [term] => Some(term),
            _ => None,
        }
    }
}

/// Returns the column that a field is ordered by.
pub(crate) fn column(field: OrderField) -> &'static str {
    match field {
        OrderField::Id => "files.id",
        OrderField::Kind => "files.kind",
        OrderField::Name => "files.name",
        OrderField::Size => "files.size",
        OrderField::Width => "files.width",
        OrderField::Height => "files.height",
        OrderField::Mode => "files.mode",
        OrderField::CreatedAt => "files.created_at",
        OrderField::UpdatedAt => "files.updated_at",
        OrderField::TakenAt => "files.taken_at",
        OrderField::Duration => "files.duration_ms",
        OrderField::UserId => "users.id",
        OrderField::Username => "users.username",
        OrderField::UserFirstName => "users.first_name",
        OrderField::UserLastName => "users.last_name",
        OrderField::UserLastLogin => "users.last_login",
    }
}
