use crate::admission::Asker;
use crate::content::{Change, ContentChange, Details, Upload};
use crate::library::{Inner, now};
use crate::meters::Stage;
use crate::picture::{EncodedPicture, Made};
use crate::prepare::{Later, Prepared};
use crate::reservation::Place;
use crate::{Error, Library, previews, serving};
use futures_util::future::join_all;
use std::sync::{Arc, LazyLock};
use std::time::Instant;
use tintype_auth::Actor;
use tintype_domain::{FileId, FileName, FileRecord, Key, Permission, Suffix, Timestamp, UserId};
use tintype_persistence::{Changed, Database, FileChange, NewContent, NewDerived, NewFile, NewPreview};
use tintype_storage::{Content, NewObject};

/// The folder of all keys, the same as in the service that tintype replaces, so that its URLs stay.
pub(crate) static FOLDER: LazyLock<Key> = LazyLock::new(|| "core_media".parse().expect("the folder is a valid key"));

impl Library {
    /// Stores a new file and its thumbnails, and returns it once it is durable.
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::TypeNotAllowed`], [`Error::NoSpace`],
    /// [`Error::Busy`], [`Error::Unavailable`], [`Error::Internal`]: nothing is kept then.
    pub async fn upload(&self, actor: &Actor, upload: Upload, details: Details) -> Result<FileRecord, Error> {
        actor.require(Permission::Create)?;
        self.store(actor, upload, details, None).await
    }

    /// Stores a new file, for the place of an upload link if one is given.
    pub(crate) async fn store(
        &self,
        actor: &Actor,
        upload: Upload,
        details: Details,
        place: Option<Place>,
    ) -> Result<FileRecord, Error> {
        let actor = actor.clone();
        self.own(move |inner| async move {
            let reservation = place.as_ref().map(Place::id);
            let insert = |db: &Database, file: &NewFile| db.insert_file(file, now());
            let arrival = Arrival { reservation, ..Arrival::of(&actor)? };
            let stored = inner.keep(&actor, upload, details, arrival, insert, |file| file).await;
            match (place, &stored) {
                (Some(place), Ok(_)) => place.settle(),
                (Some(place), Err(_)) => place.release().await,
                (None, _) => {}
            }
            stored
        })
        .await
    }

    /// Changes a file and returns it. Replaced content gets a new key; the old objects are removed
    /// once the change is committed.
    ///
    /// # Errors
    /// As [`upload`](Self::upload); [`Error::NotFound`]; [`Error::OtherContent`] where
    /// [`ContentChange::Confirm`] is wrong; [`Error::Outdated`] where [`Change::expected`] is.
    pub async fn change(&self, actor: &Actor, id: FileId, change: Change) -> Result<FileRecord, Error> {
        actor.require(Permission::Change)?;
        let actor = actor.clone();
        let Change { expected, name, description, visibility, focal_point, tags, content } = change;
        self.own(move |inner| async move {
            let old = inner.database(move |db| db.file(id)).await?.ok_or(Error::NotFound)?;
            if expected.is_some_and(|expected| expected != old.updated_at) {
                return Err(Error::Outdated);
            }
            let placed = match content {
                ContentChange::Keep => None,
                ContentChange::Confirm(key) if key.as_ref() == Some(&old.key) => None,
                ContentChange::Confirm(_) => return Err(Error::OtherContent),
                ContentChange::Replace(upload) => Some(inner.place(upload, Asker::of(&actor), None).await?),
            };
            let (content, later) = placed.map(|Placed { content, later }| (content, later)).unzip();
            let keys = content.iter().flat_map(NewContent::keys).cloned().collect();
            let change = FileChange { expected, name, description, visibility, focal_point, tags, content };
            let changed = async {
                inner.require_still(&actor, Permission::Change).await?;
                let cache = inner.media_cache.clone();
                let change = move |db: &Database| {
                    let changed = db.change_file(id, &change, now());
                    cache.note_change(id);
                    changed
                };
                inner.database(change).await?.ok_or(Error::NotFound)
            };
            let Changed { file, doomed } = inner.or_discard(changed.await, keys).await?;
            inner.remove_objects(doomed).await;
            inner.finish_later(&file, later.flatten());
            Ok(file)
        })
        .await
    }
}

/// How many times an upload tries other keys if storage holds unknown objects under those that it
/// has claimed.
pub(crate) const PLACING_ATTEMPTS: usize = 5;

impl Inner {
    /// Stores a new file and its pictures; `insert` commits it, and `file` finds it in what that
    /// returns.
    pub(crate) async fn keep<T: Send + 'static>(
        self: &Arc<Self>,
        actor: &Actor,
        upload: Upload,
        details: Details,
        arrival: Arrival,
        insert: impl FnOnce(&Database, &NewFile) -> Result<T, tintype_persistence::Error> + Send + 'static,
        file: impl FnOnce(&T) -> &FileRecord,
    ) -> Result<T, Error> {
        let Details { name, description, visibility, tags } = details;
        let name = name.unwrap_or_else(|| upload.base_name().clone());
        let visibility = visibility.unwrap_or(self.options.default_visibility);
        let key = arrival.former.as_ref().map(|former| former.key.clone());
        let Placed { content, later } = self.place(upload, Asker::of(actor), key).await?;
        let keys = content.keys().cloned().collect();
        let Arrival { user_id, created_at, reservation, former } = arrival;
        let (id, updated_at) = former.map(|former| (former.id, former.updated_at)).unzip();
        let updated_at = updated_at.flatten();
        let new =
            NewFile { id, user_id, created_at, updated_at, name, description, visibility, tags, reservation, content };
        let inserted = async {
            self.require_still(actor, Permission::Create).await?;
            self.database(move |db| insert(db, &new)).await
        };
        let inserted = self.or_discard(inserted.await, keys).await?;
        self.finish_later(file(&inserted), later);
        Ok(inserted)
    }

    /// Probes and renders an upload, claims keys for it, and puts its objects there.
    async fn place(self: &Arc<Self>, upload: Upload, asker: Asker, key: Option<Key>) -> Result<Placed, Error> {
        let mut prepared = self.prepare(upload, asker).await?;
        let later = prepared.later.take();
        let start = Instant::now();
        for _ in 0..PLACING_ATTEMPTS {
            let content = self.claim(&prepared, later.is_some(), key.clone()).await?;
            let original = NewObject {
                key: content.key.clone(),
                content: Content::Spooled(prepared.content.clone()),
                attributes: serving::attributes(&content.key, &content.facts.mime_type),
            };
            let pictures = pictures(&content.preview.derived, &prepared.made.pictures);
            match self.put_all(std::iter::once(original).chain(pictures).collect()).await {
                Ok(()) => {
                    self.meters.time(Stage::Store, start);
                    self.meters.count_upload(content.facts.kind.as_str(), content.size);
                    return Ok(Placed { content, later });
                }
                Err(unplaced) => self.give_up(unplaced, content.keys()).await?,
            }
        }
        Err(Error::internal(NO_KEYS))
    }

    /// Claims keys for pictures of a file that is kept already, and puts them there.
    pub(crate) async fn place_pictures(
        self: &Arc<Self>,
        name: &FileName,
        made: &[EncodedPicture],
    ) -> Result<Vec<NewDerived>, Error> {
        if made.is_empty() {
            return Ok(Vec::new());
        }
        for _ in 0..PLACING_ATTEMPTS {
            // Keys of days that are past are not given out any more.
            let now = now();
            let beside = Key::original(&FOLDER, now, name);
            let wanted = wanted(made);
            let claimed = self.database(move |db| db.claim_derived(&beside, &wanted, &mut random_suffix, now)).await?;
            let derived: Vec<_> = made.iter().zip(claimed).map(|(picture, key)| picture.derived(key)).collect();
            match self.put_all(pictures(&derived, made).collect()).await {
                Ok(()) => return Ok(derived),
                Err(unplaced) => self.give_up(unplaced, derived.iter().map(|derived| &derived.key)).await?,
            }
        }
        Err(Error::internal(NO_KEYS))
    }

    async fn claim(
        self: &Arc<Self>,
        prepared: &Prepared,
        goes_on: bool,
        key: Option<Key>,
    ) -> Result<NewContent, Error> {
        let now = now();
        let original = key.unwrap_or_else(|| Key::original(&FOLDER, now, &prepared.file_name));
        let Made { facts, metadata, pictures } = &prepared.made;
        let wanted = wanted(pictures);
        let claim = self.database(move |db| db.claim(&original, &wanted, &mut random_suffix, now)).await?;
        let derived = pictures.iter().zip(claim.thumbnails).map(|(picture, key)| picture.derived(key)).collect();
        Ok(NewContent {
            key: claim.original,
            facts: prepared.facts.clone(),
            size: prepared.content.len(),
            checksum: prepared.content.checksum(),
            crc32: prepared.content.crc32(),
            preview: NewPreview { facts: facts.clone(), metadata: metadata.clone(), derived },
            job_at: if goes_on { now.plus(previews::LEASE) } else { now },
        })
    }

    /// Puts all objects concurrently and waits for all of them, so that none appears after a
    /// failure was cleaned up.
    async fn put_all(&self, objects: Vec<NewObject>) -> Result<(), Unplaced> {
        let results = join_all(objects.iter().map(|object| self.storage.put(object))).await;
        let mut unplaced = Unplaced::default();
        for (object, result) in objects.iter().zip(results) {
            match result {
                Ok(()) => {}
                Err(tintype_storage::Error::AlreadyExists { .. }) => unplaced.foreign.push(object.key.clone()),
                // Keep the error after which the state of storage is unknown.
                Err(_) if matches!(unplaced.error, Some(Error::Unavailable(_))) => {}
                Err(error) => unplaced.error = Some(error.into()),
            }
        }
        if unplaced.foreign.is_empty() && unplaced.error.is_none() { Ok(()) } else { Err(unplaced) }
    }

    /// Undoes the claims of objects of which some are not in place. Returns if it is worth trying
    /// other keys.
    async fn give_up<'a>(
        self: &Arc<Self>,
        Unplaced { foreign, error }: Unplaced,
        keys: impl Iterator<Item = &'a Key>,
    ) -> Result<(), Error> {
        let ours = keys.filter(|key| !foreign.contains(key)).cloned().collect();
        // The object under a foreign key does not belong to this upload, so it must not be deleted.
        self.database(move |db| db.forget(&foreign, now())).await?;
        if let Some(Error::Unavailable(_)) = error {
            // Bytes that were sent may still arrive, after a delete. The claims stay, and the
            // sweeper deletes the objects when nothing can be under way any more.
            tracing::warn!("storage does not answer: an upload's objects are left to the sweeper");
        } else {
            self.discard(ours).await;
        }
        error.map_or(Ok(()), Err)
    }
}

/// Where a file comes from.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Whose it is, if it is a user's.
    pub(crate) user_id: Option<UserId>,
    /// When it was created, if that was before it came here.
    pub(crate) created_at: Option<Timestamp>,
    /// The place that it takes, if it comes by an upload link.
    pub(crate) reservation: Option<i64>,
    /// What it was in the service that is replaced.
    pub(crate) former: Option<Former>,
}

/// What stays of a file that another service had.
#[derive(Debug)]
pub(crate) struct Former {
    /// Its number.
    pub(crate) id: FileId,
    /// Its key.
    pub(crate) key: Key,
    /// When it was changed.
    pub(crate) updated_at: Option<Timestamp>,
}

impl Arrival {
    /// Returns the arrival of a user's upload; the operator is no user.
    pub(crate) fn of(actor: &Actor) -> Result<Self, Error> {
        let user = actor.user().ok_or(tintype_auth::Error::Forbidden(Permission::Create))?;
        Ok(Self { user_id: Some(user.id), created_at: None, reservation: None, former: None })
    }
}

const NO_KEYS: &str = "storage holds objects under every key that was tried";

/// Content that is in storage under claimed keys.
struct Placed {
    content: NewContent,
    /// The work on its preview that goes on.
    later: Option<Later>,
}

/// Returns what pictures are called among those of their file.
fn wanted(pictures: &[EncodedPicture]) -> Vec<(u32, &'static str)> {
    pictures.iter().map(|picture| (picture.edge, picture.format.extension())).collect()
}

/// Returns pictures as objects.
fn pictures(derived: &[NewDerived], made: &[EncodedPicture]) -> impl Iterator<Item = NewObject> {
    derived.iter().zip(made).map(|(new, picture)| NewObject {
        key: new.key.clone(),
        content: Content::Bytes(picture.bytes.clone()),
        attributes: serving::attributes(&new.key, &new.mime_type),
    })
}

/// Why some objects of an upload are not in place.
#[derive(Debug, Default)]
struct Unplaced {
    /// Keys under which storage holds objects that the database does not know.
    foreign: Vec<Key>,
    /// Another error.
    error: Option<Error>,
}

pub(crate) fn random_suffix() -> Suffix {
    let mut random = [0; 7];
    // Without randomness, the suffix is just more likely to be taken, and then another one is
    // tried.
    let _ = getrandom::fill(&mut random);
    Suffix::from_random(random)
}
