//! Takes 100,000 small files (or as many as given) through `import`, `check`, `backup` and
//! `restore` beside a serving process, kills what copies on the way, and compares every SHA-256 in
//! the end: `TINTYPE_BINARY=target/release/tintype cargo run -p tintype-testkit --example upkeep --
//! 100000 postgres garage`. Prints a table of what each command took.

#![expect(clippy::print_stdout, reason = "a program for the command line")]
#![expect(clippy::unwrap_used, reason = "what fails ends it")]

use image::{ImageEncoder, Rgb, RgbImage, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tintype_testkit::{Account, Builder, Client, Form, Garage, Home, Postgres, Server};

const FILES: &str = "/api/media/files";

/// How often what a command has done is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What copies is killed after that share of the time that the import took: well before its end.
const SHARE_OF_IMPORT: u32 = 15;

/// How many files are in a folder.
const IN_A_FOLDER: usize = 1000;

/// How many files are added, and how many changed, and how many deleted, between two backups.
const CHANGES: [usize; 3] = [40, 30, 30];

/// What a command took.
struct Row {
    what: String,
    took: Duration,
    /// How many files that were; `None` where it did not do all of them.
    files: Option<usize>,
    /// The most memory of the process, in bytes.
    peak: u64,
}

/// What is done, and what it took.
struct Proof {
    count: usize,
    /// How long the import took, all of it.
    import: Duration,
    rows: Vec<Row>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.first().map_or(100_000, |count| count.parse().unwrap());
    let [database, storage] = [(1, "sqlite"), (2, "disk")].map(|(at, usual)| arguments.get(at).map_or(usual, |a| a));
    let postgres = (database == "postgres").then(|| Postgres::shared().expect("PostgreSQL is installed"));
    let garage = (storage == "garage").then(Garage::start);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| {
        let local = folder.path().join(name);
        fs::create_dir(&local).unwrap();
        let database = match postgres {
            Some(postgres) => postgres.url(name),
            None => format!("sqlite://{}/tintype.db", local.display()),
        };
        let storage = match &garage {
            Some(garage) => garage.storage_url(name),
            None => format!("file://{}/media", local.display()),
        };
        let keys = garage.iter().flat_map(Garage::environment);
        let builder = Server::builder().config("database_url", &database).config("storage_url", &storage);
        keys.fold(builder, |builder: Builder, (name, value)| builder.env(&name, &value))
    };
    let sources = folder.path().join("files");
    let start = Instant::now();
    let mut expected = make(&sources, count);
    println!("made {count} files in {:.0} s; {database}, {storage}", start.elapsed().as_secs_f64());

    let mut proof = Proof { count, import: Duration::ZERO, rows: Vec::new() };
    let library = place("library");
    // A server of PostgreSQL needs a database.
    let created = library.prepare().unwrap();
    created.cli(["user", "create", "first", "--admin", "--create-database"]).expect_success();
    let server = created.serve().unwrap();
    let admin = server.create_user("keeper", &Account::admin());
    proof.import(&server, &admin, &sources);
    let library = server.home();
    proof.run(library, "check", &["check"]);
    proof.run(library, "check --deep", &["check", "--deep"]);

    let backup = match &garage {
        Some(garage) => garage.storage_url("backup"),
        None => folder.path().join("backup").display().to_string(),
    };
    proof.killed(library, "backup", &["backup", &backup]);
    proof.run(library, "backup, run again", &["backup", &backup]);
    change(&admin, &mut expected);
    proof.run(library, "backup after 100 changes", &["backup", &backup]);

    let restored = place("restored").prepare().unwrap();
    proof.killed(&restored, "restore", &["restore", &backup]);
    proof.run(&restored, "restore, run again", &["restore", &backup]);
    proof.run(&restored, "check --deep of that", &["check", "--deep"]);
    let there = restored.serve().unwrap();
    let (ours, theirs) = (listed(&server, &admin), listed(&there, &there.client("keeper", admin.token())));
    assert!(ours == theirs, "what the API tells is the same");
    let mut checksums: Vec<_> = theirs.values().map(|file| file["checksum"].as_str().unwrap().to_owned()).collect();
    checksums.sort();
    expected.sort();
    assert!(checksums == expected, "each file that was sent is there once, and no other");
    println!("{} files are the same in the restored library: numbers, dates, URL paths, SHA-256", theirs.len());
    proof.print(server.peak_memory().unwrap());
}

impl Proof {
    /// Imports a folder, killed at an eighth, at three and at five of them.
    fn import(&mut self, server: &Server, admin: &Client, sources: &Path) {
        let sources = sources.display().to_string();
        let arguments = ["import", &*sources];
        let start = Instant::now();
        for eighths in [1, 3, 5] {
            let limit = self.count * eighths / 8;
            let mut child = spawn(server.home(), &arguments);
            let there = || admin.get(&format!("{FILES}?limit=1")).send().json()["count"].as_u64().unwrap();
            while (there() as usize) < limit {
                assert_eq!(child.try_wait().unwrap(), None, "it is killed on the way");
                std::thread::sleep(LOOK_EVERY);
            }
            self.kill(child, "import", start);
        }
        self.run(server.home(), "import, run again", &arguments);
        self.import = start.elapsed();
        let files = Some(self.count);
        self.rows.push(Row { what: "import, all of it".into(), took: self.import, files, peak: 0 });
        self.run(server.home(), "import, all there", &arguments);
        let count = admin.get(&format!("{FILES}?limit=1")).send().json()["count"].clone();
        assert_eq!(count, self.count, "nothing is lost, and nothing is there twice");
    }

    /// Runs a command to its end.
    fn run(&mut self, home: &Home, what: &str, arguments: &[&str]) {
        let (mut child, start, mut peak) = (spawn(home, arguments), Instant::now(), 0);
        let status = loop {
            peak = peak.max(peak_memory(&child));
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None => std::thread::sleep(LOOK_EVERY),
            }
        };
        let took = start.elapsed();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        println!("{what}: {}", said.trim());
        assert!(status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // What is run again has less to do.
        let files = Some(self.count).filter(|_| !what.ends_with("again"));
        self.rows.push(Row { what: what.into(), took, files, peak });
    }

    /// Runs a command and kills it on the way.
    fn killed(&mut self, home: &Home, what: &str, arguments: &[&str]) {
        let (mut child, start) = (spawn(home, arguments), Instant::now());
        while start.elapsed() < self.import / SHARE_OF_IMPORT {
            assert_eq!(child.try_wait().unwrap(), None, "it is killed on the way");
            std::thread::sleep(LOOK_EVERY);
        }
        self.kill(child, what, start);
    }

    fn kill(&mut self, mut child: Child, what: &str, start: Instant) {
        let peak = peak_memory(&child);
        child.kill().unwrap();
        child.wait().unwrap();
        self.rows.push(Row { what: format!("{what}, killed"), took: start.elapsed(), files: None, peak });
    }

    fn print(&self, server: u64) {
        let mib = |bytes: u64| if bytes == 0 { String::new() } else { format!("{} MiB", bytes >> 20) };
        println!("\n| command | seconds | files a second | memory at most |\n|---|--:|--:|--:|");
        for Row { what, took, files, peak } in &self.rows {
            let seconds = took.as_secs_f64();
            let rate = files.map(|files| format!("{:.0}", files as f64 / seconds)).unwrap_or_default();
            println!("| {what} | {seconds:.1} | {rate} | {} |", mib(*peak));
        }
        println!("| the server meanwhile | | | {} |", mib(server));
    }
}

fn spawn(home: &Home, arguments: &[&str]) -> Child {
    let errors = fs::File::options().create(true).append(true).open(home.path().join("commands.stderr")).unwrap();
    let mut command = home.command(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn().unwrap()
}

/// Returns the most memory that a process has had, in bytes; 0 once it has ended.
fn peak_memory(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Makes a folder of small files, no two of which are alike: texts, PNGs and JPEGs. Returns their
/// checksums as the API tells them.
fn make(folder: &Path, count: usize) -> Vec<String> {
    let mut checksums = Vec::with_capacity(count);
    for number in 0..count {
        let below = folder.join(format!("{:04}", number / IN_A_FOLDER));
        if number % IN_A_FOLDER == 0 {
            fs::create_dir_all(&below).unwrap();
        }
        let (name, bytes) = content(number);
        fs::write(below.join(name), &bytes).unwrap();
        checksums.push(checksum(&bytes));
    }
    checksums
}

fn content(number: usize) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let picture = || {
        let shade = |x: u32, y: u32| [x * 4 + number as u32, y * 5 + (number >> 8) as u32, (number >> 16) as u32];
        RgbImage::from_fn(48, 36, |x, y| Rgb(shade(x, y).map(|shade| shade as u8)))
    };
    match number % 10 {
        0..=3 => (format!("note {number}.txt"), format!("The note of number {number}.\n").repeat(9).into_bytes()),
        4..=6 => {
            PngEncoder::new(&mut bytes).write_image(&picture(), 48, 36, image::ExtendedColorType::Rgb8).unwrap();
            (format!("drawing-{number}.png"), bytes)
        }
        _ => {
            JpegEncoder::new(&mut bytes).write_image(&picture(), 48, 36, image::ExtendedColorType::Rgb8).unwrap();
            // Pictures may come out alike; the numbers behind them do not.
            bytes.extend(number.to_be_bytes());
            (format!("photo-{number}.jpg"), bytes)
        }
    }
}

fn checksum(bytes: &[u8]) -> String {
    let digest: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digest}")
}

/// Adds, renames and deletes files.
fn change(admin: &Client, expected: &mut Vec<String>) {
    let [added, renamed, deleted] = CHANGES;
    let page = admin.get(&format!("{FILES}?limit={}&ordering=id", renamed + deleted)).send().json();
    for (at, file) in page["results"].as_array().unwrap().iter().enumerate() {
        let path = format!("{FILES}/{}", file["id"]);
        if at < renamed {
            let name = serde_json::json!({"name": format!("renamed {at}")});
            assert_eq!(admin.patch(&path).json(&name).send().status(), 200);
        } else {
            assert_eq!(admin.delete(&path).send().status(), 204);
            let gone = file["checksum"].as_str().unwrap();
            expected.retain(|checksum| checksum != gone);
        }
    }
    for number in 0..added {
        let text = format!("added {number}");
        let form = Form::new().file("f", &format!("{text}.txt"), text.as_bytes());
        assert_eq!(admin.upload(&form).status(), 201);
        expected.push(checksum(text.as_bytes()));
    }
}

/// Returns all files as the API tells them, without the server's address, by their numbers.
fn listed(server: &Server, client: &Client) -> BTreeMap<i64, Value> {
    let mut files = BTreeMap::new();
    loop {
        let after = files.len();
        let page =
            client.get(&format!("{FILES}?ordering=id&limit=1000&offset={after}")).send().expect_status(200).text();
        let Value::Array(results) =
            serde_json::from_str::<Value>(&page.replace(&server.url(), "")).unwrap()["results"].take()
        else {
            break;
        };
        if results.is_empty() {
            break;
        }
        files.extend(results.into_iter().map(|file| (file["id"].as_i64().unwrap(), file)));
    }
    files
}
