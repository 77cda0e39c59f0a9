use crate::{Error, process};
use rustix::process::{Pid, geteuid};
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};

/// The oldest version that tintype works with.
const LEAST_VERSION: u32 = 15;

/// A private PostgreSQL server in a temporary directory, reached through a socket in it.
///
/// It ends when dropped, and also when the test process ends in any way, so it can be kept in a
/// static. Durability is switched off, which makes tests faster. Its collation is English, so that
/// a test notices an order that depends on it.
#[derive(Debug)]
pub struct Postgres {
    keeper: Child,
    directory: PathBuf,
    programs: PathBuf,
    template: Once,
    databases: AtomicU32,
}

/// Starts the server, waits until standard input ends, at the latest with the test process, and
/// cleans up.
const KEEPER: &str = r#"
cd "$1" || exit 1
umask 077
{
    "$2/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 \
        --locale-provider=icu --icu-locale=en-US --pgdata=data &&
    printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$1'" 'fsync = off' \
        'full_page_writes = off' 'wal_level = minimal' 'max_wal_senders = 0' 'max_connections = 300' \
        'shared_buffers = 64MB' 'lc_messages = C' >>data/postgresql.conf &&
    "$2/pg_ctl" start --pgdata=data --log=server.log --wait --timeout=60
} >keeper.log 2>&1 && echo ready
cat >/dev/null
# What is frozen cannot be stopped.
server=$(head -n 1 data/postmaster.pid 2>/dev/null) && kill -CONT "$server" $(cat "/proc/$server/task/$server/children")
"$2/pg_ctl" stop --pgdata=data --mode=immediate >/dev/null 2>&1
cd / && rm -rf "$1"
"#;

impl Postgres {
    /// Starts a server.
    ///
    /// # Errors
    ///
    /// When PostgreSQL 15 or later is not installed, or does not start.
    pub fn start() -> Result<Self, Error> {
        let programs = installed()?;
        let directory = tempfile::Builder::new()
            .prefix("tintype-pg-")
            .tempdir()
            .map_err(Error::io("make a directory in", std::env::temp_dir().display()))?
            .keep();
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "sh"]).arg(&directory).arg(&programs);
        // PostgreSQL refuses to run as root.
        if geteuid().is_root() {
            let (user, group) = unprivileged()?;
            chown(&directory, Some(user), Some(group)).map_err(Error::io("change owner of", directory.display()))?;
            command.uid(user).gid(group);
        }
        // In its own process group, so that Ctrl-C in a terminal does not keep it from cleaning up.
        command.process_group(0).current_dir("/").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut keeper = command.spawn().map_err(|source| Error::Spawn { program: "sh".into(), source })?;
        let mut line = String::new();
        if let Some(stdout) = keeper.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(Error::io("start", "PostgreSQL"))?;
        }
        let server = Self { keeper, directory, programs, template: Once::new(), databases: AtomicU32::new(0) };
        if line.trim() == "ready" { Ok(server) } else { Err(Error::Postgres { problem: server.log() }) }
    }

    /// Returns the server that all tests of this process share, which the first call starts. If
    /// PostgreSQL is not installed, prints a note and returns `None`.
    ///
    /// # Panics
    ///
    /// When it does not start, or is not installed and `CI` is `true`.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Postgres>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| match Self::start() {
            Ok(server) => Some(server),
            Err(error @ Error::NotInstalled { .. }) if std::env::var_os("CI").is_none_or(|ci| ci != "true") => {
                // Not through the test harness, which hides what a passing test prints.
                let _ = writeln!(std::io::stderr(), "\n*** SKIPPED all tests that need PostgreSQL: {error}\n");
                None
            }
            Err(error) => panic!("{}", error.report()),
        });
        shared.as_ref()
    }

    /// Runs `prepare` on the database that all later ones are copies of, given its URL. Only the
    /// first call for each server runs it. It must leave no connection open.
    pub fn prepare(&self, prepare: impl FnOnce(&str)) {
        self.template.call_once(|| prepare(&self.url("template1")));
    }

    /// Creates a database: a copy of what [`Postgres::prepare`] left, else an empty one.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    #[track_caller]
    pub fn database(&'static self) -> PostgresDatabase {
        self.create("template1")
    }

    /// Creates an empty database.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    #[track_caller]
    pub fn empty_database(&'static self) -> PostgresDatabase {
        self.create("template0")
    }

    #[track_caller]
    fn create(&'static self, template: &str) -> PostgresDatabase {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        PostgresDatabase { server: self, name }
    }

    /// Returns the URL of a database.
    pub fn url(&self, database: &str) -> String {
        let socket = self.directory.to_string_lossy().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    /// Runs SQL in a database and returns the result, a line for each row.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    #[track_caller]
    pub fn execute(&self, database: &str, sql: &str) -> String {
        let url = self.url(database);
        match self.run("psql", ["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", &url, "-c", sql]) {
            Ok(output) => output,
            Err(error) => panic!("{}", error.report()),
        }
    }

    /// Stops the server as a crash does: connections break, nothing is written back.
    ///
    /// # Panics
    ///
    /// When it does not stop.
    #[track_caller]
    pub fn crash(&self) {
        self.control(["stop", "--mode=immediate"]);
    }

    /// Starts the server again.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[track_caller]
    pub fn restart(&self) {
        self.control(["start", "--log=server.log"]);
    }

    /// Stops the processes of the server in the middle of whatever they do; connections stay, and
    /// nothing is answered.
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[track_caller]
    pub fn freeze(&self) {
        // Who starts the others goes first, so that there are no more of them.
        let server = self.server();
        process::freeze(&[server]).expect("PostgreSQL stops");
        process::freeze(&children(server)).expect("PostgreSQL stops");
    }

    /// Lets the server go on after [`Postgres::freeze`].
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[track_caller]
    pub fn thaw(&self) {
        let server = self.server();
        process::thaw(&children(server)).and_then(|()| process::thaw(&[server])).expect("PostgreSQL goes on");
    }

    /// Returns the id of PostgreSQL's main process.
    #[track_caller]
    fn server(&self) -> Pid {
        let file = fs::read_to_string(self.directory.join("data/postmaster.pid")).unwrap_or_default();
        let id = file.lines().next().and_then(|line| line.trim().parse().ok());
        id.and_then(Pid::from_raw).expect("PostgreSQL runs")
    }

    #[track_caller]
    fn control<const N: usize>(&self, arguments: [&str; N]) {
        let arguments = arguments.into_iter().chain(["--pgdata=data", "--wait", "--timeout=60"]);
        if let Err(error) = self.run("pg_ctl", arguments) {
            panic!("{}", error.report());
        }
    }

    fn run<S: AsRef<OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = S>) -> Result<String, Error> {
        let program = self.programs.join(program);
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(&self.directory).stdin(Stdio::null());
        if geteuid().is_root() {
            let (user, group) = unprivileged()?;
            command.uid(user).gid(group);
        }
        // A file, not a pipe, which the server would inherit and hold open.
        let output = tempfile::tempfile().map_err(Error::io("make a file in", std::env::temp_dir().display()))?;
        let clone = || output.try_clone().map_err(Error::io("open", "output of PostgreSQL"));
        let status = command.stdout(clone()?).stderr(clone()?).status();
        let status = status.map_err(|source| Error::Spawn { program: program.clone(), source })?;
        let mut text = String::new();
        let mut output = output;
        std::io::Seek::rewind(&mut output).map_err(Error::io("read", "output of PostgreSQL"))?;
        std::io::Read::read_to_string(&mut output, &mut text).map_err(Error::io("read", "output of PostgreSQL"))?;
        if status.success() {
            return Ok(text);
        }
        Err(Error::Postgres { problem: format!("`{}` ended with {status}: {text}", program.display()) })
    }

    fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.directory.join(name)).unwrap_or_default();
        format!("{}{}", read("keeper.log"), read("server.log"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A database of a [`Postgres`], dropped with it.
#[derive(Debug)]
pub struct PostgresDatabase {
    server: &'static Postgres,
    name: String,
}

impl PostgresDatabase {
    /// Returns its URL.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// Runs SQL in it and returns the result, a line for each row.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    #[track_caller]
    pub fn execute(&self, sql: &str) -> String {
        self.server.execute(&self.name, sql)
    }
}

impl PostgresDatabase {
    /// Empties a table and lets it have no room on the disk, until what is returned is dropped.
    ///
    /// # Panics
    ///
    /// When its file cannot be replaced.
    #[track_caller]
    pub fn fill(&self, table: &str) -> FullTable<'_> {
        self.execute(&format!("TRUNCATE {table}"));
        let path = self.execute(&format!("SELECT pg_relation_filepath('{table}')"));
        let full = FullTable { database: self, path: self.server.directory.join("data").join(path.trim()) };
        fs::rename(&full.path, full.kept()).expect("the file of the table is there");
        symlink("/dev/full", &full.path).expect("a link can be made");
        self.disconnect_all();
        full
    }

    /// Ends all connections, since they hold files of tables open.
    fn disconnect_all(&self) {
        let others = format!("datname = '{}' AND pid <> pg_backend_pid()", self.name);
        self.execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"));
    }
}

/// A table without room on the disk.
#[derive(Debug)]
pub struct FullTable<'a> {
    database: &'a PostgresDatabase,
    path: PathBuf,
}

impl FullTable<'_> {
    fn kept(&self) -> PathBuf {
        self.path.with_extension("kept")
    }
}

impl Drop for FullTable<'_> {
    fn drop(&mut self) {
        // A link is replaced, not followed.
        let _ = fs::rename(self.kept(), &self.path);
        self.database.disconnect_all();
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        // The server and its databases are removed soon; this only keeps them from filling the disk
        // until then.
        let url = self.server.url("postgres");
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let _ = self.server.run("psql", ["-Xq", "-d", &url, "-c", &sql]);
    }
}

fn children(server: Pid) -> Vec<Pid> {
    let id = server.as_raw_nonzero();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?)).collect()
}

/// Returns the folder of PostgreSQL's programs: the newest of Debian's, else that of the `PATH`.
fn installed() -> Result<PathBuf, Error> {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let versions = debian.filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())));
    let newest = versions.filter(|(version, path)| *version >= LEAST_VERSION && path.join("bin/initdb").exists()).max();
    let path = std::env::var_os("PATH").unwrap_or_default();
    newest
        .map(|(_, path)| path.join("bin"))
        .or_else(|| std::env::split_paths(&path).find(|folder| folder.join("initdb").exists()))
        .ok_or(Error::NotInstalled { what: "PostgreSQL 15 or later", how: "apt-get install postgresql" })
}

/// Returns user and group of an unprivileged account: `postgres`, else `nobody`.
fn unprivileged() -> Result<(u32, u32), Error> {
    let users = fs::read_to_string("/etc/passwd").map_err(Error::io("read", "/etc/passwd"))?;
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = find("postgres").or_else(|| find("nobody"));
    found.ok_or(Error::Postgres { problem: "there is no user `postgres` or `nobody` to run it as".into() })
}
