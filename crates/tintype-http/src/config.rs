use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

/// The configuration of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpConfig {
    /// The beginning of the URLs in answers, such as `https://media.example.org`, without a
    /// trailing slash. Default: the scheme and host of each request.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are trusted.
    /// Default: none.
    pub trusted_proxies: Vec<IpNet>,
    /// The largest file, in bytes. Default: 100 MiB.
    pub max_upload_bytes: u64,
    /// The largest text field of a form, and the largest JSON or URL-encoded body, in bytes.
    /// Default: 64 KiB.
    pub max_field_bytes: usize,
    /// The most parts of a multipart form. Default: 20.
    pub max_parts: usize,
    /// The most ranges of one request; a request for more gets the whole file. Default: 16.
    pub max_ranges: usize,
    /// How long a body may stall. Default: 30 s.
    pub idle_timeout: Duration,
    /// The lowest average rate of a body that takes longer than `idle_timeout`. Default: 1 KiB/s.
    pub min_bytes_per_second: u64,
    /// How long a client may read nothing of an answer. Default: 30 s.
    pub download_idle_timeout: Duration,
    /// The lowest average rate at which a client has to read while it keeps the server waiting.
    /// Default: 1 KiB/s.
    pub download_min_bytes_per_second: u64,
    /// How clients get the bytes of a file. Default: from this server.
    pub delivery: Delivery,
    /// Who may cache what a signed URL gives. Default: browsers only.
    pub link_caching: LinkCaching,
    /// Which pages of other origins may use the API. Default: none.
    pub cors_origins: CorsOrigins,
    /// Whether `/` is a page that shows the files in a browser. Default: it is.
    pub page: bool,
}

/// Which pages of other origins may use the API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CorsOrigins {
    /// None.
    #[default]
    None,
    /// All, without the credentials that browsers keep.
    Any,
    /// Those of these origins, such as `https://www.example.org`.
    These(Vec<String>),
}

/// Who may cache what a signed URL gives, until it expires.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LinkCaching {
    /// The client only.
    #[default]
    Private,
    /// Shared caches as well, such as CDNs, whose cache keys have to contain the query.
    Public,
}

/// How clients get the bytes of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Delivery {
    /// From this server.
    #[default]
    Proxy,
    /// From the storage, by a URL that is valid for a while.
    Redirect {
        /// How long the URL is valid.
        lifetime: Duration,
    },
    /// From a proxy in front that has the folder of the files, by `X-Accel-Redirect`.
    Accel,
    /// From a proxy in front that has the folder of the files under the same path, by `X-Sendfile`.
    Sendfile {
        /// The absolute path of the folder.
        folder: PathBuf,
    },
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            public_url: None,
            trusted_proxies: Vec::new(),
            max_upload_bytes: 100 << 20,
            max_field_bytes: 64 << 10,
            max_parts: 20,
            max_ranges: 16,
            idle_timeout: Duration::from_secs(30),
            min_bytes_per_second: 1 << 10,
            download_idle_timeout: Duration::from_secs(30),
            download_min_bytes_per_second: 1 << 10,
            delivery: Delivery::Proxy,
            link_caching: LinkCaching::Private,
            cors_origins: CorsOrigins::None,
            page: true,
        }
    }
}
