use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use tempfile::TempDir;
use tintype_library::domain::{Key, Timestamp};
use tintype_library::persistence::{Database, StoredFile};
use tintype_library::storage::{LocalStorage, Spool, Storage};
use tintype_library::{BackedUp, Backup, BackupStore, Change, ContentChange, Place, Transfer, TransferError};

use crate::support::{Fixture, picture};
use crate::transfer::{Mortal, Target, put, read, source, stored};

/// A place for backups.
struct Store {
    storage: Arc<Mortal>,
    folder: TempDir,
}

impl Store {
    fn new() -> Self {
        let storage = Arc::new(Mortal { left: usize::MAX.into(), ..Mortal::default() });
        Self { storage, folder: TempDir::new().unwrap() }
    }

    fn store(&self) -> BackupStore {
        let folder = self.folder.path().join("secrets");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        BackupStore::new(self.storage.clone(), folder)
    }

    async fn begin(&self, library: &Fixture) -> Result<Backup, TransferError> {
        library.storage.mark().await.unwrap();
        let place = Place { database: library.database.clone(), storage: library.storage.clone() };
        Backup::begin(place, self.store(), Spool::open(self.folder.path()).unwrap()).await
    }

    async fn back_up(&self, library: &Fixture) -> Result<BackedUp, TransferError> {
        self.begin(library).await?.run().await
    }

    async fn restore(&self) -> Target {
        let target = Target::new();
        let to = Place { database: target.database.clone(), storage: target.storage.clone() };
        let spool = Spool::open(target.folder.path()).unwrap();
        let done =
            Transfer::restore(self.store().newest().await.unwrap(), to, spool).await.unwrap().run().await.unwrap();
        assert_eq!(done.failures.len(), 0);
        target
    }
}

fn contents(database: &Database) -> Vec<Key> {
    stored(database).iter().map(|file| file.objects()[0].key.clone()).collect()
}

fn from_now(minutes: i64) -> Timestamp {
    let now: Timestamp = SystemTime::now().into();
    now.plus(time::Duration::minutes(minutes))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_and_goes_while_it_is_made_changes_nothing() {
    let (library, store) = (source().await, Store::new());
    let before = stored(&library.database);
    let backup = store.begin(&library).await.unwrap();
    // The rows are those of this moment, however much happens before they are copied.
    for file in &before {
        library.library.delete(&library.admin, file.id(), None).await.unwrap();
    }
    library.upload(b"late", "late.txt").await.unwrap();
    let sweeper = library.impatient_twin();
    sweeper.sweep().await.unwrap();
    let done = backup.run().await.unwrap();
    assert_eq!((done.files, done.copied, done.unchanged, done.failures.len()), (3, 11, 0, 0));
    let restored = store.restore().await;
    assert_eq!(stored(&restored.database), before);
    // Now they go.
    sweeper.sweep().await.unwrap();
    let late = stored(&library.database)[0].objects()[0].key.to_string();
    assert_eq!(library.objects().await.into_iter().collect::<Vec<_>>(), [late]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_died_keeps_nothing_for_long() {
    let library = Fixture::new();
    let hold = |until: i64| library.database.seize_lease("hold", "dead", from_now(until)).unwrap();
    // A lease that is over, and one by a clock that was wrong, keep nothing.
    for (until, is_kept) in [(1, true), (-1, false), (60 * 24 * 400, false)] {
        let file = library.upload(b"bytes", "a.txt").await.unwrap();
        hold(until);
        library.library.delete(&library.admin, file.id, None).await.unwrap();
        library.library.sweep().await.unwrap();
        assert_eq!(library.objects().await.len(), usize::from(is_kept), "{until}");
        hold(-1);
        library.library.sweep().await.unwrap();
        assert_eq!(library.objects().await.len(), 0, "{until}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_anywhere_it_leaves_a_whole_state_and_goes_on() {
    let library = source().await;
    let store = Store::new();
    store.back_up(&library).await.unwrap();
    let old = stored(&library.database);
    let replaced = old[2].id();
    let content = ContentChange::Replace(library.sent(&picture(20), "c.pgm").await);
    library.library.change(&library.admin, replaced, Change { content, ..Change::default() }).await.unwrap();
    library.library.delete(&library.admin, old[0].id(), None).await.unwrap();
    library.upload(b"new", "new.txt").await.unwrap();
    let new = stored(&library.database);
    let mut states = Vec::new();
    let mut calls = 0;
    loop {
        store.storage.left.store(calls, Ordering::Relaxed);
        let result = store.back_up(&library).await;
        store.storage.left.store(usize::MAX, Ordering::Relaxed);
        let restored = store.restore().await;
        let state = stored(&restored.database);
        assert!(state == old || state == new, "after {calls} calls");
        states.push(state == new);
        if result.is_ok() {
            break;
        }
        calls += 1;
    }
    assert!(states.is_sorted() && !states[0] && states.ends_with(&[true]), "{states:?}");
    store.restore().await.assert_same(&library).await;
    let again = store.back_up(&library).await.unwrap();
    let objects: usize = new.iter().map(|file| file.objects().len()).sum();
    assert_eq!((again.copied, again.unchanged, again.removed), (0, objects as u64, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_trash_is_copied_once() {
    let library = source().await;
    let file = stored(&library.database)[0].id();
    let store = Store::new();
    store.back_up(&library).await.unwrap();
    library.database.trash_file(file, None, from_now(60), from_now(0)).unwrap();
    for _ in 0..2 {
        let again = store.back_up(&library).await.unwrap();
        assert_eq!((again.copied, again.removed, again.failures.len()), (0, 0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_named_and_the_rest_is_backed_up() {
    let (library, store) = (source().await, Store::new());
    let keys = contents(&library.database);
    let spoil = async |key: &Key| {
        library.storage.delete(key).await.unwrap();
        put(&*library.storage, key, b"other bytes").await;
    };
    let thumbnail = stored(&library.database)[2].objects()[1].key.clone();
    library.storage.delete(&keys[0]).await.unwrap();
    spoil(&thumbnail).await;
    let done = store.back_up(&library).await.unwrap();
    let named: Vec<_> = done.failures.iter().map(|failure| failure.key.clone()).collect();
    assert_eq!((named, done.files), (vec![keys[0].clone(), thumbnail.clone()], 2));
    // A file without its content is none; one without a thumbnail is.
    let restored = store.restore().await;
    assert_eq!(contents(&restored.database), keys[1..]);
    assert!(stored(&restored.database).iter().flat_map(StoredFile::objects).all(|object| object.key != thumbnail));

    // What the backup has stays good, whatever becomes of the library's own.
    spoil(&keys[1]).await;
    let done = store.back_up(&library).await.unwrap();
    assert_eq!((done.failures.len(), done.files), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cut_short_in_the_backup_is_copied_again() {
    let (library, store) = (source().await, Store::new());
    store.back_up(&library).await.unwrap();
    let key = &contents(&library.database)[1];
    store.storage.delete(key).await.unwrap();
    put(&*store.storage, key, b"short").await;
    let done = store.back_up(&library).await.unwrap();
    assert_eq!((done.copied, done.unchanged, done.failures.len()), (1, 10, 0));
    assert_eq!(read(&*store.storage, key).await, read(&*library.storage, key).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_things_in_the_place_of_a_backup_are_safe() {
    let (library, other, store) = (source().await, source().await, Store::new());
    let key: Key = "photos/mine.jpg".parse().unwrap();
    put(&*store.storage, &key, b"mine").await;
    let error = store.back_up(&library).await.unwrap_err();
    assert!(error.source.to_string().contains("`photos/mine.jpg`, which is of no backup"), "{error:?}");
    assert_eq!(read(&*store.storage, &key).await, b"mine");
    store.storage.delete(&key).await.unwrap();
    store.back_up(&library).await.unwrap();
    let error = store.back_up(&other).await.unwrap_err();
    assert!(error.source.to_string().starts_with("it has the backup of another library"), "{error:?}");
    store.restore().await.assert_same(&library).await;
    // A library whose storage is not there leaves the last backup alone.
    let empty = Arc::new(LocalStorage::open(store.folder.path().join("empty")).unwrap());
    let place = Place { database: library.database.clone(), storage: empty };
    let spool = Spool::open(store.folder.path()).unwrap();
    let error = Backup::begin(place, store.store(), spool).await.unwrap_err();
    assert!(error.source.to_string().starts_with("it has no mark"), "{error:?}");
    store.restore().await.assert_same(&library).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_backups_at_once_the_later_one_ends_the_other() {
    let library = source().await;
    let (first, second) = (Store::new(), Store::new());
    let begun = first.begin(&library).await.unwrap();
    second.back_up(&library).await.unwrap();
    library.database.seize_lease("hold", "another", from_now(1)).unwrap();
    let error = begun.run().await.unwrap_err();
    assert!(error.source.to_string().starts_with("another backup of this library has begun"), "{error:?}");
    second.restore().await.assert_same(&library).await;
}
