use crate::support::{EDGES, at, at_once, claim, connect, fresh, image, new_file, original, suffixes, upload, user};
use std::collections::HashSet;
use tintype_domain::{Key, Suffix};
use tintype_persistence::{Claim, Error};

fn keys(claim: &Claim) -> Vec<Key> {
    std::iter::once(&claim.original).chain(&claim.thumbnails).cloned().collect()
}

#[test]
fn the_first_claim_of_a_name_gets_it_plain() {
    let database = fresh();
    let first = claim(&database, "wallpaper.jpg");
    assert_eq!(first.original.as_str(), "core_media/2025/12/22/wallpaper.jpg");
    let thumbnail = "core_media/2025/12/22/thumbnails/wallpaper_thumbnail_64x64.jpg";
    assert_eq!(first.thumbnails[0].as_str(), thumbnail);
    assert_eq!(first.thumbnails.len(), 4);
}

#[test]
fn thumbnails_follow_the_suffix_of_their_original() {
    let database = fresh();
    claim(&database, "wallpaper.jpg");
    let suffix = Suffix::from_random([0; 7]);
    let second = database.claim(&original("wallpaper.jpg"), &EDGES, &mut || suffix, at(0)).unwrap();
    assert_eq!(second.original.file_name(), "wallpaper_AAAAAAA.jpg");
    assert_eq!(second.thumbnails[3].file_name(), "wallpaper_AAAAAAA_thumbnail_1080x1080.jpg");
}

#[test]
fn a_taken_thumbnail_gets_a_suffix_of_its_own() {
    let database = fresh();
    claim(&database, "cat.jpg");
    let suffix = Suffix::from_random([1; 7]);
    let png = database.claim(&original("cat.png"), &EDGES, &mut || suffix, at(0)).unwrap();
    assert_eq!(png.original.file_name(), "cat.png");
    assert_eq!(png.thumbnails[0].file_name(), "cat_thumbnail_64x64_BBBBBBB.jpg");
}

#[test]
fn thumbnails_that_want_one_key_get_two() {
    let database = fresh();
    let twice = database.claim(&original("a.jpg"), &[(64, "jpg"), (64, "jpg")], &mut suffixes(), at(0)).unwrap();
    assert_ne!(twice.thumbnails[0], twice.thumbnails[1]);
    assert_eq!(twice.thumbnails[0], original("a.jpg").thumbnail(64, "jpg"));
}

#[test]
fn suffixes_that_are_all_taken_end_in_an_error() {
    let database = fresh();
    let suffix = Suffix::from_random([0; 7]);
    let again = || database.claim(&original("a.txt"), &[], &mut || suffix, at(0));
    again().unwrap();
    again().unwrap();
    assert!(matches!(again(), Err(Error::Busy { .. })));
    // What was claimed on the way is free again.
    assert_eq!(database.doom_abandoned(at(1)).unwrap(), 2);
}

#[test]
fn keys_of_rows_and_of_strays_are_taken() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "wallpaper.jpg");
    let second = claim(&database, "wallpaper.jpg");
    assert_ne!(second.original, file.key);
    // A thumbnail's key, claimed as an original, is taken as well.
    let thumbnail = &file.thumbnails[0].key;
    assert_ne!(database.claim(thumbnail, &[], &mut suffixes(), at(0)).unwrap().original, *thumbnail);
    // So is a doomed one.
    database.delete_file(file.id, None, at(0)).unwrap();
    assert_ne!(claim(&database, "wallpaper.jpg").original, file.key);
}

#[test]
fn a_hundred_at_once_get_a_hundred_keys() {
    let database = fresh();
    let other = connect(&database.url);
    let claims = at_once(100, |number| claim(if number % 2 == 0 { &database.database } else { &other }, "image.jpg"));
    let distinct: HashSet<Key> = claims.iter().flat_map(keys).collect();
    assert_eq!(distinct.len(), 500);
    assert_eq!(claims.iter().filter(|claim| claim.original.file_name() == "image.jpg").count(), 1);
}

#[test]
fn a_claim_that_was_doomed_is_lost() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let claim = claim(&database, "a.jpg");
    // One of five is enough.
    database.doom(&claim.thumbnails[2..3]).unwrap();
    let result = database.insert_file(&new_file(&behrooz, "a.jpg", image(&claim)), at(0));
    assert!(matches!(result, Err(Error::ClaimLost { key }) if key == claim.original.as_str()));
    // Nothing of it happened: the other claims are still there to be doomed.
    assert_eq!(database.doom_abandoned(at(1)).unwrap(), 4);
    assert_eq!(database.doomed(100).unwrap().len(), 5);
    assert_eq!(database.list(&Default::default()).unwrap().count, Some(0));
}

#[test]
fn what_was_never_claimed_is_not_kept() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let claim = Claim { original: original("a.jpg"), thumbnails: vec![] };
    let result = database.insert_file(&new_file(&behrooz, "a.jpg", image(&claim)), at(0));
    assert!(matches!(result, Err(Error::ClaimLost { .. })));
}

#[test]
fn a_file_takes_its_keys_off_the_strays() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    assert_eq!(database.doom_abandoned(at(1)).unwrap(), 0);
    // Dooming what a row owns does nothing, and neither does forgetting it.
    let keys: Vec<Key> = file.keys().cloned().collect();
    database.doom(&keys).unwrap();
    database.forget(&keys, at(0)).unwrap();
    assert_eq!(database.doomed(100).unwrap(), []);
    assert_eq!(database.file(file.id).unwrap(), Some(file));
}

#[test]
fn only_claims_from_before_are_abandoned() {
    let database = fresh();
    database.claim(&original("old.txt"), &[], &mut suffixes(), at(-1)).unwrap();
    database.claim(&original("new.txt"), &[], &mut suffixes(), at(0)).unwrap();
    assert_eq!(database.doom_abandoned(at(0)).unwrap(), 1);
    assert_eq!(database.doom_abandoned(at(0)).unwrap(), 0);
    assert_eq!(database.doomed(100).unwrap(), [original("old.txt")]);
}

#[test]
fn claims_of_a_clock_that_was_ahead_are_not_kept_until_then() {
    let database = fresh();
    database.claim(&original("now.txt"), &[], &mut suffixes(), at(0)).unwrap();
    database.claim(&original("ahead.txt"), &[], &mut suffixes(), at(100)).unwrap();
    assert_eq!(database.doom_postdated(at(100)).unwrap(), 0);
    assert_eq!(database.doom_postdated(at(99)).unwrap(), 1);
    assert_eq!(database.doomed(100).unwrap(), [original("ahead.txt")]);
}

#[test]
fn doomed_keys_come_in_batches_the_oldest_first() {
    let database = fresh();
    for (name, age) in [("b.txt", 2), ("a.txt", 1), ("c.txt", 3)] {
        database.claim(&original(name), &[], &mut suffixes(), at(-age)).unwrap();
    }
    database.doom_abandoned(at(0)).unwrap();
    assert_eq!(database.doomed(2).unwrap(), [original("c.txt"), original("b.txt")]);
    database.forget(&[original("c.txt"), original("never.txt")], at(0)).unwrap();
    assert_eq!(database.doomed(2).unwrap(), [original("b.txt"), original("a.txt")]);
}

#[test]
fn an_object_stored_after_its_claim_was_swept_can_still_be_doomed() {
    let database = fresh();
    let claim = claim(&database, "a.jpg");
    database.doom_abandoned(at(1)).unwrap();
    database.forget(&keys(&claim), at(0)).unwrap();
    database.doom(&keys(&claim)).unwrap();
    assert_eq!(database.doomed(100).unwrap().len(), 5);
}

#[test]
fn what_is_in_the_trash_is_not_doomed_by_the_upload_that_brought_it() {
    let database = fresh();
    let user = user(&database, "mina");
    let file = upload(&database, &user, "a.jpg");
    database.trash_file(file.id, None, at(9), at(1)).unwrap();
    assert_eq!(database.doom(std::slice::from_ref(&file.key)).unwrap(), []);
    assert_eq!(database.doomed(10).unwrap(), []);
    assert_eq!(database.unlisted(std::slice::from_ref(&file.key)).unwrap(), []);
    assert_eq!(database.restore_file(file.id, at(2)).unwrap().map(|file| file.key), Some(file.key));
}

#[test]
fn many_keys_are_doomed_and_forgotten_together() {
    let database = fresh();
    let keys: Vec<Key> = (0..1234).map(|number| original(&format!("{number}.txt"))).collect();
    database.doom(&keys).unwrap();
    assert_eq!(database.doomed(10_000).unwrap().len(), 1234);
    database.forget(&keys, at(0)).unwrap();
    assert_eq!(database.doomed(10_000).unwrap(), []);
}

/// Whichever comes first, an upload and a sweep never both have a key.
#[test]
fn an_upload_and_the_sweep_never_both_win() {
    let database = fresh();
    let other = connect(&database.url);
    let behrooz = user(&database, "behrooz");
    for round in 0..20 {
        let claim = claim(&database, &format!("{round}.jpg"));
        let kept = at_once(2, |number| {
            if number == 0 {
                return database.insert_file(&new_file(&behrooz, "a.jpg", image(&claim)), at(0)).is_ok();
            }
            other.doom_abandoned(at(1)).unwrap();
            false
        });
        let doomed: HashSet<Key> = other.doomed(1000).unwrap().into_iter().collect();
        let expected = if kept[0] { HashSet::new() } else { keys(&claim).into_iter().collect() };
        assert_eq!(doomed, expected);
        assert_eq!(other.object(&claim.original).unwrap().is_some(), kept[0]);
        other.forget(&keys(&claim), at(0)).unwrap();
    }
}

#[test]
fn a_key_is_not_given_out_again_even_without_its_tombstone() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    database.delete_file(file.id, None, at(0)).unwrap();
    database.forget(&database.doomed(100).unwrap(), at(10)).unwrap();
    assert_eq!(database.doomed(100).unwrap(), []);
    let second = upload(&database, &behrooz, "a.jpg");
    assert_ne!(second.key, file.key);
    assert_eq!(database.drop_tombstones(at(10)).unwrap(), 0);
    assert_eq!(database.drop_tombstones(at(11)).unwrap(), 5);
    let third = claim(&database, "a.jpg");
    assert!(third.original != file.key && third.thumbnails.iter().all(|key| !file.keys().any(|used| used == key)));
    let beside = database.claim_derived(&file.key, &EDGES, &mut suffixes(), at(0)).unwrap();
    assert!(beside.iter().all(|key| !file.keys().any(|used| used == key)));
    // Of the next day all keys are there still.
    let tomorrow: Key = "core_media/2025/12/23/a.jpg".parse().unwrap();
    assert_eq!(database.claim(&tomorrow, &[], &mut suffixes(), at(0)).unwrap().original, tomorrow);
}

#[test]
fn a_key_that_was_forgotten_before_its_own_day_stays_used_up() {
    const DAY: i64 = 86_400_000_000;
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = upload(&database, &behrooz, "a.jpg");
    let keys = database.delete_file(file.id, None, at(0)).unwrap().unwrap();
    database.forget(&keys, at(-3 * DAY)).unwrap();
    assert_eq!(database.drop_tombstones(at(-2 * DAY)).unwrap(), 0);
    assert_ne!(claim(&database, "a.jpg").original, file.key);
}

/// A deleter that is late forgets what was forgotten before; nobody can have the key in between.
#[test]
fn a_late_deleter_meets_nobody_elses_object() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let first = upload(&database, &behrooz, "a.jpg");
    let late = database.delete_file(first.id, None, at(0)).unwrap().unwrap();
    let sweeper = database.doomed(100).unwrap();
    database.forget(&sweeper, at(0)).unwrap();
    let second = upload(&database, &behrooz, "a.jpg");
    assert!(second.keys().all(|key| !late.contains(key)));
    database.forget(&late, at(1)).unwrap();
    assert_eq!(database.file(second.id).unwrap(), Some(second));
}
