mod value;

pub(crate) use value::{Default, Value};

/// A configuration key: one line of the table in `docs/configuration.md`.
pub(crate) struct Key {
    /// As in `tintype.toml`.
    pub(crate) name: &'static str,
    pub(crate) value: Value,
    pub(crate) default: Default,
    pub(crate) help: &'static str,
}

/// Every configuration key there is.
pub(crate) const KEYS: &[Key] = &[
    Key {
        name: "bind",
        value: Value::Text,
        default: Default::Text("127.0.0.1:8000"),
        help: "Address or host name, and port, to listen on; port 0 picks a free one, which the log and `--port-file` tell",
    },
    Key {
        name: "metrics_bind",
        value: Value::Text,
        default: Default::Unset("none"),
        help: "Address and port for `GET /metrics` without a token; keep it from strangers. Admins' tokens get it at `bind`",
    },
    Key {
        name: "data_dir",
        value: Value::Text,
        default: Default::Text("./data"),
        help: "Folder for the database and the files; with a bucket, for uploads on their way",
    },
    Key {
        name: "database_url",
        value: Value::Url,
        default: Default::Unset("sqlite://<data_dir>/tintype.db"),
        help: "The database: `sqlite://<path>` or `postgres://<user>:<password>@<host>/<database>`",
    },
    Key {
        name: "storage_url",
        value: Value::Url,
        default: Default::Unset("file://<data_dir>/media"),
        help: "The files: `file://<path>` or `s3://<bucket>/<prefix>?endpoint=<url>&region=<name>`",
    },
    Key {
        name: "public_url",
        value: Value::Url,
        default: Default::Unset("from each request"),
        help: "What the URLs of files begin with, e.g. `https://media.example.org`",
    },
    Key {
        name: "trusted_proxies",
        value: Value::Text,
        default: Default::Unset("none"),
        help: "Addresses or networks such as `10.0.0.0/8`, comma-separated, whose forwarding headers count",
    },
    Key {
        name: "media_access",
        value: Value::Text,
        default: Default::Text("public"),
        help: "`public`: everybody who knows its URL may fetch a new file, unless its upload says otherwise; `signed`: new files are private",
    },
    Key {
        name: "signed_url_lifetime",
        value: Value::Time("1s", "180d"),
        default: Default::Text("1h"),
        help: "How long the URLs of private files stay the same; they are valid for one to two times that",
    },
    Key {
        name: "max_link_lifetime",
        value: Value::Time("2s", "365d"),
        default: Default::Text("7d"),
        help: "How long a signed URL may be valid, whoever signs it; at least twice `signed_url_lifetime`",
    },
    Key {
        name: "signed_url_caching",
        value: Value::Text,
        default: Default::Text("private"),
        help: "Who may keep what a signed URL gives until it expires: `private`, the browser alone; `public`, also CDNs",
    },
    Key {
        name: "signing_key",
        value: Value::Secret,
        default: Default::Unset("made at the first start and kept in the database"),
        help: "The key that signs URLs, at least 32 bytes in Base64, the same on all servers",
    },
    Key {
        name: "page",
        value: Value::Text,
        default: Default::Text("true"),
        help: "Whether `/` is a page that shows the files in a browser: `true` or `false`",
    },
    Key {
        name: "cors_origins",
        value: Value::Text,
        default: Default::Unset("none"),
        help: "Origins of pages that may use the API, such as `https://www.example.org`, comma-separated; `*`: all",
    },
    Key {
        name: "media_delivery",
        value: Value::Text,
        default: Default::Text("proxy"),
        help: "`proxy`: this server sends the files; `redirect`: it sends clients to the bucket, by a presigned URL; \
            `x-accel`: nginx in front sends them; `x-sendfile`: Apache or lighttpd in front does",
    },
    Key {
        name: "presign_lifetime",
        value: Value::Time("1s", "7d"),
        default: Default::Text("1h"),
        help: "How long a presigned URL is valid",
    },
    Key {
        name: "media_cache",
        value: Value::Size("0 B", "1 TiB"),
        default: Default::Text("64 MiB"),
        help: "Memory for what is fetched often: what objects are, and the bytes of those up to 256 KiB; `0 B`: none",
    },
    Key {
        name: "max_upload_size",
        value: Value::Size("1 B", "5 TiB"),
        default: Default::Text("100 MiB"),
        help: "The largest file",
    },
    Key {
        name: "max_field_size",
        value: Value::Size("1 KiB", "64 MiB"),
        default: Default::Text("64 KiB"),
        help: "The largest text field, and the largest JSON or URL-encoded body",
    },
    Key {
        name: "max_parts",
        value: Value::Number(1, 10_000),
        default: Default::Text("20"),
        help: "The most parts in a multipart body",
    },
    Key {
        name: "max_ranges",
        value: Value::Number(1, 1000),
        default: Default::Text("16"),
        help: "The most ranges in a request; with more, the whole file is sent",
    },
    Key {
        name: "max_archive_files",
        value: Value::Number(1, 100_000),
        default: Default::Text("10000"),
        help: "The most files that are downloaded as one ZIP archive",
    },
    Key {
        name: "allowed_types",
        value: Value::Text,
        default: Default::Unset("all"),
        help: "What may be uploaded, comma-separated: types and media types, e.g. `image,pdf,audio/mpeg`",
    },
    Key {
        name: "import_from_url",
        value: Value::Text,
        default: Default::Text("false"),
        help: "`true`: whoever may upload can have the server fetch a file from a URL",
    },
    Key {
        name: "import_ports",
        value: Value::Text,
        default: Default::Text("80,443"),
        help: "The ports from which files are fetched, comma-separated",
    },
    Key {
        name: "import_private",
        value: Value::Text,
        default: Default::Text("false"),
        help: "`true`: files are also fetched from private addresses and from this machine, so that uploaders read what \
            only this server can reach",
    },
    Key {
        name: "import_timeout",
        value: Value::Time("1s", "1d"),
        default: Default::Text("5m"),
        help: "How long fetching a file may take, redirects included",
    },
    Key {
        name: "webhook_private",
        value: Value::Text,
        default: Default::Text("false"),
        help: "`true`: events are also sent to private addresses and to this machine",
    },
    Key {
        name: "webhook_timeout",
        value: Value::Time("1s", "1m"),
        default: Default::Text("15s"),
        help: "How long the receiver of an event may take to answer",
    },
    Key {
        name: "webhook_log_age",
        value: Value::Time("2d", "365d"),
        default: Default::Text("7d"),
        help: "For how long deliveries to webhooks are shown",
    },
    Key {
        name: "webhook_log_length",
        value: Value::Number(1, 10_000_000),
        default: Default::Text("10000"),
        help: "How many deliveries that are done are shown, of all webhooks together",
    },
    Key {
        name: "thumbnail_format",
        value: Value::Text,
        default: Default::Text("auto"),
        help: "`auto` (JPEG, or PNG where anything is transparent), `jpeg` (transparent becomes white) or `webp`",
    },
    Key {
        name: "thumbnail_sizes",
        value: Value::Text,
        default: Default::Text("64,128,512,1080"),
        help: "The edges of the boxes that thumbnails fit into, those of previews included, in pixels: up to 16, \
            comma-separated, 1 to 16384 each; `tintype thumbnails rebuild` gives them to files that are there already",
    },
    Key {
        name: "renditions",
        value: Value::Text,
        default: Default::Text("sizes"),
        help: "Pictures of any size for everybody who may fetch the file: `sizes` (presets and `rendition_sizes`; others by \
            signed links), `signed` (presets; others by signed links), `presets` alone, `open` (all) or `off`",
    },
    Key {
        name: "rendition_sizes",
        value: Value::Text,
        default: Default::Text("64,128,256,384,512,768,1080,1536,2048"),
        help: "Widths and heights that need no signed link with `renditions = \"sizes\"`, comma-separated, 1 to 16384 each",
    },
    Key {
        name: "max_rendition_edge",
        value: Value::Number(1, 16_384),
        default: Default::Text("4096"),
        help: "The greatest `width` and `height` of a rendition, in pixels",
    },
    Key {
        name: "rendition_cache_size",
        value: Value::Size("1 B", "8 EiB"),
        default: Default::Text("10 GiB"),
        help: "Room for all renditions; the least recently used are removed first",
    },
    Key {
        name: "max_image_pixels",
        value: Value::Number(1, 10_000_000_000),
        default: Default::Text("100000000"),
        help: "The largest image that gets thumbnails, in pixels",
    },
    Key {
        name: "decode_memory",
        value: Value::Size("1 MiB", "1 TiB"),
        default: Default::Text("512 MiB"),
        help: "Memory for all decodes at a time",
    },
    Key {
        name: "decode_timeout",
        value: Value::Time("100ms", "1h"),
        default: Default::Text("30s"),
        help: "How long making an image's thumbnails may take; then it is kept without",
    },
    Key {
        name: "strip_metadata",
        value: Value::Text,
        default: Default::Text("none"),
        help: "What is taken out of JPEG, PNG, WebP, HEIF and MP4 before they are kept: `none`, `gps` or `all`",
    },
    Key {
        name: "preview_wait",
        value: Value::Time("0s", "1h"),
        default: Default::Text("1s"),
        help: "How long an upload waits for the preview of what is no image; then it is made afterwards",
    },
    Key {
        name: "workers",
        value: Value::Number(1, MAX_WORKERS),
        default: Default::Unset("number of cores"),
        help: "Threads that serve, and images decoded at a time",
    },
    Key {
        name: "upload_queue",
        value: Value::Number(1, 100_000),
        default: Default::Text("256"),
        help: "Complete uploads that may wait for a core; more are answered 503",
    },
    Key {
        name: "upload_queue_timeout",
        value: Value::Time("100ms", "10m"),
        default: Default::Text("30s"),
        help: "How long a complete upload may wait for a core before it is answered 503",
    },
    Key {
        name: "upload_idle_timeout",
        value: Value::Time("1s", "1h"),
        default: Default::Text("30s"),
        help: "How long a client may send nothing in the middle of a body",
    },
    Key {
        name: "upload_min_rate",
        value: Value::Size("1 B", "1 GiB"),
        default: Default::Text("1 KiB"),
        help: "Bytes a second that a client has to send on average, after the idle timeout",
    },
    Key {
        name: "download_idle_timeout",
        value: Value::Time("1s", "1h"),
        default: Default::Text("30s"),
        help: "How long a client may read nothing of an answer",
    },
    Key {
        name: "download_min_rate",
        value: Value::Size("1 B", "1 GiB"),
        default: Default::Text("1 KiB"),
        help: "Bytes a second that a client has to read on average, over the time in which it keeps the server waiting",
    },
    Key {
        name: "login_failures",
        value: Value::Number(1, 1_000_000),
        default: Default::Text("10"),
        help: "Log-ins with one user name that may fail from one address within the window; more are answered 429",
    },
    Key {
        name: "login_failures_per_address",
        value: Value::Number(1, 1_000_000),
        default: Default::Text("100"),
        help: "Log-ins that may fail from one address (IPv6: its /64) within the window, whatever the user name",
    },
    Key {
        name: "login_window",
        value: Value::Time("1s", "1d"),
        default: Default::Text("10m"),
        help: "The time after which as many log-ins may fail again",
    },
    Key {
        name: "login_lifetime",
        value: Value::Time("0s", "36525d"),
        default: Default::Text("0s"),
        help: "How long the token of a log-in is valid; `0s`: until it is revoked",
    },
    Key {
        name: "rate_limit",
        value: Value::Text,
        default: Default::Unset("off"),
        help: "Requests that each token may make, such as `100/m` (`s`, `m`, `h` or `d`); more are answered 429",
    },
    Key {
        name: "abandoned_after",
        value: Value::Time("1s", "30d"),
        default: Default::Text("15m"),
        help: "When the objects of an upload that never committed are swept; longer than any upload takes to be stored",
    },
    Key {
        name: "upload_expires",
        value: Value::Time("1s", "365d"),
        default: Default::Text("24h"),
        help: "How long a resumable upload waits to be continued; then it is removed",
    },
    Key {
        name: "scrub_rate",
        value: Value::Size("0 B", "1 TiB"),
        default: Default::Text("0 B"),
        help: "Bytes a second that are read to see whether stored files are sound, over and over; `0 B`: none",
    },
    Key {
        name: "trash_retention",
        value: Value::Time("0s", "36525d"),
        default: Default::Text("0s"),
        help: "How long a file that is deleted can be restored; `0s`: not at all",
    },
    Key {
        name: "start_timeout",
        value: Value::Time("0s", "1h"),
        default: Default::Text("60s"),
        help: "How long to wait at the start for a database that cannot be reached",
    },
    Key {
        name: "shutdown_delay",
        value: Value::Time("0s", "1h"),
        default: Default::Text("0s"),
        help: "How long to serve on after SIGTERM with `/readyz` saying 503, so that balancers turn away",
    },
    Key {
        name: "shutdown_timeout",
        value: Value::Time("0s", "1h"),
        default: Default::Text("60s"),
        help: "How long requests in flight may take to finish on SIGTERM",
    },
    Key { name: "log_format", value: Value::Text, default: Default::Text("text"), help: "`text` or `json`" },
];

/// The most threads that serve; each has a runtime of its own.
pub(crate) const MAX_WORKERS: u64 = 512;

impl Key {
    /// Returns the key of that name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// Returns the name of its flag, without dashes before it.
    pub(crate) fn flag(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Returns the name of its environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("TINTYPE_{}", self.name.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::{Default, KEYS, Key, Value};
    use std::time::Duration;

    #[test]
    fn every_default_lies_within_its_bounds() {
        for key in KEYS {
            let Default::Text(text) = key.default else { continue };
            let parsed = match key.value {
                Value::Text | Value::Url | Value::Secret => Ok(()),
                Value::Size(..) => key.value.size(text).map(drop),
                Value::Time(..) => key.value.time(text).map(drop),
                Value::Number(..) => key.value.number(text).map(drop),
            };
            assert_eq!(parsed, Ok(()), "{}", key.name);
        }
    }

    #[test]
    fn bounds_are_inclusive() {
        for key in KEYS {
            let value = &key.value;
            match *value {
                Value::Text | Value::Url | Value::Secret => {}
                Value::Size(min, max) => {
                    let (least, most) = (value.size(min).unwrap(), value.size(max).unwrap());
                    if let Some(less) = least.checked_sub(1) {
                        assert!(value.size(&less.to_string()).is_err(), "{}", key.name);
                    }
                    assert!(value.size(&(most + 1).to_string()).is_err(), "{}", key.name);
                }
                Value::Time(min, max) => {
                    let (least, most) = (value.time(min).unwrap(), value.time(max).unwrap());
                    let format = |time: Duration| humantime::format_duration(time).to_string();
                    if let Some(less) = least.checked_sub(Duration::from_nanos(1)) {
                        assert!(value.time(&format(less)).is_err(), "{}", key.name);
                    }
                    assert!(value.time(&format(most + Duration::from_nanos(1))).is_err(), "{}", key.name);
                }
                Value::Number(min, max) => {
                    assert_eq!((value.number(&min.to_string()), value.number(&max.to_string())), (Ok(min), Ok(max)));
                    assert!(value.number(&(min - 1).to_string()).is_err(), "{}", key.name);
                    assert!(value.number(&(max + 1).to_string()).is_err(), "{}", key.name);
                }
            }
        }
    }

    fn row(key: &Key) -> String {
        let default = match key.default {
            Default::Text(text) => format!("`{text}`"),
            Default::Unset(meaning) if meaning.contains("://") => format!("`{meaning}`"),
            Default::Unset(meaning) => meaning.to_owned(),
        };
        let (variable, flag) = (key.variable(), key.flag());
        let bounds = key.value.bounds().unwrap_or_default();
        format!("| `{}` | `{variable}` | `--{flag}` | {default} | {bounds} | {} |\n", key.name, key.help)
    }

    #[test]
    fn the_page_has_the_table() {
        let mut table =
            "| key | variable | flag | default | bounds | meaning |\n|---|---|---|---|---|---|\n".to_owned();
        table.extend(KEYS.iter().map(row));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let page = std::fs::read_to_string(path).unwrap();
        assert!(page.contains(&table), "docs/configuration.md has to have this table:\n\n{table}");
    }
}
