//! The services that are measured: how each is started, and how a file is uploaded to it.

use crate::Failure;
use crate::process::Tree;
use crate::workload::{Form, Workload};
use rustix::process::{Pid, Signal, kill_process_group};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use ureq::Agent;

/// A service that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    Tintype,
    Django,
    Directus,
    PictRs,
    /// Serves files, takes none.
    Nginx,
}

impl Peer {
    /// Those that take uploads.
    pub const ALL: [Self; 4] = [Self::Tintype, Self::Django, Self::Directus, Self::PictRs];

    /// Returns its name, which is also that of the script that installs and starts it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tintype => "tintype",
            Self::Django => "django",
            Self::Directus => "directus",
            Self::PictRs => "pict-rs",
            Self::Nginx => "nginx",
        }
    }

    /// Returns whether it takes such files. pict-rs takes pictures only, and keeps equal ones once,
    /// so that the second upload of a file would cost nothing.
    pub fn takes(self, workload: &Workload) -> bool {
        self != Self::PictRs || workload.is_variable()
    }

    /// Returns the name of the form's part that is the file.
    pub fn field(self) -> &'static str {
        match self {
            Self::Tintype | Self::Django => "f",
            Self::Directus => "file",
            Self::PictRs => "images[]",
            Self::Nginx => "",
        }
    }

    fn upload_path(self) -> &'static str {
        match self {
            Self::Tintype | Self::Django => "/api/media/files",
            Self::Directus => "/files",
            Self::PictRs => "/image",
            Self::Nginx => "/",
        }
    }

    fn health_path(self) -> &'static str {
        match self {
            Self::Tintype => "/healthz",
            Self::Django => "/api/media/files",
            Self::Directus => "/server/ping",
            Self::PictRs => "/healthz",
            Self::Nginx => "/",
        }
    }
}

/// A service that runs; it ends when this is dropped.
pub struct Server {
    pub peer: Peer,
    pub base: String,
    token: String,
    pub dir: PathBuf,
    child: Child,
}

impl Server {
    const START_TIMEOUT: Duration = Duration::from_secs(180);

    /// Starts it in a new folder on a free port, and waits until it answers.
    pub fn start(peer: Peer, work: &Path, options: &[(&str, &str)]) -> Result<Self, Failure> {
        static STARTS: AtomicUsize = AtomicUsize::new(0);
        let dir = work.join(format!("{}-{}", peer.name(), STARTS.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&dir).map_err(|e| format!("cannot create `{}`: {e}", dir.display()))?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr())?.port();
        let script = std::env::var_os("BENCH_PEERS").map_or_else(|| "peers".into(), PathBuf::from).join(peer.name());
        let log = std::fs::File::create(dir.join("log"))?;
        let child = Command::new(&script)
            .arg("serve")
            .args([dir.as_os_str(), port.to_string().as_ref()])
            .envs(options.iter().copied())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()
            .map_err(|e| format!("cannot run `{}`: {e}", script.display()))?;
        let mut server = Self { peer, base: format!("http://127.0.0.1:{port}"), token: String::new(), dir, child };
        server.wait()?;
        server.token = std::fs::read_to_string(server.dir.join("token")).unwrap_or_default().trim().to_owned();
        Ok(server)
    }

    fn wait(&mut self) -> Result<(), Failure> {
        let agent = agent();
        let url = format!("{}{}", self.base, self.peer.health_path());
        let start = Instant::now();
        while start.elapsed() < Self::START_TIMEOUT {
            if agent.get(&url).call().is_ok_and(|response| response.status().as_u16() < 500) {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                let log = self.dir.join("log");
                return Err(
                    format!("{} ended ({status}) before it served; see `{}`", self.peer.name(), log.display()).into()
                );
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(format!("{} does not answer; see `{}`", self.peer.name(), self.dir.join("log").display()).into())
    }

    pub fn tree(&self) -> Tree {
        Tree(self.pid())
    }

    pub fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Returns the value of the `Authorization` header.
    pub fn authorization(&self) -> String {
        let scheme = if self.peer == Peer::Directus { "Bearer" } else { "Token" };
        format!("{scheme} {}", self.token)
    }

    /// Uploads a file and sees to it that its thumbnails are made: those that make them when they
    /// are first asked for are asked. Returns the service's answer to the upload.
    pub fn upload(&self, agent: &Agent, form: &Form, is_image: bool) -> Result<serde_json::Value, Failure> {
        let answer = self.send(agent, form)?;
        if !is_image {
            return Ok(answer);
        }
        match self.peer {
            Peer::Tintype | Peer::Django => match answer["thumbnails"].as_array().map(Vec::len) {
                Some(4) => {}
                _ => return Err(format!("not four thumbnails: {answer}").into()),
            },
            Peer::Directus => {
                let id = answer["data"]["id"].as_str().ok_or("no id")?;
                for edge in EDGES {
                    let size = format!("width={edge}&height={edge}&fit=inside&withoutEnlargement=true");
                    self.get(agent, &format!("/assets/{id}?{size}"))?;
                }
            }
            Peer::Nginx => {}
            Peer::PictRs => {
                let alias = answer["files"][0]["file"].as_str().ok_or("no alias")?;
                for edge in EDGES {
                    self.get(agent, &format!("/image/process.jpg?src={alias}&thumbnail={edge}"))?;
                }
            }
        }
        Ok(answer)
    }

    /// Sends a form.
    pub fn send(&self, agent: &Agent, form: &Form) -> Result<serde_json::Value, Failure> {
        let request = agent
            .post(format!("{}{}", self.base, self.peer.upload_path()))
            .header("Authorization", self.authorization())
            .header("Content-Type", Form::content_type());
        let mut response = request.send(&form.bytes[..])?;
        let text = response.body_mut().read_to_string()?;
        if !response.status().is_success() {
            return Err(Failure::Status(response.status().as_u16(), text));
        }
        serde_json::from_str(&text).map_err(|e| format!("{}: {e}: {text}", self.peer.name()).into())
    }

    /// Gets a path and returns the body.
    pub fn get(&self, agent: &Agent, path: &str) -> Result<Vec<u8>, Failure> {
        let request = agent.get(format!("{}{path}", self.base)).header("Authorization", self.authorization());
        let mut response = request.call()?;
        let body = response.body_mut().with_config().limit(4 << 30).read_to_vec()?;
        if !response.status().is_success() {
            return Err(Failure::Status(response.status().as_u16(), String::from_utf8_lossy(&body).into_owned()));
        }
        Ok(body)
    }
}

/// The boxes of the contract's thumbnails, in pixels.
const EDGES: [u32; 4] = [64, 128, 512, 1080];

/// Returns a client with connections of its own, which stay open between requests.
pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(300)))
        .max_idle_connections_per_host(1)
        .build()
        .into()
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill_process_group(self.pid(), Signal::TERM);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.wait();
    }
}
