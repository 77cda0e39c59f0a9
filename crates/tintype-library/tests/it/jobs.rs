use bytes::Bytes;
use tintype_library::domain::{Crc32, FileId, FileRecord};
use tintype_library::storage::{Attributes, Content, NewObject, Storage};

use crate::support::Fixture;

/// Makes files what versions were that did not note their CRC-32, with the jobs that the migration
/// adds.
fn forget_crc32(fixture: &Fixture) {
    fixture.execute(
        "UPDATE files SET crc32 = NULL; INSERT INTO jobs (kind, subject, attempts, not_before, created_at) SELECT 'crc32', id, \
         0, 0, 0 FROM files",
    );
}

fn crc32(fixture: &Fixture, id: FileId) -> Option<Crc32> {
    fixture.database.file(id).unwrap().unwrap().crc32
}

async fn replace_object(fixture: &Fixture, file: &FileRecord, bytes: &'static [u8]) {
    fixture.storage.delete(&file.key).await.unwrap();
    let content = Content::Bytes(Bytes::from_static(bytes));
    let object = NewObject { key: file.key.clone(), content, attributes: Attributes::default() };
    fixture.storage.put(&object).await.unwrap();
}

#[tokio::test]
async fn an_upload_has_its_crc32() {
    let fixture = Fixture::new();
    // The check value of the catalogue of CRC algorithms, for CRC-32/ISO-HDLC.
    let file = fixture.upload(b"123456789", "a.txt").await.unwrap();
    assert_eq!(file.crc32, Some(Crc32(0xcbf4_3926)));
    assert_eq!(crc32(&fixture, file.id), file.crc32);
}

#[tokio::test]
async fn files_of_older_versions_get_their_crc32() {
    let fixture = Fixture::new();
    let small = fixture.upload(b"123456789", "a.txt").await.unwrap();
    let large = fixture.upload(&vec![7; 1_000_000], "b.bin").await.unwrap();
    let gone = fixture.upload(b"text", "c.txt").await.unwrap();
    forget_crc32(&fixture);
    fixture.library.delete(&fixture.admin, gone.id, None).await.unwrap();
    assert_eq!(fixture.library.run_jobs().await.unwrap(), 3);
    assert_eq!(crc32(&fixture, small.id), small.crc32);
    assert_eq!(crc32(&fixture, large.id), large.crc32);
    assert_eq!(fixture.library.run_jobs().await.unwrap(), 0);
}

#[tokio::test]
async fn a_damaged_object_gets_no_crc32_and_is_looked_at_again_later() {
    let fixture = Fixture::new();
    let file = fixture.upload(b"123456789", "a.txt").await.unwrap();
    forget_crc32(&fixture);
    replace_object(&fixture, &file, b"123456780").await;
    assert_eq!(fixture.library.run_jobs().await.unwrap(), 0);
    replace_object(&fixture, &file, b"123456789").await;
    assert_eq!(fixture.library.run_jobs().await.unwrap(), 0, "its time has not come");
    assert_eq!(crc32(&fixture, file.id), None);
    fixture.execute("UPDATE jobs SET not_before = 0 WHERE attempts = 1 AND last_error LIKE '%damaged%'");
    assert_eq!(fixture.library.run_jobs().await.unwrap(), 1);
    assert_eq!(crc32(&fixture, file.id), file.crc32);
}

#[tokio::test]
async fn processes_share_the_jobs_of_a_database() {
    let fixture = Fixture::new();
    for number in 0..40 {
        fixture.upload(b"123456789", &format!("{number}.txt")).await.unwrap();
    }
    forget_crc32(&fixture);
    let another = fixture.another();
    let (one, other) = tokio::join!(fixture.library.run_jobs(), another.run_jobs());
    assert_eq!(one.unwrap() + other.unwrap(), 40);
    assert!((1..=40).all(|id| crc32(&fixture, FileId(id)) == Some(Crc32(0xcbf4_3926))));
}
