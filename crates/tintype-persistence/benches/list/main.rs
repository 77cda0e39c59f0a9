//! Medians of the list at a given number of files, 100,000 by default, on SQLite or in an empty
//! database of PostgreSQL: `cargo bench -p tintype-persistence --bench list -- 1000000
//! postgres://localhost/bench`. With `depths` after that: pages by cursor behind every filter and
//! in every order, and nothing else.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a table for people to read")]

mod depths;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use std::time::{Duration, Instant};
use tintype_domain::{
    ColourMode, Counting, Crc32, Cursor, Facts, FileName, Key, Kind, ListQuery, MetadataRecord, Name, NewUser,
    OrderField, Paging, PreviewFacts, PreviewSource, Side, Suffix, Timestamp, Travel, Variant, Visibility,
};
use tintype_persistence::{ConnectOptions, Database, NewContent, NewDerived, NewFile, NewPreview};

/// Each query runs at least so often and so long.
const LEAST_RUNS: usize = 15;
const LEAST_TIME: Duration = Duration::from_millis(300);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let files = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(100_000_u64);
    let folder = tempfile::tempdir().unwrap();
    let url = arguments.iter().find(|argument| argument.contains("://")).cloned();
    let url = url.unwrap_or_else(|| format!("sqlite://{}/tintype.db", folder.path().display()));
    let database = Database::connect(&url, &ConnectOptions::default()).unwrap();
    database.migrate().unwrap();
    assert_eq!(database.list(&ListQuery::default()).unwrap().count, Some(0), "the database has to be empty");
    let start = Instant::now();
    let bytes = fill(&url, files);
    println!("{files} files, {} MB, filled in {:.1} s\n", bytes / 1_000_000, start.elapsed().as_secs_f64());
    if arguments.iter().any(|argument| argument == "depths") {
        return depths::measure(&database, files);
    }
    println!(
        "| query | matching | counted | first page | page in the middle | before it |\n|---|---:|---:|---:|---:|---:|"
    );
    for (label, parameters) in queries(files) {
        measure(&database, &label, &parameters);
    }
    println!();
    measure_uploads(&database);
}

/// Writes users, files and four thumbnails of each image as quickly as the database can, and
/// returns its size in bytes.
fn fill(url: &str, files: u64) -> i64 {
    let sql = |text: &str| text.replace("{files}", &files.to_string());
    let size = |query: &str| diesel::dsl::sql::<BigInt>(query);
    match url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).unwrap();
            connection.batch_execute(&sql(include_str!("fill_sqlite.sql"))).unwrap();
            let size = size("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
            size.get_result(&mut connection).unwrap()
        }
        None => {
            let mut connection = PgConnection::establish(url).unwrap();
            connection.batch_execute(&sql(include_str!("fill_postgres.sql"))).unwrap();
            // As autovacuum does soon.
            connection.batch_execute("VACUUM ANALYZE").unwrap();
            size("SELECT pg_database_size(current_database())").get_result(&mut connection).unwrap()
        }
    }
}

type Parameters = Vec<(&'static str, String)>;

fn queries(files: u64) -> Vec<(String, Parameters)> {
    let moment = |share: f64| {
        let micros = 1_700_000_000_000_000 + (files as f64 * share) as i64 * 60_000_000;
        Timestamp::from_unix_micros(micros).to_string()
    };
    let middle = moment(0.5);
    // An image in the middle: the 997 numbers of a round have each kind.
    let alike = (files / 2..).find(|file| file * 7919 % 997 < 700).unwrap_or(1);
    let day = middle[..10].to_owned();
    let mut queries: Vec<(String, Parameters)> = vec![("default page".into(), vec![])];
    let filters: Vec<(&'static str, String)> = vec![
        ("type", "image".into()),
        ("type", "other".into()),
        ("type", "pdf,video,audio".into()),
        ("user_id", "1".into()),
        ("user_id", "8".into()),
        ("user_id", "999".into()),
        ("id_min", (files / 2).to_string()),
        ("id_max", (files / 2).to_string()),
        ("size_min", "5000000".into()),
        ("size_max", "5000000".into()),
        ("width_min", "3000".into()),
        ("width_max", "3000".into()),
        ("height_min", "3000".into()),
        ("height_max", "3000".into()),
        ("created_date", day.clone()),
        ("updated_date", day),
        ("created_from", middle.clone()),
        ("created_to", middle.clone()),
        ("updated_from", middle.clone()),
        ("updated_to", middle),
        ("taken_from", "2023-01-01".into()),
        ("taken_to", "2020-10-01".into()),
        ("duration_min", "6000".into()),
        ("duration_max", "100".into()),
        ("pages_min", "390".into()),
        ("pages_max", "3".into()),
        ("camera", "maker3".into()),
        ("camera", "model 17".into()),
        ("has_gps", "true".into()),
        ("visibility", "public".into()),
        ("preview_status", "failed".into()),
        ("tags", "oslo".into()),
        ("tags", "trips/".into()),
        ("checksum", format!("sha256:{}", "30".repeat(32))),
        ("similar_to", alike.to_string()),
        ("search", "zebra".into()),
        ("search", "invoice".into()),
        ("search", "خانوادگی jpg".into()),
        ("search", "im".into()),
        ("search", "zz".into()),
        ("search", "4711".into()),
        ("offset", (files / 2).to_string()),
        ("offset", (files - 10).to_string()),
        ("limit", "1000".into()),
    ];
    queries.extend(filters.into_iter().map(|(name, value)| (format!("{name}={value}"), vec![(name, value)])));
    for field in OrderField::ALL {
        for sign in ["", "-"] {
            let ordering = format!("{sign}{field}");
            queries.push((format!("ordering={ordering}"), vec![("ordering", ordering)]));
        }
    }
    let combined = [
        vec![("type", "image"), ("user_id", "1"), ("size_min", "5000000")],
        vec![("type", "image"), ("ordering", "name")],
        vec![("user_id", "1"), ("ordering", "-size")],
        vec![("type", "image,pdf"), ("width_min", "3000"), ("search", "img"), ("ordering", "-updated_at")],
        vec![("ordering", "type,-size")],
        vec![("ordering", "user__username,-created_at")],
    ];
    for parameters in combined {
        let label = parameters.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        queries.push((label, parameters.into_iter().map(|(name, value)| (name, value.to_owned())).collect()));
    }
    queries
}

fn measure(database: &Database, label: &str, parameters: &Parameters) {
    let query = ListQuery::parse(parameters.iter().map(|(name, value)| (*name, value.as_str()))).unwrap();
    let mut count = None;
    let counted = median(|| count = database.list(&query).unwrap().count);
    let count = count.unwrap_or(0);
    let uncounted = |paging| ListQuery { paging, counting: Counting::None, ..query.clone() };
    let time = |paging| {
        let query = uncounted(paging);
        milliseconds(median(|| drop(database.list(&query).unwrap())))
    };
    if query.similar_to.is_some() {
        // These have no cursors.
        let first = time(query.paging.clone());
        println!("| `{label}` | {count} | {} | {first} | | |", milliseconds(counted));
        return;
    }
    // The page behind the file in the middle of the list, and the one before it.
    let middle = ListQuery { paging: Paging::Offset(count / 2), limit: 1, ..query.clone() };
    let middle = database.list(&middle).unwrap().files.pop();
    let beside = |side, travel| {
        let cursor = middle.as_ref().map(|file| Cursor::beside(file, side, travel, &query.ordering));
        time(Paging::Cursor(cursor))
    };
    println!(
        "| `{label}` | {count} | {} | {} | {} | {} |",
        milliseconds(counted),
        time(Paging::Cursor(None)),
        beside(Side::After, Travel::Forward),
        beside(Side::Before, Travel::Backward),
    );
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times = Vec::new();
    let begin = Instant::now();
    while times.len() < LEAST_RUNS || begin.elapsed() < LEAST_TIME {
        let start = Instant::now();
        work();
        times.push(start.elapsed());
    }
    times.sort();
    times[times.len() / 2]
}

/// Measures the two transactions of an upload of a photo with four thumbnails.
fn measure_uploads(database: &Database) {
    let now = Timestamp::from_unix_micros(1_766_425_386_351_315);
    let folder = "core_media".parse().unwrap();
    let user = database.create_user(&NewUser::new("bench".parse().unwrap()), now).unwrap();
    let (mut claims, mut inserts) = (Vec::new(), Vec::new());
    for number in 0..300_u32 {
        let original = Key::original(&folder, now, &FileName::from_upload(&format!("photo {number}.jpg")));
        let edges = [(64, "jpg"), (128, "jpg"), (512, "jpg"), (1080, "jpg")];
        let start = Instant::now();
        let claim = database.claim(&original, &edges, &mut || Suffix::from_random([0; 7]), now).unwrap();
        claims.push(start.elapsed());
        let checksum = tintype_domain::Checksum([0; 32]);
        let derived = claim.thumbnails.into_iter().zip(edges).map(|(key, (edge, _))| NewDerived {
            key,
            variant: Variant::Thumbnail { edge },
            width: edge,
            height: edge,
            size: 1000,
            mime_type: "image/jpeg".into(),
            checksum,
        });
        let content = NewContent {
            key: claim.original,
            facts: Facts {
                kind: Kind::Image,
                mime_type: "image/jpeg".into(),
                width: Some(4032),
                height: Some(3024),
                mode: Some(ColourMode::Rgb),
            },
            size: 3_000_000,
            checksum,
            crc32: Crc32(0),
            preview: NewPreview {
                facts: PreviewFacts::ready(PreviewSource::Image, None),
                metadata: MetadataRecord::default(),
                derived: derived.collect(),
            },
            job_at: now,
        };
        let name = Name::new(&format!("photo {number}.jpg")).unwrap();
        let file = NewFile {
            id: None,
            user_id: Some(user.id),
            created_at: None,
            updated_at: None,
            name,
            description: Default::default(),
            visibility: Visibility::Public,
            reservation: None,
            tags: Default::default(),
            content,
        };
        let start = Instant::now();
        database.insert_file(&file, now).unwrap();
        inserts.push(start.elapsed());
    }
    for (label, mut times) in [("claim", claims), ("insert_file", inserts)] {
        times.sort();
        let median = times[times.len() / 2].as_secs_f64() * 1e3;
        println!("{label} with four thumbnails: median {median:.2} ms");
    }
}
