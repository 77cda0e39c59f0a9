use crate::support::{Fixture, picture};
use std::time::SystemTime;
use tintype_library::auth::{Error as AuthError, TokenKey, hash_password};
use tintype_library::domain::{Description, FileId, ListQuery, Permission};
use tintype_library::persistence::{NewToken, NewUser};
use tintype_library::{Change, Error};

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
            (Permission::Delete, is_forbidden(&library.delete(&actor, FileId(999)).await)),
        ];
        for (needed, is_refused) in refused {
            assert_eq!(is_refused, needed != held, "holding {held}, needing {needed}");
        }
        let sent = fixture.sent(b"x", "x.txt").await;
        let uploaded = library.upload(&actor, sent, None, Description::default()).await;
        assert_eq!(is_forbidden(&uploaded), held != Permission::Create);
    }
    assert!(fixture.upload(&picture(9), "still.pgm").await.is_ok());
}

#[tokio::test]
async fn a_password_is_exchanged_for_a_token_while_its_user_is_active() {
    let fixture = Fixture::new();
    let user = NewUser {
        username: "grace".into(),
        first_name: String::new(),
        last_name: String::new(),
        is_staff: false,
        is_admin: false,
        password_hash: Some(hash_password("cobol").unwrap()),
    };
    fixture.database.create_user(&user, SystemTime::now().into()).unwrap();
    let library = &fixture.library;
    let key = library.log_in("grace", "cobol").await.unwrap();
    let header = format!("Token {}", key.reveal());
    let actor = library.authenticate(Some(header.as_bytes())).await.unwrap();
    assert_eq!(actor.user().username, "grace");
    assert!(actor.user().last_login.is_some());
    // `ada` has no password, `nobody` does not exist.
    for (username, password) in [("grace", "fortran"), ("ada", ""), ("nobody", "cobol")] {
        assert!(matches!(library.log_in(username, password).await, Err(Error::WrongCredentials)), "{username}");
    }
    fixture.database.deactivate("grace").unwrap();
    assert!(matches!(library.log_in("grace", "cobol").await, Err(Error::WrongCredentials)));
    let refused = library.authenticate(Some(header.as_bytes())).await;
    assert!(matches!(refused, Err(Error::Auth(AuthError::Inactive))));
}

#[tokio::test]
async fn a_tokens_use_is_noted() {
    let fixture = Fixture::new();
    let key = TokenKey::mint().unwrap();
    let token =
        NewToken { user_id: fixture.admin.user().id, key_hash: key.hash(), label: String::new(), expires_at: None };
    fixture.database.create_token(&token, SystemTime::now().into()).unwrap();
    let header = format!("Bearer {}", key.reveal());
    fixture.library.authenticate(Some(header.as_bytes())).await.unwrap();
    fixture.library.drain().await;
    assert!(fixture.database.tokens(None).unwrap()[0].last_used_at.is_some());
}
