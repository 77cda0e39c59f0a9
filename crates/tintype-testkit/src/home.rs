use crate::process::Process;
use crate::setup::Setup;
use crate::{Bucket, Error, Postgres, PostgresDatabase};
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use tempfile::TempDir;

/// A temporary directory, a configuration and the binary: where a server and the commands beside it
/// run.
///
/// The directory is the working directory of all of them. It is removed when the value is dropped.
#[derive(Debug)]
pub struct Home {
    directory: TempDir,
    data_dir: PathBuf,
    setup: Setup,
    database: Option<PostgresDatabase>,
}

/// The variable that chooses the database of tests that do not choose one themselves: `sqlite` (the
/// default) or `postgres`.
const TEST_DATABASE: &str = "TINTYPE_TEST_DATABASE";

impl Home {
    pub(crate) fn new(mut setup: Setup) -> Result<Self, Error> {
        setup.choose_storage();
        let mut home = Self::bare(setup)?;
        home.choose_database()?;
        Ok(home)
    }

    fn bare(setup: Setup) -> Result<Self, Error> {
        let directory = tempfile::Builder::new()
            .prefix("tintype-test-")
            .tempdir()
            .map_err(Error::io("make a directory in", std::env::temp_dir().display()))?;
        let data_dir = setup.data_dir.clone().unwrap_or_else(|| directory.path().join("data"));
        Ok(Self { directory, data_dir, setup, database: None })
    }

    /// Creates a PostgreSQL database if the environment asks for it and the test does not choose
    /// one.
    fn choose_database(&mut self) -> Result<(), Error> {
        let is_chosen = self.setup.environment.iter().any(|(name, _)| name == "TINTYPE_DATABASE_URL");
        match std::env::var(TEST_DATABASE).as_deref() {
            Err(_) | Ok("" | "sqlite") => {}
            Ok("postgres") if is_chosen => {}
            Ok("postgres") => {
                let Some(server) = Postgres::shared() else { panic!("{TEST_DATABASE} asks for PostgreSQL") };
                let migrating = Self::bare(Setup { binary: self.setup.binary.clone(), ..Setup::default() })?;
                // Once, so that not every test waits for it.
                server.prepare(|url| {
                    let create = ["user", "create", "template", "--create-database"];
                    let _ = migrating.command(create).env("TINTYPE_DATABASE_URL", url).output();
                    server.execute("template1", "TRUNCATE users, leases RESTART IDENTITY CASCADE");
                });
                self.database = Some(server.database());
            }
            Ok(other) => panic!("{TEST_DATABASE} is `{other}`; use `sqlite` or `postgres`"),
        }
        Ok(())
    }

    /// Returns the bucket that the files are stored in, if there is one.
    pub fn bucket(&self) -> Option<&Bucket> {
        self.setup.bucket.as_ref()
    }

    /// Returns the working directory; `tintype.toml` is read from here.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Returns the data directory.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Sets a configuration key for whatever is started from now on.
    pub fn reconfigure(&mut self, key: &str, value: &str) {
        self.setup.set_config(key, value);
    }

    /// Returns a command of the binary, in this directory and with this configuration, for what
    /// [`Home::cli`] does not cover.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(&self.setup.binary);
        self.prepare(&mut command);
        command.args(arguments);
        command
    }

    /// Runs a command of the binary to its end.
    ///
    /// # Panics
    ///
    /// When the binary cannot be run.
    #[track_caller]
    pub fn cli<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> CommandOutput {
        self.cli_with_input(arguments, "")
    }

    /// Runs a command of the binary to its end, with a text on its standard input.
    ///
    /// # Panics
    ///
    /// When the binary cannot be run.
    #[track_caller]
    pub fn cli_with_input<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> CommandOutput {
        match self.try_cli(arguments, input) {
            Ok(output) => output,
            Err(error) => panic!("{}", error.report()),
        }
    }

    fn try_cli<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        input: &str,
    ) -> Result<CommandOutput, Error> {
        let mut command = self.command(arguments);
        let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned()).collect();
        let failed = |source| Error::Spawn { program: self.setup.binary.clone(), source };
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input may have ended.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(failed)?;
        Ok(CommandOutput {
            arguments,
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    /// Starts `tintype serve` without waiting for anything.
    pub(crate) fn spawn_server(&self) -> Result<Process, Error> {
        let setup = &self.setup;
        let mut command = match setup.wrapper.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&setup.binary);
                command
            }
            None => Command::new(&setup.binary),
        };
        self.prepare(&mut command);
        command.arg("serve").args(&setup.arguments).arg("--port-file").arg(self.port_file());
        let program = PathBuf::from(command.get_program());
        let output = |path: PathBuf| {
            fs::File::options().create(true).append(true).open(&path).map_err(Error::io("open", path.display()))
        };
        let (stdout, stderr) = (output(self.stdout_file())?, output(self.stderr_file())?);
        let child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn();
        Ok(Process::new(child.map_err(|source| Error::Spawn { program, source })?))
    }

    /// Returns everything the server printed so far, over all its starts.
    pub(crate) fn log(&self) -> String {
        let read = |path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        format!(
            "--- standard output of the server\n{}--- standard error of the server\n{}---",
            read(self.stdout_file()),
            read(self.stderr_file())
        )
    }

    pub(crate) fn stdout_file(&self) -> PathBuf {
        self.path().join("server.stdout")
    }

    pub(crate) fn stderr_file(&self) -> PathBuf {
        self.path().join("server.stderr")
    }

    pub(crate) fn port_file(&self) -> PathBuf {
        self.path().join("server.port")
    }

    pub(crate) fn start_limit(&self) -> std::time::Duration {
        self.setup.start_limit
    }

    fn prepare(&self, command: &mut Command) {
        command.current_dir(self.path());
        for (name, _) in std::env::vars_os() {
            if ["TINTYPE_", "AWS_"].iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command.env("TINTYPE_BIND", "127.0.0.1:0").env("TINTYPE_DATA_DIR", &self.data_dir);
        if let Some(database) = &self.database {
            command.env("TINTYPE_DATABASE_URL", database.url());
        }
        command.envs(self.setup.environment.iter().map(|(name, value)| (name, value)));
    }
}

/// How a command of the binary ended and what it printed.
#[derive(Debug, Clone)]
pub struct CommandOutput {
    arguments: Vec<String>,
    status: ExitStatus,
    /// What it printed on standard output.
    pub stdout: String,
    /// What it printed on standard error.
    pub stderr: String,
}

impl CommandOutput {
    /// Returns the exit code; `None` when a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// Returns the output if the command succeeded.
    ///
    /// # Panics
    ///
    /// When it failed; the message shows what it printed.
    #[track_caller]
    pub fn expect_success(self) -> Self {
        match self.into_result() {
            Ok(output) => output,
            Err(error) => panic!("{}", error.report()),
        }
    }

    pub(crate) fn into_result(self) -> Result<Self, Error> {
        if self.status.success() {
            return Ok(self);
        }
        Err(Error::Command { arguments: self.arguments, status: self.status, stderr: self.stderr })
    }
}
