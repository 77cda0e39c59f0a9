//! Bytes on their way to storage: counted, hashed, limited, and gone when they are given up.

use bytes::Bytes;
use futures_util::FutureExt;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use tintype_domain::Checksum;
use tintype_storage::{Error, Spool, Spooled};

const MIB: usize = 1024 * 1024;

async fn receive(spool: &Spool, limit: u64, chunks: &[Bytes]) -> Result<Spooled, Error> {
    let mut writer = spool.create(limit);
    for chunk in chunks {
        writer.write(chunk.clone()).await?;
    }
    writer.finish().await
}

fn contents(spooled: &Spooled) -> Vec<u8> {
    let mut bytes = Vec::new();
    spooled.open().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However the bytes are cut, they are the same bytes.
    #[test]
    fn keeps_counts_and_hashes_every_byte(lens in prop::collection::vec(0..MIB, 0..5), seed: u8) {
        let chunks: Vec<Bytes> = lens.iter().enumerate().map(|(i, len)| vec![seed.wrapping_add(i as u8); *len].into()).collect();
        let whole = chunks.concat();
        let dir = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let spooled = runtime.block_on(receive(&Spool::open(dir.path()).unwrap(), whole.len() as u64, &chunks)).unwrap();
        prop_assert_eq!(spooled.len(), whole.len() as u64);
        prop_assert_eq!(spooled.checksum(), Checksum(Sha256::digest(&whole).into()));
        prop_assert!(contents(&spooled) == whole);
    }
}

#[tokio::test]
async fn the_limit_is_exact() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    for limit in [0, 1, 262_143, 262_144, 262_145, MIB] {
        let exactly = Bytes::from(vec![1; limit]);
        assert_eq!(receive(&spool, limit as u64, std::slice::from_ref(&exactly)).await.unwrap().len(), limit as u64);
        let refused = receive(&spool, limit as u64, &[exactly, Bytes::from_static(b"1")]).await;
        assert!(matches!(refused, Err(Error::TooLarge { limit: told }) if told == limit as u64), "{refused:?}");
        let refused = receive(&spool, limit as u64, &[vec![1; limit + 1].into()]).await;
        assert!(matches!(refused, Err(Error::TooLarge { .. })), "{refused:?}");
    }
    assert!(is_empty(dir.path()));
}

#[tokio::test]
async fn nothing_can_be_added_after_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Spool::open(dir.path()).unwrap().create(3);
    writer.write("ab".into()).await.unwrap();
    assert!(matches!(writer.write("cd".into()).await, Err(Error::TooLarge { limit: 3 })));
    assert!(writer.write("c".into()).await.is_err());
    assert!(writer.finish().await.is_err(), "`ab` is not what was sent");
}

#[tokio::test]
async fn a_write_that_was_given_up_half_way_never_becomes_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Spool::open(dir.path()).unwrap().create(u64::MAX);
    let half_way = writer.write(vec![0; 32 * MIB].into()).now_or_never();
    assert!(half_way.is_none(), "32 MiB are not written at once");
    assert!(writer.write("x".into()).await.is_err());
    assert!(writer.finish().await.is_err());
}

#[tokio::test]
async fn readers_do_not_disturb_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let spooled = receive(&Spool::open(dir.path()).unwrap(), 10, &["0123456789".into()]).await.unwrap();
    let (mut one, mut other) = (spooled.open().unwrap(), spooled.open().unwrap());
    let mut four = [0; 4];
    one.read_exact(&mut four).unwrap();
    assert_eq!(&four, b"0123");
    other.read_exact(&mut four).unwrap();
    assert_eq!(&four, b"0123");
    drop(spooled);
    one.read_exact(&mut four).unwrap();
    assert_eq!(&four, b"4567", "a reader outlives the spooled file");
}

#[tokio::test]
async fn what_is_given_up_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let spool = Spool::open(dir.path()).unwrap();
    let mut writer = spool.create(u64::MAX);
    writer.write(vec![0; MIB].into()).await.unwrap();
    drop(writer);
    drop(receive(&spool, u64::MAX, &[vec![0; MIB].into()]).await.unwrap());
    assert!(is_empty(dir.path()));
}

#[tokio::test]
async fn opening_removes_what_a_crash_left_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("spool-00000000000000aa"), "left by a crash").unwrap();
    let living = File::create(at("spool-00000000000000bb")).unwrap();
    living.lock().unwrap();
    fs::create_dir(at("spool-folder")).unwrap();
    fs::write(at("foreign"), "somebody else's").unwrap();
    std::os::unix::fs::symlink(at("foreign"), at("spool-link")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        at("spool-pipe"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();

    Spool::open(dir.path()).unwrap();
    let left = |name: &str| fs::symlink_metadata(at(name)).is_ok();
    assert!(!left("spool-00000000000000aa"));
    for name in ["spool-00000000000000bb", "spool-folder", "foreign", "spool-link", "spool-pipe"] {
        assert!(left(name), "`{name}` is not ours to remove");
    }
    drop(living);
    Spool::open(dir.path()).unwrap();
    assert!(!left("spool-00000000000000bb"), "its writer is dead now");
}
