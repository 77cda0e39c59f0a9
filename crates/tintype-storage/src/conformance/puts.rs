use super::folder::{Folder, pattern, spooled};
use crate::{Content, Error, Storage};
use futures_util::future::join_all;
use std::sync::Arc;

/// Objects come back byte for byte with their size, also empty ones.
///
/// # Panics
/// If it does not.
pub async fn keeps_objects(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "keeps_objects").await;
    for len in [0, 1, 65_536, 262_143, 262_144, 262_145] {
        let (name, bytes) = (format!("{len}.bin"), pattern(len));
        folder.put(&name, bytes.clone()).await.expect("an object can be put");
        assert_eq!(folder.read(&name, None).await.expect("it is there"), bytes, "{len} bytes");
        assert_eq!(storage.size(&folder.key(&name)).await.expect("it is there"), len as u64);
    }
    folder.clear().await;
}

/// A spooled file can be put like bytes, also more than once, and stays readable beside the objects
/// made from it, even if those are deleted.
///
/// # Panics
/// If it is not.
pub async fn keeps_spooled_files(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "keeps_spooled_files").await;
    for len in [0, 1, 262_144, 1_000_003] {
        let bytes = pattern(len);
        let file = spooled(storage, &bytes).await;
        assert_eq!(file.len(), len as u64);
        for name in ["a/first", "b/second"] {
            folder.put_content(name, Content::Spooled(Arc::clone(&file))).await.expect("a spooled file can be put");
            assert_eq!(folder.read(name, None).await.expect("it is there"), bytes, "{len} bytes as {name}");
        }
        folder.clear().await;
        folder.put_content("third", Content::Spooled(Arc::clone(&file))).await.expect("it can be put once more");
        let mut left = Vec::new();
        std::io::Read::read_to_end(&mut file.open().expect("it can be opened"), &mut left).expect("it can be read");
        assert_eq!(left, bytes);
        drop(file);
        assert_eq!(folder.read("third", None).await.expect("the object outlives the spooled file"), bytes);
        folder.clear().await;
    }
}

/// Every key is taken as it is: Unicode, spaces, quotes, percent signs, parts of 255 bytes, deep
/// folders.
///
/// # Panics
/// If one is not.
pub async fn takes_every_name(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "takes_every_name").await;
    let names = [
        "عکس_من.jpg".to_owned(),
        "🐈‍⬛ naïve ß.png".to_owned(),
        r#"a b'c"d;e&f=g+h%2Fi%00?j#k[l]*m~"#.to_owned(),
        "é".to_owned(),
        // The same to a reader, but another key.
        "e\u{301}".to_owned(),
        "ش".repeat(127) + "a",
        "😀".repeat(63) + "abc",
        "x".repeat(255),
        "deep/".repeat(100) + "down",
        "-rf".to_owned(),
        "trailing.".to_owned(),
        "UPPER".to_owned(),
        "upper".to_owned(),
    ];
    for name in &names {
        folder.put(name, name.clone()).await.unwrap_or_else(|error| panic!("`{name}` can be put: {error}"));
    }
    let mut expected: Vec<_> = names.iter().map(|name| folder.key(name)).collect();
    expected.sort();
    assert_eq!(folder.keys().await, expected);
    for name in &names {
        assert_eq!(folder.read(name, None).await.expect("it is there"), name.as_bytes());
    }
    folder.clear().await;
}

/// A taken key is refused, its object stays as it was, and the refused content can be put
/// elsewhere.
///
/// # Panics
/// If it is overwritten.
pub async fn never_overwrites(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "never_overwrites").await;
    let contents = [Content::Bytes("second".into()), Content::Spooled(spooled(storage, b"second").await)];
    for content in contents {
        folder.put("taken", "first").await.expect("the key is free");
        let refused = folder.put_content("taken", content.clone()).await;
        assert!(matches!(&refused, Err(Error::AlreadyExists { key }) if *key == folder.key("taken")), "{refused:?}");
        assert_eq!(folder.read("taken", None).await.expect("it is there"), b"first");
        folder.put_content("free", content).await.expect("the key is free");
        assert_eq!(folder.read("free", None).await.expect("it is there"), b"second");
        folder.clear().await;
    }
}

/// Of many objects that are put under one key at once, one is stored completely, and it is one of
/// the acknowledged ones.
///
/// # Panics
/// If it is not.
pub async fn keeps_one_of_many_racing_puts(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "keeps_one_of_many_racing_puts").await;
    race(&folder).await;
    folder.clear().await;
}

/// Of a hundred objects that are put under one key at once, one is acknowledged and ninety-nine are
/// refused. Not every storage can promise that.
///
/// # Panics
/// If more or fewer are acknowledged.
pub async fn lets_one_of_many_racing_puts_win(storage: &dyn Storage) {
    let folder = Folder::empty(storage, "lets_one_of_many_racing_puts_win").await;
    let winners = race(&folder).await;
    assert_eq!(winners.len(), 1, "{winners:?} won");
    folder.clear().await;
}

/// Puts a hundred objects under one key at once, and returns which were acknowledged. One of them
/// is stored completely.
async fn race(folder: &Folder<'_>) -> Vec<u8> {
    const RACERS: u8 = 100;
    // In a folder that does not exist yet.
    let puts = (0..RACERS).map(|racer| folder.put("new/folder/prize", vec![racer; 10_000]));
    let results = join_all(puts).await;
    for refused in results.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(refused, Error::AlreadyExists { .. }), "{refused:?}");
    }
    let winners: Vec<u8> =
        (0..RACERS).zip(&results).filter(|(_, result)| result.is_ok()).map(|(racer, _)| racer).collect();
    let kept = folder.read("new/folder/prize", None).await.expect("it is there");
    assert!(winners.contains(&kept[0]) && kept == vec![kept[0]; 10_000], "it is one of those acknowledged, whole");
    winners
}
