//! What only a local disk can do wrong.

use crate::support::{TmpfsMount, key, object, put, read, skipped};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;
use tintype_storage::{Content, Error, LocalStorage, Spool, Storage};

fn storage() -> (TempDir, LocalStorage) {
    let dir = tempfile::tempdir().unwrap();
    let storage = LocalStorage::open(dir.path().join("media")).unwrap();
    (dir, storage)
}

fn is_refused<T: std::fmt::Debug>(result: Result<T, Error>) {
    assert!(matches!(result, Err(Error::NotAnObject { .. })), "{result:?}");
}

#[tokio::test]
async fn opens_again_what_it_kept() {
    let (dir, storage) = storage();
    put(&storage, "a/b", "bytes").await.unwrap();
    drop(storage);
    let storage = LocalStorage::open(dir.path().join("media")).unwrap();
    assert_eq!(read(&storage, "a/b").await.unwrap(), "bytes");
    assert_eq!(fs::read(dir.path().join("media/a/b")).unwrap(), b"bytes", "at the path that is its key");
}

#[tokio::test]
async fn creates_missing_folders_above_its_root() {
    let dir = tempfile::tempdir().unwrap();
    let storage = LocalStorage::open(dir.path().join("a/b/c")).unwrap();
    put(&storage, "key", "bytes").await.unwrap();
    assert_eq!(fs::read(dir.path().join("a/b/c/key")).unwrap(), b"bytes");
}

#[tokio::test]
async fn a_link_in_place_of_an_object_is_refused_and_its_target_untouched() {
    let (dir, storage) = storage();
    let secret = dir.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    symlink(&secret, dir.path().join("media/link")).unwrap();
    symlink(dir.path().join("nowhere"), dir.path().join("media/dangling")).unwrap();

    for name in ["link", "dangling"] {
        is_refused(storage.get(&key(name), None).await);
        is_refused(storage.size(&key(name)).await);
        is_refused(storage.delete(&key(name)).await);
        let taken = put(&storage, name, "bytes").await;
        assert!(matches!(taken, Err(Error::AlreadyExists { .. })), "{taken:?}");
    }
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
    assert!(!dir.path().join("nowhere").exists());
}

#[tokio::test]
async fn a_link_in_place_of_a_folder_is_refused_and_nothing_is_created_behind_it() {
    let (dir, storage) = storage();
    let outside = dir.path().join("outside");
    fs::create_dir_all(outside.join("inner")).unwrap();
    fs::write(outside.join("inner/secret"), "secret").unwrap();
    symlink(&outside, dir.path().join("media/link")).unwrap();
    fs::create_dir(dir.path().join("media/deep")).unwrap();
    symlink(&outside, dir.path().join("media/deep/link")).unwrap();

    for folder in ["link", "deep/link"] {
        is_refused(storage.get(&key(&format!("{folder}/inner/secret")), None).await);
        is_refused(storage.size(&key(&format!("{folder}/inner/secret"))).await);
        is_refused(storage.delete(&key(&format!("{folder}/inner/secret"))).await);
        is_refused(put(&storage, &format!("{folder}/inner/new"), "bytes").await);
        is_refused(put(&storage, &format!("{folder}/new/new"), "bytes").await);
    }
    assert_eq!(names_in(&outside), ["inner"]);
    assert_eq!(names_in(&outside.join("inner")), ["secret"]);
    assert_eq!(crate::support::keys(&storage).await, [], "a list does not follow links");
}

#[tokio::test]
async fn a_folder_that_turns_into_a_link_and_back_never_leads_out() {
    let (dir, storage) = storage();
    let (media, outside) = (dir.path().join("media"), dir.path().join("outside"));
    fs::create_dir(&outside).unwrap();
    fs::create_dir(media.join("folder")).unwrap();
    symlink(&outside, media.join("link")).unwrap();

    let stop = Arc::new(AtomicBool::new(false));
    let swapping = std::thread::spawn({
        let (stop, media) = (Arc::clone(&stop), media.clone());
        move || {
            let exchange = rustix::fs::RenameFlags::EXCHANGE;
            while !stop.load(Ordering::Relaxed) {
                rustix::fs::renameat_with(CWD, media.join("folder"), CWD, media.join("link"), exchange).unwrap();
            }
        }
    });
    let mut kept = 0;
    for i in 0..300 {
        match put(&storage, &format!("folder/sub{i}/object"), "bytes").await {
            Ok(()) => kept += 1,
            // By the time it is looked at, it may be a folder again.
            Err(Error::NotAnObject { .. } | Error::Io { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    stop.store(true, Ordering::Relaxed);
    swapping.join().unwrap();
    assert_eq!(names_in(&outside), Vec::<String>::new(), "{kept} of 300 were kept");
}

#[tokio::test]
async fn a_link_in_place_of_the_spool_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("outside")).unwrap();
    fs::create_dir(dir.path().join("media")).unwrap();
    symlink(dir.path().join("outside"), dir.path().join("media/.spool")).unwrap();
    let opened = LocalStorage::open(dir.path().join("media"));
    assert!(matches!(opened, Err(Error::Io { .. })), "{opened:?}");
}

#[tokio::test]
async fn pipes_sockets_and_folders_are_no_objects_and_never_waited_for() {
    let (dir, storage) = storage();
    let media = dir.path().join("media");
    mknodat(CWD, media.join("pipe"), FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(media.join("socket")).unwrap();
    for name in ["pipe", "socket"] {
        is_refused(storage.get(&key(name), None).await);
        is_refused(storage.size(&key(name)).await);
        is_refused(storage.delete(&key(name)).await);
        assert!(matches!(put(&storage, name, "bytes").await, Err(Error::AlreadyExists { .. })));
    }

    put(&storage, "folder/object", "bytes").await.unwrap();
    assert!(matches!(storage.get(&key("folder"), None).await, Err(Error::NotFound { .. })));
    assert!(matches!(storage.size(&key("folder")).await, Err(Error::NotFound { .. })));
    assert!(matches!(put(&storage, "folder", "bytes").await, Err(Error::AlreadyExists { .. })));
    storage.delete(&key("folder")).await.unwrap();

    // Below an object there is nothing, and nothing can be put there.
    assert!(matches!(storage.get(&key("folder/object/x"), None).await, Err(Error::NotFound { .. })));
    assert!(matches!(put(&storage, "folder/object/x", "bytes").await, Err(Error::Io { .. })));
    assert_eq!(read(&storage, "folder/object").await.unwrap(), "bytes");
    assert_eq!(crate::support::keys(&storage).await, [key("folder/object")]);
}

#[tokio::test]
async fn hidden_and_strange_files_are_not_listed() {
    let (dir, storage) = storage();
    let media = dir.path().join("media");
    put(&storage, "object", "bytes").await.unwrap();
    fs::write(media.join(".hidden"), "").unwrap();
    fs::write(media.join("back\\slash"), "").unwrap();
    let not_utf8 = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"\xff");
    fs::write(media.join(not_utf8), "").unwrap();
    assert_eq!(crate::support::keys(&storage).await, [key("object")]);
}

#[tokio::test]
async fn files_and_folders_are_not_for_everybody() {
    let (dir, storage) = storage();
    put(&storage, "folder/object", "bytes").await.unwrap();
    let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o7777;
    for (path, owner, allowed) in [
        ("media/folder/object", 0o600, 0o640),
        ("media/folder", 0o700, 0o750),
        ("media/.spool", 0o700, 0o750),
        ("media", 0o700, 0o750),
    ] {
        // The umask of whoever runs this may take more away.
        let mode = mode(path);
        assert_eq!((mode & 0o700, mode & !allowed), (owner, 0), "{path} has mode {mode:o}");
    }
}

#[tokio::test]
async fn a_root_that_was_replaced_is_not_ready() {
    let (dir, storage) = storage();
    storage.check().await.unwrap();
    fs::rename(dir.path().join("media"), dir.path().join("moved")).unwrap();
    assert!(storage.check().await.is_err(), "the root is gone");
    fs::create_dir(dir.path().join("media")).unwrap();
    assert!(storage.check().await.is_err(), "another folder has taken its place");
    fs::remove_dir(dir.path().join("media")).unwrap();
    fs::rename(dir.path().join("moved"), dir.path().join("media")).unwrap();
    storage.check().await.unwrap();
}

#[tokio::test]
async fn a_folder_that_lost_its_mark_is_not_ready() {
    let (dir, storage) = storage();
    let mark = dir.path().join("media/.tintype");
    assert!(!storage.is_marked().await.unwrap());
    storage.check().await.unwrap();
    for _ in 0..2 {
        storage.mark().await.unwrap();
        assert!(storage.is_marked().await.unwrap() && mark.is_file());
    }
    storage.check().await.unwrap();
    fs::remove_file(&mark).unwrap();
    let refused = storage.check().await;
    assert!(matches!(refused, Err(Error::Io { operation: "find the mark", .. })), "{refused:?}");
    symlink(dir.path(), &mark).unwrap();
    assert!(!storage.is_marked().await.unwrap(), "a link is no mark");
}

#[tokio::test]
async fn a_file_spooled_on_another_file_system_is_copied() {
    use std::os::unix::fs::MetadataExt;
    let (dir, storage) = storage();
    let Ok(elsewhere) = tempfile::tempdir_in("/dev/shm") else { return skipped("there is no /dev/shm") };
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    if device(dir.path()) == device(elsewhere.path()) {
        return skipped("/dev/shm is where temporary files are");
    }
    let mut writer = Spool::open(elsewhere.path()).unwrap().create(100);
    writer.write("bytes".into()).await.unwrap();
    let file = Arc::new(writer.finish().await.unwrap());
    for name in ["one", "two"] {
        storage.put(&object(name, Content::Spooled(Arc::clone(&file)))).await.unwrap();
        assert_eq!(read(&storage, name).await.unwrap(), "bytes");
        let taken = storage.put(&object(name, Content::Spooled(Arc::clone(&file)))).await;
        assert!(matches!(taken, Err(Error::AlreadyExists { .. })), "{taken:?}");
    }
    assert_eq!(names_in(storage.spool_dir().unwrap()), Vec::<String>::new());
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_full_and_what_did_not_fit_leaves_nothing() {
    let Some(disk) = TmpfsMount::new("size=1m") else { return skipped("only root can mount a small disk") };
    let storage = LocalStorage::open(disk.path().join("media")).unwrap();
    put(&storage, "folder/small", "bytes").await.unwrap();

    let too_much = vec![b'x'; 2 << 20];
    let refused = put(&storage, "folder/large", too_much.clone()).await;
    assert!(matches!(refused, Err(Error::NoSpace { .. })), "{refused:?}");
    let spool = Spool::open(storage.spool_dir().unwrap()).unwrap();
    let mut writer = spool.create(u64::MAX);
    let written = writer.write(too_much.into()).await;
    let finished = writer.finish().await;
    assert!(matches!(written, Err(Error::NoSpace { .. })), "{written:?}");
    assert!(finished.is_err(), "what was written in part is never finished");

    // All of the room is given back.
    put(&storage, "folder/medium", vec![b'x'; 900_000]).await.unwrap();
    assert_eq!(names_in(&disk.path().join("media/folder")), ["medium", "small"]);
    assert_eq!(read(&storage, "folder/small").await.unwrap(), "bytes");

    disk.remount("ro");
    let refused = storage.check().await;
    assert!(matches!(refused, Err(Error::Io { .. })), "a read-only disk is not ready: {refused:?}");
    assert_eq!(read(&storage, "folder/small").await.unwrap(), "bytes");
}

#[tokio::test]
async fn a_disk_without_inodes_is_full() {
    let Some(disk) = TmpfsMount::new("size=1m,nr_inodes=8") else { return skipped("only root can mount a small disk") };
    let storage = LocalStorage::open(disk.path().join("media")).unwrap();
    let mut last = Ok(());
    for i in 0..8 {
        last = put(&storage, &format!("{i}"), "bytes").await;
    }
    assert!(matches!(last, Err(Error::NoSpace { .. })), "{last:?}");
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_storage_for_reading_alone_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("media");
    assert!(LocalStorage::open_read_only(&root).is_err(), "nothing is created");
    std::fs::create_dir(&root).unwrap();
    std::fs::write(root.join("a.txt"), "a").unwrap();
    let storage = LocalStorage::open_read_only(&root).unwrap();
    storage.check().await.unwrap();
    assert!(put(&storage, "b.txt", "b").await.is_err());
    assert!(storage.delete(&key("a.txt")).await.is_err());
    assert_eq!(storage.size(&key("a.txt")).await.unwrap(), 1);
    assert_eq!(std::fs::read_dir(&root).unwrap().count(), 1);
}
