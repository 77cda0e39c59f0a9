//! Users as they are to be created or changed.

use std::collections::BTreeSet;

use crate::{EmailAddress, Permission, PersonName, Username};

/// A user to be created. `P` is the password: as it was sent, or hashed as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser<P> {
    /// The unique name the user logs in with.
    pub username: Username,
    /// Given name.
    pub first_name: PersonName,
    /// Family name.
    pub last_name: PersonName,
    /// The user's email address.
    pub email: EmailAddress,
    /// Whether permissions granted to the user count.
    pub is_staff: bool,
    /// Whether the user may do everything.
    pub is_admin: bool,
    /// Whether the user may log in and use its tokens.
    pub is_active: bool,
    /// What the user is granted.
    pub permissions: BTreeSet<Permission>,
    /// The password; without one the user can only use tokens.
    pub password: Option<P>,
}

impl<P> NewUser<P> {
    /// Returns an active user of that name, without other names, rights or a password.
    pub fn new(username: Username) -> Self {
        Self {
            username,
            first_name: PersonName::default(),
            last_name: PersonName::default(),
            email: EmailAddress::default(),
            is_staff: false,
            is_admin: false,
            is_active: true,
            permissions: BTreeSet::new(),
            password: None,
        }
    }

    /// Returns the same user with another password.
    pub fn with_password<Q>(self, password: Option<Q>) -> NewUser<Q> {
        let Self { username, first_name, last_name, email, is_staff, is_admin, is_active, permissions, password: _ } =
            self;
        NewUser { username, first_name, last_name, email, is_staff, is_admin, is_active, permissions, password }
    }
}

/// What is to change of a user; what is `None` stays as it is. `P` is the password: as it was sent,
/// or hashed as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChange<P> {
    /// The unique name the user logs in with.
    pub username: Option<Username>,
    /// Given name.
    pub first_name: Option<PersonName>,
    /// Family name.
    pub last_name: Option<PersonName>,
    /// The user's email address.
    pub email: Option<EmailAddress>,
    /// Whether permissions granted to the user count.
    pub is_staff: Option<bool>,
    /// Whether the user may do everything.
    pub is_admin: Option<bool>,
    /// Whether the user may log in and use its tokens.
    pub is_active: Option<bool>,
    /// Everything the user is granted.
    pub permissions: Option<BTreeSet<Permission>>,
    /// The password. Tokens of log-ins with the old one end.
    pub password: Option<P>,
}

impl<P> UserChange<P> {
    /// Returns the same change with another password.
    pub fn with_password<Q>(self, password: Option<Q>) -> UserChange<Q> {
        let Self { username, first_name, last_name, email, is_staff, is_admin, is_active, permissions, password: _ } =
            self;
        UserChange { username, first_name, last_name, email, is_staff, is_admin, is_active, permissions, password }
    }
}

// Derived, it would ask for `P: Default`.
impl<P> Default for UserChange<P> {
    fn default() -> Self {
        Self {
            username: None,
            first_name: None,
            last_name: None,
            email: None,
            is_staff: None,
            is_admin: None,
            is_active: None,
            permissions: None,
            password: None,
        }
    }
}
