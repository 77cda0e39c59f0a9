//! What the tables of a Django service say, whichever database it has.

use tintype_domain::{FileId, Permission, Timestamp, UserId};
use tintype_persistence::{Django, DjangoNames};

use crate::support::fresh;

/// Tables as Django makes them, with its types on each database.
const TABLES: &str = "
    CREATE TABLE auth_user (id INTEGER PRIMARY KEY, password varchar(128), last_login MOMENT, is_superuser BOOLEAN,
        username varchar(150), last_name varchar(150), email varchar(254), is_staff BOOLEAN, is_active BOOLEAN,
        date_joined MOMENT, first_name varchar(150));
    CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created MOMENT, user_id integer);
    CREATE TABLE auth_permission (id INTEGER PRIMARY KEY, content_type_id integer, codename varchar(100));
    CREATE TABLE auth_user_user_permissions (id INTEGER PRIMARY KEY, user_id integer, permission_id integer);
    CREATE TABLE auth_user_groups (id INTEGER PRIMARY KEY, user_id integer, group_id integer);
    CREATE TABLE auth_group_permissions (id INTEGER PRIMARY KEY, group_id integer, permission_id integer);
    CREATE TABLE \"core.Media\" (id INTEGER PRIMARY KEY, f varchar(100), user_id integer, name varchar(200),
        description text, created_at MOMENT, updated_at MOMENT);
    INSERT INTO auth_user VALUES
        (7, '!', NULL, FALSE, 'mina', '', '', TRUE, FALSE, '2020-01-01 00:00:00', ''),
        (3, 'secret', '2020-01-02 03:04:05.5', TRUE, 'ada', 'L', 'a@b.c', FALSE, TRUE, '2019-07-01 16:53:20.000007', 'A');
    INSERT INTO authtoken_token VALUES ('0123', '2020-01-01 00:00:00', 3);
    INSERT INTO auth_permission VALUES (1, 9, 'add_media'), (2, 9, 'view_media'), (3, 1, 'add_user');
    INSERT INTO auth_user_user_permissions VALUES (1, 7, 1), (2, 7, 3);
    INSERT INTO auth_user_groups VALUES (1, 7, 5);
    INSERT INTO auth_group_permissions VALUES (1, 5, 2), (2, 5, 1);
    INSERT INTO \"core.Media\" VALUES
        (9, 'b.txt', NULL, 'b', NULL, '2019-07-01 16:53:20', NULL),
        (4, 'a.jpg', 3, 'a', 'first', '2019-07-01 16:53:20.25', '2019-07-02 00:00:00.000001');";

#[test]
fn a_service_is_read_the_same_from_every_database() {
    let service = fresh();
    let is_sqlite = service.url.starts_with("sqlite:");
    service.execute(&TABLES.replace("MOMENT", if is_sqlite { "datetime" } else { "timestamp with time zone" }));
    let mut names = DjangoNames::default();
    assert!(names.set("files", "table", "core.Media".to_owned()));
    let django = Django::open(&service.url, names).unwrap();
    let export = django.export(|hash| (hash == "secret").then(|| "kept".to_owned()), |_| [7; 32]).unwrap();
    assert_eq!((export.files, export.last_file), (2, FileId(9)));

    let target = fresh();
    let import = target.begin_import(&export).unwrap();
    let users = target.users().unwrap();
    let at = Timestamp::from_unix_micros;
    let [ada, mina] = &users[..] else { panic!("{users:?}") };
    assert_eq!((ada.id, ada.is_admin, ada.is_staff, ada.is_active), (UserId(3), true, false, true));
    assert_eq!((ada.last_login, ada.created_at), (Some(at(1_577_934_245_500_000)), at(1_562_000_000_000_007)));
    assert_eq!((&*ada.first_name, &*ada.last_name, &*ada.email, ada.has_password), ("A", "L", "a@b.c", true));
    assert_eq!((mina.id, mina.is_admin, mina.is_staff, mina.is_active), (UserId(7), false, true, false));
    assert_eq!(mina.permissions, [Permission::Create, Permission::View].into_iter().collect());
    assert_eq!(target.token_by_hash(&[7; 32]).unwrap().unwrap().1.id, UserId(3));
    target.finish_import(&import, &export).unwrap();

    let files = django.files(FileId(0), 10).unwrap();
    let [a, b] = &files[..] else { panic!("{files:?}") };
    assert_eq!((a.id, a.user, &*a.path, &*a.description), (FileId(4), Some(UserId(3)), "a.jpg", "first"));
    assert_eq!((a.created_at, a.updated_at), (Some(at(1_562_000_000_250_000)), Some(at(1_562_025_600_000_001))));
    assert_eq!((b.id, b.user, b.updated_at), (FileId(9), None, None));
    assert_eq!(django.files(FileId(4), 1).unwrap(), files[1..]);
}
