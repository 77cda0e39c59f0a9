use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tintype_auth::{Actor, Parameters, SigningKey, SigningKeys, window_end};
use tintype_domain::{FileId, FileRecord, Key, Permission, Timestamp, Variant, Visibility};
use tintype_persistence::{Database, SigningKeyRecord};

use crate::admission::Admission;
use crate::calls::Calls;
use crate::library::{Inner, now};
use crate::view::Media;
use crate::{Error, Library, Options};

/// How many files change at a time: a long transaction would keep uploads waiting.
const FILES_AT_A_TIME: i64 = 1000;

/// Manages who may fetch media. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MediaAccess {
    calls: Arc<Calls>,
    options: Options,
}

/// What becomes of the signing key that another one replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Links that it signed stay valid until they expire.
    KeepLinks,
    /// Links that it signed are refused from the next request on.
    RefuseLinks,
}

/// What a request for media shows to be let in.
#[derive(Debug, Clone, Copy)]
pub struct MediaRequest<'a> {
    /// The path from `/media/` on, as it was sent.
    pub path: &'a str,
    /// The parameters of the query.
    pub parameters: &'a Parameters,
    /// The `Authorization` header.
    pub authorization: Option<&'a [u8]>,
}

/// Why a request for media is let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// The file is public.
    Everybody,
    /// The URL is signed.
    Link {
        /// How long it is still valid.
        expires_in: Duration,
    },
    /// A token of somebody who may view files.
    Token {
        /// How long links that are made now are valid.
        expires_in: Duration,
        /// Whose token it is.
        username: Arc<str>,
    },
}

/// Signs the URLs in an answer.
#[derive(Debug, Clone)]
pub struct LinkSigner {
    key: SigningKey,
    expires: u64,
}

impl LinkSigner {
    /// Returns what signs links that expire then.
    pub(crate) fn until(self, expires_at: Timestamp) -> Self {
        let expires = u64::try_from(expires_at.unix_micros().div_euclid(1_000_000)).unwrap_or(0);
        Self { expires, ..self }
    }

    /// Returns the query that makes a link of a path, which begins with `/media/` or `/api/`.
    pub fn query(&self, path: &str, parameters: Parameters) -> String {
        self.key.signed_query(path, parameters, self.expires)
    }

    /// Returns when the links expire, in seconds since 1970.
    pub fn expires(&self) -> u64 {
        self.expires
    }

    /// Returns when the links expire.
    pub fn expires_at(&self) -> Timestamp {
        (SystemTime::UNIX_EPOCH + Duration::from_secs(self.expires)).into()
    }
}

impl MediaAccess {
    /// Returns the media access of a migrated database. Database calls run on the present tokio
    /// runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(database: Database, options: Options) -> Self {
        Self { calls: Arc::new(Calls::new(database, Admission::new(&options))), options }
    }

    /// Gives every file this visibility, and returns how many had another one. If it is
    /// interrupted, some files have changed, and it can be repeated.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`], [`Error::NoSpace`],
    /// [`Error::Internal`].
    pub async fn set_visibility_of_all(&self, actor: &Actor, visibility: Visibility) -> Result<usize, Error> {
        actor.require_admin()?;
        let mut changed = 0;
        loop {
            match self.calls.database(move |db| db.set_visibility(visibility, FILES_AT_A_TIME, now())).await? {
                0 => return Ok(changed),
                some => changed += some,
            }
        }
    }

    /// Makes a new key, which signs from now on.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`], [`Error::NoSpace`],
    /// [`Error::Internal`].
    pub async fn rotate_signing_key(&self, actor: &Actor, rotation: Rotation) -> Result<(), Error> {
        actor.require_admin()?;
        let key = SigningKey::mint()?;
        let now = now();
        let forget_before = match rotation {
            // Whatever such a key has signed has expired.
            Rotation::KeepLinks => {
                let longest = time::Duration::try_from(self.options.max_link_lifetime).map_err(Error::internal)?;
                now.plus(-longest)
            }
            // The key that is retired now included.
            Rotation::RefuseLinks => now.plus(time::Duration::SECOND),
        };
        self.calls.database(move |db| db.rotate_signing_key(key.reveal(), now, forget_before)).await
    }
}

impl Library {
    /// Makes the key that signs URLs, unless there is one. Needs no permission: nobody learns it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::NoSpace`], [`Error::Internal`].
    pub async fn create_first_signing_key(&self) -> Result<(), Error> {
        let key = SigningKey::mint()?;
        self.inner().database(move |db| db.create_first_signing_key(key.reveal(), now())).await
    }

    /// Returns the object under a key, and why the request may have it. Every decision on who may
    /// fetch media is made here.
    ///
    /// What the request shows is judged before anything is looked up, so that neither the answer
    /// nor its time tells whether there is a private file under the key.
    ///
    /// # Errors
    /// [`Error::Auth`] if the signature is not valid or has expired, and no token of somebody who
    /// may view files makes up for that; [`Error::NotFound`], also for private files.
    pub async fn media(&self, request: MediaRequest<'_>, key: Key) -> Result<(Arc<Media>, Grant), Error> {
        let link = self.judge_link(request.path, request.parameters).await;
        let shown = match link {
            Ok(Some(expires_in)) => Some(Grant::Link { expires_in }),
            Ok(None) => self.token_grant(request.authorization).await?,
            Err(error @ Error::Auth(_)) => Some(self.token_grant(request.authorization).await?.ok_or(error)?),
            Err(error) => return Err(error),
        };
        let is_signed = request.parameters.get("signature").is_some();
        let media = match self.inner().media_cache.media(&key) {
            Some(media) if media.visibility == Visibility::Public || shown.is_some() => media,
            // A private file is looked up as one that does not exist is, and takes as long.
            _ => self.inner().look_up(key).await?,
        };
        // Those have no URLs of their own: who may have one is decided by what is asked for.
        if matches!(media.variant, Some(Variant::Rendition(_))) {
            return Err(Error::NotFound);
        }
        let grant = match (media.visibility, shown) {
            (Visibility::Private, None) => return Err(Error::NotFound),
            (Visibility::Private, Some(grant)) => grant,
            (Visibility::Public, Some(grant)) if is_signed => grant,
            (Visibility::Public, _) => Grant::Everybody,
        };
        Ok((media, grant))
    }

    /// Judges the signature of a request. Returns how long its link is still valid; `None` if there
    /// is no signature.
    ///
    /// # Errors
    /// [`Error::Auth`] if the link is not valid or has expired.
    pub async fn judge_link(&self, path: &str, parameters: &Parameters) -> Result<Option<Duration>, Error> {
        if parameters.get("signature").is_none() {
            return Ok(None);
        }
        let keys = self.signing_keys().await?;
        let now = unix_seconds();
        let expires = keys.judge(path, parameters, now, self.options().max_link_lifetime.as_secs())?;
        Ok(expires.map(|expires| Duration::from_secs(expires.saturating_sub(now))))
    }

    async fn token_grant(&self, authorization: Option<&[u8]>) -> Result<Option<Grant>, Error> {
        if authorization.is_none() {
            return Ok(None);
        }
        match self.authenticate(authorization).await {
            Ok(actor) if actor.may(Permission::View) => {
                let (now, lifetime) = (unix_seconds(), self.options().signed_url_lifetime.as_secs());
                let expires_in = Duration::from_secs(window_end(now, lifetime).saturating_sub(now));
                let username = actor.user().map_or("", |user| user.username.as_str()).into();
                Ok(Some(Grant::Token { expires_in, username }))
            }
            Ok(_) | Err(Error::Auth(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns what signs the URLs of these files; `None` if all are public.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`].
    pub async fn signer_of(&self, files: &[FileRecord]) -> Result<Option<LinkSigner>, Error> {
        if files.iter().all(|file| file.visibility == Visibility::Public) {
            return Ok(None);
        }
        let expires = window_end(unix_seconds(), self.options().signed_url_lifetime.as_secs());
        Ok(Some(LinkSigner { key: self.signing_keys().await?.current, expires }))
    }

    /// Returns a file, and what signs a link to it that expires after `lifetime`, at most
    /// [`Options::max_link_lifetime`].
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::NotFound`].
    pub async fn link(&self, actor: &Actor, id: FileId, lifetime: Duration) -> Result<(FileRecord, LinkSigner), Error> {
        let file = self.get(actor, id).await?;
        Ok((file, self.signer(lifetime).await?))
    }

    /// Returns what signs links that expire after `lifetime`.
    pub(crate) async fn signer(&self, lifetime: Duration) -> Result<LinkSigner, Error> {
        let lifetime = lifetime.min(self.options().max_link_lifetime);
        let key = self.signing_keys().await?.current;
        Ok(LinkSigner { key, expires: unix_seconds().saturating_add(lifetime.as_secs()) })
    }

    /// Returns the configured key, else those in the database. These are read each time, because a
    /// key that is refused is refused at once.
    async fn signing_keys(&self) -> Result<SigningKeys, Error> {
        if let Some(key) = &self.options().signing_key {
            return Ok(SigningKeys { current: key.clone(), retired: Vec::new() });
        }
        let records = self.inner().glance(Database::signing_keys).await?;
        let longest = self.options().max_link_lifetime.as_secs();
        keys_of(records, longest).ok_or_else(|| Error::internal("the database has no signing key"))
    }
}

impl Inner {
    /// Returns what an object is, as the database says.
    pub(crate) async fn look_up(&self, key: Key) -> Result<Arc<Media>, Error> {
        let read_at = self.media_cache.now();
        let media = Arc::new(self.glance(move |db| db.media(&key)).await?.ok_or(Error::NotFound)?);
        self.media_cache.keep(media.clone(), read_at);
        Ok(media)
    }
}

fn keys_of(records: Vec<SigningKeyRecord>, max_link_lifetime: u64) -> Option<SigningKeys> {
    let mut current = None;
    let mut retired = Vec::new();
    for SigningKeyRecord { secret, retired_at } in records {
        let key = SigningKey::from_bytes(secret)?;
        match retired_at {
            None if current.is_none() => current = Some(key),
            None => {}
            Some(at) => {
                let last = u64::try_from(at.unix_micros().div_euclid(1_000_000)).unwrap_or(0);
                retired.push((key, last.saturating_add(max_link_lifetime)));
            }
        }
    }
    Some(SigningKeys { current: current?, retired })
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
