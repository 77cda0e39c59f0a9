//! Files of this machine, taken in as if they were uploaded.

pub(crate) mod receive;
mod walk;

pub use receive::Transport;
pub use walk::{FileProblem, FolderContents, FoundFile};

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use tintype_auth::Actor;
use tintype_domain::{Checksum, FileId, Timestamp, UserId, Visibility};
use tintype_persistence::Database;
use tintype_storage::Spooled;

use crate::content::{Details, Upload};
use crate::library::now;
use crate::patience::patiently;
use crate::place::Arrival;
use crate::{Error, Library};
use receive::{Failed, read, receive};

/// How many files are read at a time for each worker: one waits for the disk while another is
/// decoded.
pub(crate) const FILES_PER_WORKER: usize = 2;

/// How the files of a folder are taken in.
#[derive(Debug, Clone, Default)]
pub struct FolderImport {
    /// Whose they are; nobody's unless given.
    pub user: Option<UserId>,
    /// Who may fetch their content; the server's default unless given.
    pub visibility: Option<Visibility>,
    /// How they come into the storage.
    pub transport: Transport,
}

/// What has become of a file.
#[derive(Debug)]
pub enum Outcome {
    /// It is in the library now, or would be, with so many bytes.
    Imported(u64),
    /// The library has a file of the same content.
    Skipped,
    /// It is not taken in.
    Refused(FileProblem),
}

/// How far an import has come; increases while it runs.
#[derive(Debug, Default)]
pub struct FolderProgress {
    files: AtomicU64,
    bytes: AtomicU64,
}

impl FolderProgress {
    /// Returns how many files have been dealt with.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Returns how many bytes they have.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Library {
    /// Takes in the files of a folder as if they were uploaded now; only their dates are those of
    /// the files. Tells of each file what has become of it. It can be stopped at any moment and run
    /// again: content that the library has is skipped.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Unavailable`] if database or storage
    /// have not answered for a minute; [`Error::NoSpace`]; [`Error::Internal`].
    pub async fn import_folder(
        &self,
        actor: &Actor,
        files: Vec<FoundFile>,
        import: &FolderImport,
        progress: &FolderProgress,
        mut tell: impl FnMut(&FoundFile, &Outcome),
    ) -> Result<(), Error> {
        actor.require_admin()?;
        let taken = Mutex::default();
        let at_a_time = self.options().workers.max(1) * FILES_PER_WORKER;
        let work = files.into_iter().map(|file| async {
            let outcome = self.take_in(&file, import, &taken).await;
            (file, outcome)
        });
        let mut done = stream::iter(work).buffer_unordered(at_a_time);
        while let Some((file, outcome)) = done.next().await {
            tell(&file, &outcome?);
            progress.add(file.size);
        }
        Ok(())
    }

    /// Takes in a file; `taken` are the contents that this import has dealt with.
    async fn take_in(
        &self,
        file: &FoundFile,
        import: &FolderImport,
        taken: &Mutex<HashSet<Checksum>>,
    ) -> Result<Outcome, Error> {
        let limit = self.options().max_upload_bytes;
        let path = file.path.clone();
        let read = tokio::task::spawn_blocking(move || read(&path, limit)).await.map_err(Error::internal)?;
        let (checksum, modified) = match read {
            Ok(read) => read,
            Err(problem) => return Ok(Outcome::Refused(problem)),
        };
        let is_there = move |db: &Database| Ok(!db.duplicates(FileId(0), &checksum, 1)?.is_empty());
        let is_there = patiently(async || self.inner().database(is_there).await, may_pass).await?;
        if is_there || !taken.lock().unwrap_or_else(PoisonError::into_inner).insert(checksum) {
            return Ok(Outcome::Skipped);
        }
        if import.transport == Transport::Nothing {
            return Ok(Outcome::Imported(file.size));
        }
        let keep = async || self.keep_found(file, import, checksum, modified).await;
        let outcome = outcome_of(patiently(keep, may_pass).await)?;
        if let Outcome::Refused(_) = outcome {
            // Under another name, the same content may be taken.
            taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&checksum);
        }
        Ok(outcome)
    }

    /// Takes a file into the spool.
    pub(crate) async fn spool_file(
        &self,
        path: PathBuf,
        limit: u64,
        transport: Transport,
    ) -> Result<Result<Spooled, FileProblem>, Error> {
        let spool = self.inner().spool.clone();
        let receive = move || receive(&spool, &path, limit, transport);
        match tokio::task::spawn_blocking(receive).await.map_err(Error::internal)? {
            Ok(content) => Ok(Ok(content)),
            Err(Failed::File(problem)) => Ok(Err(problem)),
            Err(Failed::Storage(error)) => Err(error.into()),
        }
    }

    async fn keep_found(
        &self,
        file: &FoundFile,
        import: &FolderImport,
        checksum: Checksum,
        modified: Timestamp,
    ) -> Result<Outcome, Error> {
        let limit = self.options().max_upload_bytes;
        let content = match self.spool_file(file.path.clone(), limit, import.transport).await? {
            Ok(content) => content,
            Err(problem) => return Ok(Outcome::Refused(problem)),
        };
        if content.checksum() != checksum {
            return Ok(Outcome::Refused(FileProblem::Changed));
        }
        let upload = match Upload::new(content, &file.name) {
            Ok(upload) => upload,
            Err(problem) => return Ok(Outcome::Refused(FileProblem::Unnamed(problem.to_string()))),
        };
        let details = Details { visibility: import.visibility, ..Details::default() };
        let arrival = Arrival { user_id: import.user, created_at: Some(modified), reservation: None, former: None };
        self.own(move |inner| async move {
            let insert = |db: &Database, file: &tintype_persistence::NewFile| db.insert_file(file, now());
            inner.keep(&Actor::operator(), upload, details, arrival, insert, |file| file).await
        })
        .await?;
        Ok(Outcome::Imported(file.size))
    }
}

/// Takes what a file is refused for as its outcome.
pub(crate) fn outcome_of(kept: Result<Outcome, Error>) -> Result<Outcome, Error> {
    match kept {
        Err(Error::TypeNotAllowed { mime_type }) => Ok(Outcome::Refused(FileProblem::TypeNotAllowed { mime_type })),
        kept => kept,
    }
}

/// Returns whether trying again may help.
pub(crate) fn may_pass(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::Busy { .. })
}
