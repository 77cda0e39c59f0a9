use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};
use crate::list_query::{page_limit, page_offset, terms};
use crate::{DEFAULT_LIMIT, Direction, FieldErrors, UserRecord, fold_for_search, parse_boolean};

/// Which users a client wants to see, in which order, and which page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserQuery {
    /// Case-folded terms, each of which must occur in a name, the email address or the decimal id.
    pub search: Vec<String>,
    /// Whether active users match, or deactivated ones; all if `None`.
    pub is_active: Option<bool>,
    /// The order, most significant first; ties are by id.
    pub ordering: Vec<(UserField, Direction)>,
    /// The most users in the page, 1 to 1000.
    pub limit: u32,
    /// How many matching users to leave out before the page.
    pub offset: u64,
}

named!(
    /// What a list of users can be ordered by.
    UserField, "ordering", {
        /// The number of the user.
        Id = "id",
        /// The user name.
        Username = "username",
        /// Given name.
        FirstName = "first_name",
        /// Family name.
        LastName = "last_name",
        /// Email address.
        Email = "email",
        /// Whether the user is staff.
        IsStaff = "is_staff",
        /// Whether the user is an admin.
        IsAdmin = "is_admin",
        /// Whether the user is active.
        IsActive = "is_active",
        /// When the user last logged in.
        LastLogin = "last_login",
        /// When the user was created.
        CreatedAt = "created_at",
    }
);

impl Default for UserQuery {
    fn default() -> Self {
        Self {
            search: Vec::new(),
            is_active: None,
            ordering: vec![(UserField::Username, Direction::Ascending)],
            limit: DEFAULT_LIMIT,
            offset: 0,
        }
    }
}

impl UserQuery {
    /// Parses decoded query parameters, as leniently as
    /// [`ListQuery::parse`](crate::ListQuery::parse).
    ///
    /// # Errors
    /// Returns the problems of values that do not parse, by parameter.
    pub fn parse<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let last: BTreeMap<_, _> = parameters.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        let mut query = Self::default();
        let mut errors = FieldErrors::default();
        for (name, value) in last {
            match name {
                "limit" => query.limit = page_limit(value),
                "offset" => query.offset = page_offset(value),
                "ordering" => query.order(value),
                "search" => query.search = errors.take("search", terms(value)).unwrap_or_default(),
                "is_active" => query.is_active = errors.take("is_active", parse_boolean(value)),
                _ => {}
            }
        }
        errors.or(query)
    }

    fn order(&mut self, value: &str) {
        let field = |term: &str| match term.strip_prefix('-') {
            Some(name) => Some((name.parse().ok()?, Direction::Descending)),
            None => Some((term.parse().ok()?, Direction::Ascending)),
        };
        let ordering: Vec<_> = value.split(',').filter_map(|term| field(term.trim())).collect();
        if !ordering.is_empty() {
            self.ordering = ordering;
        }
    }

    /// Returns whether the user matches.
    pub fn matches(&self, user: &UserRecord) -> bool {
        let texts = [&user.username, &user.email, &user.first_name, &user.last_name];
        let contains = |term: &String| {
            user.id.to_string().contains(term) || texts.iter().any(|text| fold_for_search(text).contains(term))
        };
        self.is_active.is_none_or(|is_active| user.is_active == is_active) && self.search.iter().all(contains)
    }

    /// Compares two users by the ordering.
    pub fn compare(&self, a: &UserRecord, b: &UserRecord) -> Ordering {
        let by_field = |&(field, direction): &(UserField, Direction)| compare(field, direction, a, b);
        let first = self.ordering.iter().map(by_field).find(|ordering| ordering.is_ne());
        first.unwrap_or_else(|| a.id.cmp(&b.id))
    }
}

fn compare(field: UserField, direction: Direction, a: &UserRecord, b: &UserRecord) -> Ordering {
    let ascending = match field {
        UserField::Id => a.id.cmp(&b.id),
        UserField::Username => a.username.cmp(&b.username),
        UserField::FirstName => a.first_name.cmp(&b.first_name),
        UserField::LastName => a.last_name.cmp(&b.last_name),
        UserField::Email => a.email.cmp(&b.email),
        UserField::IsStaff => a.is_staff.cmp(&b.is_staff),
        UserField::IsAdmin => a.is_admin.cmp(&b.is_admin),
        UserField::IsActive => a.is_active.cmp(&b.is_active),
        UserField::CreatedAt => a.created_at.cmp(&b.created_at),
        UserField::LastLogin => match (a.last_login, b.last_login) {
            (Some(a), Some(b)) => a.cmp(&b),
            // What is not known comes last in both directions.
            (a, b) => return b.is_some().cmp(&a.is_some()),
        },
    };
    match direction {
        Direction::Ascending => ascending,
        Direction::Descending => ascending.reverse(),
    }
}

#[cfg(test)]
mod tests {
    use super::{UserField, UserQuery};
    use crate::{Direction, FieldErrors, FieldProblem};

    #[test]
    fn parameters_are_parsed_as_leniently_as_those_of_files() {
        let query = UserQuery::parse([("limit", "5000"), ("offset", "x"), ("ordering", "-last_login,zz"), ("a", "b")]);
        let query = query.unwrap();
        assert_eq!((query.limit, query.offset), (1000, 0));
        assert_eq!(query.ordering, [(UserField::LastLogin, Direction::Descending)]);
        assert_eq!(UserQuery::parse([("ordering", "zz"), ("is_active", " ")]).unwrap(), UserQuery::default());
        let errors = UserQuery::parse([("is_active", "perhaps")]).unwrap_err();
        assert_eq!(errors, FieldErrors::one("is_active", FieldProblem::NotABoolean));
    }
}
