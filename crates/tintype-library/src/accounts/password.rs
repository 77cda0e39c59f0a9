//! Whether a password is strong enough for its user.

use crate::Error;
use tintype_auth::{Actor, Password};
use tintype_domain::{FieldErrors, UserRecord};

/// What is known of a user, and must not be its password.
pub(crate) struct Known<'a> {
    pub(crate) username: &'a str,
    pub(crate) first_name: &'a str,
    pub(crate) last_name: &'a str,
    pub(crate) email: &'a str,
}

impl<'a> Known<'a> {
    pub(crate) fn of(user: &'a UserRecord) -> Self {
        let UserRecord { username, first_name, last_name, email, .. } = user;
        Self { username, first_name, last_name, email }
    }
}

/// Checks a password that the actor gives to a user. The operator may give any.
///
/// # Errors
/// [`Error::Invalid`] about the field.
pub(crate) fn require_strong(
    actor: &Actor,
    field: &'static str,
    password: &Password,
    known: &Known<'_>,
) -> Result<(), Error> {
    if actor.user().is_none() {
        return Ok(());
    }
    let Known { username, first_name, last_name, email } = *known;
    let known =
        [("username", username), ("first name", first_name), ("last name", last_name), ("email address", email)];
    let mut errors = FieldErrors::default();
    for weakness in password.weaknesses(&known) {
        errors.push(field, weakness);
    }
    Ok(errors.or(())?)
}
