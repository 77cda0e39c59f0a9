//! Comparing the rows of a library with the objects in its storage.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{TryStreamExt, stream};
use tintype_auth::Actor;
use tintype_domain::{FileId, Key, Timestamp, Variant};
use tintype_persistence::{Database, OwnedObject};
use tokio::sync::Semaphore;

use crate::library::{Inner, now};
use crate::pace::Pace;
use crate::patience::patiently;
use crate::problem::{self, Problem};
use crate::transfer::MoveNote;
use crate::{Error, Library};

/// How many files are read from the database together.
const PAGE: u32 = 200;

/// How many files are looked at at a time, of each one object.
const FILES_AT_A_TIME: usize = 16;

/// How many keys of the storage are looked up together.
const KEYS: usize = 500;

/// How long ago the day in the key of an object without a row has to have ended for the object to
/// be removed.
const REMOVED_AFTER: time::Duration = time::Duration::DAY;

/// What to do beyond asking for the size of each object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CheckOptions {
    /// Read every object, and compare its bytes with the SHA-256 in its row.
    pub is_deep: bool,
    /// Make thumbnails, previews and renditions again that are missing or damaged, under their
    /// keys, and remove objects without a row if the day in their key has ended more than a day
    /// ago.
    pub repairs: bool,
}

/// How far a check has come; increases while it runs.
#[derive(Debug, Default)]
pub struct CheckProgress {
    files: AtomicU64,
    objects: AtomicU64,
    bytes: AtomicU64,
    contents_found: AtomicU64,
    contents_missing: AtomicU64,
}

impl CheckProgress {
    /// Returns how many files have been looked at.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Returns how many objects of files have been looked at.
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Returns how many bytes those objects have by their rows.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn count(&self, object: &OwnedObject, problem: Option<&Problem>) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(object.size, Ordering::Relaxed);
        if object.variant.is_none() {
            self.files.fetch_add(1, Ordering::Relaxed);
            let is_missing = matches!(problem, Some(Problem::Missing));
            let contents = if is_missing { &self.contents_missing } else { &self.contents_found };
            contents.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns whether the storage holds so little of what the rows say that it is probably the
    /// storage of another library.
    fn is_foreign(&self) -> bool {
        let [found, missing] = [&self.contents_found, &self.contents_missing].map(|n| n.load(Ordering::Relaxed));
        found <= missing
    }
}

/// Something that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The key of the object.
    pub key: Key,
    /// The file that owns it, if one does.
    pub file: Option<FileId>,
    /// What the object is if it was made of the content of that file.
    pub variant: Option<Variant>,
    /// What is wrong.
    pub problem: Problem,
    /// Whether that was set right.
    pub is_repaired: bool,
}

/// Compares rows and objects both ways, beside servers that go on serving: what changes meanwhile
/// is no finding.
#[derive(Debug)]
pub struct Check {
    inner: Arc<Inner>,
    options: CheckOptions,
    progress: Arc<CheckProgress>,
    repairs: Semaphore,
}

impl Check {
    /// Opens the check of a library.
    pub fn new(library: &Library, options: CheckOptions) -> Self {
        let inner = library.inner().clone();
        let repairs = Semaphore::new(inner.options.workers.max(1));
        Self { inner, options, progress: Arc::default(), repairs }
    }

    /// Returns the progress, which changes while the check runs.
    pub fn progress(&self) -> Arc<CheckProgress> {
        Arc::clone(&self.progress)
    }

    /// Returns how many files there are to look at.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn files(&self, actor: &Actor) -> Result<u64, Error> {
        actor.require_admin()?;
        self.database(Database::count_files).await
    }

    /// Looks at everything, and tells each finding as it comes.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`] if database or storage
    /// have not answered for a minute; [`Error::Internal`], also if something would have to be
    /// removed from a storage that seems to be that of another library.
    pub async fn run(&self, actor: &Actor, mut tell: impl FnMut(Finding)) -> Result<(), Error> {
        actor.require_admin()?;
        let has_files = !self.database(|db| db.newest_keys(1)).await?.is_empty();
        if has_files && !patiently(async || Ok(self.inner.storage.is_marked().await?), is_unavailable).await? {
            let text =
                "the storage has no mark `.tintype`, so no server has worked with it: is it the one of this database?";
            return Err(Error::internal(text));
        }
        let pages = stream::try_unfold(FileId(0), |after| async move {
            let page = self.database(move |db| db.owned_objects(after, PAGE)).await?;
            let last = page.last().map(|object| object.file);
            Ok::<_, Error>(last.map(|last| (page, last)))
        });
        let files = pages.map_ok(|page| {
            let of_one = page.chunk_by(|a, b| a.file == b.file).map(|objects| Ok(objects.to_vec()));
            stream::iter(of_one.collect::<Vec<_>>())
        });
        let looks = files.try_flatten().map_ok(|objects| self.look(objects)).try_buffer_unordered(FILES_AT_A_TIME);
        let mut findings = pin!(looks);
        while let Some(of_one) = findings.try_next().await? {
            of_one.into_iter().for_each(&mut tell);
        }
        let mut keys = pin!(self.inner.storage.list(None).try_chunks(KEYS));
        while let Some(keys) = keys.try_next().await.map_err(|error| Error::from(error.1))? {
            self.look_up(keys).await?.into_iter().for_each(&mut tell);
        }
        Ok(())
    }

    /// Looks at the objects of a file.
    async fn look(&self, objects: Vec<OwnedObject>) -> Result<Vec<Finding>, Error> {
        let mut flawed = Vec::new();
        for object in &objects {
            let problem = patiently(async || self.problem(object).await, is_unavailable).await?;
            self.progress.count(object, problem.as_ref());
            let Some(problem) = problem else { continue };
            // It may have been deleted or replaced meanwhile.
            let owned = object.key.clone();
            if self.database(move |db| db.owned_object(&owned)).await?.as_ref() == Some(object) {
                flawed.push((object, problem));
            }
        }
        let mut repaired = vec![false; flawed.len()];
        if self.options.repairs && !flawed.is_empty() {
            let objects: Vec<&OwnedObject> = flawed.iter().map(|(object, _)| *object).collect();
            repaired = self.make_again(&objects).await?;
        }
        let finding = |((object, problem), is_repaired): ((&OwnedObject, Problem), bool)| {
            let OwnedObject { file, variant, key, .. } = object.clone();
            Finding { key, file: Some(file), variant, problem, is_repaired }
        };
        Ok(flawed.into_iter().zip(repaired).map(finding).collect())
    }

    /// Makes thumbnails and renditions of a file again, and returns which it could: for no more
    /// files at a time than pictures are decoded.
    async fn make_again(&self, objects: &[&OwnedObject]) -> Result<Vec<bool>, Error> {
        let Some(file) = objects.first().map(|object| object.file) else { return Ok(Vec::new()) };
        let _turn = self.repairs.acquire().await.map_err(Error::internal)?;
        let pictures = patiently(async || self.inner.thumbnails_again(file, objects).await, is_unavailable).await?;
        let mut repaired = Vec::with_capacity(objects.len());
        for object in objects {
            let put = async || self.inner.put_derived_again(object, &pictures).await;
            repaired.push(patiently(put, is_unavailable).await?);
        }
        Ok(repaired)
    }

    async fn problem(&self, object: &OwnedObject) -> Result<Option<Problem>, Error> {
        match self.options.is_deep {
            true => problem::of_bytes(&*self.inner.storage, object, &mut Pace::unlimited()).await,
            false => problem::of_size(&*self.inner.storage, object).await,
        }
    }

    /// Looks for rows of objects, and returns those that have none.
    async fn look_up(&self, keys: Vec<Key>) -> Result<Vec<Finding>, Error> {
        let mut unlisted = self.database(move |db| db.unlisted(&keys)).await?;
        // One that was deleted before its row was looked for is no finding, nor is what a storage
        // that was just filled says of itself.
        unlisted.retain(|key| !MoveNote::is(key));
        let there = unlisted.iter().map(|key| patiently(async || self.is_there(key).await, is_unavailable));
        let there = futures_util::future::try_join_all(there).await?;
        let mut there = there.into_iter();
        unlisted.retain(|_| there.next().unwrap_or(false));
        let removed = if self.options.repairs { self.remove(&unlisted).await? } else { Vec::new() };
        let finding = |key| {
            let is_repaired = removed.contains(&key);
            Finding { key, file: None, variant: None, problem: Problem::NoRow, is_repaired }
        };
        Ok(unlisted.into_iter().map(finding).collect())
    }

    async fn is_there(&self, key: &Key) -> Result<bool, Error> {
        match self.inner.storage.size(key).await.map_err(Error::from) {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => Ok(false),
            Err(error @ Error::Unavailable(_)) => Err(error),
            // Whatever it is, it is there.
            Err(_) => Ok(true),
        }
    }

    /// Removes the objects under those of the keys that still nobody owns and that are old enough.
    async fn remove(&self, keys: &[Key]) -> Result<Vec<Key>, Error> {
        // A key that names no day says nothing of the age of its object.
        let has_passed = |day: Timestamp| day.plus(time::Duration::DAY).plus(REMOVED_AFTER) <= now();
        let old: Vec<Key> = keys.iter().filter(|key| key.day().is_some_and(has_passed)).cloned().collect();
        if old.is_empty() {
            return Ok(Vec::new());
        }
        if self.progress.is_foreign() {
            return Err(Error::internal(format!(
                "no row owns `{}`, but most files of this database are not in this storage: it seems to be the one of \
                 another library, and nothing is removed",
                old[0]
            )));
        }
        let doomed = self.database(move |db| db.doom_unlisted(&old)).await?;
        for key in &doomed {
            patiently(async || Ok(self.inner.storage.delete(key).await?), is_unavailable).await?;
        }
        let forgotten = doomed.clone();
        self.database(move |db| db.forget(&forgotten, now())).await?;
        Ok(doomed)
    }

    /// Runs a database call, and again if the database does not answer.
    async fn database<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Database) -> Result<T, tintype_persistence::Error> + Clone + Send + 'static,
    ) -> Result<T, Error> {
        patiently(async || self.inner.database(call.clone()).await, is_unavailable).await
    }
}

fn is_unavailable(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_))
}
