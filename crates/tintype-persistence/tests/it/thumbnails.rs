//! Pictures of files that are there already are replaced, and nobody loses any.

use tintype_domain::{FileId, FileRecord, Variant};
use tintype_persistence::{Error, FileChange, NewDerived};

use crate::support::{Fresh, at, claim, fresh, image, original, suffixes, upload, user};

fn thumbnail(edge: u32) -> Variant {
    Variant::Thumbnail { edge }
}

/// Pictures of these edges under claimed keys.
fn made(database: &Fresh, edges: &[u32]) -> Vec<NewDerived> {
    let wanted: Vec<_> = edges.iter().map(|edge| (*edge, "webp")).collect();
    let keys = database.claim_derived(&original("a.jpg"), &wanted, &mut suffixes(), at(9)).unwrap();
    let model = image(&claim(database, "model.jpg")).preview.derived.remove(0);
    let picture = |(key, edge): (_, &u32)| NewDerived { key, variant: thumbnail(*edge), ..model.clone() };
    keys.into_iter().zip(edges).map(picture).collect()
}

fn edges(file: &FileRecord) -> Vec<u32> {
    file.thumbnails.iter().map(|thumbnail| thumbnail.edge).collect()
}

#[test]
fn pictures_are_replaced_and_what_is_kept_keeps_its_row() {
    let database = fresh();
    let file = upload(&database, &user(&database, "ada"), "a.jpg");
    let new = made(&database, &[32, 512]);
    let keep = [thumbnail(64), thumbnail(7)];
    let mut doomed = database.replace_pictures(file.id, &file.key, &keep, &new, at(5)).unwrap().unwrap();
    let after = database.file(file.id).unwrap().unwrap();
    assert_eq!(edges(&after), [32, 64, 512]);
    assert_eq!(after.thumbnails[1], file.thumbnails[0]);
    assert_eq!((&after.preview, after.updated_at), (&file.preview, file.updated_at));
    let mut replaced: Vec<_> = file.thumbnails[1..].iter().map(|thumbnail| thumbnail.key.clone()).collect();
    replaced.sort();
    doomed.sort();
    assert_eq!(doomed, replaced);
    assert_eq!(database.doomed(10).unwrap().len(), 3);
    let page = database.pictured(FileId(0), 10).unwrap().remove(0);
    let times: Vec<_> = page.stored_at.iter().map(|(variant, at)| (variant.to_string(), *at)).collect();
    assert!(times.contains(&("thumbnail:64".into(), at(0))) && times.contains(&("thumbnail:32".into(), at(5))));

    // Once more: whoever is second replaces what the first has made.
    let again = made(&database, &[32, 512]);
    let doomed = database.replace_pictures(file.id, &file.key, &[thumbnail(64)], &again, at(6)).unwrap().unwrap();
    assert_eq!((doomed.len(), edges(&database.file(file.id).unwrap().unwrap())), (2, vec![32, 64, 512]));
}

#[test]
fn nothing_is_replaced_of_other_content_or_without_a_claim() {
    let database = fresh();
    let file = upload(&database, &user(&database, "ada"), "a.jpg");
    let new = made(&database, &[32]);
    database.doom(&[new[0].key.clone()]).unwrap();
    let lost = database.replace_pictures(file.id, &file.key, &[], &new, at(5));
    assert!(matches!(lost, Err(Error::ClaimLost { .. })), "{lost:?}");
    assert_eq!(database.file(file.id).unwrap().unwrap(), file);
    let change = FileChange { content: Some(image(&claim(&database, "b.jpg"))), ..FileChange::default() };
    let changed = database.change_file(file.id, &change, at(6)).unwrap().unwrap().file;
    let new = made(&database, &[32]);
    assert_eq!(database.replace_pictures(file.id, &file.key, &[], &new, at(7)).unwrap(), None);
    assert_eq!(database.replace_pictures(FileId(4711), &file.key, &[], &new, at(7)).unwrap(), None);
    assert_eq!(database.file(file.id).unwrap().unwrap(), changed);
}

#[test]
fn a_rebuild_goes_on_until_it_ends_or_wants_something_else() {
    let database = fresh();
    assert_eq!(database.begin_rebuild("Auto [64, 128]", at(5)).unwrap(), at(5));
    assert_eq!(database.begin_rebuild("Auto [64, 128]", at(7)).unwrap(), at(5));
    assert_eq!(database.begin_rebuild("WebP [64, 128]", at(8)).unwrap(), at(8));
    assert_eq!(database.begin_rebuild("Auto [64, 128]", at(9)).unwrap(), at(9));
    database.end_rebuild().unwrap();
    assert_eq!(database.begin_rebuild("Auto [64, 128]", at(10)).unwrap(), at(10));
}

#[test]
fn files_that_may_have_pictures_come_in_pages() {
    let database = fresh();
    let ada = user(&database, "ada");
    let ids: Vec<_> = ["a.jpg", "b.jpg", "c.jpg"].map(|name| upload(&database, &ada, name).id).into();
    assert_eq!(database.count_pictured().unwrap(), 3);
    let page = |after: FileId| database.pictured(after, 2).unwrap().iter().map(|row| row.file.id).collect::<Vec<_>>();
    assert_eq!((page(FileId(0)), page(ids[1]), page(ids[2])), (ids[..2].to_vec(), ids[2..].to_vec(), vec![]));
}
