use crate::support::{at, at_once, connect, fresh, user};
use std::collections::BTreeSet;
use tintype_domain::Permission;
use tintype_persistence::{Error, NewUser};

#[test]
fn a_user_comes_back_as_it_was_created() {
    let database = fresh();
    let new = NewUser {
        username: "behrooz".into(),
        first_name: "بهروز".into(),
        last_name: "قربانی".into(),
        is_staff: true,
        is_admin: false,
        password_hash: Some("$argon2id$…".into()),
    };
    let created = database.create_user(&new, at(1)).unwrap();
    assert_eq!(created.full_name(), "بهروز قربانی");
    assert!(created.is_staff && !created.is_admin && created.is_active);
    assert_eq!((created.created_at, created.last_login), (at(1), None));
    assert_eq!(database.user("behrooz").unwrap(), created);
    assert_eq!(database.credentials("behrooz").unwrap(), Some((created, Some("$argon2id$…".into()))));
    assert_eq!(database.credentials("Behrooz").unwrap(), None);
}

#[test]
fn a_name_is_taken_once_whoever_is_first() {
    let database = fresh();
    let other = connect(&database.url);
    let new = NewUser { username: "admin".into(), ..NewUser::default() };
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
        let new = NewUser { username: format!("admin{number}"), is_admin: true, ..NewUser::default() };
        database.create_first_user(&new, at(0)).unwrap()
    });
    let created: Vec<_> = created.into_iter().flatten().collect();
    assert_eq!(created, database.users().unwrap());
    assert_eq!(created.len(), 1);
}

#[test]
fn grants_add_up_and_are_revoked_one_by_one() {
    let database = fresh();
    user(&database, "behrooz");
    user(&database, "other");
    database.grant("behrooz", &[Permission::Create, Permission::View]).unwrap();
    let granted = database.grant("behrooz", &[Permission::View, Permission::Delete]).unwrap();
    assert_eq!(granted.permissions, BTreeSet::from([Permission::Create, Permission::View, Permission::Delete]));
    let revoked = database.revoke("behrooz", &[Permission::View, Permission::Change]).unwrap();
    assert_eq!(revoked.permissions, BTreeSet::from([Permission::Create, Permission::Delete]));
    assert_eq!(database.user("behrooz").unwrap(), revoked);
    assert!(database.user("other").unwrap().permissions.is_empty());
    assert_eq!(database.grant("behrooz", &[]).unwrap(), revoked);
}

#[test]
fn users_are_listed_by_name() {
    let database = fresh();
    for name in ["carol", "alice", "bob"] {
        user(&database, name);
        database.grant(name, Permission::ALL).unwrap();
    }
    let users = database.users().unwrap();
    assert_eq!(users.iter().map(|user| user.username.as_str()).collect::<Vec<_>>(), ["alice", "bob", "carol"]);
    assert!(users.iter().all(|user| user.permissions.len() == 4));
}

#[test]
fn a_user_is_deactivated_and_activated() {
    let database = fresh();
    user(&database, "behrooz");
    assert!(!database.deactivate("behrooz").unwrap().is_active);
    assert!(!database.user("behrooz").unwrap().is_active);
    assert!(database.activate("behrooz").unwrap().is_active);
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
    let missing = |error: Error| matches!(error, Error::NoSuchUser { username } if username == "nobody");
    assert!(missing(database.user("nobody").unwrap_err()));
    assert!(missing(database.grant("nobody", &[Permission::View]).unwrap_err()));
    assert!(missing(database.revoke("nobody", &[Permission::View]).unwrap_err()));
    assert!(missing(database.activate("nobody").unwrap_err()));
    assert!(missing(database.deactivate("nobody").unwrap_err()));
    assert!(missing(database.tokens(Some("nobody")).unwrap_err()));
}
