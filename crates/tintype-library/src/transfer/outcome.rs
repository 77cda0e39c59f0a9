//! Progress, result and errors of a transfer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tintype_domain::{FileId, Key};
use tintype_persistence::Export;

/// How far a transfer has come; increases while it runs.
#[derive(Debug)]
pub struct Progress {
    files: AtomicU64,
    bytes: AtomicU64,
    total_files: u64,
    total_bytes: u64,
}

impl Progress {
    pub(super) fn of(export: &Export) -> Arc<Self> {
        let zero = || AtomicU64::new(0);
        Arc::new(Self { files: zero(), bytes: zero(), total_files: export.files, total_bytes: export.bytes })
    }

    /// Returns how many files the source has.
    pub fn total_files(&self) -> u64 {
        self.total_files
    }

    /// Returns how many bytes the objects of the source have.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// Returns how many files of the source have been processed.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Returns how many bytes of objects have been processed, whether or not they had to be copied.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, files: usize, bytes: u64) {
        self.files.fetch_add(files as u64, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How many objects may fail. If more do, the storage probably belongs to another library.
pub(super) const MAX_FAILURES: usize = 1000;

/// The result of a transfer.
#[derive(Debug, Default)]
pub struct Transferred {
    /// Files that were copied: they were missing or different in the target.
    pub moved: u64,
    /// The bytes of their objects.
    pub bytes: u64,
    /// Files that were already in the target.
    pub unchanged: u64,
    /// Files that were removed from the target because the source no longer has them.
    pub removed: u64,
    /// Objects that could not be copied. Their files are missing in the target, or unchanged.
    pub failures: Vec<ObjectFailure>,
    /// Whether a server may have been running on the source: its latest changes are not in the
    /// target.
    pub is_served: bool,
}

impl Transferred {
    pub(super) fn add(&mut self, part: Self) {
        self.moved += part.moved;
        self.bytes += part.bytes;
        self.unchanged += part.unchanged;
        self.removed += part.removed;
        self.failures.extend(part.failures);
    }
}

/// The result of a backup.
#[derive(Debug, Default)]
pub struct BackedUp {
    /// Files that the backup has.
    pub files: u64,
    /// Objects that were copied.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
    /// Objects that an earlier run had copied.
    pub unchanged: u64,
    /// Objects that were removed because the library no longer has them.
    pub removed: u64,
    /// Objects that could not be copied and that no earlier run had copied. The backup has no file
    /// whose content is among them.
    pub failures: Vec<ObjectFailure>,
}

impl BackedUp {
    pub(super) fn add(&mut self, part: Self) {
        self.files += part.files;
        self.copied += part.copied;
        self.copied_bytes += part.copied_bytes;
        self.unchanged += part.unchanged;
        self.removed += part.removed;
        self.failures.extend(part.failures);
    }
}

/// An object that could not be copied.
#[derive(Debug)]
pub struct ObjectFailure {
    /// The file that it belongs to.
    pub file: FileId,
    /// Its key.
    pub key: Key,
    /// Why.
    pub problem: String,
}

// The parts that can fail.
pub(super) const SOURCE_DATABASE: &str = "source database";
pub(super) const SOURCE_STORAGE: &str = "source storage";
pub(super) const TARGET_DATABASE: &str = "target database";
pub(super) const TARGET_STORAGE: &str = "target storage";
pub(super) const BACKUP: &str = "storage of the backup";

/// Which part of a transfer failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("the {part} failed")]
pub struct TransferError {
    /// `source database`, `target storage` and so on.
    pub part: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl TransferError {
    pub(super) fn new<E: Into<Box<dyn std::error::Error + Send + Sync>>>(part: &'static str) -> impl Fn(E) -> Self {
        move |source| Self { part, source: source.into() }
    }
}

/// Returns the error for so many failures that the source's storage probably belongs to another
/// library.
pub(super) fn unrelated(failures: &[ObjectFailure]) -> TransferError {
    let count = failures.len();
    let first =
        failures.first().map(|f| format!(", the first of them `{}` ({})", f.key, f.problem)).unwrap_or_default();
    let text = format!("{count} objects could not be copied{first}: it seems not to belong to the source database");
    TransferError::new(SOURCE_STORAGE)(text)
}
