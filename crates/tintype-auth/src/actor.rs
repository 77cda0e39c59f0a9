use crate::Error;
use tintype_domain::{Permission, Timestamp, TokenId, TokenRecord, UserId, UserRecord};

/// On whose behalf something is done: an active user who has been recognised, or the operator of
/// the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(Who);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    /// A user, and the token that it showed.
    User(UserRecord, Option<TokenId>),
    Operator,
}

impl Actor {
    /// Returns the operator, who runs commands on the machine and can read its database anyway: it
    /// is no user, and may do everything.
    pub const fn operator() -> Self {
        Self(Who::Operator)
    }

    /// Returns the holder of a token that the database knows, as of `now`.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] once the token has expired, else [`Error::Inactive`] while the user
    /// is deactivated.
    pub fn of_token(token: &TokenRecord, user: UserRecord, now: Timestamp) -> Result<Self, Error> {
        if token.expires_at.is_some_and(|end| end <= now) {
            return Err(Error::InvalidToken);
        }
        Self::active(user, Some(token.id))
    }

    /// Returns a user whom the caller has recognised by other means.
    ///
    /// # Errors
    /// [`Error::Inactive`] while the user is deactivated.
    pub fn of_user(user: UserRecord) -> Result<Self, Error> {
        Self::active(user, None)
    }

    fn active(user: UserRecord, token: Option<TokenId>) -> Result<Self, Error> {
        if user.is_active { Ok(Self(Who::User(user, token))) } else { Err(Error::Inactive) }
    }

    /// Returns the token by which the actor was recognised, if it was one.
    pub fn token(&self) -> Option<TokenId> {
        match &self.0 {
            Who::User(_, token) => *token,
            Who::Operator => None,
        }
    }

    /// Returns the user, unless the actor is the operator.
    pub fn user(&self) -> Option<&UserRecord> {
        match &self.0 {
            Who::User(user, _) => Some(user),
            Who::Operator => None,
        }
    }

    /// Returns whether the actor may do everything: the operator and admins.
    pub fn is_admin(&self) -> bool {
        self.user().is_none_or(|user| user.is_admin)
    }

    /// Returns whether the actor has the permission: it may do everything, or it is staff and was
    /// granted this.
    pub fn may(&self, permission: Permission) -> bool {
        self.is_admin() || self.user().is_some_and(|user| user.is_staff && user.permissions.contains(&permission))
    }

    /// Checks that the actor has the permission.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.may(permission) { Ok(()) } else { Err(Error::Forbidden(permission)) }
    }

    /// Checks that the actor may do everything.
    ///
    /// # Errors
    /// [`Error::NotAdmin`].
    pub fn require_admin(&self) -> Result<(), Error> {
        if self.is_admin() { Ok(()) } else { Err(Error::NotAdmin) }
    }

    /// Checks that the actor may do everything, or is that user.
    ///
    /// # Errors
    /// [`Error::NotAdmin`].
    pub fn require_self_or_admin(&self, id: UserId) -> Result<(), Error> {
        if self.user().is_some_and(|user| user.id == id) { Ok(()) } else { self.require_admin() }
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
            email: String::new(),
            has_password: false,
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
    fn the_operator_may_everything_and_users_may_what_is_their_own() {
        let operator = Actor::operator();
        assert!(operator.user().is_none() && operator.require_admin().is_ok());
        assert!(Permission::ALL.iter().all(|&permission| operator.require(permission).is_ok()));
        let admin = Actor::of_user(user(false, true, &[])).unwrap();
        assert!(admin.require_admin().is_ok() && admin.require_self_or_admin(UserId(2)).is_ok());
        let staff = Actor::of_user(user(true, false, Permission::ALL)).unwrap();
        assert_eq!(staff.require_admin(), Err(Error::NotAdmin));
        assert_eq!(staff.require_self_or_admin(UserId(1)), Ok(()));
        assert_eq!(staff.require_self_or_admin(UserId(2)), Err(Error::NotAdmin));
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
