use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;
use tintype_auth::SigningKey;
use tintype_domain::{Kind, TokenLifetime, Visibility};
use tintype_media::{DecoderProcess, Encoding};

use crate::renditions::RenditionOptions;
use tintype_preview::Strip;

/// The limits of a [`Library`](crate::Library).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The largest upload, in bytes. Default: 100 MiB.
    pub max_upload_bytes: u64,
    /// The largest image that gets thumbnails, in pixels. Default: 100,000,000.
    pub max_image_pixels: u64,
    /// What all decodes together may take, in bytes. Default: 512 MiB.
    pub decode_memory_bytes: u64,
    /// How long one decode may take before its file is kept without thumbnails. Default: 30 s.
    pub decode_timeout: Duration,
    /// How long an upload waits for the preview of what is no image. Default: 1 s.
    pub preview_wait: Duration,
    /// What is taken out of files before they are kept. Default: nothing.
    pub strip_metadata: Option<Strip>,
    /// What thumbnails are saved as. Default: JPEG, or PNG where anything is transparent.
    pub thumbnail_encoding: Encoding,
    /// The edges in pixels of the boxes that thumbnails fit into, those of previews included, the
    /// smallest first. Default: 64, 128, 512, 1080.
    pub thumbnail_edges: Vec<u32>,
    /// Decodes what needs a process of its own: AVIF, JPEG XL, SVG, and whatever is no image.
    /// Default: nothing does, and there are no pictures of these.
    pub decoder: Option<DecoderProcess>,
    /// Which renditions there are, and for whom.
    pub renditions: RenditionOptions,
    /// How many decodes run at a time. Default: the number of cores.
    pub workers: usize,
    /// How many complete uploads may wait for a decode. Default: 256.
    pub queue_length: usize,
    /// How long a complete upload may wait for a decode. Default: 30 s.
    pub queue_timeout: Duration,
    /// What may be uploaded; everything where empty. Default: everything.
    pub allowed_types: Vec<AllowedType>,
    /// How files are fetched from URLs. Default: they are not.
    pub imports: Option<ImportOptions>,
    /// How events are sent to webhooks.
    pub webhooks: WebhookOptions,
    /// Who may fetch a new file whose upload does not say. Default: everybody.
    pub default_visibility: Visibility,
    /// The key that signs URLs. Default: the one in the database.
    pub signing_key: Option<SigningKey>,
    /// The length of the windows in which the signed URLs of a file are the same. Default: 1 hour.
    pub signed_url_lifetime: Duration,
    /// How long any signed URL may be valid. Default: 7 days.
    pub max_link_lifetime: Duration,
    /// How many files an archive has at most. Default: 10,000.
    pub max_archive_files: usize,
    /// How many log-ins with one name may fail from one address within `login_window`. Default: 10.
    pub login_failures: NonZeroU32,
    /// How many log-ins may fail from one address within `login_window`, whatever the name. An IPv6
    /// network of 64 bits counts as one address. Default: 100.
    pub login_failures_per_address: NonZeroU32,
    /// The time after which as many log-ins may fail again. Default: 10 minutes.
    pub login_window: Duration,
    /// How long the tokens of log-ins are valid. Default: for ever.
    pub login_lifetime: Option<TokenLifetime>,
    /// How many requests a token may make. Default: any number.
    pub rate_limit: Option<RateLimit>,
    /// What is kept in memory of objects that are asked for often, in bytes: what they are, and the
    /// bytes of small ones. 0 keeps nothing. Default: 64 MiB.
    pub media_cache_bytes: u64,
    /// How many bytes a second are read to see whether objects are sound. Default: none.
    pub scrub_bytes_per_second: Option<u64>,
    /// How long a deleted file can be restored. Default: not at all.
    pub trash_retention: Option<time::Duration>,
    /// After how long without a commit an upload's objects count as left behind by a crash.
    /// Default: 15 minutes.
    pub abandoned_after: Duration,
    /// How long a resumable upload waits to be continued. Default: 24 hours.
    pub upload_expires: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_upload_bytes: 100 << 20,
            max_image_pixels: 100_000_000,
            decode_memory_bytes: 512 << 20,
            decode_timeout: Duration::from_secs(30),
            preview_wait: Duration::from_secs(1),
            strip_metadata: None,
            thumbnail_encoding: Encoding::Auto,
            thumbnail_edges: vec![64, 128, 512, 1080],
            decoder: None,
            renditions: RenditionOptions::default(),
            workers: std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            queue_length: 256,
            queue_timeout: Duration::from_secs(30),
            allowed_types: Vec::new(),
            imports: None,
            webhooks: WebhookOptions::default(),
            default_visibility: Visibility::Public,
            signing_key: None,
            signed_url_lifetime: Duration::from_secs(60 * 60),
            max_link_lifetime: Duration::from_secs(7 * 24 * 60 * 60),
            max_archive_files: 10_000,
            login_failures: const { NonZeroU32::new(10).unwrap() },
            login_failures_per_address: const { NonZeroU32::new(100).unwrap() },
            login_window: Duration::from_secs(10 * 60),
            login_lifetime: None,
            rate_limit: None,
            media_cache_bytes: 64 << 20,
            scrub_bytes_per_second: None,
            trash_retention: None,
            abandoned_after: Duration::from_secs(15 * 60),
            upload_expires: Duration::from_secs(24 * 60 * 60),
        }
    }
}

/// How files are fetched from URLs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportOptions {
    /// Which addresses they may be fetched from.
    pub reach: Reach,
    /// From which ports.
    pub ports: Vec<u16>,
    /// How long it may take to fetch a file, redirects included.
    pub timeout: Duration,
    /// How long the content may stall.
    pub idle_timeout: Duration,
    /// How many bytes a second have to come on average, once `idle_timeout` has passed.
    pub min_bytes_per_second: u64,
}

/// How events are sent to webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookOptions {
    /// To which addresses. Default: public ones.
    pub reach: Reach,
    /// How long an answer may take. Default: 15 s.
    pub timeout: Duration,
    /// For how long deliveries are shown; at least two days, so that none that is still tried is
    /// removed. Default: 7 days.
    pub log_age: Duration,
    /// How many deliveries that are done are shown, of all webhooks together. Default: 10,000.
    pub log_length: u32,
}

impl Default for WebhookOptions {
    fn default() -> Self {
        let (reach, timeout) = (Reach::Public, Duration::from_secs(15));
        Self { reach, timeout, log_age: Duration::from_secs(7 * 24 * 60 * 60), log_length: 10_000 }
    }
}

/// Where requests may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To the addresses of the public internet.
    Public,
    /// Also to those of private networks and of this machine.
    Anywhere,
}

/// So many requests at once, and then one more each time that a part of the period has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests.
    pub requests: NonZeroU32,
    /// The time after which as many requests may come again.
    pub period: Duration,
}

impl FromStr for RateLimit {
    type Err = &'static str;

    /// Parses a rate as Django REST framework writes them, such as `100/minute`: of the period, the
    /// first letter counts.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (requests, period) = text.split_once('/')?;
            let seconds = match period.trim().chars().next()? {
                's' => 1,
                'm' => 60,
                'h' => 60 * 60,
                'd' => 24 * 60 * 60,
                _ => return None,
            };
            let requests = requests.trim().parse::<NonZeroU32>().ok().filter(|requests| requests.get() <= 1_000_000)?;
            Some(Self { requests, period: Duration::from_secs(seconds) })
        };
        parse().ok_or("use a number from 1 to 1000000 and `s`, `m`, `h` or `d`, such as `100/m`")
    }
}

/// A type that may be uploaded: a kind such as `image`, or a media type such as `image/png`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedType {
    /// Everything of that kind.
    Kind(Kind),
    /// Everything detected as that media type.
    MediaType(String),
}

impl AllowedType {
    pub(crate) fn allows(&self, kind: Kind, mime_type: &str) -> bool {
        match self {
            Self::Kind(allowed) => *allowed == kind,
            Self::MediaType(allowed) => allowed == mime_type,
        }
    }
}

impl fmt::Display for AllowedType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => kind.fmt(f),
            Self::MediaType(media_type) => f.write_str(media_type),
        }
    }
}

impl FromStr for AllowedType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((kind, subtype)) = text.split_once('/') {
            let valid = !kind.is_empty() && !subtype.is_empty() && !subtype.contains(['/', '*', ' ']);
            return if valid {
                Ok(Self::MediaType(text.to_ascii_lowercase()))
            } else {
                Err(format!("`{text}` is not a media type such as `image/png`"))
            };
        }
        text.parse().map(Self::Kind).map_err(|_| {
            let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("`{text}` is not a type; use one of {} or a media type such as `image/png`", kinds.join(", "))
        })
    }
}
