use crate::setup::Setup;
use crate::{Bucket, Error, Home, Server};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Configures a [`Server`], or a [`Home`] without one.
///
/// Configuration goes through the environment, so that the server and every command run beside it
/// agree on it. Variables of the surrounding process that begin with `TINTYPE_` or `AWS_` are not
/// passed on.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until it starts a server"]
pub struct Builder {
    setup: Setup,
}

impl Server {
    /// Returns a builder with every setting at its default.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Sets the path of the binary. The default is the variable `TINTYPE_BINARY`, else `tintype` on
    /// the `PATH`.
    pub fn binary(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.binary = path.into();
        self
    }

    /// Sets a configuration key, e.g. `max_upload_size` to `1 MiB`.
    pub fn config(mut self, key: &str, value: &str) -> Self {
        self.setup.set_config(key, value);
        self
    }

    /// Stores the files where the server does by default, whatever `TINTYPE_TEST_STORAGE` says.
    pub fn local_storage(mut self) -> Self {
        self.setup.chooses_storage = true;
        self
    }

    /// Stores the files in a bucket of Garage, whatever `TINTYPE_TEST_STORAGE` says.
    pub fn bucket(mut self, bucket: &Bucket) -> Self {
        self.setup.set_bucket(bucket);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.setup.set_env(name, value);
        self
    }

    /// Adds an argument to `tintype serve`. Other commands do not get it.
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.setup.arguments.push(argument.into());
        self
    }

    /// Runs the server through another program that ends by becoming it (`exec`), e.g.
    /// `["nice", "-n", "19"]`.
    pub fn wrapper(mut self, wrapper: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.setup.wrapper = wrapper.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the data directory. The default is `data` in the temporary directory.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.setup.data_dir = Some(path.into());
        self
    }

    /// Sets how long the server may take to answer `/healthz`. The default is thirty seconds.
    pub fn start_limit(mut self, limit: Duration) -> Self {
        self.setup.start_limit = limit;
        self
    }

    /// Makes the directory and configuration, without starting a server.
    ///
    /// # Errors
    ///
    /// When the temporary directory cannot be made.
    pub fn prepare(self) -> Result<Home, Error> {
        Home::new(self.setup)
    }

    /// Starts a server and waits until it answers.
    ///
    /// # Panics
    ///
    /// When the server does not start; the message shows what it printed.
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
