use crate::bind::BindAddress;
use crate::config::{Config, migrated};
use crate::descriptors;
use crate::failure::Failure;
use crate::log;
use crate::output::print;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};
use tintype_http::{App, ServerOptions, metrics_server, server};
use tintype_library::auth::TokenKey;
use tintype_library::persistence::{Database, Error as DatabaseError};
use tintype_library::{AdoptionError, DecoderProcess, Library, causes};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

/// Threads for blocking calls: database and decoding on the one runtime, files that come and go on
/// those of the workers, which share as many again.
const BLOCKING_THREADS: usize = 64;

/// What is printed of the admin that the first start creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// Its token, and how to use it.
    Text,
    /// A line of JSON with the URL and the token, once the server is ready.
    Json,
}

/// Serves until a signal says otherwise.
pub(crate) fn serve(
    config: Config,
    port_file: Option<&Path>,
    greeting: Greeting,
    warnings: impl Iterator<Item = String>,
) -> Result<(), Failure> {
    let _log = log::start(config.log_format).map_err(|e| Failure::during("cannot start a thread for the log", &e))?;
    warnings.for_each(|warning| tracing::warn!("{warning}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.library.workers)
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_all()
        .build()
        .map_err(|e| Failure::during("cannot start threads", &e))?;
    let result = runtime.block_on(run(config, port_file, greeting));
    // A decode that shutdown_timeout did not wait for is not waited for now either.
    runtime.shutdown_background();
    result
}

async fn run(config: Config, port_file: Option<&Path>, greeting: Greeting) -> Result<(), Failure> {
    // First of all: a signal that nobody listens for ends the process at once.
    let mut signals = Signals::new()?;
    ignore_hangups()?;
    // Before the database is migrated: another server may be at work on it.
    let _lock = config.lock_database()?;
    let Some(database) = wait_for_database(&config, &mut signals).await? else { return Ok(()) };
    let (storage, spool) = config.open_storage().await?;
    let library = Library::new(database.clone(), storage, spool, config.library.clone());
    let unusable =
        |error: AdoptionError| Failure::during(format!("cannot use the files at `{}`", config.storage), &error);
    library.adopt_storage().await.map_err(unusable)?;
    let listeners = config.bind.listen()?;
    let metrics_listeners = config.metrics_bind.as_ref().map(BindAddress::listen).transpose()?;
    let addresses = listeners.iter().map(TcpListener::local_addr).collect::<Result<Vec<_>, _>>()?;
    let address = *addresses.first().ok_or_else(|| Failure::new("there is no address to listen on"))?;
    // When nothing else can keep the server from starting: from now on, `tintype migrate` refuses
    // the database.
    database.take_over()?;
    library.create_first_signing_key().await?;
    // Before anybody is told that the server is there, so that who waits for it finds the token
    // printed.
    let first_admin = library.accounts().create_first_admin().await?;
    if let (Some((_, key)), Greeting::Text) = (&first_admin, greeting) {
        greet(&config, address, key)?;
    }
    let app = App::new(library.clone(), config.http.clone());
    let workers = NonZeroUsize::new(config.library.workers).unwrap_or(NonZeroUsize::MIN);
    let mut options = ServerOptions::new(workers);
    options.blocking_threads = BLOCKING_THREADS;
    options.max_connections = descriptors::connections(descriptors::raise_limit());
    options.shutdown_timeout = config.shutdown_timeout;
    let server = server(&app, listeners, &options)?;
    if let Some(listeners) = metrics_listeners {
        for listener in &listeners {
            tracing::info!("metrics at http://{}/metrics", listener.local_addr()?);
        }
        tokio::spawn(metrics_server(&app, listeners)?);
    }
    let handle = server.handle();
    let mut server = tokio::spawn(server);
    if let Some(decoder) = &config.library.decoder {
        say_what_is_confined(decoder);
    }
    for address in &addresses {
        tracing::info!(%address, "serving http://{address}");
    }
    if let Some(path) = port_file {
        write_port(path, address.port())?;
    }
    if let (Some((_, key)), Greeting::Json) = (&first_admin, greeting) {
        let line = serde_json::json!({"url": base_url(&config, address), "token": key.reveal()});
        print(&format!("{line}\n"))?;
    }
    library.resume_previews().await?;
    let (events, scrubbing) = (library.clone(), library.clone());
    let upkeep = [
        tokio::spawn(sweep(library.clone())),
        tokio::spawn(run_jobs(library.clone())),
        tokio::spawn(async move { match events.deliver_webhooks().await {} }),
        tokio::spawn(async move { match scrubbing.scrub().await {} }),
    ];

    let signal = tokio::select! {
        signal = signals.first() => signal,
        ended = &mut server => {
            ended??;
            return Err(Failure::new("the server ended by itself"));
        }
    };
    // Whoever connects meanwhile is served; a connection that nobody had taken when the listener
    // closes would be broken.
    app.start_ending();
    if !config.shutdown_delay.is_zero() {
        tracing::info!("{signal}: serving on for {:?}, but not ready any more", config.shutdown_delay);
        tokio::time::sleep(config.shutdown_delay).await;
    }
    tracing::info!("{signal}: finishing what is in flight");
    let deadline = tokio::time::Instant::now() + config.shutdown_timeout;
    upkeep.iter().for_each(JoinHandle::abort);
    handle.stop(true).await;
    if tokio::time::timeout_at(deadline, library.drain()).await.is_err() {
        tracing::warn!("stopped before all uploads were finished: shutdown_timeout is over");
    }
    server.await??;
    tracing::info!("stopped");
    Ok(())
}

/// Says what the processes that decode untrusted files cannot do on this machine.
fn say_what_is_confined(decoder: &DecoderProcess) {
    match decoder.confinement() {
        Ok(confinement) if confinement.is_complete() => {
            tracing::info!("decoders run in confined processes: {confinement}");
        }
        Ok(confinement) => tracing::warn!(
            "the kernel confines the processes of decoders in part: {confinement}; seccomp and Landlock would do more"
        ),
        Err(error) => tracing::warn!(%error, "decoders cannot be started"),
    }
}

/// How often to try again to reach the database.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// Connects to the database, which may start later than this server. Returns `None` if a signal
/// ends the waiting.
async fn wait_for_database(config: &Config, signals: &mut Signals) -> Result<Option<Database>, Failure> {
    let start = Instant::now();
    let mut is_told = false;
    loop {
        let error = match config.connect_database() {
            Ok(database) => return migrated(database).map(Some),
            Err(error) => error,
        };
        let may_come = matches!(
            error,
            DatabaseError::CannotConnect { .. } | DatabaseError::Unavailable { .. } | DatabaseError::Busy { .. }
        );
        if !may_come || start.elapsed() >= config.start_timeout {
            return Err(error.into());
        }
        if !is_told {
            is_told = true;
            tracing::warn!(
                "{}; waiting for it, for up to {:?} (`start_timeout`)",
                causes(&error),
                config.start_timeout
            );
        }
        tokio::select! {
            () = tokio::time::sleep(RETRY_EVERY) => {}
            signal = signals.next() => {
                tracing::info!("{signal}: stopped before the database was there");
                return Ok(None);
            }
        }
    }
}

/// The signals that end the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, Failure> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// Waits for the first one. Whoever sends a second one means at once.
    async fn first(mut self) -> &'static str {
        let first = self.next().await;
        tokio::spawn(async move {
            self.next().await;
            log::finish();
            std::process::exit(1);
        });
        first
    }
}

/// Keeps the server running when its terminal is closed.
fn ignore_hangups() -> Result<(), Failure> {
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!("SIGHUP: ignored; the configuration is read at the start alone");
        }
    });
    Ok(())
}

/// Written beside and renamed, so that who waits for the file never reads half a number.
fn write_port(path: &Path, port: u16) -> Result<(), Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, format!("{port}\n"))
        .and_then(|()| std::fs::rename(&beside, path))
        .map_err(|e| Failure::during(format!("cannot write the port to `{}`", path.display()), &e))
}

async fn sweep(library: Library) {
    let mut ticks = tokio::time::interval(library.sweep_interval());
    loop {
        ticks.tick().await;
        if let Err(error) = library.keep_reserve().await {
            tracing::warn!("cannot set room aside for deleting: {}", causes(&error));
        }
        match library.sweep().await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "swept what interrupted uploads and deletes left"),
            Err(error) => tracing::warn!("cannot sweep: {}", causes(&error)),
        }
    }
}

async fn run_jobs(library: Library) {
    let mut ticks = tokio::time::interval(library.job_interval());
    loop {
        ticks.tick().await;
        match library.run_jobs().await {
            Ok(0) => {}
            Ok(done) => tracing::info!(done, "did jobs that were due"),
            Err(error) => tracing::warn!("cannot work on jobs: {}", causes(&error)),
        }
    }
}

fn greet(config: &Config, address: SocketAddr, key: &TokenKey) -> Result<(), Failure> {
    let base = base_url(config, address);
    let token = key.reveal();
    print(&format!(
        "\nCreated the user `admin`. Its token, which cannot be shown again:\n\n    {token}\n\n\
         Upload a file with it:\n\n    \
         curl -H 'Authorization: Token {token}' -F f=@photo.jpg {base}/api/media/files\n\n"
    ))
}

fn base_url(config: &Config, address: SocketAddr) -> String {
    config.http.public_url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)))
}

/// Returns where this machine reaches a listener, which may listen on every address.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    address
}
