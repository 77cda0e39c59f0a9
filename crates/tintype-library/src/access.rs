use crate::accounts::{PASSWORD_MEMORY_BYTES, named};
use crate::library::now;
use crate::{AccountProblem, Error, Library};
use tintype_auth::{Actor, TokenKey, verify_password};
use tintype_persistence::NewToken;

impl Library {
    /// Returns who shows this `Authorization` header.
    ///
    /// # Errors
    /// [`Error::Auth`] where nobody does.
    pub async fn authenticate(&self, header: Option<&[u8]>) -> Result<Actor, Error> {
        let hash = TokenKey::from_authorization(header)?.hash();
        let found = self.inner().database(move |db| db.token_by_hash(&hash)).await?;
        let (token, user) = found.ok_or(tintype_auth::Error::InvalidToken)?;
        let now = now();
        let actor = Actor::of_token(&token, user, now)?;
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

    /// Mints a token for who knows the user's password.
    ///
    /// # Errors
    /// [`Error::WrongCredentials`], after the same time whether or not the user exists.
    pub async fn log_in(&self, username: &str, password: &str) -> Result<TokenKey, Error> {
        let name = username.to_owned();
        let (user, hash) = match self.inner().database(move |db| named(db, &name)).await {
            Ok((user, hash)) => (Some(user), hash),
            Err(Error::Account(AccountProblem::NoSuchUser(_))) => (None, None),
            Err(error) => return Err(error),
        };
        let password = password.to_owned();
        let matches = self.inner().compute(PASSWORD_MEMORY_BYTES, move || verify_password(&password, hash.as_deref()));
        let user = match (matches.await??, user) {
            (true, Some(user)) if user.is_active => user,
            _ => return Err(Error::WrongCredentials),
        };
        let key = TokenKey::mint()?;
        let key_hash = key.hash();
        self.inner()
            .database(move |db| {
                db.record_login(user.id, now())?;
                let token = NewToken { key_hash, label: "password login".to_owned(), expires_at: None };
                db.create_token(user.id, &token, now())
            })
            .await?;
        Ok(key)
    }
}
