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
use tintype_domain::{
    EmailAddress, NewUser, Permission, PersonName, UserChange, UserId, UserQuery, UserRecord, Username,
};
use tintype_persistence::{Database, NewToken};

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
    pub async fn create(&self, actor: &Actor, mut new: NewUser<Password>) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        if let Some(password) = &new.password {
            require_strong(actor, "password", password, &known(&new))?;
        }
        let hash = self.hash(actor, new.password.take()).await?;
        let user = new.with_password(hash);
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

    /// Changes a user and returns it. A new password ends its log-ins, except the actor's own.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Invalid`] if the password is too
    /// weak, unless the actor is the operator;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser);
    /// [`AccountProblem::UsernameTaken`](crate::AccountProblem::UsernameTaken);
    /// [`AccountProblem::LastAdmin`](crate::AccountProblem::LastAdmin).
    pub async fn change(
        &self,
        actor: &Actor,
        id: UserId,
        mut change: UserChange<Password>,
    ) -> Result<UserRecord, Error> {
        actor.require_admin()?;
        if let Some(password) = &change.password {
            let user = self.calls.database(move |db| db.user_by_id(id)).await?;
            require_strong(actor, "password", password, &known_after(&change, &user))?;
        }
        let hash = self.hash(actor, change.password.take()).await?;
        let (change, kept_login) = (change.with_password(hash), actor.token());
        self.calls.database(move |db| db.change_user(id, &change, kept_login)).await
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
        self.calls.database(move |db| db.change_user(id, &deactivate, None)).await?;
        while self.calls.database(move |db| db.disown_files(id, FILES_AT_A_TIME)).await? > 0 {}
        self.calls.database(move |db| db.delete_user(id)).await
    }

    async fn hash(&self, actor: &Actor, password: Option<Password>) -> Result<Option<String>, Error> {
        let Some(password) = password else { return Ok(None) };
        Ok(Some(self.calls.compute(Lane::Passwords, Asker::of(actor), 0, move || password.hash()).await??))
    }
}

fn known(new: &NewUser<Password>) -> Known<'_> {
    Known {
        username: new.username.as_str(),
        first_name: new.first_name.as_str(),
        last_name: new.last_name.as_str(),
        email: new.email.as_str(),
    }
}

/// Returns what will be known of the user once it has changed.
fn known_after<'a>(change: &'a UserChange<Password>, user: &'a UserRecord) -> Known<'a> {
    Known {
        username: change.username.as_ref().map_or(&user.username, Username::as_str),
        first_name: change.first_name.as_ref().map_or(&user.first_name, PersonName::as_str),
        last_name: change.last_name.as_ref().map_or(&user.last_name, PersonName::as_str),
        email: change.email.as_ref().map_or(&user.email, EmailAddress::as_str),
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
