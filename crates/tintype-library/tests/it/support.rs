use async_trait::async_trait;
use bytes::Bytes;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tintype_library::auth::Actor;
use tintype_library::domain::{FileRecord, Key, NewUser, Permission};
use tintype_library::persistence::{ConnectOptions, Database};
use tintype_library::storage::{Error as StorageError, MemoryStorage, NewObject, Object, Spool, Storage};
use tintype_library::{Details, Error, Library, Options, Upload};

/// Where log-ins come from.
pub(crate) const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A storage in memory that fails where it is told to.
#[derive(Debug, Default)]
pub(crate) struct Flaky {
    inner: MemoryStorage,
    /// Putting a key that contains this fails.
    pub(crate) fail_put: Mutex<Option<&'static str>>,
    /// Deleting a key that contains this fails.
    pub(crate) fail_delete: Mutex<Option<&'static str>>,
    /// Whether what fails has no room, instead of not being answered.
    pub(crate) is_full: AtomicBool,
    /// The keys of what was read.
    pub(crate) reads: Mutex<Vec<Key>>,
}

impl Flaky {
    fn check(&self, fail: &Mutex<Option<&'static str>>, key: &Key) -> Result<(), StorageError> {
        match *fail.lock().unwrap() {
            Some(part) if key.as_str().contains(part) => Err(self.failure()),
            _ => Ok(()),
        }
    }

    fn failure(&self) -> StorageError {
        if self.is_full.load(Ordering::Relaxed) {
            let source = std::io::ErrorKind::StorageFull.into();
            return StorageError::NoSpace { operation: "put into", path: "memory".into(), source };
        }
        StorageError::Unavailable { source: "told to fail".into() }
    }
}

#[async_trait]
impl Storage for Flaky {
    async fn put(&self, object: &NewObject) -> Result<(), StorageError> {
        self.check(&self.fail_put, &object.key)?;
        self.inner.put(object).await
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, StorageError> {
        self.reads.lock().unwrap().push(key.clone());
        self.inner.get(key, range).await
    }

    async fn size(&self, key: &Key) -> Result<u64, StorageError> {
        self.inner.size(key).await
    }

    async fn delete(&self, key: &Key) -> Result<(), StorageError> {
        self.check(&self.fail_delete, key)?;
        self.inner.delete(key).await
    }

    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, StorageError>> {
        self.inner.list(folder)
    }

    async fn check(&self) -> Result<(), StorageError> {
        self.inner.check().await
    }

    async fn is_marked(&self) -> Result<bool, StorageError> {
        self.inner.is_marked().await
    }

    async fn mark(&self) -> Result<(), StorageError> {
        self.inner.mark().await
    }
}

/// A library with a user who may do everything, thrown away with its folder.
pub(crate) struct Fixture {
    pub(crate) library: Library,
    pub(crate) database: Database,
    pub(crate) storage: Arc<Flaky>,
    pub(crate) admin: Actor,
    spool: Spool,
    folder: TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let database = Database::connect(&url, &ConnectOptions::default()).unwrap();
        database.migrate().unwrap();
        let spool = Spool::open(folder.path().join("spool")).unwrap();
        let storage = Arc::new(Flaky::default());
        let mut options = Options::default();
        change(&mut options);
        let library = Library::new(database.clone(), storage.clone(), spool.clone(), options);
        let admin = actor(&database, "ada", true, &[]);
        Self { library, database, storage, admin, spool, folder }
    }

    /// Runs SQL that no method of the database is for.
    pub(crate) fn execute(&self, sql: &str) {
        let path = self.folder.path().join("test.db");
        let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        connection.batch_execute(sql).unwrap();
    }

    /// Returns a library over the same database and storage, as another process has.
    pub(crate) fn another(&self) -> Library {
        let options = self.library.options().clone();
        Library::new(self.database.clone(), self.storage.clone(), self.spool.clone(), options)
    }

    /// Returns a library over the same database and storage to which every claim is abandoned at
    /// once.
    pub(crate) fn impatient_twin(&self) -> Library {
        let mut options = Options::default();
        impatient(&mut options);
        Library::new(self.database.clone(), self.storage.clone(), self.spool.clone(), options)
    }

    /// Returns a member of the staff with these permissions.
    pub(crate) fn staff(&self, name: &str, permissions: &[Permission]) -> Actor {
        actor(&self.database, name, false, permissions)
    }

    /// Returns an upload as a client would send it.
    pub(crate) async fn sent(&self, bytes: &[u8], file_name: &str) -> Upload {
        let mut writer = self.spool.create(1 << 30);
        writer.write(Bytes::copy_from_slice(bytes)).await.unwrap();
        Upload::new(writer.finish().await.unwrap(), file_name).unwrap()
    }

    pub(crate) async fn upload(&self, bytes: &[u8], file_name: &str) -> Result<FileRecord, Error> {
        let sent = self.sent(bytes, file_name).await;
        self.library.upload(&self.admin, sent, Details::default()).await
    }

    /// Returns the keys of all objects in storage.
    pub(crate) async fn objects(&self) -> BTreeSet<String> {
        self.storage.list(None).map_ok(|key| key.to_string()).try_collect().await.unwrap()
    }

    pub(crate) async fn bytes(&self, file: &FileRecord) -> Vec<u8> {
        let content = self.library.content(file.key.clone()).await.unwrap();
        let body = self.library.read(&content, None).await.unwrap().body;
        body.try_fold(Vec::new(), async |mut all, block| {
            all.extend_from_slice(&block);
            Ok(all)
        })
        .await
        .unwrap()
    }
}

fn actor(database: &Database, name: &str, is_admin: bool, permissions: &[Permission]) -> Actor {
    let permissions = permissions.iter().copied().collect();
    let user = NewUser { is_staff: true, is_admin, permissions, ..NewUser::new(name.parse().unwrap()) };
    Actor::of_user(database.create_user(&user, SystemTime::now().into()).unwrap()).unwrap()
}

/// A picture of that many grey pixels a side, in the simplest of formats.
pub(crate) fn picture(side: usize) -> Vec<u8> {
    let mut bytes = format!("P5\n{side} {side}\n255\n").into_bytes();
    bytes.extend((0..side * side).map(|i| (i % 251) as u8));
    bytes
}

pub(crate) fn keys(file: &FileRecord) -> BTreeSet<String> {
    file.keys().map(ToString::to_string).collect()
}

/// Options under which whatever nobody committed counts as abandoned at once.
pub(crate) fn impatient(options: &mut Options) {
    options.abandoned_after = Duration::ZERO;
}
