use super::error::Refusal;
use async_trait::async_trait;
use http::{Method, StatusCode};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::multipart::MultipartStore;
use object_store::signer::Signer;
use object_store::{BackoffConfig, ClientOptions, ObjectStore, RetryConfig};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Everything that a client has to be able to do.
pub(super) trait Store: ObjectStore + MultipartStore + Signer {}

impl<T: ObjectStore + MultipartStore + Signer> Store for T {}

/// How long an answer may take to begin, in addition to what the request's body needs.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(4);

/// How long completing an upload in parts may take: Amazon's documentation speaks of minutes.
const COMPLETE_LIMIT: Duration = Duration::from_secs(60);

/// The slowest rate at which bodies are worth sending.
const MIN_BYTES_PER_SECOND: u64 = 256 * 1024;

/// How many requests are in flight at a time. Each has a connection, and descriptors are limited;
/// more requests at once would not be answered sooner.
const REQUESTS_IN_FLIGHT: usize = 64;

/// Returns how long an operation that sends so many bytes may take, repetitions and waiting
/// included: twice as long as one request, so that a hanging request is repeated. For small objects
/// that is short enough to tell a client within ten seconds.
pub(super) fn patience(bytes: u64) -> Duration {
    answer_limit(bytes) * 2
}

/// Returns how long an operation may take that completes an upload in parts.
pub(super) fn completing_patience() -> Duration {
    COMPLETE_LIMIT * 2
}

fn answer_limit(bytes: u64) -> Duration {
    ANSWER_LIMIT + Duration::from_millis(bytes * 1000 / MIN_BYTES_PER_SECOND)
}

/// Retries with growing pauses, for as long as a small operation may take.
pub(super) fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(1),
            base: 2.0,
        },
        max_retries: 20,
        retry_timeout: ANSWER_LIMIT * 3 / 2,
    }
}

pub(super) fn options(allow_http: bool) -> ClientOptions {
    // No limit for a whole exchange: a download takes as long as its reader does.
    ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(Duration::from_secs(2))
        .with_pool_idle_timeout(Duration::from_secs(30))
        .with_allow_http(allow_http)
}

/// Makes clients whose requests all have a time limit, and whose errors can be told apart.
#[derive(Debug)]
pub(super) struct Connector {
    slots: Arc<Semaphore>,
}

impl Connector {
    pub(super) fn new() -> Self {
        // TLS without aws-lc, which needs CMake to build. If a provider was installed before, it is
        // used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { slots: Arc::new(Semaphore::new(REQUESTS_IN_FLIGHT)) }
    }
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let inner = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Service { inner, slots: Arc::clone(&self.slots) }))
    }
}

#[derive(Debug)]
struct Service {
    inner: HttpClient,
    slots: Arc<Semaphore>,
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let completes =
            request.method() == Method::POST && request.uri().query().is_some_and(|q| q.contains("uploadId="));
        let limit = if completes { COMPLETE_LIMIT } else { answer_limit(request.body().content_length() as u64) };
        let failed = |kind| move |error| HttpError::new(kind, error);
        let _slot = self.slots.acquire().await.map_err(failed(HttpErrorKind::Unknown))?;
        let answer = async {
            let response = self.inner.execute(request).await?;
            if is_final(response.status()) { Err(refusal(response).await) } else { Ok(response) }
        };
        timeout(limit, answer).await.map_err(|elapsed| HttpError::new(HttpErrorKind::Timeout, elapsed))?
    }
}

/// Returns whether an answer is a failure that a repeated request would not change.
fn is_final(status: StatusCode) -> bool {
    let is_temporary = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    (status.is_client_error() && !is_temporary) || status.is_redirection()
}

async fn refusal(response: HttpResponse) -> HttpError {
    let status = response.status().as_u16();
    let body = response.into_body().bytes().await.unwrap_or_default();
    HttpError::new(HttpErrorKind::Unknown, Refusal::new(status, &String::from_utf8_lossy(&body)))
}
