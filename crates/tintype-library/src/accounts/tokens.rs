use super::Accounts;
use crate::Error;
use crate::library::now;
use std::collections::BTreeSet;
use tintype_auth::{Actor, TokenKey};
use tintype_domain::{TokenId, TokenLifetime, TokenRecord, UserId};
use tintype_persistence::NewToken;

impl Accounts {
    /// Mints a token of the user and returns it with its key, which cannot be had again. Without a
    /// lifetime it never expires.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin or that user;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser).
    pub async fn create_token(
        &self,
        actor: &Actor,
        id: UserId,
        label: String,
        lifetime: Option<TokenLifetime>,
    ) -> Result<(TokenRecord, TokenKey), Error> {
        actor.require_self_or_admin(id)?;
        let created_at = now();
        let expires_at = lifetime.map(|lifetime| lifetime.after(created_at));
        let key = TokenKey::mint()?;
        let token = NewToken { key_hash: key.hash(), label, expires_at };
        let token = self.calls.database(move |db| db.create_token(id, &token, created_at)).await?;
        Ok((token, key))
    }

    /// Returns the tokens of a user, or of all users, by number.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin or that user;
    /// [`AccountProblem::NoSuchUser`](crate::AccountProblem::NoSuchUser).
    pub async fn tokens(&self, actor: &Actor, user: Option<UserId>) -> Result<Vec<TokenRecord>, Error> {
        match user {
            Some(id) => actor.require_self_or_admin(id)?,
            None => actor.require_admin()?,
        }
        self.calls.database(move |db| db.tokens(user)).await
    }

    /// Revokes the token by which the actor was recognised.
    ///
    /// # Errors
    /// [`AccountProblem::NoSuchToken`](crate::AccountProblem::NoSuchToken) if it is gone already;
    /// [`Error::NotFound`] if the actor was recognised by other means.
    pub async fn log_out(&self, actor: &Actor) -> Result<(), Error> {
        let token = actor.token().ok_or(Error::NotFound)?;
        self.calls.database(move |db| db.revoke_tokens(&BTreeSet::from([token]), None)).await
    }

    /// Revokes tokens, which are accepted no longer: all of them, or none where one does not exist.
    /// To who is no admin, tokens of others do not exist.
    ///
    /// # Errors
    /// [`AccountProblem::NoSuchToken`](crate::AccountProblem::NoSuchToken).
    pub async fn revoke_tokens(&self, actor: &Actor, ids: BTreeSet<TokenId>) -> Result<(), Error> {
        let of = actor.user().filter(|_| !actor.is_admin()).map(|user| user.id);
        self.calls.database(move |db| db.revoke_tokens(&ids, of)).await
    }
}
