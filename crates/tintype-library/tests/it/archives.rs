use std::time::Duration;

use futures_util::TryStreamExt;
use tintype_library::auth::{Error as AuthError, Parameters, SigningKey};
use tintype_library::domain::{FileRecord, Permission};
use tintype_library::{Archive, ArchiveSelection, CreatedArchive, Error};

use crate::support::Fixture;

const HOUR: Duration = Duration::from_secs(3600);

fn fixture() -> Fixture {
    Fixture::with(|options| options.signing_key = SigningKey::from_bytes(vec![7; 32]))
}

async fn make(fixture: &Fixture, files: &[&FileRecord]) -> CreatedArchive {
    let selection = ArchiveSelection::Files(files.iter().map(|file| file.id).collect());
    fixture.library.create_archive(&fixture.admin, selection, HOUR).await.unwrap()
}

async fn open(fixture: &Fixture, created: &CreatedArchive) -> Result<Archive, Error> {
    let path = format!("/api/media/archives/{}", created.id);
    let parameters = Parameters::parse(&created.signer.query(&path, Parameters::default())).unwrap();
    fixture.library.archive(&path, &parameters, created.id).await
}

#[tokio::test]
async fn files_of_older_versions_wait_for_their_crc32() {
    let fixture = fixture();
    let file = fixture.upload(b"123456789", "a.txt").await.unwrap();
    let whole = open(&fixture, &make(&fixture, &[&file]).await).await.unwrap();
    fixture.execute("UPDATE files SET crc32 = NULL");
    let created = make(&fixture, &[&file]).await;
    assert!(matches!(open(&fixture, &created).await, Err(Error::Preparing { .. })));
    assert_eq!(fixture.library.run_jobs().await.unwrap(), 1, "the link has added the job");
    let archive = open(&fixture, &created).await.unwrap();
    assert_eq!((archive.size(), archive.checksum), (created.size, whole.checksum));
    let body = fixture.library.read_archive(&archive, 0..archive.size()).await.unwrap();
    let bytes = body.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(bytes.len() as u64, created.size);
    assert!(bytes.windows(9).any(|window| window == b"123456789"));
}

#[tokio::test]
async fn expired_archives_are_forgotten() {
    let fixture = fixture();
    let file = fixture.upload(b"text", "a.txt").await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..25 {
        ids.push(make(&fixture, &[&file]).await.id);
    }
    let last = make(&fixture, &[&file]).await;
    fixture.execute(&format!("UPDATE archives SET expires_at = 0 WHERE id <> {}", last.id));
    fixture.library.sweep().await.unwrap();
    open(&fixture, &last).await.unwrap();
    assert!(ids.iter().all(|id| fixture.database.archive(*id).unwrap().is_none()));
}

#[tokio::test]
async fn archives_are_for_those_who_may_view_files() {
    let fixture = fixture();
    let file = fixture.upload(b"text", "a.txt").await.unwrap();
    let staff = fixture.staff("uploader", &[Permission::Create, Permission::Change, Permission::Delete]);
    let selection = ArchiveSelection::Files(vec![file.id]);
    let refused = fixture.library.create_archive(&staff, selection, HOUR).await;
    assert!(matches!(refused, Err(Error::Auth(AuthError::Forbidden(Permission::View)))));
}
