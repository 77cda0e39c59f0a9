use crate::accounts::{Known, named, require_strong};
use crate::admission::{Asker, Lane};
use crate::library::{Inner, now};
use crate::throttle::network_of;
use crate::{AccountProblem, Error, Library};
use std::net::IpAddr;
use std::sync::Arc;
use tintype_auth::{Actor, Password, TokenKey};
use tintype_domain::{FieldErrors, FieldProblem, Permission, TokenLifetime, TokenRecord, UserChange};
use tintype_persistence::NewToken;

impl Library {
    /// Returns who shows this `Authorization` header.
    ///
    /// # Errors
    /// [`Error::Auth`] where nobody does; [`Error::Throttled`] if its token has made too many
    /// requests.
    pub async fn authenticate(&self, header: Option<&[u8]>) -> Result<Actor, Error> {
        let hash = TokenKey::from_authorization(header)?.hash();
        let found = self.inner().glance(move |db| db.token_by_hash(&hash)).await?;
        let (token, user) = found.ok_or(tintype_auth::Error::InvalidToken)?;
        let now = now();
        let actor = Actor::of_token(&token, user, now)?;
        self.inner().request_throttle.count(token.id)?;
        // To the minute: a write for every request would cost more than the request.
        if token.last_used_at.is_none_or(|last| last.plus(time::Duration::MINUTE) < now) {
            let inner = self.inner().clone();
            self.inner().spawn(async move {
                if let Err(error) = inner.database(move |db| db.touch_token(token.id, now)).await {
                    tracing::warn!(%error, token = %token.id, "cannot note a token's use");
                }
            });
        }
        Ok(actor)
    }

    /// Mints a token for who knows the user's password. It is valid as long as the options say, or
    /// as long as was asked for if that is less.
    ///
    /// # Errors
    /// [`Error::Throttled`] where too many log-ins from that address have failed;
    /// [`Error::WrongCredentials`], after the same time whether or not the user exists;
    /// [`Error::Busy`].
    pub async fn log_in(
        &self,
        from: IpAddr,
        username: &str,
        password: &str,
        lifetime: Option<TokenLifetime>,
    ) -> Result<TokenKey, Error> {
        let network = network_of(from);
        self.inner().login_throttle.check(username, network)?;
        let name = username.to_owned();
        let (user, hash) = match self.inner().database(move |db| named(db, &name)).await {
            Ok((user, hash)) => (Some(user), hash),
            Err(Error::Account(AccountProblem::NoSuchUser(_))) => (None, None),
            Err(error) => return Err(error),
        };
        let password = password.to_owned();
        let matches = self.inner().verify_password(Asker::Network(network), password, hash).await?;
        let Some(user) = user.filter(|user| matches && user.is_active) else {
            self.inner().login_throttle.count_failure(username, network);
            return Err(Error::WrongCredentials);
        };
        let key = TokenKey::mint()?;
        let key_hash = key.hash();
        let lifetime = lifetime.into_iter().chain(self.options().login_lifetime).min();
        self.inner()
            .database(move |db| {
                let now = now();
                db.record_login(user.id, now)?;
                let expires_at = lifetime.map(|lifetime| lifetime.after(now));
                db.create_token(
                    user.id,
                    &NewToken { key_hash, label: TokenRecord::LOGIN_LABEL.to_owned(), expires_at },
                    now,
                )
            })
            .await?;
        Ok(key)
    }

    /// Gives the actor another password, if it knows the present one. Its other log-ins end.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `old_password` is wrong or `new_password` too weak;
    /// [`Error::Throttled`], [`Error::Busy`] as for a log-in.
    pub async fn change_password(
        &self,
        actor: &Actor,
        from: IpAddr,
        old_password: String,
        new_password: Password,
    ) -> Result<(), Error> {
        let user = actor.user().ok_or(Error::NotFound)?.clone();
        let network = network_of(from);
        self.inner().login_throttle.check(&user.username, network)?;
        let name = user.username.clone();
        let (_, hash) = self.inner().database(move |db| named(db, &name)).await?;
        if !self.inner().verify_password(Asker::of(actor), old_password, hash).await? {
            self.inner().login_throttle.count_failure(&user.username, network);
            return Err(FieldErrors::one("old_password", FieldProblem::WrongPassword).into());
        }
        require_strong(actor, "new_password", &new_password, &Known::of(&user))?;
        let hash = move || new_password.hash();
        let hash = self.inner().compute(Lane::Passwords, Asker::of(actor), 0, hash).await??;
        let change = UserChange { password: Some(hash), ..UserChange::default() };
        let kept_login = actor.token();
        self.inner().database(move |db| db.change_user(user.id, &change, kept_login)).await?;
        Ok(())
    }
}

impl Inner {
    /// Checks that the actor has the permission now: hours may have passed since it was recognised,
    /// while its bytes came.
    ///
    /// # Errors
    /// [`Error::Auth`] where its token was revoked or has expired, its user is deactivated, or the
    /// permission is gone.
    pub(crate) async fn require_still(&self, actor: &Actor, permission: Permission) -> Result<(), Error> {
        let actor = match (actor.token(), actor.user()) {
            (Some(id), _) => {
                let found = self.database(move |db| db.token_by_id(id)).await?;
                let (token, user) = found.ok_or(tintype_auth::Error::InvalidToken)?;
                Actor::of_token(&token, user, now())?
            }
            (None, Some(user)) => {
                let id = user.id;
                Actor::of_user(self.database(move |db| db.user_by_id(id)).await?)?
            }
            (None, None) => actor.clone(),
        };
        Ok(actor.require(permission)?)
    }

    /// Hashes a password on a thread of its lane and compares.
    async fn verify_password(
        self: &Arc<Self>,
        asker: Asker,
        password: String,
        hash: Option<String>,
    ) -> Result<bool, Error> {
        let inner = self.clone();
        let work = move || {
            let matches = inner.password_memories.verify(&password, hash.as_deref());
            if inner.admission.is_quiet(Lane::Passwords) {
                inner.password_memories.clear();
            }
            matches
        };
        // Their memory is not counted: two at a time have their own.
        Ok(self.compute(Lane::Passwords, asker, 0, work).await??)
    }
}
