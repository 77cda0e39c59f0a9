use crate::support::{at, at_once, claim, fresh, image, new_user, unmigrated, upload, user};
use std::collections::BTreeSet;
use tintype_domain::{FileId, JobKind, Key, ListQuery, Name, NewUser, Permission, Tags};
use tintype_persistence::{ConnectOptions, Database, Error, FileChange, Import, NewToken, Scope, StoredFile};

const ALL: FileId = FileId(i64::MAX);

fn stored(database: &Database) -> Vec<StoredFile> {
    database.stored_files(Scope::Move, FileId(0), ALL, 1000).unwrap()
}

/// Copies all rows, as if their objects had been copied.
fn fill(target: &Database, import: &Import, files: &[StoredFile]) {
    let keys: Vec<&Key> = files.iter().flat_map(StoredFile::objects).map(|object| &object.key).collect();
    target.claim_imports(import, &keys, at(1)).unwrap();
    let files: Vec<_> = files.iter().collect();
    assert_eq!(target.import_files(import, &files, &[], at(1)).unwrap(), []);
}

#[test]
fn everything_is_the_same_in_the_other_database_and_no_number_is_given_out_again() {
    let (source, target) = (fresh(), fresh());
    let hashed = NewUser { password: Some("hash".into()), is_staff: true, ..new_user("mina") };
    let mina = source.create_user(&hashed, at(-5)).unwrap();
    source.grant(mina.id, &BTreeSet::from([Permission::View, Permission::Create])).unwrap();
    source.record_login(mina.id, at(3)).unwrap();
    let token = |byte, label: &str, expires_at| {
        let new = NewToken { key_hash: [byte; 32], label: label.into(), expires_at };
        source.create_token(mina.id, &new, at(7)).unwrap()
    };
    let (kept, revoked) = (token(1, "booth", Some(at(9))), token(2, "", None));
    source.touch_token(kept.id, at(8)).unwrap();
    source.revoke_tokens(&BTreeSet::from([revoked.id]), None).unwrap();
    let files: Vec<_> = ["a.jpg", "äßb.jpg", "c.jpg"].iter().map(|name| upload(&source, &mina, name)).collect();
    let tags = Some(Tags::from_text("trips/Oslo,roofs").unwrap());
    source.change_file(files[1].id, &FileChange { tags, ..FileChange::default() }, at(1)).unwrap();
    source.delete_file(files[2].id, None, at(0)).unwrap();
    user(&source, "nobody");

    let export = source.export(Scope::Move).unwrap();
    assert_eq!((export.files, export.last_file), (2, files[1].id));
    assert_eq!(
        export.bytes,
        files[..2].iter().map(|f| f.size + f.thumbnails.iter().map(|t| t.size).sum::<u64>()).sum::<u64>()
    );
    let import = target.begin_import(&export).unwrap();
    fill(&target, &import, &stored(&source));
    target.import_strays(&import, &source.strays(None, 100).unwrap(), at(1)).unwrap();
    target.finish_import(&import, &export).unwrap();
    target.take_over().unwrap();

    assert_eq!(stored(&target), stored(&source));
    assert_eq!(target.file(files[1].id).unwrap().unwrap(), source.file(files[1].id).unwrap().unwrap());
    let tagged = ListQuery::parse([("tags", "ROOFS,trips/")]).unwrap();
    assert_eq!(target.list(&tagged).unwrap(), source.list(&tagged).unwrap());
    assert_eq!(target.list(&tagged).unwrap().count, Some(1));
    assert_eq!(target.tags("", 10).unwrap(), source.tags("", 10).unwrap());
    assert_eq!(target.users().unwrap(), source.users().unwrap());
    assert_eq!(target.tokens(None).unwrap(), source.tokens(None).unwrap());
    assert_eq!(target.token_by_hash(&[1; 32]).unwrap(), source.token_by_hash(&[1; 32]).unwrap());
    assert_eq!(target.credentials("mina").unwrap(), source.credentials("mina").unwrap());

    // Of what is new, nothing has a number or a key that anything ever had.
    let mina = target.user("mina").unwrap();
    let next = upload(&target, &mina, "c.jpg");
    assert!(next.id > files[2].id && next.thumbnails[0].id > files[2].thumbnails[3].id, "{next:?}");
    assert_ne!(next.key, files[2].key);
    let new = NewToken { key_hash: [3; 32], label: String::new(), expires_at: None };
    assert!(target.create_token(mina.id, &new, at(0)).unwrap().id > revoked.id);
    assert!(user(&target, "other").id > source.user("nobody").unwrap().id);
    let search = ListQuery::parse([("search", "b.jp")]).unwrap();
    assert_eq!(target.list(&search).unwrap().count, Some(1), "what was copied can be searched");
}

#[test]
fn a_target_that_was_used_or_filled_from_elsewhere_is_refused() {
    let (source, other) = (fresh(), fresh());
    assert!(matches!(source.export(Scope::Move), Err(Error::Unused)));
    source.create_user(&new_user("admin"), at(0)).unwrap();
    other.create_user(&new_user("admin"), at(1)).unwrap();
    let (export, foreign) = (source.export(Scope::Move).unwrap(), other.export(Scope::Move).unwrap());
    assert!(matches!(other.begin_import(&export), Err(Error::ForeignData { .. })));
    assert_eq!(other.users().unwrap()[0].created_at, at(1), "nothing of it was touched");

    let target = fresh();
    let import = target.begin_import(&export).unwrap();
    assert!(matches!(target.begin_import(&foreign), Err(Error::ForeignData { .. })));
    assert!(matches!(target.take_over(), Err(Error::ImportUnfinished)));
    assert!(matches!(target.export(Scope::Move), Err(Error::ImportUnfinished)));
    target.finish_import(&import, &export).unwrap();
    let import = target.begin_import(&export).unwrap();
    target.finish_import(&import, &export).unwrap();
    target.take_over().unwrap();
    assert!(matches!(target.begin_import(&export), Err(Error::ImportLost)));
    assert!(matches!(target.claim_imports(&import, &[], at(0)), Err(Error::ImportLost)));
    target.take_over().unwrap();
}

#[test]
fn a_database_is_filled_or_used_and_never_both() {
    let source = fresh();
    user(&source, "mina");
    let export = source.export(Scope::Move).unwrap();
    for _ in 0..10 {
        let target = fresh();
        let results = at_once(2, |number| match number {
            0 => target.begin_import(&export).map(drop),
            _ => target.take_over(),
        });
        match &results[..] {
            [Ok(()), Err(Error::ImportUnfinished)] => {}
            [Err(Error::ImportLost), Ok(())] => assert_eq!(target.users().unwrap(), []),
            results => panic!("{results:?}"),
        }
    }
}

#[test]
fn the_run_that_was_begun_last_ends_those_before_it() {
    let (source, target) = (fresh(), fresh());
    let mina = user(&source, "mina");
    upload(&source, &mina, "a.jpg");
    let export = source.export(Scope::Move).unwrap();
    let files = stored(&source);
    let keys: Vec<Key> = files[0].objects().iter().map(|object| object.key.clone()).collect();
    let claimed: Vec<&Key> = keys.iter().collect();
    let old = target.begin_import(&export).unwrap();
    target.claim_imports(&old, &claimed, at(1)).unwrap();
    let new = target.begin_import(&export).unwrap();
    target.claim_imports(&new, &claimed, at(2)).unwrap();
    let results = [
        target.claim_imports(&old, &claimed, at(3)),
        target.import_files(&old, &[&files[0]], &[], at(1)).map(drop),
        target.import_strays(&old, &[], at(3)),
        target.doom_imports(&old, &keys).map(drop),
        target.doom_claimed_imports(&old).map(drop),
        target.forget_imports(&old, &keys, at(3)),
        target.finish_import(&old, &export),
    ];
    assert!(results.iter().all(|result| matches!(result, Err(Error::ImportOvertaken))), "{results:?}");
    assert_eq!(target.doomed(100).unwrap(), [], "nothing of the new one's is to be deleted");
    assert_eq!(target.import_files(&new, &[&files[0]], &[], at(1)).unwrap(), []);
    target.finish_import(&new, &export).unwrap();
    assert!(matches!(target.finish_import(&old, &export), Err(Error::ImportOvertaken)));
}

#[test]
fn what_the_source_changes_the_target_follows() {
    let (source, target) = (fresh(), fresh());
    let mina = user(&source, "mina");
    let files: Vec<_> = ["a.jpg", "b.jpg", "c.jpg"].iter().map(|name| upload(&source, &mina, name)).collect();
    let export = source.export(Scope::Move).unwrap();
    let import = target.begin_import(&export).unwrap();
    fill(&target, &import, &stored(&source));
    target.finish_import(&import, &export).unwrap();

    let rename = FileChange { name: Some(Name::new("z").unwrap()), ..FileChange::default() };
    source.change_file(files[0].id, &rename, at(5)).unwrap();
    let replace = FileChange { content: Some(image(&claim(&source, "d.jpg"))), ..FileChange::default() };
    source.change_file(files[1].id, &replace, at(6)).unwrap();
    source.delete_file(files[2].id, None, at(0)).unwrap();

    let import = target.begin_import(&export).unwrap();
    let now = stored(&source);
    let replaced: Vec<_> = now[1].objects().iter().map(|object| &object.key).collect();
    target.claim_imports(&import, &replaced, at(1)).unwrap();
    let doomed = target.import_files(&import, &[&now[0], &now[1]], &[files[2].id], at(1)).unwrap();
    assert_eq!(stored(&target), now);
    let mut gone: Vec<_> = files[1].keys().chain(files[2].keys()).cloned().collect();
    let mut doomed_keys = doomed.clone();
    gone.sort();
    doomed_keys.sort();
    assert_eq!(doomed_keys, gone);
    assert_eq!(target.doomed(100).unwrap().len(), doomed.len());

    // A claim that is not there is not redeemed, and a key that another file owns is not claimed.
    assert!(matches!(target.claim_imports(&import, &replaced, at(1)), Err(Error::ForeignData { .. })));
    let missing = upload(&source, &mina, "e.jpg");
    let missing = source.stored_files(Scope::Move, FileId(missing.id.0 - 1), ALL, 1).unwrap();
    let unclaimed = target.import_files(&import, &[&missing[0]], &[], at(1));
    assert!(matches!(unclaimed, Err(Error::ClaimLost { .. })));
    assert_eq!(stored(&target), now);
}

#[test]
fn what_came_while_it_was_copied_has_used_up_its_numbers_too() {
    let (source, target) = (fresh(), fresh());
    let mina = user(&source, "mina");
    let file = upload(&source, &mina, "a.jpg");
    let export = source.export(Scope::Move).unwrap();
    let replace = FileChange { content: Some(image(&claim(&source, "b.jpg"))), ..FileChange::default() };
    source.change_file(file.id, &replace, at(6)).unwrap();
    let import = target.begin_import(&export).unwrap();
    fill(&target, &import, &stored(&source));
    target.finish_import(&import, &export).unwrap();
    target.take_over().unwrap();
    upload(&target, &mina, "c.jpg");
}

#[test]
fn what_has_no_crc32_in_the_source_gets_one_in_the_target() {
    let (source, target) = (fresh(), fresh());
    let mina = user(&source, "mina");
    let files = ["a.jpg", "b.jpg"].map(|name| upload(&source, &mina, name));
    source.execute(&format!("UPDATE files SET crc32 = NULL WHERE id = {}", files[0].id));
    let export = source.export(Scope::Move).unwrap();
    // Whether or not it was copied before.
    for _ in 0..2 {
        let import = target.begin_import(&export).unwrap();
        if stored(&target).is_empty() {
            fill(&target, &import, &stored(&source));
        } else {
            let files = stored(&source);
            target.import_files(&import, &files.iter().collect::<Vec<_>>(), &[], at(2)).unwrap();
        }
        target.finish_import(&import, &export).unwrap();
    }
    let jobs = target.take_jobs("a", at(2), at(3), 10).unwrap();
    assert_eq!(jobs.iter().map(|job| (job.kind, job.subject)).collect::<Vec<_>>(), [(JobKind::Crc32, files[0].id.0)]);
}

#[test]
fn a_connection_for_reading_alone_changes_nothing() {
    let source = fresh();
    user(&source, "mina");
    let guest = Database::connect_read_only(&source.url, &ConnectOptions::default()).unwrap();
    guest.check().unwrap();
    assert_eq!(guest.export(Scope::Move).unwrap().origin, source.export(Scope::Move).unwrap().origin);
    assert!(guest.create_user(&new_user("x"), at(0)).is_err());
    assert!(guest.take_over().is_err());
    let unmigrated = unmigrated();
    let guest = Database::connect_read_only(&unmigrated.url, &ConnectOptions::default()).unwrap();
    assert!(matches!(guest.check(), Err(Error::NotMigrated { .. })));
    assert!(guest.migrate().is_err());
    assert!(matches!(unmigrated.check(), Err(Error::NotMigrated { .. })));
}
