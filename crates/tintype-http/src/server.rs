//! What stands between the sockets and the routes.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive, Protocol};
use actix_server::ServerBuilder;
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::HttpServer;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Server, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::web::Data;
use socket2::SockRef;

use crate::app::App;
use crate::base_url::LocalAddress;
use crate::caching::limit_caching;
use crate::compression::compress;
use crate::connection::{Connection, Pace};
use crate::cors::share_with_origins;
use crate::protection::protect;
use crate::request_log::log_request;
use crate::routes::configure;
use crate::scrape;

/// How many threads serve, and how much.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ServerOptions {
    /// The threads that serve.
    pub workers: NonZeroUsize,
    /// The threads for blocking calls, all workers' together.
    pub blocking_threads: usize,
    /// The most connections at a time; more wait until one ends.
    pub max_connections: usize,
    /// How long requests in flight may take to finish when the server is stopped.
    pub shutdown_timeout: Duration,
}

impl ServerOptions {
    /// Returns options with that many threads that serve, 64 for blocking calls, at most 10,000
    /// connections, and a minute for the end.
    pub fn new(workers: NonZeroUsize) -> Self {
        Self { workers, blocking_threads: 64, max_connections: 10_000, shutdown_timeout: Duration::from_secs(60) }
    }
}

/// How much of an answer is gathered before it is sent.
const WRITE_BUFFER_BYTES: usize = 16 << 10;

/// What the kernel may hold of an answer that it cannot send yet. With more, a client that reads
/// slowly would seem not to read at all, for minutes.
const UNSENT_BYTES: u32 = 16 << 10;

/// How many connections the kernel lets wait for being taken.
const BACKLOG: i32 = 1024;

/// How long a connection may be idle between requests, how long headers may take, and how long a
/// connection may take to close.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
const HEADERS_TIMEOUT: Duration = Duration::from_secs(5);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Serves nothing but `GET /metrics`, to whoever reaches the sockets. The server runs once it is
/// awaited.
///
/// # Errors
/// Why a socket cannot be used.
pub fn metrics_server(app: &App, listeners: Vec<TcpListener>) -> io::Result<Server> {
    let app = Data::new(app.clone());
    let routes = move || {
        actix_web::App::new()
            .app_data(app.clone())
            .wrap(from_fn(protect))
            .route("/metrics", actix_web::web::get().to(scrape::get_unasked))
    };
    let mut server = HttpServer::new(routes).workers(1).disable_signals();
    for listener in listeners {
        server = server.listen(listener)?;
    }
    Ok(server.run())
}

/// Returns what answers the requests that come to an address, for a server of one's own, or none:
/// `fuzz/` calls it without sockets.
#[doc(hidden)]
pub fn service(
    app: &App,
    address: SocketAddr,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    actix_web::App::new()
        .app_data(Data::new(app.clone()))
        .app_data(LocalAddress(address))
        .wrap(from_fn(compress))
        .wrap(from_fn(limit_caching))
        .wrap(from_fn(share_with_origins))
        .wrap(from_fn(protect))
        .wrap(from_fn(log_request))
        .configure(configure)
}

/// Serves the application on sockets that listen. The server runs once it is awaited.
///
/// # Errors
/// Why a socket cannot be used.
pub fn server(app: &App, listeners: Vec<TcpListener>, options: &ServerOptions) -> io::Result<Server> {
    let workers = options.workers.get();
    let mut builder = ServerBuilder::new()
        .workers(workers)
        .worker_max_blocking_threads((options.blocking_threads / workers).max(1))
        .max_concurrent_connections((options.max_connections / workers).max(1))
        .disable_signals()
        .shutdown_timeout(options.shutdown_timeout.as_secs());
    let stopping = builder.graceful_shutdown_signal();
    for listener in listeners {
        SockRef::from(&listener).listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let (app, stopping) = (app.clone(), stopping.clone());
        builder = builder.listen(format!("http-{address}"), listener, move || {
            let config = &app.config;
            let reading = Pace { idle: config.idle_timeout, bytes_per_second: config.min_bytes_per_second };
            let writing =
                Pace { idle: config.download_idle_timeout, bytes_per_second: config.download_min_bytes_per_second };
            let stopping = stopping.clone();
            let routes =
                service(&app, address).into_factory().map_err(|error: actix_web::Error| error.error_response());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let stopping = stopping.clone();
                    async move { stopping.notified().await }
                })
                .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
                .client_request_timeout(HEADERS_TIMEOUT)
                .client_disconnect_timeout(CLOSE_TIMEOUT)
                .h1_allow_half_closed(true)
                .h1_write_buffer_size(WRITE_BUFFER_BYTES)
                .local_addr(address)
                .on_connect_ext(|connection: &Connection<TcpStream>, extensions| {
                    extensions.insert(connection.in_flight().clone());
                })
                .finish(map_config(routes, |()| AppConfig::default()));
            fn_service(move |io: TcpStream| async move {
                // Else the kernel keeps the rest of an answer back until the client acknowledges
                // its beginning, which takes 40 ms.
                let _ = io.set_nodelay(true);
                let _ = SockRef::from(&io).set_tcp_notsent_lowat(UNSENT_BYTES);
                let peer = io.peer_addr().ok();
                Ok((Connection::new(io, reading, writing), Protocol::Http1, peer))
            })
            .and_then(http)
        })?;
    }
    Ok(builder.run())
}
