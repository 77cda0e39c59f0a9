//! Taking in files that are there already.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use tintype_testkit::{Account, Bucket, Client, Postgres, Server, eventually};

use crate::support::picture::{gradient, jpeg};
use crate::support::{FILES, builder, checksum, fetch, is_told, key, local_server, one, results, server, text};

/// Runs an import and returns its exit code, what is left out by path, and its sums.
#[track_caller]
fn import(server: &Server, folder: &Path, options: &[&str]) -> (i32, Vec<(String, String)>, Value) {
    let output = server.home().cli([&["import", "--json", folder.to_str().unwrap()], options].concat());
    let mut lines: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sums = lines.pop().unwrap_or_else(|| panic!("no sums: {}", output.stderr));
    let named = |line: &Value| {
        let path = Path::new(text(line, "path")).strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        (path, text(line, "problem").to_owned())
    };
    (output.code().unwrap(), lines.iter().map(named).collect(), sums)
}

fn list(client: &Client) -> Value {
    client.get(&format!("{FILES}?ordering=name&limit=1000")).send().expect_status(200).json()
}

fn folder(server: &Server) -> std::path::PathBuf {
    let folder = server.home().path().join("old media");
    fs::create_dir_all(folder.join("2019/07")).unwrap();
    folder
}

#[test]
fn a_folder_is_taken_in_like_uploads_with_the_dates_of_its_files() {
    let server = server();
    let admin = server.admin();
    let folder = folder(&server);
    let photo = folder.join("2019/07/my photo.jpg");
    fs::write(&photo, jpeg(&gradient(200, 100))).unwrap();
    File::options()
        .write(true)
        .open(&photo)
        .unwrap()
        .set_modified(UNIX_EPOCH + Duration::from_secs(1_562_000_000))
        .unwrap();
    fs::write(folder.join("notes.txt"), "some notes").unwrap();
    fs::write(folder.join("notes again.txt"), "some notes").unwrap();
    let (code, left_out, sums) = import(&server, &folder, &["--dry-run"]);
    assert_eq!((code, left_out, &sums["imported"], &sums["skipped"]), (0, vec![], &json!(2), &json!(1)));
    assert_eq!(list(&admin)["count"], 0);
    let (code, left_out, sums) = import(&server, &folder, &[]);
    assert_eq!((code, left_out, &sums["imported"], &sums["skipped"]), (0, vec![], &json!(2), &json!(1)), "{sums}");

    let page = list(&admin);
    // Several are taken in at a time, so that either may be the newer one.
    let (photos, notes): (Vec<_>, Vec<_>) =
        results(&page).iter().partition(|file| text(file, "name") == "my photo.jpg");
    let ([taken], [note]) = (&photos[..], &notes[..]) else { panic!("{page}") };
    assert_eq!((&taken["user"], &taken["width"]), (&Value::Null, &json!(200)));
    assert!(text(taken, "created_at").starts_with("2019-07-01T16:53:20"), "{taken}");
    assert_eq!(taken["thumbnails"].as_array().unwrap().len(), 4);
    assert!(key(taken).starts_with("core_media/2") && !key(taken).starts_with("core_media/2019"), "{taken}");
    assert_eq!(text(taken, "checksum"), checksum(&fs::read(&photo).unwrap()));
    assert_eq!(fetch(&server, note), b"some notes");

    let (code, _, sums) = import(&server, &folder, &[]);
    assert_eq!((code, &sums["imported"], &sums["skipped"]), (0, &json!(0), &json!(3)));
    server.home().cli(["check", "--deep"]).expect_success();
}

#[test]
fn the_files_can_be_somebodys_and_private() {
    let server = server();
    let mina = server.create_user("mina", &Account::staff().grant([3802]));
    let folder = folder(&server);
    fs::write(folder.join("a.txt"), "text").unwrap();
    let (code, _, _) = import(&server, &folder, &["--user", "mina", "--visibility", "private"]);
    assert_eq!(code, 0);
    let page = list(&mina);
    let file = &results(&page)[0];
    assert_eq!((&file["user"]["username"], text(file, "visibility")), (&json!("mina"), "private"));
    let output = server.home().cli(["import", folder.to_str().unwrap(), "--user", "nobody"]);
    assert!(output.code() == Some(1) && output.stderr.contains("there is no user `nobody`"), "{output:?}");
}

#[test]
fn what_cannot_be_taken_in_is_named_and_the_rest_is_taken() {
    let server = builder().config("max_upload_size", "1 KiB").config("allowed_types", "text").start();
    let folder = folder(&server);
    fs::write(folder.join("2019/07/good.txt"), "good").unwrap();
    fs::write(folder.join(".hidden"), "hidden").unwrap();
    fs::create_dir(folder.join(".git")).unwrap();
    fs::write(folder.join(".git/config"), "hidden as well").unwrap();
    fs::write(folder.join("large.txt"), [b'x'; 1025]).unwrap();
    fs::write(folder.join("limit.txt"), [b'x'; 1024]).unwrap();
    fs::write(folder.join("empty.txt"), "").unwrap();
    fs::write(folder.join("page.pdf"), crate::support::PDF).unwrap();
    fs::write(folder.join(OsStr::from_bytes(b"caf\xe9.txt")), "no UTF-8").unwrap();
    let outside = server.home().path().join("outside.txt");
    fs::write(&outside, "outside").unwrap();
    symlink(&outside, folder.join("link.txt")).unwrap();
    symlink(server.home().path(), folder.join("up")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    let (code, mut left_out, sums) = import(&server, &folder, &[]);
    left_out.sort();
    let expected = [
        (".git", "hidden"),
        (".hidden", "hidden"),
        ("caf\u{fffd}.txt", "not_utf8"),
        ("empty.txt", "empty"),
        ("large.txt", "too_large"),
        ("link.txt", "symbolic_link"),
        ("page.pdf", "type_not_allowed"),
        ("pipe", "special"),
        ("up", "symbolic_link"),
    ];
    let expected: Vec<_> = expected.iter().map(|(path, problem)| ((*path).to_owned(), (*problem).to_owned())).collect();
    assert_eq!((code, left_out), (1, expected));
    assert_eq!((&sums["imported"], &sums["left_out"]), (&json!(2), &json!(9)));
    let told = server.home().cli(["import", folder.to_str().unwrap()]);
    let line = format!("left out `{}`: hidden: its name begins with a dot\n", folder.join(".hidden").display());
    assert!(told.stdout.contains(&line) && told.stderr.ends_with("left out 9 files, see above\n"), "{told:?}");
    let output = server.home().cli(["import", "/nonexistent/folder"]);
    assert!(output.code() == Some(1) && output.stderr.contains("`/nonexistent/folder`"), "{output:?}");
}

#[test]
fn killed_and_run_again_it_takes_each_file_once() {
    let server = server();
    let folder = folder(&server);
    for number in 0..30 {
        fs::write(folder.join(format!("{number}.jpg")), jpeg(&gradient(300 + number, 200))).unwrap();
    }
    let mut command = server.home().command(["import", folder.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let admin = server.admin();
    let has_some = || list(&admin)["count"].as_u64().unwrap() > 2;
    eventually("some are there", || has_some() || child.try_wait().unwrap().is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, left_out, _) = import(&server, &folder, &[]);
    assert_eq!((code, left_out), (0, vec![]));
    let page = list(&admin);
    let mut sums: Vec<&str> = results(&page).iter().map(|file| text(file, "checksum")).collect();
    sums.sort();
    sums.dedup();
    assert_eq!((page["count"].as_u64(), sums.len()), (Some(30), 30));
}

#[test]
fn linked_files_take_no_room_and_outlive_their_objects() {
    if is_told() {
        return;
    }
    let server = local_server();
    let admin = server.admin();
    let folder = folder(&server);
    let path = folder.join("a.txt");
    fs::write(&path, "linked").unwrap();
    let (code, _, sums) = import(&server, &folder, &["--link"]);
    assert_eq!((code, &sums["imported"]), (0, &json!(1)));
    let file = results(&list(&admin))[0].clone();
    let object = server.home().data_dir().join("media").join(key(&file));
    assert_eq!(fs::metadata(&object).unwrap().ino(), fs::metadata(&path).unwrap().ino());
    server.home().cli(["check", "--deep"]).expect_success();
    assert_eq!(admin.delete(&one(&file)).send().status(), 204);
    assert!(!object.exists());
    assert_eq!(fs::read(&path).unwrap(), b"linked");
    assert_eq!(fs::read_dir(server.home().data_dir().join("media/.spool")).unwrap().count(), 0);

    let data = server.home().data_dir().to_str().unwrap().to_owned();
    let output = server.home().cli(["import", &data]);
    assert!(output.stderr.contains("lies in, the storage of the library, or around it"), "{output:?}");
    let bucket = ["import", folder.to_str().unwrap(), "--link", "--storage-url", "s3://media"];
    let output = server.home().cli(bucket);
    assert!(output.stderr.contains("`storage_url` is a bucket; leave out `--link`"), "{output:?}");
    // Linux has this file system everywhere.
    let elsewhere = tempfile_in_memory();
    fs::write(elsewhere.join("b.txt"), "elsewhere").unwrap();
    let is_elsewhere = fs::metadata(&elsewhere).unwrap().dev() != fs::metadata(&folder).unwrap().dev();
    let (code, left_out, _) = import(&server, &elsewhere, &["--link"]);
    fs::remove_dir_all(&elsewhere).unwrap();
    if is_elsewhere {
        assert_eq!((code, left_out), (1, vec![("b.txt".to_owned(), "not_linked".to_owned())]));
    }
}

fn tempfile_in_memory() -> std::path::PathBuf {
    let folder = Path::new("/dev/shm").join(format!("tintype-import-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The tables of a Django service on PostgreSQL, with a superuser and its token.
const SERVICE: &str = "
    CREATE TABLE auth_user (id integer PRIMARY KEY, password varchar(128), last_login timestamptz, is_superuser boolean,
        username varchar(150), last_name varchar(150), email varchar(254), is_staff boolean, is_active boolean,
        date_joined timestamptz, first_name varchar(150));
    CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, created timestamptz, user_id integer);
    CREATE TABLE auth_permission (id integer PRIMARY KEY, content_type_id integer, codename varchar(100));
    CREATE TABLE auth_user_user_permissions (id integer PRIMARY KEY, user_id integer, permission_id integer);
    CREATE TABLE auth_user_groups (id integer PRIMARY KEY, user_id integer, group_id integer);
    CREATE TABLE auth_group_permissions (id integer PRIMARY KEY, group_id integer, permission_id integer);
    CREATE TABLE core_media (id integer PRIMARY KEY, f varchar(100), user_id integer, name varchar(200),
        description text, created_at timestamptz, updated_at timestamptz);
    INSERT INTO auth_user VALUES
        (3, '!', NULL, true, 'ada', 'L', 'a@b.c', true, true, '2019-07-01 16:53:20+00', 'Ada');
    INSERT INTO authtoken_token VALUES ('0123456789abcdef', '2020-01-01 00:00:00+00', 3);
    INSERT INTO core_media SELECT 2 * n, CASE WHEN n % 4 = 0 THEN 'photos/' || n || '.jpg' ELSE 'notes/' || n || '.txt' END,
        3, 'number ' || n, '', '2019-07-01 16:53:20+00', '2019-07-02 00:00:00+00' FROM generate_series(1, 120) AS n;";

#[test]
fn a_django_service_is_taken_over_by_postgresql_and_a_bucket_though_killed_on_the_way() {
    if is_told() {
        return;
    }
    let (Some(postgres), Some(bucket)) = (Postgres::shared(), Bucket::new()) else { return };
    let service = postgres.empty_database();
    service.execute(SERVICE);
    // The database is created.
    let target = builder().config("database_url", &postgres.url("taken_over")).bucket(&bucket).prepare().unwrap();
    let media = target.path().join("django");
    let contents: Vec<(String, Vec<u8>)> = (1_u32..=120)
        .map(|n| match n % 4 {
            0 => (format!("photos/{n}.jpg"), jpeg(&gradient(40 + n, 30))),
            _ => (format!("notes/{n}.txt"), format!("note {n}").into_bytes()),
        })
        .collect();
    for (path, bytes) in &contents {
        fs::create_dir_all(media.join(path).parent().unwrap()).unwrap();
        fs::write(media.join(path), bytes).unwrap();
    }
    let service = service.url();
    let arguments = ["import", "--django", &service, "--media-root", media.to_str().unwrap()];
    for arrived in [0, 40, 100] {
        let mut command = target.command(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        eventually("something has arrived", || bucket.keys().len() > arrived);
        assert_eq!(child.try_wait().unwrap(), None, "it is killed on the way");
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let refused = target.cli(["serve"]);
    assert!(refused.code() == Some(1) && refused.stderr.contains("to the end"), "{refused:?}");
    target.cli(arguments).expect_success();
    let server = target.serve().unwrap();
    let ada = server.client("ada", "0123456789abcdef");
    let page = ada.get(&format!("{FILES}?ordering=id&limit=1000")).send().expect_status(200).json();
    assert_eq!(results(&page).len(), contents.len());
    for ((number, (path, bytes)), file) in (1..).zip(&contents).zip(results(&page)) {
        assert_eq!((&file["id"], key(file)), (&json!(2 * number), path.clone()));
        assert_eq!(text(file, "checksum"), checksum(bytes));
    }
    let checked = server.home().cli(["check", "--deep"]);
    assert_eq!(checked.code(), Some(0), "no object is damaged, missing or left over: {checked:?}");
}
