use crate::client::Base;
use crate::process::Process;
use crate::{Account, Client, CommandOutput, Error, Home, RawConnection, wait_for};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitStatus;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The shortest text that is looked for in the log as a secret.
const SECRET_LENGTH: usize = 9;

/// How long a server may take to finish its requests after a signal.
const END_LIMIT: Duration = Duration::from_secs(40);

/// A running server with its own data directory.
///
/// Dropping it kills the process and removes the directory. If a test is failing, everything the
/// server printed is shown first. If not, the test fails where the server has logged a secret: a
/// token or password that this value has given out, a signature, or a query. Every test should
/// start its own server: values in statics are never dropped, and would leave the process running.
#[derive(Debug)]
pub struct Server {
    process: Process,
    base: Base,
    address: SocketAddr,
    actors: Mutex<HashMap<Account, Client>>,
    /// What must not be in its log.
    secrets: Mutex<Vec<String>>,
    // Last, so that the directory is removed after the process has ended.
    home: Home,
}

impl Home {
    /// Starts a server here and waits until it answers.
    ///
    /// # Errors
    ///
    /// When the binary cannot be run, ends, or does not answer in time.
    pub fn serve(self) -> Result<Server, Error> {
        let base = Base::default();
        let (process, address) = launch(&self, &base)?;
        Ok(Server { process, base, address, actors: Mutex::default(), secrets: Mutex::default(), home: self })
    }
}

impl Server {
    /// Returns the URL without a path, e.g. `http://127.0.0.1:43210`.
    pub fn url(&self) -> String {
        self.base.get()
    }

    /// Returns the address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the directory it runs in.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Returns its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Returns whether the process still runs.
    pub fn is_running(&mut self) -> bool {
        self.process.ended().is_none()
    }

    /// Returns what it printed on standard output so far, over all its starts.
    pub fn stdout(&self) -> String {
        fs::read_to_string(self.home.stdout_file()).unwrap_or_default()
    }

    /// Returns everything it printed so far, over all its starts.
    pub fn log(&self) -> String {
        self.home.log()
    }

    /// Returns its peak memory in bytes (`VmHWM` of `/proc/<pid>/status`, see proc(5)).
    ///
    /// # Errors
    ///
    /// When the process has ended, or on a system without `/proc`.
    pub fn peak_memory(&self) -> Result<u64, Error> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        kibibytes.map(|value| value * 1024).ok_or(Error::Malformed { what: "no `VmHWM`", excerpt: path })
    }

    /// Sends `SIGTERM` and returns at once.
    ///
    /// # Errors
    ///
    /// When the process has ended.
    pub fn signal_to_end(&self) -> Result<(), Error> {
        self.process.signal_to_end().map_err(Error::io("signal", self.process.id()))
    }

    /// Waits until the process ends.
    ///
    /// # Errors
    ///
    /// When it has not ended after forty seconds.
    pub fn wait(&mut self) -> Result<ExitStatus, Error> {
        self.process.wait(END_LIMIT).ok_or_else(|| Error::StillRunning { waited: END_LIMIT, log: self.log() })
    }

    /// Sends `SIGTERM` and waits until the process ends.
    ///
    /// # Errors
    ///
    /// When it has ended before, or does not end within forty seconds.
    pub fn terminate(&mut self) -> Result<ExitStatus, Error> {
        self.signal_to_end()?;
        self.wait()
    }

    /// Sends `SIGKILL` and waits until the process is gone.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sets a configuration key. It takes effect for commands at once, and for the server after the
    /// next [`Server::restart`].
    pub fn reconfigure(&mut self, key: &str, value: &str) {
        self.home.reconfigure(key, value);
    }

    /// Ends the server if it runs, and starts it again on the same data directory and another port.
    /// Clients follow.
    ///
    /// # Errors
    ///
    /// When it does not end, or does not start again.
    pub fn restart(&mut self) -> Result<(), Error> {
        if self.is_running() {
            self.terminate()?;
        }
        (self.process, self.address) = launch(&self.home, &self.base)?;
        Ok(())
    }

    /// Runs a command of the same binary against the same data directory.
    ///
    /// # Panics
    ///
    /// When the binary cannot be run.
    #[track_caller]
    pub fn cli<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> CommandOutput {
        self.home.cli(arguments)
    }

    /// Opens a connection for raw bytes.
    ///
    /// # Panics
    ///
    /// When the server does not accept it.
    #[track_caller]
    pub fn connect(&self) -> RawConnection {
        match RawConnection::open(self.address) {
            Ok(connection) => connection,
            Err(error) => panic!("{}", error.report()),
        }
    }

    /// Returns a client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.base.clone(), "", None)
    }

    /// Returns a client with that token.
    pub fn client(&self, username: &str, token: &str) -> Client {
        self.keep_secret(token);
        Client::new(self.base.clone(), username, Some(token.to_owned()))
    }

    /// Notes what must not be in the log. Texts that are short may be there by chance.
    fn keep_secret(&self, text: &str) {
        if text.len() >= SECRET_LENGTH {
            self.secrets.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned());
        }
    }

    /// Returns the first line of the log that says what nobody who reads logs may know.
    fn leak(&self) -> Option<String> {
        let log = fs::read(self.home.stderr_file()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let tells = |line: &&str| secrets.iter().any(|secret| line.contains(secret)) || tells_query(line);
        log.lines().find(tells).map(str::to_owned)
    }

    /// Returns a staff user with exactly these permissions, the same one each time.
    ///
    /// # Panics
    ///
    /// When the command line refuses to create it.
    #[track_caller]
    pub fn staff(&self, permissions: impl IntoIterator<Item = u16>) -> Client {
        self.actor(Account::staff().grant(permissions))
    }

    /// Returns a user who is neither staff nor admin but holds these permissions, the same one each
    /// time.
    ///
    /// # Panics
    ///
    /// When the command line refuses to create it.
    #[track_caller]
    pub fn user(&self, permissions: impl IntoIterator<Item = u16>) -> Client {
        self.actor(Account::plain().grant(permissions))
    }

    /// Returns an admin, the same one each time.
    ///
    /// # Panics
    ///
    /// When the command line refuses to create it.
    #[track_caller]
    pub fn admin(&self) -> Client {
        self.actor(Account::admin())
    }

    /// Creates a user and a token for it.
    ///
    /// # Panics
    ///
    /// When the command line refuses.
    #[track_caller]
    pub fn create_user(&self, name: &str, account: &Account) -> Client {
        match self.try_create_user(name, account) {
            Ok(client) => client,
            Err(error) => panic!("{}", error.report()),
        }
    }

    /// Creates a user and a token for it.
    ///
    /// # Errors
    ///
    /// When the command line refuses.
    pub fn try_create_user(&self, name: &str, account: &Account) -> Result<Client, Error> {
        let password = account.password.as_deref().unwrap_or_default();
        self.keep_secret(password);
        self.home.cli_with_input(account.create_arguments(name), password).into_result()?;
        if !account.permissions.is_empty() {
            let permissions = account.permissions.iter().map(String::as_str);
            self.cli(["user", "grant", name].into_iter().chain(permissions)).into_result()?;
        }
        let token = self.cli(["token", "create", name]).into_result()?.stdout;
        Ok(self.client(name, token.trim()))
    }

    #[track_caller]
    fn actor(&self, account: Account) -> Client {
        let mut actors = self.actors.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("actor-{}", actors.len() + 1);
        actors.entry(account).or_insert_with_key(|account| self.create_user(&name, account)).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill();
        if std::thread::panicking() {
            // With the macro, whose output the test harness captures.
            eprint_captured(&self.log());
        } else if let Some(line) = self.leak() {
            panic!("the log tells a secret: {line}");
        }
    }
}

/// Returns whether a line of the log has a signature, the secret of a webhook, or a query behind
/// the path of a request.
fn tells_query(line: &str) -> bool {
    let path = ["path=\"", "\"path\":\""].into_iter().find_map(|start| line.split_once(start));
    let path = path.and_then(|(_, rest)| rest.split('"').next()).unwrap_or_default();
    path.contains('?') || line.contains("signature=") || line.contains("whsec_")
}

#[expect(clippy::print_stderr, reason = "the log of the server belongs to the output of the failing test")]
fn eprint_captured(text: &str) {
    eprintln!("{text}");
}

/// Starts the process and waits until it answers `/healthz` on the port it chose.
fn launch(home: &Home, base: &Base) -> Result<(Process, SocketAddr), Error> {
    let port_file = home.port_file();
    if port_file.exists() {
        fs::remove_file(&port_file).map_err(Error::io("remove", port_file.display()))?;
    }
    let mut process = home.spawn_server()?;
    let limit = home.start_limit();
    let outcome = wait_for(limit, || {
        if let Some(status) = process.ended() {
            return Some(Err(Error::Exited { status, log: home.log() }));
        }
        // Read again each time: the file may be half written.
        let text = fs::read_to_string(&port_file).ok()?;
        let port = text.trim().rsplit(':').next()?.parse().ok()?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        answers(address).then_some(Ok(address))
    });
    let address = outcome.unwrap_or_else(|| Err(Error::NotReady { waited: limit, log: home.log() }))?;
    base.set(format!("http://{address}"));
    Ok((process, address))
}

fn answers(address: SocketAddr) -> bool {
    let probe = || {
        let mut connection = RawConnection::open(address)?;
        connection.set_timeout(Duration::from_secs(2))?;
        connection.send(format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"))?;
        connection.read_response()
    };
    probe().is_ok_and(|response| response.status() == 200)
}
