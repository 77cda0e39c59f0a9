use crate::support::{Fixture, picture};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::BoxStream;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tintype_library::auth::Actor;
use tintype_library::domain::{FileId, Key, Permission};
use tintype_library::persistence::{ConnectOptions, Database, Scope, StoredFile};
use tintype_library::storage::{Attributes, Content, Error, MemoryStorage, NewObject, Object, Spool, Storage};
use tintype_library::{
    AdoptionError, Change, ContentChange, Library, ObjectTransfer, Place, RowTransfer, Transfer, TransferError,
    Transferred,
};

/// A storage in memory that fails for good after so many puts and deletes.
#[derive(Debug, Default)]
pub(crate) struct Mortal {
    pub(crate) inner: MemoryStorage,
    pub(crate) left: AtomicUsize,
}

impl Mortal {
    fn live(&self) -> Result<(), Error> {
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        let dead =
            |_| Error::Io { operation: "reach", path: "memory".into(), source: std::io::ErrorKind::Other.into() };
        left.map(drop).map_err(dead)
    }
}

#[async_trait]
impl Storage for Mortal {
    async fn put(&self, object: &NewObject) -> Result<(), Error> {
        self.live()?;
        self.inner.put(object).await
    }

    async fn get(&self, key: &Key, range: Option<Range<u64>>) -> Result<Object, Error> {
        self.inner.get(key, range).await
    }

    async fn size(&self, key: &Key) -> Result<u64, Error> {
        self.inner.size(key).await
    }

    async fn delete(&self, key: &Key) -> Result<(), Error> {
        self.live()?;
        self.inner.delete(key).await
    }

    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, Error>> {
        self.inner.list(folder)
    }

    async fn check(&self) -> Result<(), Error> {
        self.inner.check().await
    }

    async fn is_marked(&self) -> Result<bool, Error> {
        self.inner.is_marked().await
    }

    async fn mark(&self) -> Result<(), Error> {
        self.inner.mark().await
    }
}

/// An empty place to copy a library to.
pub(crate) struct Target {
    pub(crate) database: Database,
    pub(crate) storage: Arc<Mortal>,
    pub(crate) folder: TempDir,
}

impl Target {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("target.db").display());
        let database = Database::connect(&url, &ConnectOptions::default()).unwrap();
        database.migrate().unwrap();
        let storage = Arc::new(Mortal { left: usize::MAX.into(), ..Mortal::default() });
        Self { database, storage, folder }
    }

    async fn fill(&self, source: &Fixture) -> Result<Transferred, TransferError> {
        self.fill_from(source, source.storage.clone()).await
    }

    async fn fill_from(&self, source: &Fixture, storage: Arc<dyn Storage>) -> Result<Transferred, TransferError> {
        let from = Place { database: source.database.clone(), storage };
        let to = Place { database: self.database.clone(), storage: self.storage.clone() };
        let transfer = Transfer::begin(from, to, Spool::open(self.folder.path()).unwrap()).await?;
        let done = transfer.run().await?;
        let progress = transfer.progress();
        assert_eq!(
            (progress.files(), progress.bytes()),
            (progress.total_files(), progress.total_bytes()),
            "all is dealt with"
        );
        Ok(done)
    }

    async fn objects(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.storage.list(None).try_collect().await.unwrap();
        keys.sort();
        keys
    }

    /// Asserts that each object is owned by a row or listed as a stray.
    async fn assert_accounted(&self) {
        let strays = self.database.strays(None, 1000).unwrap();
        for key in self.objects().await {
            let is_owned = self.database.object(&key).unwrap().is_some();
            assert!(is_owned || strays.iter().any(|(stray, gone)| *stray == key && gone.is_none()), "{key}");
        }
    }

    /// Asserts that the target has all that the source has, and nothing else.
    pub(crate) async fn assert_same(&self, source: &Fixture) {
        assert_eq!(stored(&self.database), stored(&source.database));
        assert_eq!(self.database.users().unwrap(), source.database.users().unwrap());
        let files = stored(&self.database);
        let mut expected: Vec<_> = files.iter().flat_map(StoredFile::objects).map(|o| o.key.clone()).collect();
        expected.sort();
        assert_eq!(self.objects().await, expected);
        for key in expected {
            assert_eq!(read(&*self.storage, &key).await, read(&*source.storage, &key).await, "{key}");
        }
        let used_up = self.database.strays(None, 1000).unwrap();
        assert!(used_up.iter().all(|(_, gone)| gone.is_some()), "{used_up:?}");
        for (key, _) in source.database.strays(None, 1000).unwrap() {
            assert!(used_up.iter().any(|(used, _)| *used == key), "{key} could be given out again");
        }
    }
}

pub(crate) fn stored(database: &Database) -> Vec<StoredFile> {
    database.stored_files(Scope::Move, FileId(0), FileId(i64::MAX), 1000).unwrap()
}

pub(crate) async fn read(storage: &dyn Storage, key: &Key) -> Vec<u8> {
    let body = storage.get(key, None).await.unwrap().body;
    body.try_collect::<Vec<_>>().await.unwrap().concat()
}

pub(crate) async fn put(storage: &dyn Storage, key: &Key, bytes: &'static [u8]) {
    let content = Content::Bytes(Bytes::from_static(bytes));
    storage.put(&NewObject { key: key.clone(), content, attributes: Attributes::default() }).await.unwrap();
}

/// A library with pictures, a text that is too large for memory, and a file that is gone.
pub(crate) async fn source() -> Fixture {
    let source = Fixture::new();
    source.upload(&picture(40), "a.pgm").await.unwrap();
    source.upload(&vec![b'x'; (3 << 20) + 1], "large.txt").await.unwrap();
    let gone = source.upload(b"gone", "gone.txt").await.unwrap();
    source.upload(&picture(30), "b.pgm").await.unwrap();
    source.library.delete(&source.admin, gone.id, None).await.unwrap();
    source
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_anywhere_it_leaves_nothing_unaccounted_and_goes_on() {
    let source = source().await;
    let objects: usize = stored(&source.database).iter().map(|file| file.objects().len()).sum();
    assert_eq!(objects, 11);
    // Before them, an object is put and deleted to find out whether both storages are the same.
    for calls in 0..objects + 2 {
        let target = Target::new();
        target.storage.left.store(calls, Ordering::Relaxed);
        let error = target.fill(&source).await.unwrap_err();
        assert_eq!(error.part, "target storage");
        target.assert_accounted().await;
        assert!(target.database.take_over().is_err(), "half a library is not for use");
        // What was copied for a file that the source has no more is removed in the end.
        let surplus = (calls == 5).then(|| "core_media/2020/01/01/surplus.txt".parse::<Key>().unwrap());
        if let Some(key) = &surplus {
            let import = target.database.begin_import(&source.database.export(Scope::Move).unwrap()).unwrap();
            target.database.claim_imports(&import, &[key], std::time::SystemTime::now().into()).unwrap();
            put(&target.storage.inner, key, b"surplus").await;
        }
        target.storage.left.store(usize::MAX, Ordering::Relaxed);
        let done = target.fill(&source).await.unwrap();
        assert_eq!((done.moved, done.unchanged, done.failures.len()), (3, 0, 0));
        target.assert_same(&source).await;
        target.database.take_over().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_again_it_brings_over_what_has_changed_and_only_that() {
    let (source, target) = (source().await, Target::new());
    target.fill(&source).await.unwrap();
    target.assert_same(&source).await;
    let [a, large, b] = &stored(&source.database)[..] else { panic!("three files") };
    source.library.delete(&source.admin, a.id(), None).await.unwrap();
    let name = Some(tintype_library::domain::Name::new("renamed").unwrap());
    let rename = Change { name, ..Change::default() };
    source.library.change(&source.admin, large.id(), rename).await.unwrap();
    let content = ContentChange::Replace(source.sent(&picture(20), "c.pgm").await);
    let replace = Change { content, ..Change::default() };
    source.library.change(&source.admin, b.id(), replace).await.unwrap();
    source.upload(b"new", "new.txt").await.unwrap();
    let _: Actor = source.staff("mina", &[Permission::View]);

    // Killed between the commit and the deletes, it leaves them to the next run.
    target.storage.left.store(8, Ordering::Relaxed);
    target.fill(&source).await.unwrap_err();
    target.assert_accounted().await;
    target.storage.left.store(usize::MAX, Ordering::Relaxed);
    let done = target.fill(&source).await.unwrap();
    assert_eq!(done.moved + done.unchanged, 3);
    target.assert_same(&source).await;
    let done = target.fill(&source).await.unwrap();
    assert_eq!((done.moved, done.bytes, done.unchanged, done.removed), (0, 0, 3, 0));
    target.assert_same(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_damaged_or_in_the_way_is_named_and_the_rest_is_copied() {
    let (source, target) = (source().await, Target::new());
    source.upload(b"whole", "whole.txt").await.unwrap();
    source.upload(b"in the way", "foreign.txt").await.unwrap();
    let files = stored(&source.database);
    let keys: Vec<_> = files.iter().map(|file| file.objects()[0].key.clone()).collect();
    let lost = read(&*source.storage, &keys[0]).await;
    source.storage.delete(&keys[0]).await.unwrap();
    let thumbnail = &files[2].objects()[1].key;
    source.storage.delete(thumbnail).await.unwrap();
    put(&*source.storage, thumbnail, b"other bytes").await;
    source.storage.delete(&keys[1]).await.unwrap();
    put(&*source.storage, &keys[1], b"short").await;
    put(&target.storage.inner, &keys[4], b"somebody else's").await;

    let done = target.fill(&source).await.unwrap();
    assert_eq!((done.moved, done.unchanged), (1, 0));
    let named: Vec<_> = done.failures.iter().map(|f| (f.key.clone(), f.problem.as_str())).collect();
    assert_eq!(named[0], (keys[0].clone(), "missing"));
    assert_eq!(named[1], (keys[1].clone(), "damaged: it has 5 bytes instead of 3145729"));
    assert_eq!(&named[2].0, thumbnail);
    assert!(named[2].1.starts_with("damaged: it has 11 bytes"), "{named:?}");
    assert_eq!(named[3], (keys[4].clone(), "the target storage holds something else under this key"));
    assert_eq!(named.len(), 4);
    assert_eq!(stored(&target.database), files[3..4]);
    assert_eq!(read(&*target.storage, &keys[4]).await, b"somebody else's");
    let mut left = vec![keys[3].clone(), keys[4].clone()];
    left.sort();
    assert_eq!(target.objects().await, left, "nothing is left of the others");

    // What was restored, or is in the way no more, comes with the next run.
    put(&*source.storage, &keys[0], lost.leak()).await;
    target.storage.inner.delete(&keys[4]).await.unwrap();
    let done = target.fill(&source).await.unwrap();
    assert_eq!((done.moved, done.unchanged, done.failures.len()), (2, 1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_runs_at_once_the_later_one_ends_the_other_and_is_not_harmed() {
    let source = source().await;
    for _ in 0..10 {
        let target = Target::new();
        let (a, b) = tokio::join!(target.fill(&source), target.fill(&source));
        let overtaken: Vec<_> = [&a, &b].into_iter().filter_map(|result| result.as_ref().err()).collect();
        assert!(overtaken.len() < 2, "{overtaken:?}");
        for error in overtaken {
            assert_eq!(error.part, "target database");
            assert!(error.source.to_string().starts_with("another `tintype migrate` has taken over"), "{error:?}");
        }
        target.assert_same(&source).await;
        target.database.take_over().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_storage_under_two_names_is_noticed_and_left_as_it_is() {
    let (source, target) = (source().await, Target::new());
    for object in stored(&source.database).iter().flat_map(StoredFile::objects).skip(1) {
        put(&*target.storage, &object.key, read(&*source.storage, &object.key).await.leak()).await;
    }
    let before = target.objects().await;
    let error = target.fill_from(&source, target.storage.clone()).await.unwrap_err();
    assert_eq!(error.part, "target storage");
    assert!(error.source.to_string().starts_with("it is the source storage under another name"), "{error:?}");
    assert_eq!(target.objects().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_target_storage_than_before_is_noticed() {
    let (source, mut target) = (source().await, Target::new());
    target.fill(&source).await.unwrap();
    let before = std::mem::replace(&mut target.storage, Target::new().storage);
    let error = target.fill(&source).await.unwrap_err();
    assert_eq!(error.part, "target storage");
    assert!(error.source.to_string().contains(" is missing, although"), "{error:?}");
    assert_eq!(target.objects().await, Vec::new());
    target.storage = before;
    target.fill(&source).await.unwrap();
    target.assert_same(&source).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_is_not_that_of_the_source_is_noticed() {
    let (source, target) = (source().await, Target::new());
    let wrong: Arc<dyn Storage> = Arc::new(MemoryStorage::default());
    let refusal = async || {
        let error = target.fill_from(&source, wrong.clone()).await.unwrap_err();
        assert_eq!(error.part, "source storage");
        assert!(target.database.take_over().is_err(), "no library without files is for use");
        error.source.to_string()
    };
    let none = refusal().await;
    assert!(none.starts_with("11 objects could not be copied, the first of them `core_media/"), "{none}");
    assert!(none.contains("(missing): it seems not to belong to the source database"), "{none}");

    // One file of it is there by chance; of hundreds the others are not waited for.
    for _ in 0..600 {
        source.upload(&picture(8), "c.pgm").await.unwrap();
    }
    let files = stored(&source.database);
    for object in files[0].objects() {
        put(&*wrong, &object.key, read(&*source.storage, &object.key).await.leak()).await;
    }
    let many = refusal().await;
    let count: usize = many.split(' ').next().unwrap().parse().unwrap();
    assert!((1000..2500).contains(&count), "{many}");
    target.fill(&source).await.unwrap();
    target.assert_same(&source).await;
}

/// Moves the objects of a library to a storage, whose database goes on with it.
async fn move_objects(source: &Fixture, target: &Target) -> Result<Transferred, TransferError> {
    let from = Place { database: source.database.clone(), storage: source.storage.clone() };
    let spool = Spool::open(target.folder.path()).unwrap();
    let transfer = ObjectTransfer::begin(from, target.storage.clone(), spool).await?;
    let done = transfer.run().await?;
    let progress = transfer.progress();
    assert_eq!(
        (progress.files(), progress.bytes()),
        (progress.total_files(), progress.total_bytes()),
        "all is dealt with"
    );
    Ok(done)
}

/// Returns why a server does not start with the source's database and the target's storage.
async fn adoption(source: &Fixture, target: &Target) -> Result<(), AdoptionError> {
    let spool = Spool::open(target.folder.path()).unwrap();
    let library =
        Library::new(source.database.clone(), target.storage.clone(), spool, source.library.options().clone());
    library.adopt_storage().await
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_alone_go_on_wherever_they_were_stopped_and_leave_nothing() {
    let source = source().await;
    let before = stored(&source.database);
    let objects: Vec<Key> = before.iter().flat_map(StoredFile::objects).map(|object| object.key.clone()).collect();
    // A note is put before the objects, another one and a mark after them.
    for calls in 0..objects.len() + 3 {
        let target = Target::new();
        target.storage.left.store(calls, Ordering::Relaxed);
        assert_eq!(move_objects(&source, &target).await.unwrap_err().part, "target storage");
        if calls > 0 {
            target.storage.left.store(usize::MAX, Ordering::Relaxed);
            assert!(matches!(adoption(&source, &target).await, Err(AdoptionError::Unfinished)), "{calls}");
        }
        let surplus: Key = "core_media/2020/01/01/surplus.txt".parse().unwrap();
        if calls == 5 {
            put(&target.storage.inner, &surplus, b"surplus").await;
        }
        target.storage.left.store(usize::MAX, Ordering::Relaxed);
        let done = move_objects(&source, &target).await.unwrap();
        assert_eq!((done.moved + done.unchanged, done.failures.len(), done.is_served), (3, 0, false));
        assert_eq!(done.removed, u64::from(calls == 5));
        adoption(&source, &target).await.unwrap();
        let mut expected = objects.clone();
        expected.sort();
        assert_eq!(target.objects().await, expected, "{calls}");
        for key in expected {
            assert_eq!(read(&*target.storage, &key).await, read(&*source.storage, &key).await, "{key}");
        }
        let error = move_objects(&source, &target).await.unwrap_err();
        assert!(error.source.to_string().contains("and no move to it was begun"), "it is in use: {error:?}");
    }
    assert_eq!(stored(&source.database), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_that_were_made_again_replace_those_that_were_copied_before() {
    let (source, target) = (source().await, Target::new());
    move_objects(&source, &target).await.unwrap();
    let thumbnail = stored(&source.database)[0].objects()[1].key.clone();
    target.storage.inner.delete(&thumbnail).await.unwrap();
    put(&target.storage.inner, &thumbnail, b"as another version had made it").await;
    let done = move_objects(&source, &target).await.unwrap();
    assert_eq!((done.moved, done.unchanged), (1, 2));
    assert_eq!(read(&*target.storage, &thumbnail).await, read(&*source.storage, &thumbnail).await);
    let damaged = stored(&source.database)[1].objects()[0].key.clone();
    source.storage.delete(&damaged).await.unwrap();
    let whole = move_objects(&source, &target).await.unwrap();
    assert_eq!(whole.failures.len(), 0, "the target has it");
    target.storage.inner.delete(&damaged).await.unwrap();
    let done = move_objects(&source, &target).await.unwrap();
    let named: Vec<_> = done.failures.iter().map(|failure| (&failure.key, failure.problem.as_str())).collect();
    assert_eq!(named, [(&damaged, "missing")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_storage_under_two_names_is_no_target_for_objects_either() {
    let source = Fixture::new();
    let from = Place { database: source.database.clone(), storage: source.storage.clone() };
    let spool = Spool::open(Target::new().folder.path()).unwrap();
    let error = ObjectTransfer::begin(from, source.storage.clone(), spool).await.unwrap_err();
    assert!(error.source.to_string().starts_with("it is the source storage under another name"), "{error:?}");
    let left: Vec<Key> = source.storage.list(None).try_collect().await.unwrap();
    assert_eq!(left, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_alone_are_followed_and_nothing_is_written_to_the_storage() {
    let (source, target) = (source().await, Target::new());
    let move_rows = async || {
        let from = Place { database: source.database.clone(), storage: source.storage.clone() };
        let transfer = RowTransfer::begin(from, target.database.clone()).await?;
        let done = transfer.run().await?;
        let progress = transfer.progress();
        assert_eq!(
            (progress.files(), progress.bytes()),
            (progress.total_files(), progress.total_bytes()),
            "all is dealt with"
        );
        Ok::<_, TransferError>(done)
    };
    let done = move_rows().await.unwrap();
    assert_eq!((done.moved, done.unchanged, done.removed, done.failures.len()), (3, 0, 0, 0));
    assert_eq!(stored(&target.database), stored(&source.database));

    // An upload was under way in the first run, and has become a file by the second one.
    let claimed: Key = "core_media/2026/01/01/claimed.txt".parse().unwrap();
    let now = std::time::SystemTime::now().into();
    let dead: Key = "core_media/2026/01/01/dead.txt".parse().unwrap();
    for key in [&claimed, &dead] {
        source.database.claim(key, &[], &mut || panic!("the key is free"), now).unwrap();
    }
    move_rows().await.unwrap();
    let listed = |database: &Database| database.listed_strays(None, 100).unwrap();
    assert_eq!(listed(&target.database), listed(&source.database));
    source.database.doom(std::slice::from_ref(&claimed)).unwrap();
    let [a, large, _] = &stored(&source.database)[..] else { panic!("three files") };
    source.library.delete(&source.admin, a.id(), None).await.unwrap();
    let name = Some(tintype_library::domain::Name::new("renamed").unwrap());
    source.library.change(&source.admin, large.id(), Change { name, ..Change::default() }).await.unwrap();
    let done = move_rows().await.unwrap();
    assert_eq!((done.moved, done.unchanged, done.removed), (1, 1, 1));
    assert_eq!(stored(&target.database), stored(&source.database));
    assert_eq!(listed(&target.database), listed(&source.database), "also what is to be deleted");
    assert!(target.database.doomed(10).unwrap().contains(&claimed));

    // A server is at work: there would be two databases that delete from one storage.
    source.library.sweep().await.unwrap();
    assert!(move_rows().await.unwrap().is_served);
    assert!(target.database.take_over().is_err(), "not before a run without a server");
    source.library.drain().await;
    assert!(!move_rows().await.unwrap().is_served);
    target.database.take_over().unwrap();
    assert!(move_rows().await.is_err(), "it is in use");
}
