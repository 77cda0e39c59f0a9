use crate::support::{Fixture, HERE};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};
use tintype_library::auth::{Actor, Error as AuthError, Password};
use tintype_library::domain::{NewUser, Permission, TokenId, TokenLifetime, UserChange, UserId, UserRecord};
use tintype_library::{AccountProblem, Accounts, Error};

fn is_refused<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Auth(AuthError::NotAdmin)))
}

fn problem<T: std::fmt::Debug>(result: Result<T, Error>) -> AccountProblem {
    match result {
        Err(Error::Account(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

async fn create(accounts: &Accounts, name: &str) -> UserRecord {
    accounts.create(&Actor::operator(), NewUser::new(name.parse().unwrap())).await.unwrap()
}

fn set(permissions: &[Permission]) -> BTreeSet<Permission> {
    permissions.iter().copied().collect()
}

#[tokio::test]
async fn only_admins_manage_others_and_everybody_sees_themselves() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let ada = fixture.admin.user().unwrap().clone();
    let staff = fixture.staff("mina", Permission::ALL);
    let mina = staff.user().unwrap().clone();

    let new = || NewUser::new("other".parse().unwrap());
    assert!(is_refused(accounts.create(&staff, new()).await));
    assert!(is_refused(accounts.list(&staff).await));
    // Who exists is nobody's business, either.
    assert!(is_refused(accounts.find(&staff, "ada").await) && is_refused(accounts.find(&staff, "nobody").await));
    assert!(is_refused(accounts.get(&staff, ada.id).await) && is_refused(accounts.get(&staff, UserId(99)).await));
    assert!(is_refused(accounts.tokens(&staff, None).await) && is_refused(accounts.tokens(&staff, Some(ada.id)).await));
    assert!(is_refused(accounts.create_token(&staff, ada.id, String::new(), None).await));
    for id in [mina.id, ada.id] {
        assert!(is_refused(accounts.change(&staff, id, UserChange::default()).await));
        assert!(is_refused(accounts.grant(&staff, id, set(&[])).await));
        assert!(is_refused(accounts.revoke(&staff, id, set(&[])).await));
        assert!(is_refused(accounts.delete(&staff, id).await));
    }
    assert_eq!(accounts.find(&staff, "mina").await.unwrap(), mina);
    assert_eq!(accounts.get(&staff, mina.id).await.unwrap(), mina);
    let (token, _) = accounts.create_token(&staff, mina.id, "mine".into(), None).await.unwrap();
    assert_eq!(accounts.tokens(&staff, Some(mina.id)).await.unwrap(), [token]);

    for actor in [&fixture.admin, &Actor::operator()] {
        let created = accounts.create(actor, new()).await.unwrap();
        assert_eq!(accounts.list(actor).await.unwrap().len(), 3);
        assert_eq!(accounts.delete(actor, created.id).await.unwrap(), UserRecord { is_active: false, ..created });
    }
}

#[tokio::test]
async fn users_revoke_their_own_tokens_and_admins_all() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let (staff, ada) = (fixture.staff("mina", &[]), fixture.admin.user().unwrap().id);
    let mina = staff.user().unwrap().id;
    let token = async |id| accounts.create_token(&fixture.admin, id, String::new(), None).await.unwrap().0.id;
    let (own, others) = (token(mina).await, token(ada).await);
    let refused = accounts.revoke_tokens(&staff, BTreeSet::from([own, others])).await;
    assert_eq!(problem(refused), AccountProblem::NoSuchToken(others));
    accounts.revoke_tokens(&staff, BTreeSet::from([own])).await.unwrap();
    let missing = accounts.revoke_tokens(&fixture.admin, BTreeSet::from([others, TokenId(99)])).await;
    assert_eq!(problem(missing), AccountProblem::NoSuchToken(TokenId(99)));
    accounts.revoke_tokens(&fixture.admin, BTreeSet::from([others])).await.unwrap();
    assert_eq!(accounts.tokens(&fixture.admin, None).await.unwrap(), []);
}

#[tokio::test]
async fn a_changed_password_is_the_only_one() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let id = create(&accounts, "mina").await.id;
    for password in ["first", "second"] {
        let password = Some(Password::new(password).unwrap());
        let change = UserChange { password, ..UserChange::default() };
        accounts.change(&Actor::operator(), id, change).await.unwrap();
    }
    assert!(matches!(fixture.library.log_in(HERE, "mina", "first", None).await, Err(Error::WrongCredentials)));
    assert!(fixture.library.log_in(HERE, "mina", "second", None).await.is_ok());
}

#[tokio::test]
async fn the_last_admin_is_safe_from_everybody() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let ada = fixture.admin.user().unwrap().id;
    let last = AccountProblem::LastAdmin("ada".into());
    let changes = [
        UserChange { is_active: Some(false), ..UserChange::default() },
        UserChange { is_admin: Some(false), ..UserChange::default() },
    ];
    for actor in [&fixture.admin, &Actor::operator()] {
        for change in &changes {
            assert_eq!(problem(accounts.change(actor, ada, change.clone()).await), last);
        }
        assert_eq!(problem(accounts.delete(actor, ada).await), last);
    }
    assert!(accounts.get(&fixture.admin, ada).await.unwrap().is_active);
}

#[tokio::test]
async fn a_deleted_users_files_stay_however_many() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let staff = fixture.staff("mina", &[Permission::Create]);
    let sent = fixture.sent(b"text", "a.txt").await;
    let file = fixture.library.upload(&staff, sent, Default::default()).await.unwrap();
    let id = staff.user().unwrap().id;
    let (_, key) = accounts.create_token(&fixture.admin, id, String::new(), None).await.unwrap();
    accounts.delete(&fixture.admin, id).await.unwrap();
    assert_eq!(fixture.library.get(&fixture.admin, file.id).await.unwrap().user, None);
    let header = format!("Token {}", key.reveal());
    let refused = fixture.library.authenticate(Some(header.as_bytes())).await;
    assert!(matches!(refused, Err(Error::Auth(AuthError::InvalidToken))));
    assert_eq!(problem(accounts.get(&fixture.admin, id).await), AccountProblem::NoSuchUser(format!("#{id}")));
    assert_eq!(problem(accounts.find(&fixture.admin, "mina").await), AccountProblem::NoSuchUser("mina".into()));
}

#[tokio::test]
async fn a_name_is_taken_in_all_its_forms() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let first = create(&accounts, "ｍｉｎａ").await;
    assert_eq!(first.username, "mina");
    let again = accounts.create(&fixture.admin, NewUser::new("mina".parse().unwrap())).await;
    assert_eq!(problem(again), AccountProblem::UsernameTaken("mina".into()));
    assert_eq!(accounts.find(&fixture.admin, "ｍｉｎａ").await.unwrap(), first);
}

#[tokio::test]
async fn a_token_lives_as_long_as_it_was_given() {
    let fixture = Fixture::new();
    let accounts = fixture.library.accounts();
    let id = create(&accounts, "mina").await.id;
    let lifetime = TokenLifetime::try_from(TokenLifetime::MAX).unwrap();
    let (token, _) = accounts.create_token(&fixture.admin, id, String::new(), Some(lifetime)).await.unwrap();
    let century = time::Duration::days(36_525);
    assert_eq!(token.expires_at, Some(token.created_at.plus(century)));
    let (token, key) = accounts.create_token(&fixture.admin, id, "ever".into(), None).await.unwrap();
    assert_eq!((token.expires_at, token.label.as_str(), token.username.as_str()), (None, "ever", "mina"));
    assert_eq!(fixture.database.token_by_hash(&key.hash()).unwrap().unwrap().0, token);
    for wrong in [Duration::ZERO, Duration::from_millis(999), TokenLifetime::MAX + Duration::from_nanos(1)] {
        assert!(TokenLifetime::try_from(wrong).is_err());
    }
    assert!(token.created_at <= SystemTime::now().into());
}

#[tokio::test]
async fn an_empty_database_gets_one_admin_with_one_token() {
    let fixture = Fixture::new();
    assert_eq!(fixture.library.accounts().create_first_admin().await.unwrap(), None);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("empty.db").display());
    let database = tintype_library::persistence::Database::connect(&url, &Default::default()).unwrap();
    database.migrate().unwrap();
    let accounts = Accounts::new(database);
    let (admin, _) = accounts.create_first_admin().await.unwrap().unwrap();
    assert!(admin.is_admin && admin.is_staff && admin.is_active && admin.username == "admin");
    assert_eq!(accounts.create_first_admin().await.unwrap(), None);
    assert_eq!(accounts.tokens(&Actor::operator(), Some(admin.id)).await.unwrap().len(), 1);
}
