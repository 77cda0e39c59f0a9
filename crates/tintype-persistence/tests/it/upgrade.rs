//! Libraries that the version before has made.

use tintype_domain::{
    Checksum, ColourMode, Description, Facts, FileId, FileRecord, JobKind, Kind, ListQuery, MetadataRecord, Name,
    Permission, PreviewFacts, PreviewRecord, ThumbnailId, ThumbnailRecord, Visibility,
};

use crate::migrations::ALL;
use crate::support::{Fresh, at, at_once, connect, original, unmigrated, upload};

/// The migrations of that version, for both databases.
const MIGRATIONS: [[&str; 2]; 2] = [
    [
        include_str!("../../migrations/sqlite/0001_initial/up.sql"),
        include_str!("../../migrations/sqlite/0002_leases/up.sql"),
    ],
    [
        include_str!("../../migrations/postgres/0001_initial/up.sql"),
        include_str!("../../migrations/postgres/0002_leases/up.sql"),
    ],
];

/// Rows as that version wrote them: a user with a token, two pictures, of which the second was
/// deleted, and a document.
const ROWS: &str = "
    CREATE TABLE __diesel_schema_migrations (
        version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
    );
    INSERT INTO __diesel_schema_migrations (version) VALUES ('0001'), ('0002');
    INSERT INTO users (username, first_name, last_name, is_staff, is_admin, is_active, created_at)
        VALUES ('behrooz', 'Behrooz', '', TRUE, FALSE, TRUE, {now});
    INSERT INTO grants (user_id, code) VALUES (1, 3801);
    INSERT INTO tokens (user_id, key_hash, label, created_at) VALUES (1, {digest}, 'booth', {now});
    INSERT INTO files (user_id, kind, size, width, height, mode, created_at, updated_at, stored_at, key, name, name_folded,
        mime_type, checksum, description) VALUES
        (1, 'image', 900, 640, 480, 'RGB', {now}, {now} + 5, {now} + 3, 'core_media/2025/12/22/a.jpg', 'A', 'a',
         'image/jpeg', {digest}, 'first'),
        (1, 'image', 901, 640, 480, 'RGB', {now}, {now}, {now}, 'core_media/2025/12/22/b.jpg', 'B', 'b',
         'image/jpeg', {digest}, ''),
        (NULL, 'pdf', 902, NULL, NULL, NULL, {now}, {now}, {now}, 'core_media/2025/12/22/c.pdf', 'C', 'c',
         'application/pdf', {digest}, '');
    INSERT INTO thumbnails (file_id, edge, width, height, size, key, mime_type, checksum) VALUES
        (1, 64, 64, 48, 100, 'core_media/2025/12/22/thumbnails/a_thumbnail_64x64.jpg', 'image/jpeg', {digest}),
        (1, 128, 128, 96, 200, 'core_media/2025/12/22/thumbnails/a_thumbnail_128x128.jpg', 'image/jpeg', {digest}),
        (2, 64, 64, 48, 100, 'core_media/2025/12/22/thumbnails/b_thumbnail_64x64.jpg', 'image/jpeg', {digest});
    DELETE FROM files WHERE id = 2;
    INSERT INTO strays (key, since, state) VALUES ('core_media/2025/12/22/b.jpg', {now}, 'gone');
";

/// Returns the migrations that it lacks.
fn new() -> &'static [&'static str] {
    &ALL[MIGRATIONS[0].len()..]
}

fn of_the_version_before() -> Fresh {
    let database = unmigrated();
    let is_postgres = !database.url.starts_with("sqlite");
    for migration in MIGRATIONS[usize::from(is_postgres)] {
        database.execute(migration);
    }
    let digest = if is_postgres { "decode(repeat('00', 32), 'hex')" } else { "zeroblob(32)" };
    let now = at(0).unix_micros().to_string();
    database.execute(&ROWS.replace("{digest}", digest).replace("{now}", &now));
    database
}

#[test]
fn a_library_of_the_version_before_is_carried_over() {
    let database = of_the_version_before();
    assert_eq!(database.migrate().unwrap(), new());

    let checksum = Checksum([0; 32]);
    let (_, behrooz) = database.token_by_hash(&checksum.0).unwrap().unwrap();
    assert_eq!(behrooz.permissions, [Permission::Create].into());
    let thumbnail = |id, edge: u32, size| ThumbnailRecord {
        id: ThumbnailId(id),
        key: original("a.jpg").thumbnail(edge, "jpg"),
        edge,
        width: edge,
        height: edge / 4 * 3,
        size,
        mime_type: "image/jpeg".into(),
        checksum,
    };
    let picture = FileRecord {
        id: FileId(1),
        user: Some(behrooz.clone()),
        key: original("a.jpg"),
        name: Name::new("A").unwrap(),
        description: Description::new("first").unwrap(),
        size: 900,
        checksum,
        crc32: None,
        facts: Facts {
            kind: Kind::Image,
            mime_type: "image/jpeg".into(),
            width: Some(640),
            height: Some(480),
            mode: Some(ColourMode::Rgb),
        },
        visibility: Visibility::Public,
        focal_point: None,
        created_at: at(0),
        updated_at: at(5),
        tags: Default::default(),
        thumbnails: vec![thumbnail(1, 64, 100), thumbnail(2, 128, 200)],
        preview: PreviewRecord { facts: PreviewFacts::PENDING, thumbnails: vec![] },
        metadata: MetadataRecord::default(),
        trashed: None,
    };
    assert_eq!(database.file(FileId(1)).unwrap().as_ref(), Some(&picture));
    let document = database.file(FileId(3)).unwrap().unwrap();
    assert_eq!((document.user, document.facts.kind, document.thumbnails), (None, Kind::Pdf, vec![]));
    let object = database.object(&picture.thumbnails[1].key).unwrap().unwrap();
    assert_eq!((object.size, object.stored_at), (200, at(3)), "a thumbnail is as old as its original was");

    let jobs = database.take_jobs("a", at(0), at(1), 10).unwrap();
    let jobs: Vec<_> = jobs.iter().map(|job| (job.kind, job.subject)).collect();
    assert_eq!(jobs, [(JobKind::Crc32, 1), (JobKind::Crc32, 3)], "what is not known yet is to be found out");

    let new = upload(&database, &behrooz, "b.jpg");
    assert_eq!(new.id, FileId(4), "ids of deleted files stay used up");
    assert_eq!(new.thumbnails[0].id, ThumbnailId(4), "and those of their thumbnails");
    assert_ne!(new.key, original("b.jpg"), "and their keys");
    assert_eq!(database.delete_file(FileId(1), None, at(0)).unwrap().unwrap().len(), 3);
}

/// Names with what that version made of them, which folded case alone.
const NAMES: [(&str, &str); 4] = [
    ("علي ٤٢.JPG", "علي ٤٢.jpg"),
    ("نامه\u{200c}ها", "نامه\u{200c}ها"),
    ("İstanbul", "i\u{307}stanbul"),
    ("Plain.png", "plain.png"),
];

#[test]
fn names_that_the_version_before_has_folded_are_found_as_people_type_them() {
    let database = of_the_version_before();
    for (number, (name, folded)) in NAMES.iter().enumerate() {
        database.execute(&format!(
            "INSERT INTO files (kind, size, created_at, updated_at, stored_at, key, name, name_folded, mime_type, \
             checksum, description) SELECT 'other', 1, 0, 0, 0, 'core_media/{number}', '{name}', '{folded}', \
             'application/octet-stream', checksum, '' FROM files WHERE id = 1"
        ));
    }
    database.migrate().unwrap();
    for (search, name) in [
        ("علی", 0),
        ("42", 0),
        ("۴۲", 0),
        ("نامهها", 1),
        ("istanbul", 2),
        ("ISTANBUL", 2),
        ("ıstanbul", 2),
        ("plain", 3),
        ("\"plain.png\"", 3),
    ] {
        let page = database.list(&ListQuery::parse([("search", search)]).unwrap()).unwrap();
        let names: Vec<_> = page.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!((page.count, names), (Some(1), vec![NAMES[name].0]), "{search}");
    }
}

#[test]
fn servers_that_start_at_once_carry_it_over_once() {
    let database = of_the_version_before();
    let ran = at_once(6, |_| connect(&database.url).migrate().unwrap());
    assert_eq!(ran.concat(), new());
    assert_eq!(database.file(FileId(1)).unwrap().unwrap().thumbnails.len(), 2);
}
