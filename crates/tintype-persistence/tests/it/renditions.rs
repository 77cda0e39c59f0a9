use crate::support::{at, claim, fresh, image, suffixes, upload, user};
use tintype_domain::{Checksum, FileRecord, FocalPoint, Key, Suffix, Timestamp, Variant, Visibility};
use tintype_persistence::{
    BeginRendition, Begun, Database, Error, FileChange, NewDerived, NewRendition, RenditionRecord,
};

fn variant(name: &str) -> Variant {
    Variant::Rendition(name.into())
}

fn begin(database: &Database, file: &FileRecord, name: &str, holder: &str, now: Timestamp) -> Begun {
    let suffix = Suffix::from_random([7; 7]);
    let key = Key::rendition(&"core_media".parse().unwrap(), now, file.id, &suffix, "webp");
    let (variant, holder) = (variant(name), holder.to_owned());
    let leased_until = Timestamp::from_unix_micros(now.unix_micros() + 1);
    let begin = BeginRendition { file: file.id, variant, key, holder, leased_until };
    database.begin_rendition(&begin, &mut suffixes(), now).unwrap()
}

fn new(file: &FileRecord, name: &str, key: Key) -> NewRendition {
    let object = NewDerived {
        variant: variant(name),
        key,
        width: 1,
        height: 1,
        mime_type: "image/webp".into(),
        size: 100,
        checksum: Checksum([3; 32]),
    };
    NewRendition { file: file.id, content: file.key.clone(), holder: "a".into(), object }
}

/// Makes a rendition of 100 bytes.
fn make(database: &Database, file: &FileRecord, name: &str, now: Timestamp) -> RenditionRecord {
    let Begun::Claimed(key) = begin(database, file, name, "a", now) else { panic!("it is made for the first time") };
    database.finish_rendition(&new(file, name, key), now).unwrap().unwrap()
}

#[test]
fn one_makes_it_and_the_others_wait_or_find_it() {
    let database = fresh();
    let file = upload(&database, &user(&database, "ada"), "a.jpg");
    let Begun::Claimed(key) = begin(&database, &file, "64x", "a", at(0)) else { panic!("nobody else makes it") };
    assert_eq!(begin(&database, &file, "64x", "b", at(0)), Begun::Taken);
    assert!(matches!(begin(&database, &file, "65x", "b", at(0)), Begun::Claimed(_)), "another one");
    // Whoever made it first has died, but that is known later.
    let Begun::Claimed(second) = begin(&database, &file, "64x", "b", at(2)) else { panic!("the lease is over") };
    let made = database.finish_rendition(&new(&file, "64x", second.clone()), at(2)).unwrap().unwrap();
    assert_eq!((&made.object.key, made.object.stored_at, made.last_used_at), (&second, at(2), at(2)));
    let late = database.finish_rendition(&new(&file, "64x", key.clone()), at(3)).unwrap().unwrap();
    assert_eq!(late, made, "the first one counts");
    assert_eq!(database.doom(&[key.clone(), second]).unwrap(), [key], "a row owns the other one");
    assert_eq!(begin(&database, &file, "64x", "c", at(9)), Begun::Made(made.clone()));
    assert_eq!(database.rendition(file.id, &variant("64x")).unwrap(), Some(made.clone()));
    let found = database.media(&made.object.key).unwrap().unwrap();
    assert_eq!((found.file, found.variant), (file.id, Some(variant("64x"))));
    assert_eq!(database.file(file.id).unwrap().unwrap().thumbnails, file.thumbnails, "it is no thumbnail");
    assert_eq!(database.drop_rendition_leases(at(100)).unwrap(), 1, "that of 65x");
}

#[test]
fn a_rendition_of_content_that_is_gone_is_not_kept() {
    let database = fresh();
    let file = upload(&database, &user(&database, "ada"), "a.jpg");
    let Begun::Claimed(key) = begin(&database, &file, "64x", "a", at(0)) else { panic!("nobody else makes it") };
    let change = FileChange { content: Some(image(&claim(&database, "b.jpg"))), ..FileChange::default() };
    database.change_file(file.id, &change, at(1)).unwrap();
    assert_eq!(database.finish_rendition(&new(&file, "64x", key.clone()), at(1)).unwrap(), None);
    assert_eq!(database.doom(std::slice::from_ref(&key)).unwrap(), vec![key.clone()]);
    let file = database.file(file.id).unwrap().unwrap();
    let lost = database.finish_rendition(&new(&file, "64x", key), at(1));
    assert!(matches!(lost, Err(Error::ClaimLost { .. })), "{lost:?}");
}

#[test]
fn the_least_recently_used_go_first() {
    let database = fresh();
    let file = upload(&database, &user(&database, "ada"), "a.jpg");
    let made: Vec<_> = (0..5).map(|index| make(&database, &file, &format!("{index}x"), at(index))).collect();
    database.note_use(made[0].id, at(60), at(10)).unwrap();
    // That was noted a moment ago.
    database.note_use(made[1].id, at(60), at(1)).unwrap();
    assert_eq!(database.evict_renditions(500, 10).unwrap(), Vec::<Key>::new());
    let evicted = database.evict_renditions(250, 10).unwrap();
    assert_eq!(evicted, [1, 2, 3].map(|index: usize| made[index].object.key.clone()));
    assert_eq!(database.doomed(10).unwrap().len(), 3);
    assert_eq!(database.evict_renditions(0, 1).unwrap(), [made[4].object.key.clone()], "one at a time");
    assert_eq!(database.evict_renditions(0, 10).unwrap(), [made[0].object.key.clone()]);
    assert_eq!(database.file(file.id).unwrap().unwrap(), file, "its thumbnails stay");
}

#[test]
fn renditions_go_when_a_file_is_hidden_and_no_other_way() {
    let database = fresh();
    let ada = user(&database, "ada");
    let (file, other) = (upload(&database, &ada, "a.jpg"), upload(&database, &ada, "b.jpg"));
    let made = [make(&database, &file, "1x", at(0)), make(&database, &file, "2x", at(0))];
    make(&database, &other, "1x", at(0));
    let keys = made.map(|made| made.object.key);
    let change = |change: FileChange| database.change_file(file.id, &change, at(1)).unwrap().unwrap();
    let point = FocalPoint::new(0.25, 1.0);
    let changed = change(FileChange { focal_point: Some(point), ..FileChange::default() });
    assert_eq!((changed.file.focal_point, changed.doomed), (point, vec![]));
    assert_eq!(change(FileChange::default()).file.focal_point, point);
    assert_eq!(database.media(&file.key).unwrap().unwrap().focal_point, point);
    let private = || FileChange { visibility: Some(Visibility::Private), ..FileChange::default() };
    let hidden = change(private());
    let mut doomed = hidden.doomed;
    doomed.sort();
    let mut expected = keys.to_vec();
    expected.sort();
    assert_eq!(doomed, expected);
    make(&database, &file, "1x", at(2));
    assert_eq!(change(private()).doomed, vec![], "it was private before");
    assert_eq!(change(FileChange { focal_point: Some(None), ..FileChange::default() }).file.focal_point, None);
    database.set_visibility(Visibility::Private, 10, at(3)).unwrap();
    assert!(database.rendition(other.id, &variant("1x")).unwrap().is_none());
    assert!(database.rendition(file.id, &variant("1x")).unwrap().is_some());
    assert_eq!(database.delete_file(file.id, None, at(0)).unwrap().unwrap().len(), 6, "content, thumbnails, rendition");
}
