mod password;
mod tokens;

use crate::admission::{Admission, Asker, Lane};
use crate::calls::Calls;
use crate::library::now;
use crate::{Error, Library, Options};
pub(crate) use password::{Known, require_strong};
use std::collections::BTreeSet;
use std::sync::Arc;
use tintype_auth::{Actor, Password, TokenKey};
use tintype_domain::{EmailAddress, Permission, PersonName, UserId, UserQuery, UserRecord, Username};
use tintype_persistence::{Database, NewToken, NewUser, UserChange};

/// How many files a deleted user loses at a time: a transaction that takes long would keep uploads
/// waiting.
const FILES_AT_A_TIME: i64 = 1000;

/// Manages users, what they may do, and their tokens. Cheap to clone.
///
/// Admins and the operator may do everything here, users what concerns themselves.
#[derive(Debug, Clone)]
pub struct Accounts {
    calls: Arc<Calls>,
}

/// A user to be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// The unique name the user logs in with.
    pub username: Username,
    /// Given name.
    pub first_name: PersonName,
    /// Family name.
    pub last_name: PersonName,
    /// Where mail reaches the user.
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
    pub password: Option<Password>,
}

impl NewAccount {
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
}

impl NewAccount {
    fn known(&self) -> Known<'_> {
        Known {
            username: self.username.as_str(),
            first_name: self.first_name.as_str(),
            last_name: self.last_name.as_str(),
            email: self.email.as_str(),
        }
    }
}

impl AccountChange {
    /// Returns what will be known of the user once it has changed.
    fn known_after<'a>(&'a self, user: &'a UserRecord) -> Known<'a> {
        Known {
            username: self.username.as_ref().map_or(&user.username, Username::as_str),
            first_name: self.first_name.as_ref().map_or(&user.first_name, PersonName::as_str),
            last_name: self.last_name.as_ref().map_or(&user.last_name, PersonName::as_str),
            email: self.email.as_ref().map_or(&user.email, EmailAddress::as_str),
        }
    }
}

/// What is to change of a user; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// The unique name the user logs in with.
    pub username: Option<Username>,
    /// Given name.
    pub first_name: Option<PersonName>,
    /// Family name.
    pub last_name: Option<PersonName>,
    /// Where mail reaches the user.
    pub email: Option<EmailAddress>,
    /// Whether permissions granted to the user count.
    pub is_staff: Option<bool>,
    /// Whether the user may do everything.
    pub is_admin: Option<bool>,
    /// Whether the user may log in and use its tokens.
    pub is_active: Option<bool>,
    /// Everything the user is granted.
    pub permissions: Option<BTreeSet<Permission>>,
    /// The password. Log-ins with the old one end, except the actor's own.
    pub password: Option<Password>,
}

impl Library {
    /// Returns the accounts of the library.
    pub fn accounts(&self) -> Accounts {
        Accounts { calls: self.inner().calls.clone() }
    }
}

impl Accounts {
    /// Returns the accounts in a migrated database, for whoever needs nothing else of a library.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(database: Database) -> Self {
        Self { calls: Arc::new(Calls::new(database, Admission::new(&Options::default()))) }
    }

    /// Returns the user of that name.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin or that user;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser).
    pub async fn find(&self, actor: &Actor, username: &str) -> Result<UserRecord, Error> {
        if actor.user().is_none_or(|user| user.username != username) {
            actor.require_admin()?;
        }
        let name = username.to_owned();
        self.calls.database(move |db| named(db, &name).map(|(user, _)| user)).await
    }

    /// Returns the user of that number.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin or that user;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser).
    pub async fn get(&self, actor: &Actor, id: UserId) -> Result<UserRecord, Error> {
        actor.require_self_or_admin(id)?;
        self.calls.database(move |db| db.user_by_id(id)).await
    }

    /// Returns every user, by name.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<UserRecord>, Error> {
        actor.require_admin()?;
        self.calls.database(Database::users).await
    }

    /// Returns a page of users, and how many match on all pages.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin.
    pub async fn page(&self, actor: &Actor, query: UserQuery) -> Result<(Vec<UserRecord>, u64), Error> {
        actor.require_admin()?;
        self.calls.database(move |db| db.user_page(&query)).await
    }

    /// Creates a user.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Invalid`] if the password is too
    /// weak, unless the actor is the operator;
    /// [`AccountProblem::UsernameTaken`](crate::AccountProblem::UsernameTaken).
    pub async fn create(&self, actor: &Actor, new: NewAccount) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        if let Some(password) = &new.password {
            require_strong(actor, "password", password, &new.known())?;
        }
        let NewAccount { username, first_name, last_name, email, is_staff, is_admin, is_active, permissions, password } =
            new;
        let password_hash = self.hash(actor, password).await?;
        let user = NewUser {
            username,
            first_name,
            last_name,
            email,
            is_staff,
            is_admin,
            is_active,
            password_hash,
            permissions,
        };
        self.calls.database(move |db| db.create_user(&user, now())).await
    }

    /// Creates the admin `admin` and its token where there is no user at all. Nobody else can have
    /// a right yet, so that none is asked for.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::NoSpace`], [`Error::Internal`].
    pub async fn create_first_admin(&self) -> Result<Option<(UserRecord, TokenKey)>, Error> {
        let username = Username::new("admin").map_err(Error::internal)?;
        let user = NewUser { is_staff: true, is_admin: true, ..NewUser::new(username) };
        let key = TokenKey::mint()?;
        let token = NewToken { key_hash: key.hash(), label: "first start".into(), expires_at: None };
        let user = self.calls.database(move |db| db.create_first_user(&user, &token, now())).await?;
        Ok(user.map(|user| (user, key)))
    }

    /// Changes a user and returns it.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Invalid`] if the password is too
    /// weak, unless the actor is the operator;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser);
    /// [`AccountProblem::UsernameTaken`](crate::AccountProblem::UsernameTaken);
    /// [`AccountProblem::LastAdmin`](crate::AccountProblem::LastAdmin).
    pub async fn change(&self, actor: &Actor, id: UserId, change: AccountChange) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        if let Some(password) = &change.password {
            let user = self.calls.database(move |db| db.user_by_id(id)).await?;
            require_strong(actor, "password", password, &change.known_after(&user))?;
        }
        let AccountChange {
            username,
            first_name,
            last_name,
            email,
            is_staff,
            is_admin,
            is_active,
            permissions,
            password,
        } = change;
        let password_hash = self.hash(actor, password).await?;
        let change = UserChange {
            username,
            first_name,
            last_name,
            email,
            is_staff,
            is_admin,
            is_active,
            password_hash,
            kept_login: actor.token(),
            permissions,
        };
        self.calls.database(move |db| db.change_user(id, &change)).await
    }

    /// Lets the user do something more; what it already may, it may still.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser).
    pub async fn grant(
        &self,
        actor: &Actor,
        id: UserId,
        permissions: BTreeSet<Permission>,
    ) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        self.calls.database(move |db| db.grant(id, &permissions)).await
    }

    /// Takes permissions from the user; what it may not anyway is no error.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser).
    pub async fn revoke(
        &self,
        actor: &Actor,
        id: UserId,
        permissions: BTreeSet<Permission>,
    ) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        self.calls.database(move |db| db.revoke(id, &permissions)).await
    }

    /// Deletes the user with its tokens; its files stay, and are nobody's then. Interrupted, it
    /// leaves a deactivated user that owns some of its files, and can be repeated.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser);
    /// [`AccountProblem::LastAdmin`](crate::AccountProblem::LastAdmin).
    pub async fn delete(&self, actor: &Actor, id: UserId) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        let deactivate = UserChange { is_active: Some(false), ..UserChange::default() };
        self.calls.database(move |db| db.change_user(id, &deactivate)).await?;
        while self.calls.database(move |db| db.disown_files(id, FILES_AT_A_TIME)).await? > 0 {}
        self.calls.database(move |db| db.delete_user(id)).await
    }

    async fn hash(&self, actor: &Actor, password: Option<Password>) -> Result<Option<String>, Error> {
        let Some(password) = password else { return Ok(None) };
        Ok(Some(self.calls.compute(Lane::Passwords, Asker::of(actor), 0, move || password.hash()).await??))
    }
}

/// Returns the user of that name and its hashed password: the name as it stands, which may be one
/// that is not valid any more, else its normal form.
pub(crate) fn named(
    database: &Database,
    username: &str,
) -> Result<(UserRecord, Option<String>), tintype_persistence::Error> {
    let normal = Username::normalize(username);
    let found = match database.credentials(username)? {
        None if normal != username => database.credentials(&normal)?,
        found => found,
    };
    found.ok_or_else(|| tintype_persistence::Error::NoSuchUser { username: username.to_owned() })
}
