//! Bringing thumbnails up to date: interrupted at any moment, nothing is lost or done twice.

use crate::support::{Fixture, keys, picture};
use std::collections::BTreeSet;
use tintype_library::domain::{FileRecord, Permission, PreviewReason};
use tintype_library::{Error, Rebuild, RebuildProgress};

fn edges(file: &FileRecord) -> Vec<u32> {
    file.thumbnails.iter().map(|thumbnail| thumbnail.edge).collect()
}

async fn all_keys(fixture: &Fixture, files: &[FileRecord]) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for file in files {
        all.extend(keys(&fixture.library.get(&fixture.admin, file.id).await.unwrap()));
    }
    all
}

#[tokio::test]
async fn a_rebuild_of_all_goes_on_where_it_stopped() {
    let fixture = Fixture::with(|options| {
        options.workers = 1;
        options.thumbnail_edges = vec![16, 48];
    });
    let files =
        [fixture.upload(&picture(60), "a.pgm").await.unwrap(), fixture.upload(&picture(60), "b.pgm").await.unwrap()];
    assert_eq!(edges(&files[0]), [16, 48]);
    *fixture.storage.fail_put.lock().unwrap() = Some("thumbnails/b_");
    let first = RebuildProgress::default();
    let stopped = fixture.library.rebuild_thumbnails(&fixture.admin, Rebuild::All, &first).await;
    assert!(matches!(stopped, Err(Error::Unavailable(_))), "{stopped:?}");
    assert_eq!((first.looked_at(), first.changed()), (1, 1));
    let after = fixture.library.get(&fixture.admin, files[1].id).await.unwrap();
    assert_eq!(after, files[1], "what could not be replaced is there as before");

    *fixture.storage.fail_put.lock().unwrap() = None;
    let second = RebuildProgress::default();
    let began = fixture.another().rebuild_thumbnails(&fixture.admin, Rebuild::All, &second).await.unwrap();
    assert_eq!((second.looked_at(), second.changed()), (2, 1), "the other one is done");
    let third = RebuildProgress::default();
    let later = fixture.library.rebuild_thumbnails(&fixture.admin, Rebuild::All, &third).await.unwrap();
    assert_eq!((later > began, third.changed()), (true, 2), "that is another run");
    assert_eq!((first.failures(), third.failures()), (vec![], vec![]));

    // What the first run could not put is swept later; nothing else is left.
    let sweeper = fixture.impatient_twin();
    sweeper.sweep().await.unwrap();
    assert_eq!(fixture.objects().await, all_keys(&fixture, &files).await);
}

#[tokio::test]
async fn what_is_there_of_a_file_is_not_touched() {
    let fixture = Fixture::with(|options| options.thumbnail_edges = vec![16, 48]);
    let file = fixture.upload(&picture(60), "a.pgm").await.unwrap();
    let progress = RebuildProgress::default();
    fixture.library.rebuild_thumbnails(&fixture.admin, Rebuild::Missing, &progress).await.unwrap();
    assert_eq!((progress.looked_at(), progress.changed()), (1, 0));
    assert_eq!(fixture.library.get(&fixture.admin, file.id).await.unwrap(), file);
    let viewer = fixture.staff("viewer", &[Permission::View, Permission::Change]);
    let refused = fixture.library.rebuild_thumbnails(&viewer, Rebuild::All, &progress).await;
    assert!(matches!(refused, Err(Error::Auth(_))), "{refused:?}");
}

/// Decoders of JPEG XL may take several times the memory that is expected, but where there is less,
/// that much is enough.
#[tokio::test]
async fn a_large_jpeg_xl_is_let_in() {
    let fixture = Fixture::new();
    let head = b"\xFF\x0A\x3A\x51\xE8\x76\x81\x84\xE2\x42\x00\x12\x08\x01\x00\x28";
    let file = fixture.upload(head, "a.jxl").await.unwrap();
    assert_eq!((file.facts.width, file.facts.height), (Some(3000), Some(2600)));
    assert_eq!(file.preview.facts.reason, Some(PreviewReason::Unsupported), "there is no process for it");
}
