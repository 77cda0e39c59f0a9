use crate::support::{Fixture, HERE, picture};
use tintype_library::auth::{Actor, Error as AuthError, Password};
use tintype_library::domain::{FileId, ListQuery, NewUser, Permission, UserChange};
use tintype_library::{Change, Details, Error};

fn is_forbidden<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Auth(AuthError::Forbidden(_))))
}

#[tokio::test]
async fn every_use_case_authorises_first() {
    let fixture = Fixture::new();
    let library = &fixture.library;
    let id = fixture.upload(b"text", "a.txt").await.unwrap().id;
    for &held in Permission::ALL {
        let actor = fixture.staff(held.as_str(), &[held]);
        let refused = [
            (Permission::Create, is_forbidden(&library.begin_upload(&actor))),
            (Permission::View, is_forbidden(&library.list(&actor, ListQuery::default()).await)),
            (Permission::View, is_forbidden(&library.get(&actor, id).await)),
            (Permission::Change, is_forbidden(&library.begin_change(&actor, id).await)),
            (Permission::Change, is_forbidden(&library.change(&actor, id, Change::default()).await)),
            // Whether a file exists is nobody's business who may not see it.
            (Permission::View, is_forbidden(&library.get(&actor, FileId(999)).await)),
            (Permission::Delete, is_forbidden(&library.delete(&actor, FileId(999), None).await)),
        ];
        for (needed, is_refused) in refused {
            assert_eq!(is_refused, needed != held, "holding {held}, needing {needed}");
        }
        let sent = fixture.sent(b"x", "x.txt").await;
        let uploaded = library.upload(&actor, sent, Details::default()).await;
        assert_eq!(is_forbidden(&uploaded), held != Permission::Create);
    }
    assert!(fixture.upload(&picture(9), "still.pgm").await.is_ok());
    // Nobody would own what the operator uploads.
    let sent = fixture.sent(b"x", "x.txt").await;
    assert!(is_forbidden(&library.upload(&Actor::operator(), sent, Details::default()).await));
}

#[tokio::test]
async fn a_password_is_exchanged_for_a_token_while_its_user_is_active() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let password = Some(Password::new("cobol is old").unwrap());
    let grace = NewUser { password, ..NewUser::new("grace".parse().unwrap()) };
    let grace = accounts.create(&fixture.admin, grace).await.unwrap();
    let library = &fixture.library;
    let key = library.log_in(HERE, "grace", "cobol is old", None).await.unwrap();
    let header = format!("Token {}", key.reveal());
    let actor = library.authenticate(Some(header.as_bytes())).await.unwrap();
    let user = actor.user().unwrap();
    assert_eq!(user.username, "grace");
    assert!(user.last_login.is_some());
    // `ada` has no password, `nobody` does not exist.
    for (username, password) in [("grace", "fortran"), ("ada", ""), ("nobody", "cobol is old")] {
        assert!(
            matches!(library.log_in(HERE, username, password, None).await, Err(Error::WrongCredentials)),
            "{username}"
        );
    }
    // A name is the same in all its forms.
    assert!(library.log_in(HERE, "ｇｒａｃｅ", "cobol is old", None).await.is_ok());
    let deactivate = UserChange { is_active: Some(false), ..UserChange::default() };
    accounts.change(&fixture.admin, grace.id, deactivate).await.unwrap();
    assert!(matches!(library.log_in(HERE, "grace", "cobol is old", None).await, Err(Error::WrongCredentials)));
    let refused = library.authenticate(Some(header.as_bytes())).await;
    assert!(matches!(refused, Err(Error::Auth(AuthError::Inactive))));
}

#[tokio::test]
async fn a_tokens_use_is_noted() {
    let fixture = Fixture::new();
    let id = fixture.admin.user().unwrap().id;
    let (_, key) = fixture.library.accounts().create_token(&fixture.admin, id, String::new(), None).await.unwrap();
    let header = format!("Bearer {}", key.reveal());
    fixture.library.authenticate(Some(header.as_bytes())).await.unwrap();
    fixture.library.drain().await;
    assert!(fixture.database.tokens(None).unwrap()[0].last_used_at.is_some());
}
