use crate::Error;
use tintype_domain::{Permission, Timestamp, TokenRecord, UserRecord};

/// Somebody who has been recognised and is active, on whose behalf something is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(UserRecord);

impl Actor {
    /// Returns the holder of a token that the database knows, as of `now`.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] once the token has expired, else [`Error::Inactive`] while the user is deactivated.
    pub fn of_token(token: &TokenRecord, user: UserRecord, now: Timestamp) -> Result<Self, Error> {
        if token.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::InvalidToken);
        }
        Self::of_user(user)
    }

    /// Returns a user whom the caller has recognised by other means.
    ///
    /// # Errors
    /// [`Error::Inactive`] while the user is deactivated.
    pub fn of_user(user: UserRecord) -> Result<Self, Error> {
        if user.is_active { Ok(Self(user)) } else { Err(Error::Inactive) }
    }

    /// Returns the user.
    pub fn user(&self) -> &UserRecord {
        &self.0
    }

    /// Returns whether the actor may: it is an admin, or it is staff and was granted the permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.0.is_admin || (self.0.is_staff && self.0.permissions.contains(&permission))
    }

    /// Checks that the actor may.
    ///
    /// # Errors
    /// [`Error::Forbidden`] where it may not.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden(permission)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Actor;
    use crate::Error;
    use tintype_domain::{Permission, Timestamp, TokenId, TokenRecord, UserId, UserRecord};

    fn user(is_staff: bool, is_admin: bool, permissions: &[Permission]) -> UserRecord {
        UserRecord {
            id: UserId(1),
            username: "ada".into(),
            first_name: String::new(),
            last_name: String::new(),
            is_staff,
            is_admin,
            is_active: true,
            permissions: permissions.iter().copied().collect(),
            last_login: None,
            created_at: Timestamp::from_unix_micros(0),
        }
    }

    #[test]
    fn admins_may_everything_and_staff_what_it_was_granted() {
        for &permission in Permission::ALL {
            let may = |staff, admin, granted: &[Permission]| {
                Actor::of_user(user(staff, admin, granted)).unwrap().may(permission)
            };
            assert!(may(false, true, &[]));
            assert!(may(true, false, &[permission]));
            assert!(!may(true, false, &[]));
            assert!(!may(false, false, Permission::ALL));
            let others: Vec<_> = Permission::ALL.iter().copied().filter(|&other| other != permission).collect();
            assert!(!may(true, false, &others));
        }
    }

    #[test]
    fn a_token_ends_at_its_expiry_and_with_its_user() {
        let token = |expires_at: Option<i64>| TokenRecord {
            id: TokenId(1),
            username: "ada".into(),
            label: String::new(),
            created_at: Timestamp::from_unix_micros(0),
            expires_at: expires_at.map(Timestamp::from_unix_micros),
            last_used_at: None,
        };
        let now = Timestamp::from_unix_micros(10);
        let ada = user(false, false, &[]);
        assert!(Actor::of_token(&token(None), ada.clone(), now).is_ok());
        assert!(Actor::of_token(&token(Some(11)), ada.clone(), now).is_ok());
        assert_eq!(Actor::of_token(&token(Some(10)), ada.clone(), now), Err(Error::InvalidToken));
        let gone = UserRecord { is_active: false, ..ada };
        assert_eq!(Actor::of_token(&token(None), gone.clone(), now), Err(Error::Inactive));
        assert_eq!(Actor::of_token(&token(Some(9)), gone, now), Err(Error::InvalidToken));
    }
}
