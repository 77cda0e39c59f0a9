use tintype_library::auth::Actor;
use tintype_library::storage::Storage;
use tintype_library::{Check, CheckOptions};

use crate::support::{Fixture, picture};

#[tokio::test(flavor = "multi_thread")]
async fn content_is_read_once_however_many_of_its_thumbnails_are_made_again() {
    let library = Fixture::new();
    library.storage.mark().await.unwrap();
    let file = library.upload(&picture(40), "a.pgm").await.unwrap();
    let before = library.objects().await;
    assert_eq!(file.thumbnails.len(), 4);
    for thumbnail in &file.thumbnails {
        library.storage.delete(&thumbnail.key).await.unwrap();
    }
    library.storage.reads.lock().unwrap().clear();
    let check = Check::new(&library.library, CheckOptions { repairs: true, ..CheckOptions::default() });
    let mut repaired = 0;
    check.run(&Actor::operator(), |finding| repaired += usize::from(finding.is_repaired)).await.unwrap();
    assert_eq!(repaired, 4);
    assert_eq!(*library.storage.reads.lock().unwrap(), [file.key]);
    assert_eq!(library.objects().await, before);
}
