//! In which order files come, and which index has them in that order.

use tintype_domain::{Direction, OrderBy, OrderField};

/// An ordering without what cannot matter.
#[derive(Debug)]
pub(super) struct Ordering {
    terms: Vec<OrderBy>,
}

impl Ordering {
    pub(super) fn new(terms: &[OrderBy]) -> Self {
        let mut kept: Vec<OrderBy> = Vec::new();
        for &term in terms {
            if kept.iter().all(|earlier| earlier.field != term.field) {
                kept.push(term);
            }
            // No two files have one number, so that what follows it never decides.
            if term.field == OrderField::Id {
                break;
            }
        }
        Self { terms: kept }
    }

    /// Returns the column of the uploader that alone decides, if it is so.
    pub(super) fn by_user(&self) -> Option<&'static str> {
        match *self.terms.as_slice() {
            [term] if is_of_user(term.field) => Some(column(term.field)),
            _ => None,
        }
    }

    /// Returns whether a term needs the uploader.
    pub(super) fn has_user(&self) -> bool {
        self.terms.iter().any(|term| is_of_user(term.field))
    }

    /// Returns whether there are so many forms of it that none is worth keeping prepared.
    pub(super) fn is_uncommon(&self) -> bool {
        self.terms.len() > 1
    }

    /// Returns what stands behind `ORDER BY`.
    pub(super) fn sql(&self) -> String {
        let mut sql = String::new();
        for OrderBy { field, direction } in &self.terms {
            let direction = match direction {
                Direction::Ascending => "ASC",
                Direction::Descending => "DESC",
            };
            let nulls = if is_nullable(*field) { " NULLS LAST" } else { "" };
            sql += &format!("{} {direction}{nulls}, ", column(*field));
        }
        sql + "files.id DESC"
    }

    /// Returns the index that has the files in this order, or nearly.
    pub(super) fn index(&self) -> &'static str {
        let &[OrderBy { field, direction }] = self.terms.as_slice() else { return "files_facts" };
        let ascending = direction == Direction::Ascending;
        match field {
            OrderField::Id => "files_id",
            OrderField::Kind if ascending => "files_kind_ascending",
            OrderField::Kind => "files_kind",
            OrderField::Name => "files_name",
            OrderField::Size => "files_size",
            OrderField::Width if ascending => "files_width_ascending",
            OrderField::Width => "files_width",
            OrderField::Height if ascending => "files_height_ascending",
            OrderField::Height => "files_height",
            OrderField::Mode if ascending => "files_mode_ascending",
            OrderField::Mode => "files_mode",
            OrderField::UpdatedAt => "files_updated_at",
            // Those of the user are handled apart.
            _ => "files_facts",
        }
    }
}

fn column(field: OrderField) -> &'static str {
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
        OrderField::UserId => "users.id",
        OrderField::Username => "users.username",
        OrderField::UserFirstName => "users.first_name",
        OrderField::UserLastName => "users.last_name",
        OrderField::UserLastLogin => "users.last_login",
    }
}

fn is_of_user(field: OrderField) -> bool {
    column(field).starts_with("users.")
}

fn is_nullable(field: OrderField) -> bool {
    is_of_user(field) || matches!(field, OrderField::Width | OrderField::Height | OrderField::Mode)
}
