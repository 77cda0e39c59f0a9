use crate::support::{at, connect, fresh, user};
use tintype_domain::{Permission, TokenId, UserId};
use tintype_persistence::{Error, NewToken};

fn token(user_id: UserId, byte: u8) -> NewToken {
    NewToken { user_id, key_hash: [byte; 32], label: "laptop".into(), expires_at: Some(at(1_000_001)) }
}

#[test]
fn a_token_is_found_with_its_user_and_what_it_may_do() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let created = database.create_token(&token(behrooz.id, 1), at(3)).unwrap();
    let (found, owner) = database.token_by_hash(&[1; 32]).unwrap().unwrap();
    assert_eq!((&found, &owner), (&created, &behrooz));
    assert_eq!((found.created_at, found.expires_at, found.last_used_at), (at(3), Some(at(1_000_001)), None));
    assert_eq!((found.username.as_str(), found.label.as_str()), ("behrooz", "laptop"));

    database.grant("behrooz", Permission::ALL).unwrap();
    let (_, owner) = database.token_by_hash(&[1; 32]).unwrap().unwrap();
    assert_eq!(owner.permissions.len(), 4);
    assert!(database.token_by_hash(&[2; 32]).unwrap().is_none());
}

#[test]
fn what_another_process_changes_holds_at_once() {
    let database = fresh();
    let other = connect(&database.url);
    let behrooz = user(&database, "behrooz");
    let created = database.create_token(&token(behrooz.id, 1), at(0)).unwrap();
    other.deactivate("behrooz").unwrap();
    assert!(!database.token_by_hash(&[1; 32]).unwrap().unwrap().1.is_active);
    other.revoke_token(created.id).unwrap();
    assert!(database.token_by_hash(&[1; 32]).unwrap().is_none());
}

#[test]
fn the_last_use_only_moves_forward() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let created = database.create_token(&token(behrooz.id, 1), at(0)).unwrap();
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
        .map(|(user, byte)| database.create_token(&token(user, byte), at(0)).unwrap())
        .collect();
    assert_eq!(database.tokens(None).unwrap(), tokens);
    assert_eq!(database.tokens(Some("alice")).unwrap(), [tokens[0].clone(), tokens[2].clone()]);
}

#[test]
fn a_missing_token_is_not_revoked_and_its_number_never_comes_again() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let first = database.create_token(&token(behrooz.id, 1), at(0)).unwrap();
    database.revoke_token(first.id).unwrap();
    assert!(matches!(database.revoke_token(first.id), Err(Error::NoSuchToken { id }) if id == first.id));
    assert!(database.create_token(&token(behrooz.id, 1), at(0)).unwrap().id > first.id);
}

#[test]
fn a_token_needs_a_user() {
    let database = fresh();
    assert!(matches!(database.create_token(&token(UserId(99), 1), at(0)), Err(Error::NoSuchUser { .. })));
}
