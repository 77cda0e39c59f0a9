use crate::bind::BindAddress;
use crate::failure::Failure;
use crate::keys::MAX_WORKERS;
use crate::settings::Settings;
use crate::storage_place::StoragePlace;
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::fs::DirBuilder;
use std::net::IpAddr;
use std::num::{NonZeroU16, NonZeroU32};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tintype_http::{CorsOrigins, Delivery, HttpConfig, LinkCaching};
use tintype_library::auth::SigningKey;
use tintype_library::domain::{TokenLifetime, Visibility};
use tintype_library::persistence::{ConnectOptions, Database, Error as DatabaseError, ServerLock};
use tintype_library::storage::{Spool, Storage};
use tintype_library::{
    AllowedType, DecoderProcess, Encoding, ImportOptions, Options, RateLimit, Reach, RenditionOptions,
    RenditionParameters, RenditionPolicy, Strip, WebhookOptions,
};

/// The effective configuration, checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    pub(crate) bind: BindAddress,
    pub(crate) metrics_bind: Option<BindAddress>,
    pub(crate) start_timeout: Duration,
    pub(crate) database_url: String,
    pub(crate) http: HttpConfig,
    pub(crate) library: Options,
    pub(crate) log_format: LogFormat,
    pub(crate) shutdown_delay: Duration,
    pub(crate) shutdown_timeout: Duration,
    pub(crate) data_dir: PathBuf,
    pub(crate) storage: StoragePlace,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Config {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Failure> {
        let data_dir = PathBuf::from(settings.text("data_dir"));
        let max_upload_bytes = settings.size("max_upload_size")?;
        let mut library = Options::default();
        library.max_upload_bytes = max_upload_bytes;
        library.max_image_pixels = settings.number("max_image_pixels")?;
        library.decode_memory_bytes = settings.size("decode_memory")?;
        library.decode_timeout = settings.time("decode_timeout")?;
        library.strip_metadata = settings.parse("strip_metadata", |text| match text {
            "none" => Ok(None),
            "gps" => Ok(Some(Strip::Gps)),
            "all" => Ok(Some(Strip::All)),
            _ => Err("use `none`, `gps` or `all`"),
        })?;
        library.preview_wait = settings.time("preview_wait")?;
        library.thumbnail_encoding = settings.parse("thumbnail_format", |text| match text {
            "auto" => Ok(Encoding::Auto),
            "jpeg" => Ok(Encoding::Jpeg),
            "webp" => Ok(Encoding::WebP),
            "avif" => Err("AVIF can be read but not written; use `webp`"),
            _ => Err("use `auto`, `jpeg` or `webp`"),
        })?;
        library.thumbnail_edges = settings.parse("thumbnail_sizes", thumbnail_sizes)?;
        library.renditions = rendition_options(settings)?;
        library.decoder = own_program().map(|program| DecoderProcess::new(program).with_arg(DECODE_ARG));
        library.queue_length = whole(settings.number("upload_queue")?);
        library.queue_timeout = settings.time("upload_queue_timeout")?;
        library.login_failures = count(settings.number("login_failures")?);
        library.login_failures_per_address = count(settings.number("login_failures_per_address")?);
        library.login_window = settings.time("login_window")?;
        library.scrub_bytes_per_second = Some(settings.size("scrub_rate")?).filter(|rate| *rate > 0);
        let retention = Some(settings.time("trash_retention")?).filter(|retention| !retention.is_zero());
        library.trash_retention = retention.map(|retention| retention.try_into().unwrap_or(time::Duration::MAX));
        library.upload_expires = settings.time("upload_expires")?;
        library.login_lifetime = Some(settings.time("login_lifetime")?)
            .filter(|lifetime| !lifetime.is_zero())
            .map(|lifetime| TokenLifetime::try_from(lifetime.max(TokenLifetime::MIN)))
            .transpose()
            .map_err(|error| Failure::new(error.to_string()))?;
        library.rate_limit = settings.parse("rate_limit", |text| match text {
            "" | "off" => Ok(None),
            text => text.parse::<RateLimit>().map(Some),
        })?;
        library.media_cache_bytes = settings.size("media_cache")?;
        library.abandoned_after = settings.time("abandoned_after")?;
        library.max_archive_files = whole(settings.number("max_archive_files")?);
        library.allowed_types = settings.parse("allowed_types", list::<AllowedType>)?;
        library.imports = import_options(settings)?;
        library.webhooks = WebhookOptions {
            reach: reach(settings, "webhook_private")?,
            timeout: settings.time("webhook_timeout")?,
            log_age: settings.time("webhook_log_age")?,
            log_length: u32::try_from(settings.number("webhook_log_length")?).unwrap_or(u32::MAX),
        };
        library.workers = match settings.text("workers") {
            "" => library.workers.min(whole(MAX_WORKERS)),
            _ => whole(settings.number("workers")?),
        };
        library.default_visibility = settings.parse("media_access", |text| match text {
            "public" => Ok(Visibility::Public),
            "signed" => Ok(Visibility::Private),
            _ => Err("use `public` or `signed`"),
        })?;
        library.signed_url_lifetime = settings.time("signed_url_lifetime")?;
        library.max_link_lifetime = settings.time("max_link_lifetime")?;
        settings.parse("max_link_lifetime", |_| match library.signed_url_lifetime * 2 > library.max_link_lifetime {
            true => Err("the URLs of private files are valid for up to twice `signed_url_lifetime`"),
            false => Ok(()),
        })?;
        library.signing_key = settings.parse("signing_key", |text| match text {
            "" => Ok(None),
            text => SigningKey::from_base64(text).map(Some).ok_or("use at least 32 random bytes in Base64"),
        })?;
        let database_url = settings.parse("database_url", |url| {
            let url = match url {
                "" => format!("sqlite://{}", data_dir.join("tintype.db").display()),
                url => url.to_owned(),
            };
            Database::check_url(&url).map(|()| url)
        })?;
        let storage = settings.parse("storage_url", |url| match url {
            "" => Ok(StoragePlace::Folder(default_media_dir(&data_dir))),
            url => url.parse(),
        })?;
        let lifetime = settings.time("presign_lifetime")?;
        let delivery = settings.parse("media_delivery", |text| match (text, &storage) {
            ("proxy", _) => Ok(Delivery::Proxy),
            ("redirect", StoragePlace::Bucket(_)) => Ok(Delivery::Redirect { lifetime }),
            ("redirect", StoragePlace::Folder(_)) => {
                Err("only a bucket can serve files itself, and `storage_url` is a folder; use `proxy`")
            }
            ("x-accel", StoragePlace::Folder(_)) => Ok(Delivery::Accel),
            ("x-sendfile", StoragePlace::Folder(folder)) => std::path::absolute(folder)
                .map(|folder| Delivery::Sendfile { folder })
                .map_err(|_| "the folder of the files has no absolute path"),
            ("x-accel" | "x-sendfile", StoragePlace::Bucket(_)) => {
                Err("a proxy in front can read files from a folder only, and `storage_url` is a bucket; use `redirect`")
            }
            _ => Err("use `proxy`, `redirect`, `x-accel` or `x-sendfile`"),
        })?;
        let mut http = HttpConfig::default();
        http.public_url = settings.parse("public_url", public_url)?;
        http.trusted_proxies = settings.parse("trusted_proxies", networks)?;
        http.max_upload_bytes = max_upload_bytes;
        http.max_field_bytes = whole(settings.size("max_field_size")?);
        http.max_parts = whole(settings.number("max_parts")?);
        http.max_ranges = whole(settings.number("max_ranges")?);
        http.idle_timeout = settings.time("upload_idle_timeout")?;
        http.min_bytes_per_second = settings.size("upload_min_rate")?;
        http.download_idle_timeout = settings.time("download_idle_timeout")?;
        http.download_min_bytes_per_second = settings.size("download_min_rate")?;
        http.delivery = delivery;
        http.page = settings.parse("page", |text| text.parse().map_err(|_| "use `true` or `false`"))?;
        http.cors_origins = settings.parse("cors_origins", cors_origins)?;
        http.link_caching = settings.parse("signed_url_caching", |text| match text {
            "private" => Ok(LinkCaching::Private),
            "public" => Ok(LinkCaching::Public),
            _ => Err("use `private` or `public`"),
        })?;
        Ok(Self {
            bind: settings.parse("bind", BindAddress::from_str)?,
            metrics_bind: settings.parse("metrics_bind", |text| match text {
                "" => Ok(None),
                text => text.parse().map(Some),
            })?,
            start_timeout: settings.time("start_timeout")?,
            http,
            library,
            log_format: settings.parse("log_format", |text| match text {
                "text" => Ok(LogFormat::Text),
                "json" => Ok(LogFormat::Json),
                _ => Err("use `text` or `json`"),
            })?,
            shutdown_delay: settings.time("shutdown_delay")?,
            shutdown_timeout: settings.time("shutdown_timeout")?,
            database_url,
            data_dir,
            storage,
        })
    }

    /// Returns the URL of the storage that is used where none is given.
    pub(crate) fn default_storage_url(&self) -> String {
        format!("file://{}", default_media_dir(&self.data_dir).display())
    }

    /// Connects to a database that is in use already, and brings its schema up to date.
    pub(crate) fn open_database(&self) -> Result<Database, Failure> {
        let opened = Database::connect_existing(&self.database_url, &ConnectOptions::default());
        migrated(opened.map_err(|error| match error {
            DatabaseError::NoDatabase { .. } => Failure::new(format!(
                "{error}; use the server's `data_dir` or `database_url`, or create it with `tintype serve` or \
                 `tintype user create <name> --create-database`"
            )),
            error => error.into(),
        })?)
    }

    /// Takes the right to serve from the database, which is given back when the value is dropped.
    pub(crate) fn lock_database(&self) -> Result<ServerLock, Failure> {
        self.create_data_dir()?;
        Ok(ServerLock::take(&self.database_url, LOCK_PATIENCE)?)
    }

    /// Creates the data folder where it is missing, for its owner alone: password hashes and files
    /// will be in it.
    pub(crate) fn create_data_dir(&self) -> Result<(), Failure> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.data_dir)
            .map_err(|e| Failure::during(format!("cannot create the data folder `{}`", self.data_dir.display()), &e))
    }

    /// Connects to the database, which is created if there is none, and brings its schema up to
    /// date.
    pub(crate) fn create_database(&self) -> Result<Database, Failure> {
        self.create_data_dir()?;
        migrated(Database::connect_or_create(&self.database_url, &ConnectOptions::default())?)
    }

    /// Connects to the database, which is created if it is a file and there is none. Its schema may
    /// be an old one.
    pub(crate) fn connect_database(&self) -> Result<Database, DatabaseError> {
        Database::connect(&self.database_url, &ConnectOptions::default())
    }

    /// Opens the storage and the spool.
    pub(crate) async fn open_storage(&self) -> Result<(Arc<dyn Storage>, Spool), Failure> {
        self.storage.open(&self.data_dir).await
    }
}

/// Brings the schema of a database up to date.
pub(crate) fn migrated(database: Database) -> Result<Database, Failure> {
    for migration in database.migrate()? {
        tracing::info!(%migration, "migrated the database");
    }
    Ok(database)
}

/// The most thumbnails of a file.
const MAX_THUMBNAIL_SIZES: usize = 16;

/// How long to wait for a server that ends to give back its database.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// Makes the program a decoder's process when it is the only argument.
pub(crate) const DECODE_ARG: &str = "decode-one-picture";

/// Returns how to start this very program again, even after its file was replaced by another
/// version's.
fn own_program() -> Option<PathBuf> {
    if cfg!(target_os = "linux") { Some("/proc/self/exe".into()) } else { std::env::current_exe().ok() }
}

fn import_options(settings: &Settings) -> Result<Option<ImportOptions>, Failure> {
    let options = ImportOptions {
        reach: reach(settings, "import_private")?,
        ports: settings.parse("import_ports", |text| match list::<NonZeroU16>(text) {
            Ok(ports) if !ports.is_empty() => Ok(ports.into_iter().map(NonZeroU16::get).collect()),
            _ => Err("use whole numbers from 1 to 65535 with commas between them"),
        })?,
        timeout: settings.time("import_timeout")?,
        idle_timeout: settings.time("upload_idle_timeout")?,
        min_bytes_per_second: settings.size("upload_min_rate")?,
    };
    Ok(settings.parse("import_from_url", boolean)?.then_some(options))
}

fn reach(settings: &Settings, key: &str) -> Result<Reach, Failure> {
    let is_private = settings.parse(key, boolean)?;
    Ok(if is_private { Reach::Anywhere } else { Reach::Public })
}

fn boolean(text: &str) -> Result<bool, &'static str> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("use `true` or `false`"),
    }
}

fn rendition_options(settings: &Settings) -> Result<RenditionOptions, Failure> {
    let mut options = RenditionOptions::default();
    options.policy = settings.parse("renditions", |text| match text {
        "sizes" => Ok(RenditionPolicy::Sizes),
        "signed" => Ok(RenditionPolicy::Signed),
        "presets" => Ok(RenditionPolicy::Presets),
        "open" => Ok(RenditionPolicy::Open),
        "off" => Ok(RenditionPolicy::Off),
        _ => Err("use `sizes`, `signed`, `presets`, `open` or `off`"),
    })?;
    options.sizes = settings.parse("rendition_sizes", |text| match list::<u32>(text) {
        Ok(sizes) if sizes.iter().all(|size| (1..=16_384).contains(size)) => Ok(sizes),
        _ => Err("use whole numbers from 1 to 16384 with commas between them"),
    })?;
    options.max_edge = u32::try_from(settings.number("max_rendition_edge")?).unwrap_or(u32::MAX);
    options.cache_bytes = settings.size("rendition_cache_size")?;
    for (name, preset) in settings.presets() {
        let problem = |error: &dyn std::fmt::Display| {
            Failure::new(format!("the preset `{name}` in `[renditions.{name}]` is not valid: {error}"))
        };
        if let Some(key) = preset.keys().find(|key| *key == "preset" || !RenditionParameters::NAMES.contains(&&***key))
        {
            return Err(problem(&format!("`{key}` is not a parameter of presets")));
        }
        let parsed = RenditionParameters::parse(|name| preset.get(name).cloned(), options.max_edge);
        options.presets.insert(name.clone(), parsed.map_err(|errors| problem(&errors))?);
    }
    Ok(options)
}

/// Returns a number that its bounds keep far below what an address can be.
fn whole(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Returns a number that its bounds keep above 0 and below 2³².
fn count(number: u64) -> NonZeroU32 {
    u32::try_from(number).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX)
}

fn list<T: FromStr>(text: &str) -> Result<Vec<T>, T::Err> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::from_str).collect()
}

/// Reads the edges of thumbnails, and returns them in ascending order.
fn thumbnail_sizes(text: &str) -> Result<Vec<u32>, &'static str> {
    let sizes = list::<u32>(text).ok().filter(|sizes| sizes.iter().all(|size| (1..=16_384).contains(size)));
    let sizes = sizes.ok_or("use whole numbers from 1 to 16384 with commas between them")?;
    let different: BTreeSet<u32> = sizes.iter().copied().collect();
    match different.len() == sizes.len() && (1..=MAX_THUMBNAIL_SIZES).contains(&sizes.len()) {
        true => Ok(different.into_iter().collect()),
        false => Err("use one to sixteen different sizes"),
    }
}

fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    let network = |item: &str| item.parse::<IpNet>().or_else(|_| item.parse::<IpAddr>().map(IpNet::from));
    items.map(|item| network(item).map_err(|_| format!("`{item}` is neither an address nor a network"))).collect()
}

fn cors_origins(text: &str) -> Result<CorsOrigins, String> {
    let origins: Vec<_> = text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    match origins.as_slice() {
        [] => return Ok(CorsOrigins::None),
        ["*"] => return Ok(CorsOrigins::Any),
        _ => {}
    }
    let origin = |text: &str| {
        let uri = text.parse::<http::Uri>().ok()?;
        let is_origin = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && text.matches('/').count() == 2
            && uri.query().is_none();
        is_origin.then(|| text.to_ascii_lowercase())
    };
    let problem = |text: &str| format!("`{text}` is not an origin such as `https://www.example.org`");
    let origins = origins.into_iter().map(|text| origin(text).ok_or_else(|| problem(text)));
    origins.collect::<Result<_, _>>().map(CorsOrigins::These)
}

fn public_url(text: &str) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let uri: http::Uri = text.parse().map_err(|_| "it is not a URL")?;
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err("it has a user or a password, which everybody would see in the URLs of files");
    }
    match (uri.scheme_str(), uri.authority(), uri.query()) {
        (Some("http" | "https"), Some(_), None) => Ok(Some(text.trim_end_matches('/').to_owned())),
        _ => Err("it has to look like `https://media.example.org`"),
    }
}

fn default_media_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("media")
}
