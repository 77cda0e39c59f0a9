//! The HTTP service of the server without its sockets, over a library of its own.

use std::cell::RefCell;
use std::fs;
use std::mem::ManuallyDrop;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::{BoxedPayloadStream, Payload, Request};
use actix_web::body::to_bytes;
use actix_web::dev::Service as _;
use actix_web::error::PayloadError;
use actix_web::http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use actix_web::http::{Method, StatusCode, Uri};
use actix_web::rt::{System, SystemRunner};
use actix_web::test::init_service;
use actix_web::web::Bytes;
use futures_util::future::{FutureExt, LocalBoxFuture};
use futures_util::stream;
use tintype_http::{App, HttpConfig, service};
use tintype_library::persistence::{ConnectOptions, Database};
use tintype_library::storage::{MemoryStorage, Spool};
use tintype_library::{Library, Options};

/// After so many requests there is a new library, so that it stays small.
const MOST_REQUESTS: u32 = 5000;

thread_local! {
    /// Not dropped at the end of the thread, when there is no runtime any more.
    static SERVICE: RefCell<Option<ManuallyDrop<Service>>> = const { RefCell::new(None) };
}

/// A service, and the token of its admin.
pub struct Service {
    runtime: SystemRunner,
    call: Box<dyn Fn(Request) -> LocalBoxFuture<'static, Answer>>,
    token: HeaderValue,
    requests: u32,
}

/// A request as it came, before anything of it was looked at but what makes it HTTP.
#[derive(Debug, Clone)]
pub struct Sent {
    method: Method,
    target: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// What a request was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// The places in which a body is split: its parts have these lengths in turn.
#[derive(Debug, Clone, Copy)]
pub struct Split(pub u8, pub u8);

/// Lends the service, which is made when it is wanted first, and again where it has grown large.
pub fn with_service<T>(use_it: impl FnOnce(&mut Service) -> T) -> T {
    SERVICE.with_borrow_mut(|service| {
        if let Some(old) = service.take_if(|service| service.requests > MOST_REQUESTS) {
            drop(ManuallyDrop::into_inner(old));
        }
        use_it(service.get_or_insert_with(|| ManuallyDrop::new(Service::new())))
    })
}

impl Service {
    fn new() -> Self {
        // One folder for each target: libFuzzer ends the process, so that nothing could remove it.
        let program = std::env::current_exe().expect("the program has a path");
        let name = program.file_name().expect("the program has a name").to_string_lossy().into_owned();
        let folder = std::env::temp_dir().join(format!("tintype-fuzz-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        let runtime = System::new();
        let (call, key) = runtime.block_on(async {
            let url = format!("sqlite://{}", folder.join("fuzz.db").display());
            let database = Database::connect(&url, &ConnectOptions::default()).expect("there is SQLite");
            database.migrate().expect("the database is new");
            let spool = Spool::open(folder.join("spool")).expect("the folder is new");
            let mut options = Options::default();
            options.workers = 1;
            options.max_upload_bytes = 1 << 20;
            options.max_image_pixels = 1 << 18;
            options.decode_memory_bytes = 64 << 20;
            let library = Library::new(database, Arc::new(MemoryStorage::default()), spool, options);
            library.create_first_signing_key().await.expect("the database is new");
            let admin = library.accounts().create_first_admin().await.expect("the database is new");
            let mut config = HttpConfig::default();
            config.max_upload_bytes = 1 << 20;
            let address = SocketAddr::from(([127, 0, 0, 1], 8000));
            let service = Rc::new(init_service(service(&App::new(library, config), address)).await);
            let call = move |request| {
                let service = service.clone();
                async move {
                    let response = match service.call(request).await {
                        Ok(response) => response.into_parts().1.map_into_boxed_body(),
                        Err(error) => error.error_response(),
                    };
                    let (head, body) = response.into_parts();
                    let body = to_bytes(body).await.expect("the body of an answer comes to its end");
                    Answer { status: head.status(), headers: head.headers().clone(), body }
                }
                .boxed_local()
            };
            (call, admin.expect("there is nobody yet").1)
        });
        let token = HeaderValue::try_from(format!("Token {}", key.reveal())).expect("a key is text");
        Self { runtime, call: Box::new(call), token, requests: 0 }
    }

    /// Returns whether nothing has been asked of it yet.
    pub fn is_new(&self) -> bool {
        self.requests == 0
    }

    /// Returns the answer to a request of the admin, unless it says who it is from.
    ///
    /// # Panics
    /// If it is a 5xx.
    pub fn send(&mut self, sent: &Sent, split: Option<Split>) -> Answer {
        self.requests += 1;
        let mut headers = sent.headers.clone();
        if !headers.contains_key(AUTHORIZATION) {
            headers.insert(AUTHORIZATION, self.token.clone());
        }
        if !sent.body.is_empty() && !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
            headers.insert(CONTENT_LENGTH, sent.body.len().into());
        }
        // No connection gives more than was announced; of less, it says that it is cut short.
        let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let announced = announced.unwrap_or(sent.body.len());
        let mut chunks: Vec<_> = match split {
            None => vec![Ok(sent.body.slice(..sent.body.len().min(announced)))],
            Some(split) => split.parts(&sent.body.slice(..sent.body.len().min(announced))),
        };
        if announced > sent.body.len() {
            chunks.push(Err(PayloadError::Incomplete(None)));
        }
        let body: BoxedPayloadStream = Box::pin(stream::iter(chunks));
        let mut request = Request::with_payload(Payload::from(body));
        let head = request.head_mut();
        head.method = sent.method.clone();
        head.uri = sent.target.clone();
        head.peer_addr = Some(SocketAddr::from(([127, 0, 0, 1], 50_000)));
        *head.headers_mut() = headers;
        let answer = self.runtime.block_on((self.call)(request));
        assert!(!answer.status.is_server_error(), "{sent:?}: {answer:?}");
        answer
    }
}

impl Sent {
    /// Returns a request with headers of lines of text, each a name, a colon and a value. Lines
    /// that no connection would let through are left out.
    pub fn new(method: Method, target: &[u8], lines: &[u8], body: &[u8]) -> Option<Self> {
        let mut headers = HeaderMap::new();
        for line in lines.split(|&byte| byte == b'\n') {
            let Some(colon) = line.iter().position(|&byte| byte == b':') else { continue };
            let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii());
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..colon]), value) {
                headers.append(name, value);
            }
        }
        let target = Uri::try_from(target).ok().filter(|target| target.path().starts_with('/'))?;
        Some(Self { method, target, headers, body: Bytes::copy_from_slice(body) })
    }

    /// Adds a header unless there is one of that name.
    pub fn or_header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::try_from(value).expect("it is text");
        if !self.headers.contains_key(name) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}

impl Answer {
    /// Returns a header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the JSON of the body.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Split {
    fn parts(self, body: &Bytes) -> Vec<Result<Bytes, PayloadError>> {
        let (mut parts, mut rest) = (Vec::new(), body.clone());
        for len in [self.0, self.1].map(|len| usize::from(len).max(1)).into_iter().cycle() {
            if rest.is_empty() {
                break;
            }
            parts.push(Ok(rest.split_to(len.min(rest.len()))));
        }
        parts
    }
}

/// Splits a text in two at the first of these bytes, which belong to neither. Without them, the
/// second is empty.
pub fn split_once<'a>(text: &'a [u8], at: &[u8]) -> (&'a [u8], &'a [u8]) {
    match text.windows(at.len()).position(|bytes| bytes == at) {
        Some(place) => (&text[..place], &text[place + at.len()..]),
        None => (text, &[]),
    }
}
