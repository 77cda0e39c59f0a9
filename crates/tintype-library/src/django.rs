//! Taking over from a Django service: its accounts, its tokens and its files.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use tintype_auth::{Actor, TokenKey, django_password};
use tintype_domain::{Description, FileId, Key, Name};
use tintype_media::OutputFormat;
use tintype_persistence::Error::NoSuchUser;
use tintype_persistence::{Database, Django, DjangoFile, Export, Import, NewFile};

use crate::content::{Details, Upload};
use crate::folder::receive::modified;
use crate::folder::{FILES_PER_WORKER, FileProblem, FolderImport, FolderProgress, Outcome, may_pass, outcome_of};
use crate::library::now;
use crate::patience::patiently;
use crate::place::{Arrival, Former};
use crate::{Error, Library};

/// How many rows are read at a time.
const PAGE: u32 = 200;

/// What thumbnails may be.
const FORMATS: [OutputFormat; 3] = [OutputFormat::Jpeg, OutputFormat::Png, OutputFormat::WebP];

/// A Django service whose accounts are in the library, and whose files are about to be.
#[derive(Debug)]
pub struct DjangoImport {
    source: Django,
    export: Export,
    import: Import,
    /// Users whose passwords are hashed in a way that is not known here.
    pub lost_passwords: u64,
}

impl DjangoImport {
    /// Returns how many files the service has.
    pub fn files(&self) -> u64 {
        self.export.files
    }
}

impl Library {
    /// Replaces the accounts of an empty library with those of a Django service, or goes on with a
    /// service that it has begun to take over. Until that is done, nobody else can use the
    /// database.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Internal`] if the library is not
    /// empty, or the service's database cannot be read; [`Error::Unavailable`].
    pub async fn begin_django(&self, actor: &Actor, source: Django) -> Result<DjangoImport, Error> {
        actor.require_admin()?;
        let lost = Arc::new(AtomicU64::new(0));
        let (reading, losing) = (source.clone(), Arc::clone(&lost));
        let password = move |hash: &str| {
            let kept = django_password(hash);
            // Django has `!` where there is no password.
            if kept.is_none() && !hash.is_empty() && !hash.starts_with('!') {
                losing.fetch_add(1, Ordering::Relaxed);
            }
            kept
        };
        let hash = |key: &str| TokenKey::existing(key).hash();
        let export = tokio::task::spawn_blocking(move || reading.export(password, hash)).await;
        let export = export.map_err(Error::internal)?.map_err(Error::internal)?;
        if !self.inner().database(Database::has_imported).await? {
            let found = self.inner().storage.list(None).try_next().await?;
            if let Some(key) = found {
                return Err(Error::internal(format!("the library is not empty: its storage has `{key}`")));
            }
        }
        let begun = export.clone();
        let import = self.inner().database(move |db| db.begin_import(&begun)).await?;
        Ok(DjangoImport { source, export, import, lost_passwords: lost.load(Ordering::Relaxed) })
    }

    /// Takes in the files of a service, each under its number and its key, and tells what has
    /// become of it. The database can be used afterwards.
    ///
    /// # Errors
    /// As [`import_folder`](Self::import_folder).
    pub async fn import_django(
        &self,
        django: &DjangoImport,
        media_root: &Path,
        options: &FolderImport,
        progress: &FolderProgress,
        mut tell: impl FnMut(&DjangoFile, &Outcome),
    ) -> Result<(), Error> {
        let at_a_time = self.options().workers.max(1) * FILES_PER_WORKER;
        let pages = stream::try_unfold(FileId(0), |after| async move {
            let source = django.source.clone();
            let page = tokio::task::spawn_blocking(move || source.files(after, PAGE)).await.map_err(Error::internal)?;
            let page = page.map_err(Error::internal)?;
            let last = page.last().map(|file| file.id);
            Ok::<_, Error>(last.map(|last| (page, last)))
        });
        let files = pages.map_ok(|page| stream::iter(page.into_iter().map(Ok::<_, Error>))).try_flatten();
        let work = files.map_ok(|file| async {
            let outcome = self.take_over_file(&file, media_root, options).await?;
            Ok((file, outcome))
        });
        let mut done = pin!(work.try_buffer_unordered(at_a_time));
        while let Some(result) = done.next().await {
            let (file, outcome) = result?;
            tell(&file, &outcome);
            progress.add(0);
        }
        let (import, export) = (django.import.clone(), django.export.clone());
        self.inner().database(move |db| db.finish_import(&import, &export)).await
    }

    async fn take_over_file(
        &self,
        file: &DjangoFile,
        media_root: &Path,
        options: &FolderImport,
    ) -> Result<Outcome, Error> {
        let id = file.id;
        let is_there = async || self.inner().database(move |db| Ok(db.file(id)?.is_some())).await;
        if patiently(is_there, may_pass).await? {
            return Ok(Outcome::Skipped);
        }
        outcome_of(patiently(async || self.keep_former(file, media_root, options).await, may_pass).await)
    }

    /// Frees the keys of a file that an interrupted run has claimed. Nobody else uses the library.
    async fn free_former(&self, key: &Key) -> Result<(), Error> {
        let edges = self.options().thumbnail_edges.iter();
        let thumbnails = edges.flat_map(|edge| FORMATS.map(|format| key.thumbnail(*edge, format.extension())));
        let keys: Vec<Key> = thumbnails.chain([key.clone()]).collect();
        let left = self.inner().database(move |db| db.left_over(&keys)).await?;
        if left.is_empty() {
            return Ok(());
        }
        try_join_all(left.iter().map(|key| self.inner().storage.delete(key))).await?;
        self.inner().database(move |db| db.release(&left)).await
    }

    async fn keep_former(
        &self,
        file: &DjangoFile,
        media_root: &Path,
        options: &FolderImport,
    ) -> Result<Outcome, Error> {
        let key: Key = match file.path.parse() {
            Ok(key) => key,
            Err(error) => return Ok(Outcome::Refused(FileProblem::NoKey(format!("{error}")))),
        };
        self.free_former(&key).await?;
        let path = media_root.join(key.as_str());
        let changed = path.clone();
        let modified = tokio::task::spawn_blocking(move || modified(&changed)).await.map_err(Error::internal)?;
        let content = match self.spool_file(path, u64::MAX, options.transport).await? {
            Ok(content) => content,
            Err(problem) => return Ok(Outcome::Refused(problem)),
        };
        let modified = match modified {
            Ok(modified) => modified,
            Err(problem) => return Ok(Outcome::Refused(problem)),
        };
        let bytes = content.len();
        if bytes == 0 {
            return Ok(Outcome::Refused(FileProblem::Empty));
        }
        let upload = match Upload::new(content, key.file_name()) {
            Ok(upload) => upload,
            Err(problem) => return Ok(Outcome::Refused(FileProblem::Unnamed(problem.to_string()))),
        };
        let details = Details {
            name: Name::new(&file.name).ok(),
            description: Description::new(&file.description).unwrap_or_default(),
            visibility: options.visibility,
            ..Details::default()
        };
        let former = Former { id: file.id, key, updated_at: file.updated_at };
        let created_at = Some(file.created_at.unwrap_or(modified));
        let mut arrival = Arrival { user_id: file.user, created_at, reservation: None, former: Some(former) };
        self.own(move |inner| async move {
            if let Some(user) = arrival.user_id {
                // Django has no user of that number where nothing made sure that it has.
                let found = inner.database(move |db| match db.user_by_id(user) {
                    Ok(user) => Ok(Some(user.id)),
                    Err(NoSuchUser { .. }) => Ok(None),
                    Err(error) => Err(error),
                });
                arrival.user_id = found.await?;
            }
            let insert = |db: &Database, file: &NewFile| db.insert_file(file, now());
            inner.keep(&Actor::operator(), upload, details, arrival, insert, |file| file).await
        })
        .await?;
        Ok(Outcome::Imported(bytes))
    }
}
