//! Bringing the thumbnails of files that are there already up to date.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{TryStreamExt, stream};
use tintype_auth::Actor;
use tintype_domain::{FileId, PreviewReason, PreviewStatus, Timestamp, Variant};
use tintype_persistence::{Database, PicturedFile};

use crate::admission::Asker;
use crate::library::{Inner, now};
use crate::previews::file_name;
use crate::{Error, Library};

/// How many files are read from the database at a time.
const PAGE: u32 = 100;

/// Which thumbnails to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebuild {
    /// Those that files lack of the sizes of [`Options`](crate::Options).
    Missing,
    /// All, also those that are there.
    All,
}

/// A file of which no thumbnails can be made any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildFailure {
    /// The number of the file.
    pub file: FileId,
    /// Why.
    pub problem: String,
}

/// How far a rebuild is.
#[derive(Debug, Default)]
pub struct RebuildProgress {
    looked_at: AtomicU64,
    changed: AtomicU64,
    without_picture: AtomicU64,
    failures: Mutex<Vec<RebuildFailure>>,
}

impl RebuildProgress {
    /// Returns how many files were looked at.
    pub fn looked_at(&self) -> u64 {
        self.looked_at.load(Ordering::Relaxed)
    }

    /// Returns how many of them have other thumbnails now.
    pub fn changed(&self) -> u64 {
        self.changed.load(Ordering::Relaxed)
    }

    /// Returns how many had no picture before: it is pending or has failed.
    pub fn without_picture(&self) -> u64 {
        self.without_picture.load(Ordering::Relaxed)
    }

    /// Returns those that keep what they had, because nothing can be made of their content.
    pub fn failures(&self) -> Vec<RebuildFailure> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, outcome: Outcome) {
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Changed => drop(self.changed.fetch_add(1, Ordering::Relaxed)),
            Outcome::WithoutPicture => drop(self.without_picture.fetch_add(1, Ordering::Relaxed)),
            Outcome::Failed(failure) => {
                self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
            }
        }
        self.looked_at.fetch_add(1, Ordering::Relaxed);
    }
}

/// What became of one file.
enum Outcome {
    Unchanged,
    Changed,
    WithoutPicture,
    Failed(RebuildFailure),
}

impl Library {
    /// Returns how many files there are to look at.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn count_pictured(&self, actor: &Actor) -> Result<u64, Error> {
        actor.require_admin()?;
        self.inner().database(Database::count_pictured).await
    }

    /// Makes thumbnails of files that are there already, those of previews included, and removes
    /// those of sizes that are not wanted any more. Files without a picture are left to the jobs
    /// that make previews.
    ///
    /// It may be stopped at any moment and run again, beside servers: it goes on where it was, for
    /// [`Rebuild::All`] with what that run has left, as long as the options are the same. Returns
    /// when that run began.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`], [`Error::NoSpace`],
    /// [`Error::Busy`], [`Error::Internal`].
    pub async fn rebuild_thumbnails(
        &self,
        actor: &Actor,
        which: Rebuild,
        progress: &RebuildProgress,
    ) -> Result<Timestamp, Error> {
        actor.require_admin()?;
        let inner = self.inner();
        let began = inner.begin_rebuild(which).await?;
        let valid_since = (which == Rebuild::All).then_some(began);
        let pages = stream::try_unfold(FileId(0), |last| async move {
            let page = inner.database(move |db| db.pictured(last, PAGE)).await?;
            let last = page.last().map(|last| last.file.id);
            Ok::<_, Error>(last.map(|last| (stream::iter(page.into_iter().map(Ok)), last)))
        });
        let work = pages.try_flatten().map_ok(|pictured| inner.rebuild(pictured, valid_since));
        let outcomes = work.try_buffer_unordered(inner.options.workers.max(1));
        let noted = outcomes.try_for_each(async |outcome| {
            progress.note(outcome);
            Ok(())
        });
        noted.await?;
        if which == Rebuild::All {
            inner.database(Database::end_rebuild).await?;
        }
        Ok(began)
    }
}

impl Inner {
    async fn begin_rebuild(&self, which: Rebuild) -> Result<Timestamp, Error> {
        if which == Rebuild::Missing {
            return Ok(now());
        }
        let sort = format!("{:?} {:?}", self.options.thumbnail_encoding, self.options.thumbnail_edges);
        self.database(move |db| db.begin_rebuild(&sort, now())).await
    }

    /// Gives a file the thumbnails that it lacks. Those that were stored before `valid_since` do
    /// not count.
    async fn rebuild(
        self: &Arc<Self>,
        pictured: PicturedFile,
        valid_since: Option<Timestamp>,
    ) -> Result<Outcome, Error> {
        let PicturedFile { file, stored_at } = pictured;
        if stored_at.is_empty() && file.preview.facts.status != PreviewStatus::Ready {
            return Ok(Outcome::WithoutPicture);
        }
        let wanted = &self.options.thumbnail_edges;
        let keep: Vec<Variant> = stored_at
            .iter()
            .filter(|(variant, stored_at)| {
                edge(variant).is_some_and(|edge| wanted.contains(&edge))
                    && valid_since.is_none_or(|since| *stored_at >= since)
            })
            .map(|(variant, _)| variant.clone())
            .collect();
        let is_there = |wanted: &u32| keep.iter().any(|kept| edge(kept) == Some(*wanted));
        let missing: Vec<u32> = wanted.iter().filter(|edge| !is_there(edge)).copied().collect();
        if missing.is_empty() && keep.len() == stored_at.len() {
            return Ok(Outcome::Unchanged);
        }
        let failed = |problem: String| Ok(Outcome::Failed(RebuildFailure { file: file.id, problem }));
        let mut pictures = Vec::new();
        if !missing.is_empty() {
            match self.picture_kept(Asker::Operator, &file, missing).await {
                Ok(made) if made.pictures.is_empty() => {
                    let reason = made.facts.reason.map_or("pending", PreviewReason::as_str);
                    return failed(format!("its content gives no picture any more: {reason}"));
                }
                Ok(made) => pictures = made.pictures,
                // The object is lost or damaged.
                Err(error @ (Error::Internal(_) | Error::NotFound)) => return failed(crate::causes(&error)),
                Err(error) => return Err(error),
            }
        }
        let new = self.place_pictures(&file_name(&file.key), &pictures).await?;
        let keys: Vec<_> = new.iter().map(|new| new.key.clone()).collect();
        let (id, content) = (file.id, file.key);
        let replace = move |db: &Database| db.replace_pictures(id, &content, &keep, &new, now());
        let replaced = self.database(replace).await;
        match self.or_discard(replaced, keys.clone()).await? {
            Some(doomed) => {
                self.remove_objects(doomed).await;
                Ok(Outcome::Changed)
            }
            // It was deleted, or has new content, whose thumbnails are new.
            None => {
                self.discard(keys).await;
                Ok(Outcome::Unchanged)
            }
        }
    }
}

fn edge(variant: &Variant) -> Option<u32> {
    match variant {
        Variant::Thumbnail { edge } | Variant::Preview { edge } => Some(*edge),
        Variant::Rendition(_) => None,
    }
}
