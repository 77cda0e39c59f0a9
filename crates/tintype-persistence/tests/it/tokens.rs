use crate::support::{at, connect, fresh, user};
use std::collections::BTreeSet;
use tintype_domain::{Permission, TokenId, UserChange, UserId};
use tintype_persistence::{Error, NewToken};

fn token(byte: u8) -> NewToken {
    NewToken { key_hash: [byte; 32], label: "laptop".into(), expires_at: Some(at(1_000_001)) }
}

#[test]
fn a_token_is_found_with_its_user_and_what_it_may_do() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let created = database.create_token(behrooz.id, &token(1), at(3)).unwrap();
    let (found, owner) = database.token_by_hash(&[1; 32]).unwrap().unwrap();
    assert_eq!((&found, &owner), (&created, &behrooz));
    assert_eq!((found.created_at, found.expires_at, found.last_used_at), (at(3), Some(at(1_000_001)), None));
    assert_eq!((found.username.as_str(), found.label.as_str()), ("behrooz", "laptop"));

    database.grant(behrooz.id, &BTreeSet::from_iter(Permission::ALL.iter().copied())).unwrap();
    let (_, owner) = database.token_by_hash(&[1; 32]).unwrap().unwrap();
    assert_eq!(owner.permissions.len(), 4);
    assert!(database.token_by_hash(&[2; 32]).unwrap().is_none());
}

#[test]
fn what_another_process_changes_holds_at_once() {
    let database = fresh();
    let other = connect(&database.url);
    let behrooz = user(&database, "behrooz");
    let created = database.create_token(behrooz.id, &token(1), at(0)).unwrap();
    let inactive = UserChange { is_active: Some(false), ..UserChange::default() };
    other.change_user(behrooz.id, &inactive, None).unwrap();
    assert!(!database.token_by_hash(&[1; 32]).unwrap().unwrap().1.is_active);
    other.revoke_tokens(&BTreeSet::from([created.id]), None).unwrap();
    assert!(database.token_by_hash(&[1; 32]).unwrap().is_none());
}

#[test]
fn the_last_use_only_moves_forward() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let created = database.create_token(behrooz.id, &token(1), at(0)).unwrap();
    database.touch_token(created.id, at(20)).unwrap();
    database.touch_token(created.id, at(10)).unwrap();
    assert_eq!(database.token_by_hash(&[1; 32]).unwrap().unwrap().0.last_used_at, Some(at(20)));
    database.touch_token(TokenId(99), at(0)).unwrap();
}

#[test]
fn tokens_are_listed_by_user_or_all() {
    let database = fresh();
    let (alice, bob) = (user(&database, "alice"), user(&database, "bob"));
    let tokens: Vec<_> = [(alice.id, 1), (bob.id, 2), (alice.id, 3)]
        .into_iter()
        .map(|(user, byte)| database.create_token(user, &token(byte), at(0)).unwrap())
        .collect();
    assert_eq!(database.tokens(None).unwrap(), tokens);
    assert_eq!(database.tokens(Some(alice.id)).unwrap(), [tokens[0].clone(), tokens[2].clone()]);
}

#[test]
fn tokens_are_revoked_all_or_none() {
    let database = fresh();
    let (alice, bob) = (user(&database, "alice"), user(&database, "bob"));
    let id = |user, byte| database.create_token(user, &token(byte), at(0)).unwrap().id;
    let (first, second, others) = (id(alice.id, 1), id(alice.id, 2), id(bob.id, 3));
    let revoke = |ids: &[TokenId], of| database.revoke_tokens(&ids.iter().copied().collect(), of);
    let missing = |result, missing| matches!(result, Err(Error::NoSuchToken { id }) if id == missing);
    assert!(missing(revoke(&[first, TokenId(99)], None), TokenId(99)));
    assert!(missing(revoke(&[first, others], Some(alice.id)), others));
    assert_eq!(database.tokens(None).unwrap().len(), 3);
    revoke(&[first, others], None).unwrap();
    assert!(missing(revoke(&[first], None), first));
    revoke(&[second], Some(alice.id)).unwrap();
    assert_eq!(database.tokens(None).unwrap(), []);
}

#[test]
fn the_number_of_a_revoked_token_never_comes_again() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let first = database.create_token(behrooz.id, &token(1), at(0)).unwrap();
    database.revoke_tokens(&BTreeSet::from([first.id]), None).unwrap();
    assert!(database.create_token(behrooz.id, &token(1), at(0)).unwrap().id > first.id);
}

#[test]
fn a_token_needs_a_user() {
    let database = fresh();
    assert!(matches!(database.create_token(UserId(99), &token(1), at(0)), Err(Error::NoSuchUser { .. })));
}
