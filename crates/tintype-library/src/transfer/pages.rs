//! Comparing the rows of two databases, page by page.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use futures_util::stream::{self, TryStream};
use tintype_domain::FileId;
use tintype_persistence::{Database, ObjectRecord, Scope, StoredFile};

use super::outcome::{SOURCE_DATABASE, TARGET_DATABASE, TransferError};
use super::route::{PAGE, call};

/// Files that are processed together.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) unchanged: Vec<StoredFile>,
    pub(super) wanted: Vec<Wanted>,
    /// Files that only the target has.
    pub(super) removed: Vec<FileId>,
}

/// A file that the target does not have, or that differs there.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) file: StoredFile,
    pub(super) old: Option<StoredFile>,
}

impl Wanted {
    /// Returns the objects that the target does not have.
    pub(super) fn objects(&self) -> impl Iterator<Item = &ObjectRecord> {
        let old = self.old.as_ref().map(StoredFile::objects).unwrap_or_default();
        let same = |a: &ObjectRecord, b: &ObjectRecord| (&a.key, a.checksum, a.size) == (&b.key, b.checksum, b.size);
        self.file.objects().iter().filter(move |object| !old.iter().any(|old| same(old, object)))
    }
}

/// Compares the files of two databases, those of the first one up to `last`.
pub(super) fn pages<'d>(
    scope: Scope,
    from: &'d Database,
    to: &'d Database,
    last: FileId,
) -> impl TryStream<Ok = Page, Error = TransferError> + 'd {
    stream::try_unfold(Some(FileId(0)), move |after| next_page(scope, from, to, after, last))
}

/// Compares the next files; `None` after the last ones.
async fn next_page(
    scope: Scope,
    from: &Database,
    to: &Database,
    after: Option<FileId>,
    last: FileId,
) -> Result<Option<(Page, Option<FileId>)>, TransferError> {
    let Some(after) = after else { return Ok(None) };
    const END: FileId = FileId(i64::MAX);
    let theirs = call(from, SOURCE_DATABASE, move |db| db.stored_files(scope, after, last, PAGE));
    let ours = call(to, TARGET_DATABASE, move |db| db.stored_files(scope, after, END, PAGE));
    let (theirs, ours) = try_join(theirs, ours).await?;
    // After a full page, there may be more files.
    let ends = [&theirs, &ours].map(|page| page.get(PAGE as usize - 1).map(StoredFile::id));
    let end = ends.into_iter().flatten().min();
    let is_within = |file: &StoredFile| end.is_none_or(|end| file.id() <= end);
    let mut ours: BTreeMap<_, _> = ours.into_iter().filter(is_within).map(|file| (file.id(), file)).collect();
    let mut page = Page::default();
    for file in theirs.into_iter().filter(is_within) {
        match ours.remove(&file.id()) {
            Some(old) if old == file => page.unchanged.push(file),
            old => page.wanted.push(Wanted { file, old }),
        }
    }
    page.removed.extend(ours.into_keys());
    Ok(Some((page, end)))
}
