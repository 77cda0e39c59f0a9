//! Many files as one ZIP archive, by a link.

mod body;
mod zip;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tintype_auth::{Actor, Parameters};
use tintype_domain::{
    ArchiveNames, Checksum, Crc32, FieldErrors, FieldProblem, FileId, ListQuery, Permission, Timestamp, Visibility,
};
use tintype_persistence::{ArchivableFile, ArchiveRecord, ArchivedFile, NewArchive};

use crate::library::{Inner, now};
use crate::media_access::LinkSigner;
use crate::view::Content;
use crate::{Error, Library};
pub use body::ArchiveBody;
use zip::{Entry, Layout};

/// How long a client should wait for the CRC-32 of files that lack it: until jobs are looked for
/// the next time.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How many expired archives are removed at a time.
const SWEEP_BATCH: u32 = 10;

/// Which files an archive has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveSelection {
    /// Those of these numbers, in this order.
    Files(Vec<FileId>),
    /// All that match, in the order of the list. Where a page begins does not matter.
    Matches(Box<ListQuery>),
}

/// A new archive.
#[derive(Debug, Clone)]
pub struct CreatedArchive {
    /// Its number.
    pub id: i64,
    /// What signs its link.
    pub signer: LinkSigner,
    /// Its bytes.
    pub size: u64,
    /// How many files it has.
    pub files: usize,
}

/// An archive all of whose files are as they were.
#[derive(Debug, Clone)]
pub struct Archive {
    /// When it was made.
    pub created_at: Timestamp,
    /// A digest that differs where any byte differs.
    pub checksum: Checksum,
    layout: Arc<Layout>,
    contents: Arc<[(Content, Crc32)]>,
}

impl Archive {
    /// Returns its bytes.
    pub fn size(&self) -> u64 {
        self.layout.size()
    }

    /// Puts an archive together.
    ///
    /// # Errors
    /// [`Error::ArchiveChanged`] if a file was replaced, hidden or deleted;
    /// [`Error::Preparing`] while one lacks its CRC-32.
    fn of(record: ArchiveRecord) -> Result<Self, Error> {
        let files = record.files.into_iter().map(present).collect::<Result<Vec<_>, _>>()?;
        let mut entries = Vec::with_capacity(files.len());
        let mut contents = Vec::with_capacity(files.len());
        for (name, file) in files {
            let crc32 = file.crc32.ok_or(Error::Preparing { retry_after: RETRY_AFTER })?;
            entries.push(entry(name, &file, crc32));
            contents.push((file.content, crc32));
        }
        let layout = Layout::new(entries);
        let mut digest = Sha256::new();
        layout.directory().for_each(|record| digest.update(record));
        contents.iter().for_each(|(content, _)| digest.update(content.checksum.0));
        Ok(Self {
            created_at: record.created_at,
            checksum: Checksum(digest.finalize().into()),
            layout: Arc::new(layout),
            contents: contents.into(),
        })
    }
}

impl Library {
    /// Makes a link of files that is valid for `lifetime`, at most
    /// [`Options::max_link_lifetime`](crate::Options).
    ///
    /// # Errors
    /// [`Error::Auth`] without permission; [`Error::Invalid`] if there is no file, or one does not
    /// exist, or they are more than [`Options::max_archive_files`](crate::Options).
    pub async fn create_archive(
        &self,
        actor: &Actor,
        selection: ArchiveSelection,
        lifetime: Duration,
    ) -> Result<CreatedArchive, Error> {
        actor.require(Permission::View)?;
        let files = self.select(selection).await?;
        let signer = self.signer(lifetime).await?;
        let mut names = ArchiveNames::default();
        let named = files.into_iter().map(|file| {
            let name = names.add(&file.name, &file.content.key);
            (file, name)
        });
        let archive = NewArchive { expires_at: signer.expires_at(), files: named.collect() };
        let nothing = Crc32(0);
        // The layout does not depend on it.
        let entries = archive.files.iter().map(|(file, name)| entry(name.clone(), file, file.crc32.unwrap_or(nothing)));
        let size = Layout::new(entries.collect()).size();
        let files = archive.files.len();
        let id = self.inner().database(move |db| db.create_archive(&archive, now())).await?;
        Ok(CreatedArchive { id, signer, size, files })
    }

    async fn select(&self, selection: ArchiveSelection) -> Result<Vec<ArchivableFile>, Error> {
        let limit = self.options().max_archive_files;
        let too_many = FieldProblem::TooMany { limit };
        match selection {
            ArchiveSelection::Files(ids) => {
                let invalid = |problem| Err(FieldErrors::one("ids", problem).into());
                if ids.is_empty() {
                    return invalid(FieldProblem::EmptyList);
                }
                if ids.len() > limit {
                    return invalid(too_many);
                }
                let wanted = ids.clone();
                let files = self.inner().database(move |db| db.archivable(&wanted)).await?;
                let found: std::collections::HashSet<_> = files.iter().map(|file| file.id).collect();
                match ids.iter().find(|id| !found.contains(id)) {
                    Some(missing) => invalid(FieldProblem::NoSuchFile { id: missing.0 }),
                    None => Ok(files),
                }
            }
            ArchiveSelection::Matches(query) => {
                let files = self.inner().database(move |db| db.archivable_matches(&query, limit + 1)).await?;
                match files.len() {
                    0 => Err(FieldErrors::one("filter", FieldProblem::NoMatch).into()),
                    found if found > limit => Err(FieldErrors::one("filter", too_many).into()),
                    _ => Ok(files),
                }
            }
        }
    }

    /// Returns the archive of a link, for whoever has that.
    ///
    /// # Errors
    /// [`Error::Auth`] if the link is not valid or has expired; [`Error::NotFound`];
    /// [`Error::ArchiveChanged`] if a file was replaced, hidden or deleted since;
    /// [`Error::Preparing`] while one lacks its CRC-32.
    pub async fn archive(&self, path: &str, parameters: &Parameters, id: i64) -> Result<Archive, Error> {
        self.judge_link(path, parameters).await?.ok_or(tintype_auth::Error::InvalidLink)?;
        let archive = self.inner().database(move |db| Ok(db.archive(id)?.map(Archive::of))).await?;
        archive.ok_or(Error::NotFound)?
    }

    /// Opens the bytes of an archive, or a range of them. They end with an error where a file
    /// cannot be read, or is not what was stored.
    ///
    /// # Errors
    /// If the first of them cannot be read: as [`read`](Self::read), and [`Error::ArchiveChanged`].
    pub async fn read_archive(&self, archive: &Archive, range: Range<u64>) -> Result<ArchiveBody, Error> {
        let contents = archive.contents.clone();
        let pieces = archive.layout.pieces(range).map(move |piece| {
            let content = piece.entry().and_then(|entry| contents.get(entry)).cloned();
            (piece, content)
        });
        body::read(self.clone(), pieces).await
    }
}

impl Inner {
    /// Forgets archives that have expired.
    pub(crate) async fn drop_archives(&self) -> Result<(), Error> {
        while self.free(|db| db.drop_archives(now(), SWEEP_BATCH)).await? == SWEEP_BATCH as usize {}
        Ok(())
    }
}

/// Returns the file, if it still is what the archive has.
fn present(file: ArchivedFile) -> Result<(String, ArchivableFile), Error> {
    let ArchivedFile { name, key, visibility, now } = file;
    let now = now.filter(|now| now.content.key == key).ok_or(Error::ArchiveChanged)?;
    match (visibility, now.visibility) {
        (Visibility::Public, Visibility::Private) => Err(Error::ArchiveChanged),
        _ => Ok((name, now)),
    }
}

fn entry(name: String, file: &ArchivableFile, crc32: Crc32) -> Entry {
    Entry { name, size: file.content.size, crc32, modified: file.content.stored_at }
}
