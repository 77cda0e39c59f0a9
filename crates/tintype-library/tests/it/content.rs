use crate::support::{Fixture, keys, picture};
use futures_util::future::join_all;
use futures_util::poll;
use std::collections::BTreeSet;
use tintype_library::domain::{FileRecord, Kind, ListQuery, Name};
use tintype_library::{Change, ContentChange, Details, Error};

fn edges(file: &FileRecord) -> Vec<u32> {
    file.thumbnails.iter().map(|thumbnail| thumbnail.edge).collect()
}

#[tokio::test]
async fn an_upload_is_kept_with_its_facts_and_thumbnails() {
    let fixture = Fixture::new();
    let sent = fixture.sent(&picture(600), "grey day.pgm").await;
    let name = Name::new("A grey day").unwrap();
    let file = fixture
        .library
        .upload(&fixture.admin, sent, Details { name: Some(name.clone()), ..Details::default() })
        .await
        .unwrap();
    assert_eq!((file.facts.kind, file.name.clone()), (Kind::Image, name));
    assert_eq!((file.facts.width, file.facts.height), (Some(600), Some(600)));
    assert_eq!(edges(&file), [64, 128, 512, 1080]);
    assert_eq!(fixture.bytes(&file).await, picture(600));
    assert_eq!(fixture.objects().await, keys(&file));
    assert_eq!(fixture.library.get(&fixture.admin, file.id).await.unwrap(), file);
}

#[tokio::test]
async fn an_image_beyond_the_limits_is_kept_without_thumbnails() {
    for (pixels, memory, expected) in [(100 * 100, 512 << 20, 4), (100 * 100 - 1, 512 << 20, 0), (100 * 100, 1024, 0)] {
        let fixture = Fixture::with(|options| {
            options.max_image_pixels = pixels;
            options.decode_memory_bytes = memory;
        });
        let file = fixture.upload(&picture(100), "a.pgm").await.unwrap();
        assert_eq!((file.facts.width, file.thumbnails.len()), (Some(100), expected), "{pixels} pixels, {memory} bytes");
        assert_eq!(fixture.bytes(&file).await, picture(100));
    }
}

#[tokio::test]
async fn only_allowed_types_are_kept() {
    let fixture = Fixture::with(|options| {
        options.allowed_types = vec!["image".parse().unwrap(), "application/pdf".parse().unwrap()];
    });
    assert!(fixture.upload(&picture(9), "a.pgm").await.is_ok());
    assert!(fixture.upload(b"%PDF-1.4\n%%EOF\n", "a.pdf").await.is_ok());
    let refused = fixture.upload(b"just words", "a.txt").await;
    assert!(matches!(refused, Err(Error::TypeNotAllowed { mime_type }) if mime_type == "text/plain"));
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_an_upload() {
    let fixture = Fixture::new();
    let sent = fixture.sent(&picture(300), "a.pgm").await;
    let mut upload = Box::pin(fixture.library.upload(&fixture.admin, sent, Details::default()));
    assert!(poll!(&mut upload).is_pending());
    drop(upload);
    fixture.library.drain().await;
    let page = fixture.library.list(&fixture.admin, ListQuery::default()).await.unwrap();
    assert_eq!(page.count, Some(1));
    assert_eq!(edges(&page.files[0]), [64, 128, 512, 1080]);
}

#[tokio::test]
async fn files_of_one_name_do_not_overwrite_each_other() {
    let fixture = Fixture::new();
    let contents: Vec<_> = (0..40).map(|i| format!("content {i}").into_bytes()).collect();
    let uploads = contents.iter().map(|content| fixture.upload(content, "same.txt"));
    let files: Vec<_> = join_all(uploads).await.into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(fixture.objects().await.len(), 40);
    for (file, content) in files.iter().zip(&contents) {
        assert_eq!(&fixture.bytes(file).await, content);
    }
}

#[tokio::test]
async fn replaced_content_takes_its_objects_along() {
    let fixture = Fixture::new();
    let old = fixture.upload(&picture(100), "old.pgm").await.unwrap();
    let content = ContentChange::Replace(fixture.sent(b"now text", "new.txt").await);
    let change = Change { content, ..Change::default() };
    let new = fixture.library.change(&fixture.admin, old.id, change).await.unwrap();
    assert_eq!((new.id, new.created_at, new.name.clone()), (old.id, old.created_at, old.name.clone()));
    assert!(new.updated_at > old.updated_at);
    assert_eq!((new.facts.kind, new.facts.width, new.thumbnails.len()), (Kind::Text, None, 0));
    assert_eq!(fixture.objects().await, keys(&new));
    assert!(matches!(fixture.library.content(old.key).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn of_many_replacements_at_once_one_stays_whole() {
    let fixture = Fixture::new();
    let id = fixture.upload(&picture(50), "a.pgm").await.unwrap().id;
    let changes = (0..12).map(|i| {
        let fixture = &fixture;
        async move {
            let content = ContentChange::Replace(fixture.sent(&picture(20 + i), "a.pgm").await);
            fixture.library.change(&fixture.admin, id, Change { content, ..Change::default() }).await
        }
    });
    let changed: Vec<_> = join_all(changes).await.into_iter().collect::<Result<_, _>>().unwrap();
    let last = fixture.library.get(&fixture.admin, id).await.unwrap();
    assert!(changed.iter().any(|file| file.key == last.key));
    assert_eq!(fixture.objects().await, keys(&last));
    assert_eq!(fixture.bytes(&last).await.len() as u64, last.size);
}

#[tokio::test]
async fn who_confirms_the_wrong_content_changes_nothing() {
    let fixture = Fixture::new();
    let file = fixture.upload(b"text", "a.txt").await.unwrap();
    let confirm = async |key| {
        let content = ContentChange::Confirm(key);
        let change = Change { name: Some(Name::new("other").unwrap()), content, ..Change::default() };
        fixture.library.change(&fixture.admin, file.id, change).await
    };
    assert!(matches!(confirm(None).await, Err(Error::OtherContent)));
    assert!(matches!(confirm("core_media/other.txt".parse().ok()).await, Err(Error::OtherContent)));
    assert_eq!(fixture.library.get(&fixture.admin, file.id).await.unwrap(), file);
    let changed = confirm(Some(file.key.clone())).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.key), ("other", file.key.clone()));
}

#[tokio::test]
async fn a_deleted_files_key_is_never_given_out_again() {
    let fixture = Fixture::new();
    let first = fixture.upload(b"one", "a.txt").await.unwrap();
    fixture.library.delete(&fixture.admin, first.id, None).await.unwrap();
    assert_eq!(fixture.objects().await, BTreeSet::new());
    let second = fixture.upload(b"two", "a.txt").await.unwrap();
    // Caches were told that what is under the first key never changes.
    assert_ne!(second.key, first.key);
    assert!(matches!(fixture.library.delete(&fixture.admin, first.id, None).await, Err(Error::NotFound)));
}
