use super::load::Load;
use crate::support::{FILES, builder, checksum, is_told, key, media_path, results, text};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;
use tintype_testkit::{Client, Garage, Postgres, Server, wait_for};

/// Servers that share a PostgreSQL and a Garage, which nobody else uses.
pub(super) struct Fleet {
    // First, so that nobody misses what goes before them.
    pub(super) servers: Vec<Server>,
    /// One admin, as a client of each server.
    pub(super) clients: Vec<Client>,
    pub(super) postgres: Postgres,
    pub(super) garage: Garage,
}

/// Where the bucket has the files.
pub(super) const PREFIX: &str = "files";

/// Until when the lease of a server that was killed is over and another has swept, on a machine
/// that is busy with tests.
const SWEEP_LIMIT: Duration = Duration::from_secs(90);

/// Returns whether outages are to last as long as somebody may take to notice.
pub(super) fn is_long() -> bool {
    std::env::var("TINTYPE_TEST_LONG").is_ok_and(|value| value == "true")
}

/// Returns how long something may take: only the long run, which has the machine to itself, holds
/// the servers to it.
pub(super) fn limit(promised: Duration) -> Duration {
    if is_long() { promised } else { 6 * promised }
}

/// Prints a figure past the test harness where somebody asked for it.
pub(super) fn report(line: &str) {
    if is_long() {
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}

impl Fleet {
    /// Starts two servers; `None` where PostgreSQL or Garage is not installed, and where the whole
    /// suite runs on one of them: these tests run on both whatever they are told, so that once is
    /// enough.
    pub(super) fn start(configuration: &[(&str, &str)]) -> Option<Self> {
        if is_told() || Postgres::shared().is_none() || !Garage::is_installed() {
            return None;
        }
        let (postgres, garage) = (Postgres::start().unwrap(), Garage::start());
        let start = |_| {
            let keys = garage.environment();
            let builder = keys.iter().fold(builder(), |builder, (name, value)| builder.env(name, value));
            let builder = configuration.iter().fold(builder, |builder, (key, value)| builder.config(key, value));
            builder
                .config("database_url", &postgres.url("postgres"))
                .config("storage_url", &garage.storage_url(PREFIX))
                .start()
        };
        let servers: Vec<_> = (0..2).map(start).collect();
        let admin = servers[0].admin();
        let clients = servers.iter().map(|server| server.client(admin.username(), admin.token())).collect();
        Some(Self { servers, clients, postgres, garage })
    }

    /// Asserts that nothing acknowledged is lost, that each row has its objects, and that after the
    /// sweep each object has a row.
    #[track_caller]
    pub(super) fn assert_whole(&mut self, load: &Load) {
        // Nothing is under way any more, so that whatever no row owns may be swept at once.
        for server in &mut self.servers {
            server.reconfigure("abandoned_after", "1s");
            server.restart().unwrap();
        }
        let rows = self.rows();
        let by_id: HashMap<_, _> = rows.iter().map(|row| (row["id"].as_i64().unwrap(), row)).collect();
        for (id, checksums) in load.acknowledged() {
            let row = by_id.get(&id).unwrap_or_else(|| panic!("file {id} was acknowledged, and is lost"));
            assert!(checksums.iter().any(|checksum| checksum == text(row, "checksum")), "{checksums:?}: {row}");
        }
        self.assert_readable(&rows);
        let owned: BTreeSet<_> = rows.iter().flat_map(objects).map(key).collect();
        let swept = wait_for(SWEEP_LIMIT, || (self.stored() == owned).then_some(()));
        assert!(swept.is_some(), "owned by nobody: {:?}", self.stored().difference(&owned));
        report(&format!("{} files, {} objects: all of them whole", rows.len(), owned.len()));
    }

    /// Returns every file, as one of the servers lists them.
    fn rows(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        loop {
            let offset = rows.len().to_string();
            let query = [("ordering", "id"), ("limit", "1000"), ("offset", offset.as_str())];
            let page = self.clients[0].get(FILES).query(query).send().expect_status(200).json();
            rows.extend_from_slice(results(&page));
            if page["next"].is_null() {
                return rows;
            }
        }
    }

    /// Asserts that the bytes of every file and thumbnail are there, whichever server is asked.
    fn assert_readable(&self, rows: &[Value]) {
        let left = Mutex::new(rows.iter());
        std::thread::scope(|scope| {
            for client in self.clients.iter().cycle().take(8) {
                scope.spawn(|| {
                    let next = || left.lock().unwrap().next();
                    while let Some(row) = next() {
                        let fetch = |object| client.get(&media_path(object)).send().expect_status(200);
                        assert_eq!(checksum(fetch(row).bytes()), text(row, "checksum"), "{row}");
                        for thumbnail in row["thumbnails"].as_array().unwrap() {
                            assert_eq!(fetch(thumbnail).bytes().len(), thumbnail["bytes"], "{row}");
                        }
                    }
                });
            }
        });
    }

    /// Returns the keys of everything in the bucket but the mark.
    fn stored(&self) -> BTreeSet<String> {
        self.garage.keys(PREFIX).into_iter().filter(|key| key != ".tintype").collect()
    }
}

/// Returns a file and its thumbnails.
fn objects(row: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(row).chain(row["thumbnails"].as_array().unwrap())
}
