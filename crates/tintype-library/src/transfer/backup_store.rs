//! The storage that a backup is kept in.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use tintype_domain::{Checksum, Key};
use tintype_persistence::{ConnectOptions, Database};
use tintype_storage::{Attributes, Content, Error, NewObject, Spool, Storage};

use super::outcome::{BACKUP, TransferError};
use super::route::Place;

/// What the folder says of itself; its presence tells a backup from any other storage.
const README: &str = "README.txt";

const README_TEXT: &str = "This is a backup of a tintype library, made by `tintype backup` and read by `tintype restore`.\n\
    The file `<number>-<sha256>.db` beside this one has the rows, as a SQLite database; it holds the hashes of\n\
    passwords and tokens, the key that signs URLs and the secrets of webhooks. All other files are the objects of\n\
    the library, each under its key. Do not change or add anything here: the next backup removes what it does not\n\
    know.\n";

/// A storage that holds the objects of a library under their keys, and its rows.
#[derive(Debug, Clone)]
pub struct BackupStore {
    pub(super) storage: Arc<dyn Storage>,
    /// Where databases are put together and read; readable by its owner only.
    pub(super) folder: PathBuf,
}

/// The rows of one backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows {
    key: Key,
    /// Which backup it is; the first one is 1.
    pub(super) number: u64,
    checksum: Checksum,
}

impl Rows {
    fn new(number: u64, checksum: Checksum) -> Result<Self, TransferError> {
        let key = format!("{}/{number:08}-{}.db", BackupStore::FOLDER, checksum.to_hex())
            .parse()
            .map_err(TransferError::new(BACKUP))?;
        Ok(Self { key, number, checksum })
    }

    fn parse(key: &Key) -> Option<Self> {
        let (number, checksum) = key.file_name().strip_suffix(".db")?.split_once('-')?;
        let checksum = format!("sha256:{checksum}").parse().ok()?;
        Some(Self { key: key.clone(), number: number.parse().ok()?, checksum })
    }
}

impl BackupStore {
    /// The folder of what is no object of the library: the rows, which hold secrets.
    pub const FOLDER: &str = "tintype-backup";

    /// Looks at a storage. The folder is that of the caller, for temporary files with secrets: only
    /// its owner may look into it.
    pub fn new(storage: Arc<dyn Storage>, folder: impl Into<PathBuf>) -> Self {
        Self { storage, folder: folder.into() }
    }

    /// Returns the newest backup as a library: its rows are a database of their own now.
    ///
    /// # Errors
    /// There is none; it is damaged; it cannot be read.
    pub async fn newest(&self) -> Result<Place, TransferError> {
        let newest = self.all_rows().await?.pop();
        let newest =
            newest.ok_or_else(|| TransferError::new(BACKUP)("it has no backup, or none that came to its end"))?;
        Ok(Place { database: self.open(&newest).await?, storage: Arc::clone(&self.storage) })
    }

    /// Returns the rows that there are, the newest last.
    pub(super) async fn all_rows(&self) -> Result<Vec<Rows>, TransferError> {
        let folder = Self::FOLDER.parse().map_err(TransferError::new(BACKUP))?;
        let keys: Vec<Key> =
            self.storage.list(Some(&folder)).try_collect().await.map_err(TransferError::new(BACKUP))?;
        let mut rows: Vec<Rows> = keys.iter().filter_map(Rows::parse).collect();
        rows.sort_by_key(|rows| rows.number);
        Ok(rows)
    }

    /// Makes sure that the storage is empty or has a backup, and begins one.
    pub(super) async fn begin(&self) -> Result<(), TransferError> {
        let key: Key = format!("{}/{README}", Self::FOLDER).parse().map_err(TransferError::new(BACKUP))?;
        match self.storage.size(&key).await {
            Ok(_) => return self.storage.mark().await.map_err(TransferError::new(BACKUP)),
            Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(TransferError::new(BACKUP)(error)),
        }
        let first = self.storage.list(None).try_next().await.map_err(TransferError::new(BACKUP))?;
        if let Some(other) = first {
            let text = format!("it has `{other}`, which is of no backup; give an empty folder, or that of a backup");
            return Err(TransferError::new(BACKUP)(text));
        }
        let content = Content::Bytes(Bytes::from_static(README_TEXT.as_bytes()));
        let readme = NewObject { key, content, attributes: Attributes::default() };
        self.storage.put(&readme).await.map_err(TransferError::new(BACKUP))?;
        // A bucket is known by it.
        self.storage.mark().await.map_err(TransferError::new(BACKUP))
    }

    /// Reads rows into a database of their own, and verifies them.
    pub(super) async fn open(&self, rows: &Rows) -> Result<Database, TransferError> {
        let failed = TransferError::new::<std::io::Error>(BACKUP);
        let path = self.path(&format!("backup-{}", rows.number));
        let mut file = private_file(&path).map_err(&failed)?;
        let mut body = self.storage.get(&rows.key, None).await.map_err(TransferError::new(BACKUP))?.body;
        let mut hash = Sha256::new();
        while let Some(block) = body.try_next().await.map_err(TransferError::new(BACKUP))? {
            hash.update(&block);
            file.write_all(&block).map_err(&failed)?;
        }
        if Checksum(hash.finalize().into()) != rows.checksum {
            return Err(TransferError::new(BACKUP)(format!("`{}` is damaged: its checksum is another one", rows.key)));
        }
        open_database(&path).await
    }

    /// Returns a new database for rows.
    pub(super) async fn create(&self, number: u64) -> Result<Database, TransferError> {
        let path = self.path(&number.to_string());
        private_file(&path).map_err(TransferError::new(BACKUP))?;
        open_database(&path).await
    }

    /// Puts the rows of that number, which makes the backup the newest one.
    pub(super) async fn put(&self, number: u64, spool: &Spool) -> Result<Rows, TransferError> {
        let (from, whole) = (self.path(&number.to_string()), self.path("whole"));
        let to = whole.clone();
        let written = tokio::task::spawn_blocking(move || Database::write_copy(&url(&from), &to)).await;
        written.map_err(TransferError::new(BACKUP))?.map_err(TransferError::new(BACKUP))?;
        let file = File::open(&whole).map_err(TransferError::new(BACKUP))?;
        let receiving = spool.clone();
        let spooled = tokio::task::spawn_blocking(move || receiving.receive(file, u64::MAX)).await;
        let spooled = spooled.map_err(TransferError::new(BACKUP))?.map_err(TransferError::new(BACKUP))?;
        let rows = Rows::new(number, spooled.checksum())?;
        let content = Content::Spooled(Arc::new(spooled));
        let new = NewObject { key: rows.key.clone(), content, attributes: Attributes::default() };
        match self.storage.put(&new).await {
            // Its key names its bytes.
            Ok(()) | Err(Error::AlreadyExists { .. }) => Ok(rows),
            Err(error) => Err(TransferError::new(BACKUP)(error)),
        }
    }

    /// Removes the rows of an earlier backup.
    pub(super) async fn remove(&self, rows: &Rows) -> Result<(), TransferError> {
        self.storage.delete(&rows.key).await.map_err(TransferError::new(BACKUP))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.db"))
    }
}

/// Returns whether a key is of an object of the library.
pub(super) fn is_object(key: &Key) -> bool {
    key.parts().next() != Some(BackupStore::FOLDER)
}

fn url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

fn private_file(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Opens a database of rows, and brings its schema up to date: an older version may have written
/// it.
async fn open_database(path: &Path) -> Result<Database, TransferError> {
    let url = url(path);
    let open = move || {
        let database = Database::connect(&url, &ConnectOptions::default())?;
        database.migrate()?;
        Ok::<_, tintype_persistence::Error>(database)
    };
    let opened = tokio::task::spawn_blocking(open).await.map_err(TransferError::new(BACKUP))?;
    opened.map_err(TransferError::new(BACKUP))
}
