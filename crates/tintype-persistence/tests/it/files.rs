use crate::support::{at, at_once, claim, connect, fresh, image, new_file, original, upload, user};
use tintype_domain::{Checksum, Description, Facts, FileId, Key, Kind, Name, Timestamp, UserId};
use tintype_persistence::{Changed, Error, FileChange, NewContent, NewPreview};

#[test]
fn a_file_comes_back_as_it_was_kept() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let content = image(&claim(&database, "wallpaper.jpg"));
    let file = database.insert_file(&new_file(&behrooz, "Profile Picture", content.clone()), at(9)).unwrap();
    assert_eq!(database.file(file.id).unwrap().as_ref(), Some(&file));
    assert_eq!(file.user.as_ref(), Some(&behrooz));
    assert_eq!((file.created_at, file.updated_at), (at(9), at(9)));
    assert_eq!((file.name.as_str(), file.description.as_str()), ("Profile Picture", "User profile avatar"));
    assert_eq!(file.facts, content.facts);
    assert_eq!(file.keys().collect::<Vec<_>>(), content.keys().collect::<Vec<_>>());
    assert_eq!(file.thumbnails.iter().map(|thumbnail| thumbnail.edge).collect::<Vec<_>>(), [64, 128, 512, 1080]);
    assert_eq!(database.file(FileId(file.id.0 + 1)).unwrap(), None);
}

#[test]
fn the_extremes_of_every_column_come_back() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let mut content = image(&claim(&database, "a.jpg"));
    content.size = i64::MAX as u64;
    content.facts = Facts { width: Some(u32::MAX), height: None, mode: None, ..content.facts };
    let mut file = new_file(&behrooz, "x", content);
    file.name = Name::from_upload(" ۱٪ _\\'\"\n🐈‍⬛.jpg ").unwrap();
    file.description = Description::new(&"م\n".repeat(10_000)).unwrap();
    for moment in [i64::MIN, -1, 0, i64::MAX] {
        file.content.key = claim(&database, "a.jpg").original;
        file.content.preview.derived = vec![];
        let kept = database.insert_file(&file, Timestamp::from_unix_micros(moment)).unwrap();
        assert_eq!(database.file(kept.id).unwrap(), Some(kept));
    }
}

#[test]
fn a_file_needs_a_user() {
    let database = fresh();
    let mut behrooz = user(&database, "behrooz");
    behrooz.id = UserId(99);
    let content = image(&claim(&database, "a.jpg"));
    let result = database.insert_file(&new_file(&behrooz, "a.jpg", content), at(0));
    assert!(matches!(result, Err(Error::NoSuchUser { .. })));
    assert_eq!(database.doom_abandoned(at(1)).unwrap(), 5, "the claims must outlive the failure");
}

#[test]
fn numbers_are_never_used_twice() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let first = upload(&database, &behrooz, "a.jpg");
    database.delete_file(first.id, None, at(0)).unwrap();
    let second = upload(&database, &behrooz, "a.jpg");
    assert!(second.id > first.id);
    assert!(second.thumbnails[0].id > first.thumbnails[3].id);
}

#[test]
fn metadata_changes_and_the_rest_stays() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let before = upload(&database, &behrooz, "a.jpg");
    let name = Name::new("ŠTRAßE").unwrap();
    let change = FileChange { name: Some(name.clone()), ..FileChange::default() };
    let after = database.change_file(before.id, &change, at(50)).unwrap().unwrap().file;
    let mut expected = before.clone();
    (expected.name, expected.updated_at) = (name, at(50));
    assert_eq!(after, expected);

    let change = FileChange { description: Some(Description::default()), ..FileChange::default() };
    let after = database.change_file(before.id, &change, at(60)).unwrap().unwrap().file;
    (expected.description, expected.updated_at) = (Description::default(), at(60));
    assert_eq!(after, expected);
    assert_eq!(database.file(before.id).unwrap(), Some(expected));
    assert_eq!(database.change_file(FileId(99), &change, at(0)).unwrap(), None);
}

#[test]
fn every_change_moves_on_even_when_the_clock_does_not() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    for step in 1..=3 {
        let after = database.change_file(file.id, &FileChange::default(), at(-1000)).unwrap().unwrap().file;
        assert_eq!(after.updated_at, at(step));
    }
}

#[test]
fn a_version_that_is_not_the_present_one_is_neither_changed_nor_deleted() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let before = upload(&database, &behrooz, "a.jpg");
    let change = |expected| {
        let name = Some(Name::new("b.jpg").unwrap());
        database.change_file(before.id, &FileChange { expected, name, ..FileChange::default() }, at(50))
    };
    let after = change(Some(before.updated_at)).unwrap().unwrap().file;
    assert!(matches!(change(Some(before.updated_at)), Err(Error::Outdated)));
    assert!(matches!(database.delete_file(before.id, Some(before.updated_at), at(0)), Err(Error::Outdated)));
    assert_eq!(database.file(before.id).unwrap(), Some(after.clone()));
    assert!(database.delete_file(before.id, Some(after.updated_at), at(0)).unwrap().is_some());
}

#[test]
fn replaced_content_dooms_the_old_and_owns_the_new() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let before = upload(&database, &behrooz, "a.jpg");
    let claim = claim(&database, "b.pdf");
    let mime_type = "application/pdf".into();
    let facts = Facts { kind: Kind::Pdf, mime_type, width: None, height: None, mode: None };
    let content = NewContent {
        facts: facts.clone(),
        checksum: Checksum([9; 32]),
        preview: NewPreview { derived: image(&claim).preview.derived[..1].to_vec(), ..image(&claim).preview },
        ..image(&claim)
    };
    let change = FileChange { content: Some(content), ..FileChange::default() };
    let Changed { file: after, doomed: by_this } = database.change_file(before.id, &change, at(70)).unwrap().unwrap();
    assert_eq!((after.id, after.created_at, &after.user), (before.id, before.created_at, &before.user));
    assert_eq!((after.name.as_str(), after.facts), ("a.jpg", facts));
    assert_eq!(after.thumbnails.len(), 1);

    let mut doomed = database.doomed(100).unwrap();
    let mut old: Vec<Key> = before.keys().cloned().collect();
    doomed.sort();
    old.sort();
    assert_eq!(doomed, old);
    assert_eq!(by_this, before.keys().cloned().collect::<Vec<_>>());
    assert_eq!(database.object(&before.key).unwrap(), None);
    assert_eq!(database.object(&after.key).unwrap().unwrap().stored_at, at(70));
    // What was claimed and not used is still claimed.
    assert_eq!(database.doom_abandoned(at(1)).unwrap(), 3);
}

#[test]
fn content_whose_claim_was_lost_changes_nothing() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let before = upload(&database, &behrooz, "a.jpg");
    let claim = claim(&database, "b.jpg");
    database.doom_abandoned(at(1)).unwrap();
    let name = Some(Name::new("b.jpg").unwrap());
    let change = FileChange { name, content: Some(image(&claim)), ..FileChange::default() };
    assert!(matches!(database.change_file(before.id, &change, at(0)), Err(Error::ClaimLost { .. })));
    assert_eq!(database.file(before.id).unwrap(), Some(before));
}

#[test]
fn a_deleted_file_leaves_its_keys_doomed() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    let other = upload(&database, &behrooz, "b.jpg");
    let keys = database.delete_file(file.id, None, at(0)).unwrap().unwrap();
    assert_eq!(keys, file.keys().cloned().collect::<Vec<_>>());
    let mut doomed = database.doomed(100).unwrap();
    let mut expected = keys.clone();
    doomed.sort();
    expected.sort();
    assert_eq!(doomed, expected);
    assert_eq!(database.file(file.id).unwrap(), None);
    assert_eq!(database.delete_file(file.id, None, at(0)).unwrap(), None);
    for key in &keys {
        assert_eq!(database.object(key).unwrap(), None);
    }
    assert_eq!(database.file(other.id).unwrap(), Some(other));
}

#[test]
fn of_many_who_delete_a_file_one_does() {
    let database = fresh();
    let other = connect(&database.url);
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    let deleted = at_once(8, |number| {
        let database = if number % 2 == 0 { &database.database } else { &other };
        database.delete_file(file.id, None, at(0)).unwrap().is_some()
    });
    assert_eq!(deleted.iter().filter(|deleted| **deleted).count(), 1);
}

#[test]
fn objects_are_those_of_files_and_thumbnails_alone() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    let object = database.object(&file.key).unwrap().unwrap();
    assert_eq!((&object.key, object.size, object.mime_type.as_str()), (&file.key, file.size, "image/jpeg"));
    assert_eq!((object.checksum, object.stored_at), (file.checksum, at(0)));
    let thumbnail = &file.thumbnails[1];
    let object = database.object(&thumbnail.key).unwrap().unwrap();
    assert_eq!((object.size, object.checksum, object.stored_at), (thumbnail.size, thumbnail.checksum, at(0)));
    let claim = claim(&database, "b.jpg");
    assert_eq!(database.object(&claim.original).unwrap(), None);
    assert_eq!(database.object(&original("unknown.jpg")).unwrap(), None);
}

#[test]
fn changing_the_metadata_keeps_when_the_object_was_stored() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    database.change_file(file.id, &FileChange::default(), at(100)).unwrap();
    assert_eq!(database.object(&file.key).unwrap().unwrap().stored_at, at(0));
}

/// Every writer of two handles changes and uploads at once; none is refused and nothing is lost.
#[test]
fn writers_of_two_handles_wait_for_each_other() {
    let database = fresh();
    let other = connect(&database.url);
    let behrooz = user(&database, "behrooz");
    let shared = upload(&database, &behrooz, "shared.jpg");
    at_once(8, |number| {
        let database = if number % 2 == 0 { &database.database } else { &other };
        for _ in 0..5 {
            let file = upload(database, &behrooz, "image.jpg");
            assert_eq!(database.file(file.id).unwrap(), Some(file));
            database.change_file(shared.id, &FileChange::default(), at(0)).unwrap().unwrap();
            database.list(&Default::default()).unwrap();
        }
    });
    assert_eq!(database.list(&Default::default()).unwrap().count, Some(41));
    // Forty changes, each a microsecond further.
    assert_eq!(database.file(shared.id).unwrap().unwrap().updated_at, at(40));
}
