use super::folder::{Folder, pattern, spooled};
use crate::{Content, Error, Storage};
use futures_util::TryStreamExt;
use std::io::Read;
use std::ops::Range;

/// Ranges are read as requested, cut at the object's end, and refused beyond it.
///
/// # Panics
/// If they are not.
pub async fn reads_ranges(storage: &dyn Storage) {
    const SIZE: u64 = 600_000;
    let folder = Folder::empty(storage, "reads_ranges").await;
    let bytes = pattern(SIZE as usize);
    folder.put("object", bytes.clone()).await.expect("an object can be put");
    folder.put("empty", "").await.expect("an object can be put");

    let ranges = [0..0, 0..1, 7..7, 299_999..300_000, 262_143..262_145, 1..SIZE - 1, 0..SIZE, SIZE - 1..SIZE];
    for range in ranges.into_iter().chain([SIZE..SIZE, SIZE - 1..SIZE + 1, 5..u64::MAX, SIZE..u64::MAX]) {
        let object = storage.get(&folder.key("object"), Some(range.clone())).await.expect("the range can be read");
        let cut = range.start..range.end.min(SIZE);
        assert_eq!((object.size, object.range), (SIZE, cut.clone()));
        let read = folder.read("object", Some(range.clone())).await.expect("the range can be read");
        assert!(read == bytes[cut.start as usize..cut.end as usize], "{range:?}");
    }
    assert_eq!(folder.read("empty", Some(0..1)).await.expect("the range can be read"), b"");

    // Built from its parts, because lints take a literal that ends before it begins for a mistake.
    let backwards = Range { start: 2, end: 1 };
    for range in [SIZE + 1..SIZE + 2, u64::MAX - 1..u64::MAX, backwards] {
        let refused = folder.read("object", Some(range.clone())).await;
        assert!(matches!(refused, Err(Error::RangeNotSatisfiable { size: SIZE, .. })), "{range:?}: {refused:?}");
    }
    let missing = folder.read("missing", Some(0..1)).await;
    assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
    folder.clear().await;
}

/// A large object comes back completely, in bounded blocks, whichever way it was put.
///
/// # Panics
/// If it does not.
pub async fn streams_large_objects(storage: &dyn Storage) {
    const BOUND: usize = 256 * 1024;
    let folder = Folder::empty(storage, "streams_large_objects").await;
    let bytes = pattern(9_000_011);
    folder.put("bytes", bytes.clone()).await.expect("an object can be put");
    let file = Content::Spooled(spooled(storage, &bytes).await);
    folder.put_content("spooled", file).await.expect("an object can be put");
    for name in ["bytes", "spooled"] {
        let mut object = storage.get(&folder.key(name), None).await.expect("it is there");
        let mut read = Vec::new();
        while let Some(block) = object.body.try_next().await.expect("it can be read") {
            assert!((1..=BOUND).contains(&block.len()), "a block of {} bytes", block.len());
            read.extend_from_slice(&block);
        }
        assert!(read == bytes, "`{name}` comes back as it was");
        if let Some((mut file, size)) = storage.open_file(&folder.key(name)).await.expect("it is there") {
            let mut read = Vec::new();
            file.read_to_end(&mut read).expect("it can be read");
            assert!(size == 9_000_011 && read == bytes, "`{name}` is in its file as it was");
            let missing = storage.open_file(&folder.key("missing")).await;
            assert!(matches!(missing, Err(Error::NotFound { .. })), "{missing:?}");
        }
    }
    folder.clear().await;
}

/// An object that is deleted while it is read can be read to its end.
///
/// # Panics
/// If the rest is missing.
pub async fn finishes_reading_what_is_deleted(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "finishes_reading_what_is_deleted").await;
    let bytes = pattern(3_000_000);
    folder.put("object", bytes.clone()).await.expect("an object can be put");
    let mut object = storage.get(&folder.key("object"), None).await.expect("it is there");
    let mut read = object.body.try_next().await.expect("it can be read").expect("it is not empty").to_vec();
    storage.delete(&folder.key("object")).await.expect("it can be deleted");
    while let Some(block) = object.body.try_next().await.expect("it can be read to its end") {
        read.extend_from_slice(&block);
    }
    assert!(read == bytes, "it comes whole");
}
