use crate::{Error, process, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use rusty_s3::{Credentials, S3Action, UrlStyle};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The version that is installed and started.
const VERSION: &str = "2.5.0";
const BUCKET: &str = "media";
const REGION: &str = "garage";

/// How long a start may take on a machine that is busy with a whole test suite; otherwise it takes
/// a second.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Starts Garage for every line it reads and prints its process id. At the end of its input it ends
/// Garage and removes its folder: then the value was dropped, or the test process ended in any way.
/// It leaves signals from the terminal to the test process.
const GUARD: &str = r#"trap '' INT HUP TERM
while read -r _; do
    "$0" -c "$1/garage.toml" server --single-node --default-bucket >>"$1/log" 2>&1 </dev/null &
    echo $!
done
kill -9 $!
wait
rm -rf "$1""#;

/// A private Garage, which is a real S3 server, with one bucket in a temporary directory.
///
/// It is killed and its directory removed when the value is dropped, and also when the test process
/// dies.
#[derive(Debug)]
pub struct Garage {
    guard: Child,
    pipes: Mutex<Pipes>,
    s3: rusty_s3::Bucket,
    credentials: Credentials,
    directory: TempDir,
}

#[derive(Debug)]
struct Pipes {
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    id: Option<Pid>,
}

/// A part of the bucket of the shared [`Garage`] that nobody else uses.
#[derive(Debug, Clone)]
pub struct Bucket {
    garage: &'static Garage,
    prefix: String,
}

impl Garage {
    /// Returns the Garage of this process, which the first call starts. If Garage is not installed,
    /// prints a note and returns `None`.
    ///
    /// # Panics
    ///
    /// When it does not start, or is not installed and `CI` is `true`.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Garage> = OnceLock::new();
        Self::is_installed().then(|| SHARED.get_or_init(Self::start))
    }

    /// Returns whether Garage is installed. If not, prints a note that the test harness does not
    /// capture.
    ///
    /// # Panics
    ///
    /// When it is not installed and `CI` is `true`.
    pub fn is_installed() -> bool {
        let binary = binary();
        if binary.exists() {
            return true;
        }
        let missing = format!("Garage is not installed at `{}`: run `.ci/garage`", binary.display());
        assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "{missing}");
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        // This fails only if standard error is closed.
        let _ = writeln!(std::io::stderr().lock(), "SKIPPED {test}: {missing}");
        false
    }

    /// Starts a Garage for a test that stops or freezes it.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[track_caller]
    pub fn start() -> Self {
        // Another process may take a free port before Garage listens on it.
        let mut attempts = (0..3).map(|_| Self::try_start());
        match attempts.find(|attempt| !matches!(attempt, Err(Error::NotReady { .. }))) {
            Some(Ok(garage)) => garage,
            Some(Err(error)) => panic!("{}", error.report()),
            None => panic!("Garage does not come up"),
        }
    }

    fn try_start() -> Result<Self, Error> {
        let directory = tempfile::Builder::new()
            .prefix("tintype-garage-")
            .tempdir()
            .map_err(Error::io("make a directory in", std::env::temp_dir().display()))?;
        let [s3_port, rpc_port] = free_ports().map_err(Error::io("find a port on", "127.0.0.1"))?;
        let folder = directory.path().display();
        let configuration = format!(
            "metadata_dir = \"{folder}/meta\"\ndata_dir = \"{folder}/data\"\ndb_engine = \"sqlite\"\nreplication_factor = 1\n\
             rpc_bind_addr = \"127.0.0.1:{rpc_port}\"\nrpc_secret = \"{:064x}\"\n\n\
             [s3_api]\ns3_region = \"{REGION}\"\napi_bind_addr = \"127.0.0.1:{s3_port}\"\n",
            1
        );
        let file = directory.path().join("garage.toml");
        fs::write(&file, configuration).map_err(Error::io("write", file.display()))?;

        let endpoint = format!("http://127.0.0.1:{s3_port}").parse();
        let s3 = endpoint.ok().and_then(|url| rusty_s3::Bucket::new(url, UrlStyle::Path, BUCKET, REGION).ok());
        let s3 = s3.ok_or(Error::Malformed { what: "the endpoint is no URL", excerpt: s3_port.to_string() })?;
        let credentials = Credentials::new(format!("GK{:024x}", 1), format!("{:064x}", 2));
        let program = binary();
        let mut guard = Command::new("sh")
            .args(["-c", GUARD])
            .arg(&program)
            .arg(directory.path())
            .env("GARAGE_DEFAULT_ACCESS_KEY", credentials.key())
            .env("GARAGE_DEFAULT_SECRET_KEY", credentials.secret())
            .env("GARAGE_DEFAULT_BUCKET", BUCKET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|source| Error::Spawn { program, source })?;
        let (orders, answers) = (guard.stdin.take(), guard.stdout.take());
        let answers = answers.ok_or(Error::Malformed { what: "no standard output", excerpt: String::new() })?;
        let pipes = Mutex::new(Pipes { orders, answers: BufReader::new(answers), id: None });
        let garage = Self { guard, pipes, s3, credentials, directory };
        garage.launch()?;
        Ok(garage)
    }

    /// Returns the URL of a part of the bucket.
    pub fn storage_url(&self, prefix: &str) -> String {
        let endpoint = self.endpoint();
        format!("s3://{BUCKET}/{prefix}?endpoint={endpoint}&region={REGION}")
    }

    /// Returns its URL, e.g. `http://127.0.0.1:43210`.
    pub fn endpoint(&self) -> String {
        self.s3.base_url().origin().ascii_serialization()
    }

    /// Returns the variables that hold its access key.
    pub fn environment(&self) -> [(String, String); 2] {
        [("AWS_ACCESS_KEY_ID", self.credentials.key()), ("AWS_SECRET_ACCESS_KEY", self.credentials.secret())]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    /// Returns the keys of all objects below a prefix, without it, in order.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        let prefix = format!("{prefix}/");
        let mut keys = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut list = self.s3.list_objects_v2(Some(&self.credentials));
            list.with_prefix(prefix.as_str());
            if let Some(token) = &token {
                list.with_continuation_token(token.as_str());
            }
            let url = list.sign(START_LIMIT);
            let mut response = ureq::get(url.as_str()).call().expect("Garage lists its bucket");
            let text = response.body_mut().read_to_string().expect("the list can be read");
            let page = rusty_s3::actions::ListObjectsV2::parse_response(&text).expect("the list can be parsed");
            keys.extend(
                page.contents.into_iter().filter_map(|object| Some(object.key.strip_prefix(&prefix)?.to_owned())),
            );
            token = page.next_continuation_token;
            if token.is_none() {
                keys.sort();
                return keys;
            }
        }
    }

    /// Puts an object without the server.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub fn put(&self, key: &str, content: &[u8]) {
        let url = self.s3.put_object(Some(&self.credentials), key).sign(START_LIMIT);
        ureq::put(url.as_str()).send(content).expect("Garage takes an object");
    }

    /// Removes an object without the server.
    ///
    /// # Panics
    ///
    /// When it does not answer.
    pub fn delete(&self, key: &str) {
        let url = self.s3.delete_object(Some(&self.credentials), key).sign(START_LIMIT);
        ureq::delete(url.as_str()).call().expect("Garage deletes an object");
    }

    /// Returns how many bytes of content are on its disk, including those of uploads in progress.
    pub fn stored_bytes(&self) -> u64 {
        bytes_below(&self.directory.path().join("data"))
    }

    /// Freezes it: connections stay open, and nothing is answered.
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[track_caller]
    pub fn freeze(&self) {
        process::freeze(&[self.id()]).expect("Garage stops");
    }

    /// Lets it continue after [`Garage::freeze`].
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[track_caller]
    pub fn thaw(&self) {
        process::thaw(&[self.id()]).expect("Garage goes on");
    }

    /// Sends `SIGKILL`, and waits until connections are refused: the process may still answer for a
    /// moment.
    ///
    /// # Panics
    ///
    /// When it does not end.
    #[track_caller]
    pub fn kill(&self) {
        kill_process(self.id(), Signal::KILL).expect("Garage runs");
        let url = self.s3.base_url();
        let address = (url.host_str().unwrap_or_default(), url.port().unwrap_or_default());
        let refused = wait_for(START_LIMIT, || TcpStream::connect(address).is_err().then_some(()));
        assert!(refused.is_some(), "Garage has ended within {START_LIMIT:?}");
    }

    /// Starts it again after [`Garage::kill`], with its data, and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not start.
    #[track_caller]
    pub fn restart(&self) {
        if let Err(error) = self.launch() {
            panic!("{}", error.report());
        }
    }

    #[track_caller]
    fn id(&self) -> Pid {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner).id.expect("Garage has been started")
    }

    fn launch(&self) -> Result<(), Error> {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = String::new();
        let orders =
            pipes.orders.as_mut().ok_or(Error::Malformed { what: "no standard input", excerpt: String::new() })?;
        orders.write_all(b"\n").map_err(Error::io("write to", "sh"))?;
        pipes.answers.read_line(&mut line).map_err(Error::io("read from", "sh"))?;
        pipes.id = line.trim().parse().ok().and_then(Pid::from_raw);
        drop(pipes);
        let url = self.s3.list_objects_v2(Some(&self.credentials)).sign(START_LIMIT);
        let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(2))).proxy(None).build();
        let agent = config.new_agent();
        let ready = wait_for(START_LIMIT, || agent.get(url.as_str()).call().is_ok().then_some(()));
        ready.ok_or_else(|| Error::NotReady { waited: START_LIMIT, log: self.log() })
    }

    fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Garage {
    fn drop(&mut self) {
        // The guard reads the end of its input, and does the rest.
        self.pipes.get_mut().unwrap_or_else(PoisonError::into_inner).orders = None;
        let _ = self.guard.wait();
    }
}

impl Bucket {
    /// Returns a part of the shared Garage that nobody else uses; `None` if Garage is not
    /// installed.
    ///
    /// # Panics
    ///
    /// As [`Garage::shared`].
    pub fn new() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let garage = Garage::shared()?;
        Some(Self { garage, prefix: format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed)) })
    }

    /// Returns the URL of this part.
    pub fn url(&self) -> String {
        self.garage.storage_url(&self.prefix)
    }

    /// Returns the variables that hold the access key.
    pub fn environment(&self) -> [(String, String); 2] {
        self.garage.environment()
    }

    /// Returns the keys of all objects, in order.
    pub fn keys(&self) -> Vec<String> {
        self.garage.keys(&self.prefix)
    }

    /// Puts an object without the server.
    pub fn put(&self, key: &str, content: &[u8]) {
        self.garage.put(&format!("{}/{key}", self.prefix), content);
    }

    /// Removes an object without the server.
    pub fn delete(&self, key: &str) {
        self.garage.delete(&format!("{}/{key}", self.prefix));
    }
}

/// Returns where `.ci/garage` installs the binary; `TINTYPE_GARAGE` names another.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("TINTYPE_GARAGE") {
        return path.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache");
    cache.unwrap_or_else(home).join(format!("tintype/garage-{VERSION}/bin/garage"))
}

fn bytes_below(folder: &Path) -> u64 {
    // Files that are moved or removed in the meantime do not count.
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)));
    bytes.map(|(path, metadata)| if metadata.is_dir() { bytes_below(&path) } else { metadata.len() }).sum()
}

fn free_ports() -> std::io::Result<[u16; 2]> {
    // Both at once, so that they differ.
    let listeners = [TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?, TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?];
    Ok([listeners[0].local_addr()?.port(), listeners[1].local_addr()?.port()])
}
