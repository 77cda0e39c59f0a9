use crate::support::{at, at_once, connect, fresh, new_user, upload, user};
use std::collections::BTreeSet;
use tintype_domain::{ListQuery, NewUser, Permission, UserChange, UserId};
use tintype_persistence::{Error, NewToken};

fn first_token() -> NewToken {
    NewToken { key_hash: [1; 32], label: "first".into(), expires_at: None }
}

fn admin(username: &str) -> NewUser<String> {
    NewUser { is_admin: true, ..new_user(username) }
}

fn set(permissions: &[Permission]) -> BTreeSet<Permission> {
    permissions.iter().copied().collect()
}

#[test]
fn a_user_comes_back_as_it_was_created() {
    let database = fresh();
    let new = NewUser {
        username: "behrooz".parse().unwrap(),
        first_name: "بهروز".parse().unwrap(),
        last_name: "قربانی".parse().unwrap(),
        email: tintype_domain::EmailAddress::new("behrooz@example.org").unwrap(),
        is_active: true,
        is_staff: true,
        is_admin: false,
        password: Some("$argon2id$…".into()),
        permissions: set(&[Permission::View]),
    };
    let created = database.create_user(&new, at(1)).unwrap();
    assert_eq!(created.full_name(), "بهروز قربانی");
    assert_eq!(created.permissions, new.permissions);
    assert!(created.is_staff && !created.is_admin && created.is_active);
    assert_eq!((created.created_at, created.last_login), (at(1), None));
    assert_eq!(database.user("behrooz").unwrap(), created);
    assert_eq!(database.user_by_id(created.id).unwrap(), created);
    assert_eq!(database.credentials("behrooz").unwrap(), Some((created, Some("$argon2id$…".into()))));
    assert_eq!(database.credentials("Behrooz").unwrap(), None);
}

#[test]
fn a_name_is_taken_once_whoever_is_first() {
    let database = fresh();
    let other = connect(&database.url);
    let new = new_user("admin");
    let results = at_once(16, |number| {
        let database = if number % 2 == 0 { &database.database } else { &other };
        database.create_user(&new, at(0))
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let taken = |error: &Error| matches!(error, Error::UsernameTaken { username } if username == "admin");
    assert!(results.iter().filter_map(|result| result.as_ref().err()).all(taken));
}

#[test]
fn of_many_first_users_there_is_one() {
    let database = fresh();
    let other = connect(&database.url);
    let created = at_once(16, |number| {
        let database = if number % 2 == 0 { &database.database } else { &other };
        let token = NewToken { key_hash: [u8::try_from(number).unwrap(); 32], ..first_token() };
        database.create_first_user(&admin(&format!("admin{number}")), &token, at(0)).unwrap()
    });
    let created: Vec<_> = created.into_iter().flatten().collect();
    assert_eq!(created, database.users().unwrap());
    assert_eq!(created.len(), 1);
    let tokens = database.tokens(None).unwrap();
    assert_eq!((tokens.len(), &tokens[0].username), (1, &created[0].username));
}

#[test]
fn grants_add_up_and_are_revoked_one_by_one() {
    let database = fresh();
    let (behrooz, other) = (user(&database, "behrooz").id, user(&database, "other").id);
    database.grant(behrooz, &set(&[Permission::Create, Permission::View])).unwrap();
    let granted = database.grant(behrooz, &set(&[Permission::View, Permission::Delete])).unwrap();
    assert_eq!(granted.permissions, set(&[Permission::Create, Permission::View, Permission::Delete]));
    let revoked = database.revoke(behrooz, &set(&[Permission::View, Permission::Change])).unwrap();
    assert_eq!(revoked.permissions, set(&[Permission::Create, Permission::Delete]));
    assert_eq!(database.user("behrooz").unwrap(), revoked);
    assert!(database.user_by_id(other).unwrap().permissions.is_empty());
    assert_eq!(database.grant(behrooz, &set(&[])).unwrap(), revoked);
    let replaced =
        UserChange { permissions: Some(set(&[Permission::Create, Permission::View])), ..UserChange::default() };
    assert_eq!(database.change_user(behrooz, &replaced, None).unwrap().permissions, replaced.permissions.unwrap());
}

#[test]
fn the_same_may_be_granted_by_many_at_once() {
    let database = fresh();
    let other = connect(&database.url);
    let behrooz = user(&database, "behrooz").id;
    let granted = at_once(8, |number| {
        let database = if number % 2 == 0 { &database.database } else { &other };
        database.grant(behrooz, &set(Permission::ALL))
    });
    assert!(granted.into_iter().all(|user| user.unwrap().permissions == set(Permission::ALL)));
}

#[test]
fn users_are_listed_by_name() {
    let database = fresh();
    for name in ["carol", "alice", "bob"] {
        let id = user(&database, name).id;
        database.grant(id, &set(Permission::ALL)).unwrap();
    }
    let users = database.users().unwrap();
    assert_eq!(users.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["alice", "bob", "carol"]);
    assert!(users.iter().all(|user| user.permissions.len() == 4));
}

#[test]
fn what_is_given_is_changed_and_nothing_else() {
    let database = fresh();
    let old = user(&database, "behrooz");
    user(&database, "taken");
    let same = database.change_user(old.id, &UserChange::default(), None).unwrap();
    assert_eq!(same, old);
    let change = UserChange {
        username: Some("new".parse().unwrap()),
        last_name: Some("Doe".parse().unwrap()),
        is_staff: Some(true),
        is_active: Some(false),
        password: Some("hash".into()),
        ..UserChange::default()
    };
    let changed = database.change_user(old.id, &change, None).unwrap();
    assert_eq!((changed.username.as_str(), changed.full_name().as_str()), ("new", "Doe"));
    assert!(changed.is_staff && !changed.is_admin && !changed.is_active);
    assert_eq!(database.credentials("new").unwrap(), Some((changed, Some("hash".into()))));
    let taken = UserChange { username: Some("taken".parse().unwrap()), ..UserChange::default() };
    let error = database.change_user(old.id, &taken, None).unwrap_err();
    assert!(matches!(error, Error::UsernameTaken { username } if username == "taken"));
}

#[test]
fn names_that_are_not_allowed_any_more_keep_working() {
    let database = fresh();
    let created = user(&database, "behrooz");
    database.execute("UPDATE users SET username = 'two words, ﬁ'");
    assert_eq!(database.user("two words, ﬁ").unwrap().id, created.id);
    let change = UserChange { is_staff: Some(true), ..UserChange::default() };
    assert_eq!(database.change_user(created.id, &change, None).unwrap().username, "two words, ﬁ");
    assert_eq!(database.delete_user(created.id).unwrap().username, "two words, ﬁ");
}

#[test]
fn the_last_active_admin_stays_one() {
    let database = fresh();
    let last = database.create_user(&admin("last"), at(0)).unwrap().id;
    let inactive = UserChange { is_active: Some(false), ..UserChange::default() };
    let demoted = UserChange { is_admin: Some(false), ..UserChange::default() };
    let other = database.create_user(&admin("other"), at(0)).unwrap().id;
    database.change_user(other, &inactive, None).unwrap();
    let is_last = |error: Error| matches!(error, Error::LastAdmin { username } if username == "last");
    assert!(is_last(database.change_user(last, &inactive, None).unwrap_err()));
    assert!(is_last(database.change_user(last, &demoted, None).unwrap_err()));
    assert!(is_last(database.delete_user(last).unwrap_err()));
    assert!(database.user("last").unwrap().is_active);
    // Who is no active admin leaves as many as there were.
    database.delete_user(other).unwrap();
    database.create_user(&admin("next"), at(0)).unwrap();
    assert!(!database.change_user(last, &inactive, None).unwrap().is_active);
    database.delete_user(last).unwrap();
}

#[test]
fn of_admins_who_demote_each_other_one_is_left() {
    let database = fresh();
    let other = connect(&database.url);
    let ids: Vec<_> = (0..8).map(|i| database.create_user(&admin(&format!("a{i}")), at(0)).unwrap().id).collect();
    let results = at_once(8, |number| {
        let database = if number % 2 == 0 { &database.database } else { &other };
        database.delete_user(ids[number])
    });
    assert_eq!(results.iter().filter(|result| result.is_err()).count(), 1);
    assert_eq!(database.users().unwrap().len(), 1);
}

#[test]
fn a_deleted_users_tokens_go_and_its_files_stay() {
    let database = fresh();
    let (behrooz, other) = (user(&database, "behrooz"), user(&database, "other"));
    database.grant(behrooz.id, &set(&[Permission::View])).unwrap();
    database.create_token(behrooz.id, &first_token(), at(0)).unwrap();
    let files = ["a.jpg", "b.jpg", "c.jpg"].map(|name| upload(&database, &behrooz, name));
    let others = upload(&database, &other, "d.jpg");
    assert_eq!(database.disown_files(behrooz.id, 2).unwrap(), 2);
    assert_eq!(database.disown_files(behrooz.id, 2).unwrap(), 1);
    assert_eq!(database.disown_files(behrooz.id, 2).unwrap(), 0);
    let late = upload(&database, &behrooz, "e.jpg");
    assert_eq!(database.delete_user(behrooz.id).unwrap().username, "behrooz");
    for file in files.iter().chain([&late]) {
        assert_eq!(database.file(file.id).unwrap().unwrap().user, None);
    }
    assert_eq!(database.file(others.id).unwrap().unwrap().user, Some(other));
    assert_eq!(database.list(&ListQuery::default()).unwrap().count, Some(5));
    assert_eq!(database.tokens(None).unwrap(), []);
    assert!(user(&database, "behrooz").id > behrooz.id, "its number is not given out again");
    assert!(database.user("behrooz").unwrap().permissions.is_empty());
}

#[test]
fn the_last_login_is_kept_to_the_microsecond() {
    let database = fresh();
    let created = user(&database, "behrooz");
    database.record_login(created.id, at(123_457)).unwrap();
    assert_eq!(database.user("behrooz").unwrap().last_login, Some(at(123_457)));
    assert_eq!(database.user("behrooz").unwrap().created_at, at(0));
}

#[test]
fn what_needs_a_user_names_the_missing_one() {
    let database = fresh();
    let nobody = UserId(99);
    let missing = |error: Error| matches!(error, Error::NoSuchUser { username } if ["nobody", "#99"].contains(&username.as_str()));
    assert!(missing(database.user("nobody").unwrap_err()));
    assert!(missing(database.user_by_id(nobody).unwrap_err()));
    assert!(missing(database.grant(nobody, &set(&[Permission::View])).unwrap_err()));
    assert!(missing(database.revoke(nobody, &set(&[Permission::View])).unwrap_err()));
    assert!(missing(database.change_user(nobody, &UserChange::default(), None).unwrap_err()));
    assert!(missing(database.delete_user(nobody).unwrap_err()));
    assert!(missing(database.tokens(Some(nobody)).unwrap_err()));
}
