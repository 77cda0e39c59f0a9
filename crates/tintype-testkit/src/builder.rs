use crate::{Bucket, Error, Home, Server};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What a server, or a [`Home`] without one, is to be like.
///
/// Configuration goes through the environment, so that the server and every command run beside it agree on it. Variables of the surrounding process
/// that begin with `TINTYPE_` or `AWS_` are not passed on.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it starts a server"]
pub struct Builder {
    pub(crate) binary: PathBuf,
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) wrapper: Vec<OsString>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) start_limit: Duration,
    pub(crate) bucket: Option<Bucket>,
    chooses_storage: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            binary: std::env::var_os("TINTYPE_BINARY").map_or_else(|| PathBuf::from("tintype"), PathBuf::from),
            environment: Vec::new(),
            arguments: Vec::new(),
            wrapper: Vec::new(),
            data_dir: None,
            // A start takes a fraction of a second; a machine busy with a whole test suite may stretch that.
            start_limit: Duration::from_secs(30),
            bucket: None,
            chooses_storage: false,
        }
    }

    /// Sets the binary; otherwise the variable `TINTYPE_BINARY` names it, and else it is `tintype` on the `PATH`.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.binary = path.into();
        self
    }

    /// Sets a configuration key, e.g. `max_upload_size` to `1 MiB`.
    pub fn config(self, key: &str, value: &str) -> Self {
        let variable = format!("TINTYPE_{}", key.to_uppercase());
        let chooses_storage = self.chooses_storage || key == "storage_url";
        Self { chooses_storage, ..self }.env(&variable, value)
    }

    /// Keeps the files where the server does unless configured, whatever `TINTYPE_TEST_STORAGE` says.
    pub fn local_storage(self) -> Self {
        Self { chooses_storage: true, ..self }
    }

    /// Keeps the files in a bucket of Garage, whatever `TINTYPE_TEST_STORAGE` says.
    pub fn bucket(self, bucket: &Bucket) -> Self {
        let keyed = bucket.environment().iter().fold(self, |builder, (name, value)| builder.env(name, value));
        Self { bucket: Some(bucket.clone()), ..keyed.config("storage_url", &bucket.url()) }
    }

    /// Keeps the files in Garage where `TINTYPE_TEST_STORAGE` says so and the test does not say otherwise.
    pub(crate) fn choose_storage(self) -> Self {
        match std::env::var("TINTYPE_TEST_STORAGE").as_deref() {
            Err(_) | Ok("local") => self,
            Ok("garage") if self.chooses_storage => self,
            Ok("garage") => self.bucket(&Bucket::new().expect("`TINTYPE_TEST_STORAGE=garage` needs Garage")),
            Ok(other) => panic!("`TINTYPE_TEST_STORAGE` is `{other}`, and neither `local` nor `garage`"),
        }
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Adds an argument to `tintype serve`; commands do not get it.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Runs the server through another program, e.g. `["nice", "-n", "19"]`, that in the end becomes it (`exec`).
    pub fn wrapper(mut self, wrapper: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.wrapper = wrapper.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the data directory; otherwise it is `data` in the temporary directory.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Sets how long the server may take to answer `/healthz`; thirty seconds otherwise.
    pub fn start_limit(mut self, limit: Duration) -> Self {
        self.start_limit = limit;
        self
    }

    /// Makes the directory and configuration, without starting a server.
    ///
    /// # Errors
    ///
    /// When the temporary directory cannot be made.
    pub fn prepare(self) -> Result<Home, Error> {
        Home::new(self)
    }

    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    ///
    /// When it does not come up; the message shows what it printed.
    #[track_caller]
    pub fn start(self) -> Server {
        match self.try_start() {
            Ok(server) => server,
            Err(error) => panic!("{}", error.report()),
        }
    }

    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    ///
    /// When the binary cannot be run, ends, or does not answer in time.
    pub fn try_start(self) -> Result<Server, Error> {
        self.prepare()?.serve()
    }
}
