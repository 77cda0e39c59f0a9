use super::folder::Folder;
use crate::{Error, Storage};
use futures_util::TryStreamExt;
use tintype_domain::Key;

/// A deleted object is gone, its neighbours are not, its key is free, and deleting it again is no
/// error.
///
/// # Panics
/// If that is not so.
pub async fn deletes_for_good(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "deletes_for_good").await;
    let key = folder.key("object");
    folder.put("object", "first").await.expect("the key is free");
    folder.put("object2", "neighbour").await.expect("the key is free");
    for _ in 0..2 {
        storage.delete(&key).await.expect("deleting is idempotent");
        let read = folder.read("object", None).await;
        assert!(matches!(&read, Err(Error::NotFound { key: missing }) if *missing == key), "{read:?}");
        let size = storage.size(&key).await;
        assert!(matches!(&size, Err(Error::NotFound { key: missing }) if *missing == key), "{size:?}");
    }
    storage.delete(&folder.key("no/such/folder")).await.expect("deleting what never was is no error");
    folder.put("object", "second").await.expect("the key is free again");
    assert_eq!(folder.read("object", None).await.expect("it is there"), b"second");
    assert_eq!(folder.read("object2", None).await.expect("it is there"), b"neighbour");
    folder.clear().await;
}

/// A list holds every object below its folder once and nothing else; a folder itself is no object.
///
/// # Panics
/// If it does not.
pub async fn lists_what_is_there(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "lists_what_is_there").await;
    assert_eq!(folder.keys().await, []);
    // More keys than a page of S3 (1000) would take minutes on a disk that syncs; a few show the
    // rest.
    let names = ["2025/12/22/a", "2025/12/22/thumbnails/a", "2025/12/23/a", "20255/a", "z"];
    for name in names {
        folder.put(name, "x").await.expect("the key is free");
    }
    let expected: Vec<Key> = names.iter().map(|name| folder.key(name)).collect();
    assert_eq!(folder.keys().await, expected);

    let mut below: Vec<Key> = storage.list(Some(&folder.key("2025"))).try_collect().await.expect("keys can be listed");
    below.sort();
    assert_eq!(below, expected[..3], "`20255` does not lie below `2025`");
    let everything: Vec<Key> = storage.list(None).try_collect().await.expect("keys can be listed");
    for key in &expected {
        assert_eq!(everything.iter().filter(|listed| *listed == key).count(), 1, "`{key}` among all keys");
    }
    let no_folder: Vec<Key> = storage.list(Some(&folder.key("z"))).try_collect().await.expect("keys can be listed");
    assert_eq!(no_folder, [], "an object is no folder");
    let no_object = folder.read("2025/12", None).await;
    assert!(matches!(no_object, Err(Error::NotFound { .. })), "{no_object:?}");
    let no_object = storage.size(&folder.key("2025/12")).await;
    assert!(matches!(no_object, Err(Error::NotFound { .. })), "{no_object:?}");
    storage.delete(&folder.key("2025")).await.expect("there is no object to delete");
    assert_eq!(folder.keys().await, expected);
    folder.clear().await;
}
