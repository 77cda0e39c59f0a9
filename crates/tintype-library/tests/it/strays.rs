use crate::support::{Fixture, impatient, keys, picture};
use bytes::Bytes;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::SystemTime;
use tintype_library::Error;
use tintype_library::domain::{FileName, Key, ListQuery, Suffix};
use tintype_library::storage::{Attributes, Content, NewObject, Storage};

fn text(key: &Key) -> NewObject {
    NewObject {
        key: key.clone(),
        content: Content::Bytes(Bytes::from_static(b"text")),
        attributes: Attributes::default(),
    }
}

#[tokio::test]
async fn an_upload_that_cannot_be_placed_leaves_nothing() {
    let fixture = Fixture::new();
    *fixture.storage.fail_put.lock().unwrap() = Some("512x512");
    fixture.storage.is_full.store(true, Ordering::Relaxed);
    assert!(matches!(fixture.upload(&picture(100), "a.pgm").await, Err(Error::NoSpace(_))));
    assert_eq!(fixture.objects().await, BTreeSet::new());
    assert_eq!(fixture.library.list(&fixture.admin, ListQuery::default()).await.unwrap().count, Some(0));
    *fixture.storage.fail_put.lock().unwrap() = None;
    let file = fixture.upload(&picture(100), "a.pgm").await.unwrap();
    assert_eq!(fixture.objects().await, keys(&file));
}

#[tokio::test]
async fn an_upload_whose_storage_does_not_answer_is_left_to_the_sweeper() {
    let fixture = Fixture::new();
    *fixture.storage.fail_put.lock().unwrap() = Some("512x512");
    assert!(matches!(fixture.upload(&picture(100), "a.pgm").await, Err(Error::Unavailable(_))));
    // The object that was not acknowledged may yet arrive: to delete its key now would be too
    // early.
    assert_eq!(fixture.objects().await.len(), 4);
    assert_eq!(fixture.library.sweep().await.unwrap(), 0, "nor is the claim abandoned yet");
    *fixture.storage.fail_put.lock().unwrap() = None;
    let late = fixture.objects().await.iter().find(|key| key.contains("64x64")).unwrap().replace("64x64", "512x512");
    fixture.storage.put(&text(&late.parse().unwrap())).await.unwrap();
    fixture.library.drain().await;
    let swept = fixture.impatient_twin().sweep().await.unwrap();
    assert_eq!((swept, fixture.objects().await), (5, BTreeSet::new()));
}

#[tokio::test]
async fn what_cannot_be_deleted_now_is_swept_later() {
    let fixture = Fixture::new();
    let file = fixture.upload(&picture(100), "a.pgm").await.unwrap();
    *fixture.storage.fail_delete.lock().unwrap() = Some("thumbnails/");
    fixture.library.delete(&fixture.admin, file.id, None).await.unwrap();
    assert_eq!(fixture.objects().await.len(), 4);
    assert!(matches!(fixture.library.content(file.thumbnails[0].key.clone()).await, Err(Error::NotFound)));
    assert_eq!(fixture.library.sweep().await.unwrap(), 0);
    *fixture.storage.fail_delete.lock().unwrap() = None;
    assert_eq!(fixture.library.sweep().await.unwrap(), 4);
    assert_eq!(fixture.objects().await, BTreeSet::new());
    assert_eq!(fixture.library.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn what_a_crash_left_is_swept_and_nothing_else() {
    let fixture = Fixture::with(impatient);
    let file = fixture.upload(&picture(100), "kept.pgm").await.unwrap();
    lose(&fixture, "lost.txt").await;
    assert_eq!(fixture.library.sweep().await.unwrap(), 1);
    assert_eq!(fixture.objects().await, keys(&file));
}

#[tokio::test]
async fn what_a_row_owns_cannot_be_doomed() {
    let fixture = Fixture::with(impatient);
    let file = fixture.upload(&picture(100), "a.pgm").await.unwrap();
    // As after a commit that reported an error and took effect all the same.
    let doomed = fixture.database.doom(&file.keys().cloned().collect::<Vec<_>>()).unwrap();
    assert_eq!(doomed, []);
    fixture.library.sweep().await.unwrap();
    assert_eq!(fixture.objects().await, keys(&file));
}

/// Leaves an object as an upload does that died between placing it and committing its row.
async fn lose(fixture: &Fixture, name: &str) {
    let key = Key::original(&"core_media".parse().unwrap(), SystemTime::now().into(), &FileName::from_upload(name));
    let claim = fixture.database.claim(&key, &[], &mut || Suffix::from_random([0; 7]), SystemTime::now().into());
    fixture.storage.put(&text(&claim.unwrap().original)).await.unwrap();
}

#[tokio::test]
async fn of_two_processes_one_sweeps_until_it_ends() {
    // So long that the lease outlasts the test.
    let fixture = Fixture::with(|options| options.abandoned_after = std::time::Duration::from_secs(3600));
    let other = fixture.another();
    let doom = || fixture.database.doom_abandoned(SystemTime::now().into()).unwrap();
    assert_eq!(fixture.library.sweep().await.unwrap(), 0);
    lose(&fixture, "a.txt").await;
    doom();
    assert_eq!(other.sweep().await.unwrap(), 0, "the first one has the lease");
    assert_eq!(fixture.library.sweep().await.unwrap(), 1);
    lose(&fixture, "b.txt").await;
    doom();
    fixture.library.drain().await;
    assert_eq!(other.sweep().await.unwrap(), 1);
}

#[tokio::test]
async fn another_process_takes_over_from_one_that_died() {
    let fixture = Fixture::with(impatient);
    let other = fixture.another();
    fixture.library.sweep().await.unwrap();
    lose(&fixture, "a.txt").await;
    // Never swept again, as if it had died.
    let mut swept = other.sweep().await.unwrap();
    while swept == 0 {
        tokio::time::sleep(other.sweep_interval()).await;
        swept = other.sweep().await.unwrap();
    }
    assert_eq!(swept, 1);
}

#[tokio::test]
async fn an_upload_under_way_is_not_swept() {
    let fixture = Fixture::new();
    let key =
        Key::original(&"core_media".parse().unwrap(), SystemTime::now().into(), &FileName::from_upload("slow.txt"));
    fixture.database.claim(&key, &[], &mut || Suffix::from_random([0; 7]), SystemTime::now().into()).unwrap();
    fixture.storage.put(&text(&key)).await.unwrap();
    assert_eq!(fixture.library.sweep().await.unwrap(), 0);
    assert_eq!(fixture.objects().await.len(), 1);
}

#[tokio::test]
async fn objects_that_the_database_does_not_know_are_left_alone() {
    let fixture = Fixture::with(impatient);
    // As after an older copy of the database was restored.
    let key = Key::original(&"core_media".parse().unwrap(), SystemTime::now().into(), &FileName::from_upload("a.txt"));
    fixture.storage.put(&text(&key)).await.unwrap();
    let file = fixture.upload(b"other", "a.txt").await.unwrap();
    assert_ne!(file.key, key);
    assert_eq!(fixture.bytes(&file).await, b"other");
    fixture.library.sweep().await.unwrap();
    assert_eq!(fixture.objects().await, BTreeSet::from([key.to_string(), file.key.to_string()]));
}
