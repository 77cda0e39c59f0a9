use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tintype_library::auth::{Actor, TokenKey};
use tintype_library::domain::{FileId, Permission, Timestamp};
use tintype_library::persistence::{Django, DjangoNames};
use tintype_library::storage::Spool;
use tintype_library::{FolderImport, FolderProgress, Library, Options, Outcome};

use crate::support::picture;
use crate::transfer::{Target, read};

/// A service as Django and its REST framework make it, with two users and three files, one of which
/// is lost.
fn service(folder: &Path) -> String {
    let path = folder.join("django.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection
        .batch_execute(
            "CREATE TABLE auth_user (id INTEGER PRIMARY KEY AUTOINCREMENT, password varchar(128), last_login datetime,
                is_superuser bool, username varchar(150), last_name varchar(150), email varchar(254), is_staff bool,
                is_active bool, date_joined datetime, first_name varchar(150));
             CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created datetime, user_id integer);
             CREATE TABLE auth_permission (id INTEGER PRIMARY KEY, content_type_id integer, codename varchar(100));
             CREATE TABLE auth_user_user_permissions (id INTEGER PRIMARY KEY, user_id integer, permission_id integer);
             CREATE TABLE auth_user_groups (id INTEGER PRIMARY KEY, user_id integer, group_id integer);
             CREATE TABLE auth_group_permissions (id INTEGER PRIMARY KEY, group_id integer, permission_id integer);
             CREATE TABLE photos_photo (id INTEGER PRIMARY KEY AUTOINCREMENT, image varchar(100), owner_id integer,
                name varchar(200), created_at datetime, updated_at datetime);
             INSERT INTO auth_user VALUES
                (3, 'pbkdf2_sha256$1000$seasalt$JgZryXe2Ga8ysg6XbzkLpTdyPQrHqsinbL9BnnhgX4A=', NULL, 1, 'ada', 'L', 'a@b.c',
                 1, 1, '2019-07-01 16:53:20.000007', 'Ada'),
                (7, 'bcrypt$unknown', '2020-01-02 03:04:05', 0, 'mina', '', '', 1, 0, '2020-01-01 00:00:00', '');
             INSERT INTO authtoken_token VALUES ('0123456789abcdef', '2020-01-01 00:00:00.5', 3);
             INSERT INTO auth_permission VALUES (1, 9, 'add_photo'), (2, 9, 'view_photo'), (3, 1, 'add_user');
             INSERT INTO auth_user_user_permissions VALUES (1, 7, 1), (2, 7, 3);
             INSERT INTO auth_user_groups VALUES (1, 7, 5);
             INSERT INTO auth_group_permissions VALUES (1, 5, 2);
             INSERT INTO photos_photo VALUES
                (4, 'photos/2019/07/01/a.pgm', 3, 'First', '2019-07-01 16:53:20.250000', '2019-07-02 00:00:00'),
                (5, 'photos/2019/07/01/lost.pgm', 3, 'Lost', '2019-07-01 16:53:20', '2019-07-02 00:00:00'),
                (9, 'photos/b.txt', NULL, '', '2019-07-01 16:53:20', '2019-07-01 16:53:20');",
        )
        .unwrap();
    fs::create_dir_all(folder.join("media/photos/2019/07/01")).unwrap();
    fs::write(folder.join("media/photos/2019/07/01/a.pgm"), picture(40)).unwrap();
    fs::write(folder.join("media/photos/b.txt"), "text").unwrap();
    format!("sqlite://{}", path.display())
}

fn names() -> DjangoNames {
    let mut names = DjangoNames::default();
    for (group, name, value) in [
        ("files", "table", "photos_photo"),
        ("files", "file", "image"),
        ("files", "user", "owner_id"),
        ("files", "description", ""),
        ("permissions", "create", "add_photo"),
        ("permissions", "view", "view_photo"),
    ] {
        assert!(names.set(group, name, value.to_owned()), "{group}.{name}");
    }
    assert!(!names.set("files", "colour", "red".to_owned()));
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_taken_over_with_its_numbers_keys_passwords_and_tokens() {
    let target = Target::new();
    let url = service(target.folder.path());
    let media = target.folder.path().join("media");
    let spool = Spool::open(target.folder.path().join("spool")).unwrap();
    let library = Library::new(target.database.clone(), target.storage.clone(), spool, Options::default());
    let actor = Actor::operator();
    let mut runs = Vec::new();
    for run in 0..2 {
        let source = Django::open(&url, names()).unwrap();
        let django = library.begin_django(&actor, source).await.unwrap();
        assert_eq!((django.files(), django.lost_passwords), (3, 1));
        assert!(target.database.take_over().is_err(), "half a library is not for use");
        let mut told = Vec::new();
        let tell = |file: &tintype_library::persistence::DjangoFile, outcome: &Outcome| {
            told.push((file.id.0, format!("{outcome:?}")));
        };
        let (options, progress) = (FolderImport::default(), FolderProgress::default());
        library.import_django(&django, &media, &options, &progress, tell).await.unwrap();
        told.sort();
        assert!(told[1].1.starts_with("Refused(Unreadable("), "{told:?}");
        runs.push((run, told[0].1.clone(), told[2].1.clone()));
    }
    let imported = (0, format!("Imported({})", picture(40).len()), "Imported(4)".to_owned());
    assert_eq!(runs, [imported, (1, "Skipped".to_owned(), "Skipped".to_owned())]);
    target.database.take_over().unwrap();

    let at = |micros| Timestamp::from_unix_micros(micros);
    let users = target.database.users().unwrap();
    let [ada, mina] = &users[..] else { panic!("{users:?}") };
    assert_eq!((ada.id.0, &*ada.username, ada.is_admin, ada.has_password), (3, "ada", true, true));
    assert_eq!((ada.created_at, ada.last_login), (at(1_562_000_000_000_007), None));
    assert_eq!((mina.id.0, mina.is_active, mina.has_password, mina.is_admin), (7, false, false, false));
    assert_eq!(mina.permissions, [Permission::Create, Permission::View].into_iter().collect());
    assert_eq!(mina.last_login, Some(at(1_577_934_245_000_000)));
    let hash = TokenKey::existing("0123456789abcdef").hash();
    assert_eq!(target.database.token_by_hash(&hash).unwrap().unwrap().1.username, "ada");

    let file = target.database.file(FileId(4)).unwrap().unwrap();
    assert_eq!((file.key.as_str(), file.name.as_str()), ("photos/2019/07/01/a.pgm", "First"));
    assert_eq!((file.created_at, file.updated_at), (at(1_562_000_000_250_000), at(1_562_025_600_000_000)));
    assert_eq!((file.user.map(|user| user.id.0), file.thumbnails.len()), (Some(3), 4));
    assert_eq!(file.thumbnails[0].key.as_str(), "photos/2019/07/01/thumbnails/a_thumbnail_64x64.jpg");
    assert_eq!(read(&*target.storage, &file.key).await, picture(40));
    let text = target.database.file(FileId(9)).unwrap().unwrap();
    assert_eq!((text.name.as_str(), text.user), ("b.txt", None));
    assert!(target.database.file(FileId(5)).unwrap().is_none());

    let source = Django::open(&url, names()).unwrap();
    let error = library.begin_django(&actor, source).await.unwrap_err();
    assert!(tintype_library::causes(&error).contains("has begun to use the database"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_there_is_told() {
    let target = Target::new();
    let url = service(target.folder.path());
    let spool = Spool::open(target.folder.path().join("spool")).unwrap();
    let library = Library::new(target.database.clone(), target.storage.clone(), spool, Options::default());
    for (group, name, wrong) in [("files", "table", "no_table"), ("users", "email", "no_column")] {
        let mut names = names();
        names.set(group, name, wrong.to_owned());
        let source = Django::open(&url, names).unwrap();
        let error = library.begin_django(&Actor::operator(), source).await.unwrap_err();
        assert!(tintype_library::causes(&error).contains(wrong), "{error:?}");
    }
}

/// The storage fails after each number of calls in turn, then the command is run again.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_anywhere_it_goes_on_with_the_same_keys() {
    let mut calls = 0;
    loop {
        let target = Target::new();
        let url = service(target.folder.path());
        let media = target.folder.path().join("media");
        let spool = Spool::open(target.folder.path().join("spool")).unwrap();
        let library = Library::new(target.database.clone(), target.storage.clone(), spool, Options::default());
        let import = async || {
            let django = library.begin_django(&Actor::operator(), Django::open(&url, names()).unwrap()).await.unwrap();
            let (options, progress) = (FolderImport::default(), FolderProgress::default());
            library.import_django(&django, &media, &options, &progress, |_, _| {}).await
        };
        target.storage.left.store(calls, Ordering::Relaxed);
        let first = import().await;
        library.drain().await;
        target.storage.left.store(usize::MAX, Ordering::Relaxed);
        import().await.unwrap();
        let file = target.database.file(FileId(4)).unwrap().unwrap();
        assert_eq!(file.key.as_str(), "photos/2019/07/01/a.pgm", "after {calls} calls");
        let thumbnail = file.thumbnails[0].key.as_str();
        assert_eq!(thumbnail, "photos/2019/07/01/thumbnails/a_thumbnail_64x64.jpg", "after {calls} calls");
        assert_eq!(target.database.file(FileId(9)).unwrap().unwrap().key.as_str(), "photos/b.txt");
        if first.is_ok() {
            break;
        }
        calls += 1;
    }
    assert!(calls > 5, "{calls}");
}
