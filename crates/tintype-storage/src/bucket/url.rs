use percent_encoding::percent_decode_str;
use std::fmt;
use std::str::FromStr;
use tintype_domain::Key;

/// The place of a bucket, without credentials:
/// `s3://<bucket>/<prefix>?endpoint=<url>&region=<name>`, `gs://<bucket>/<prefix>` or
/// `az://<container>/<prefix>`. Prefix and parameters are optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketUrl {
    pub(super) provider: Provider,
    pub(super) bucket: String,
    pub(super) prefix: Option<Key>,
    /// The URL of the service, for S3; by default Amazon's own.
    pub(super) endpoint: Option<String>,
    /// The region's name, for S3.
    pub(super) region: Option<String>,
}

/// Whose protocol a bucket speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Provider {
    S3,
    Gcs,
    Azure,
}

/// A key and its prefix together are at most 1024 bytes, and the keys that uploads get stay below
/// 600.
const MAX_PREFIX_BYTES: usize = 400;

impl BucketUrl {
    /// Returns whether a URL has the scheme of a bucket, valid or not.
    pub fn is_meant_by(url: &str) -> bool {
        url.split_once("://").is_some_and(|(scheme, _)| Provider::of(scheme).is_some())
    }
}

impl BucketUrl {
    /// Returns whether all objects of one place are in the other, too.
    pub fn overlaps(&self, other: &Self) -> bool {
        let place = |url: &Self| (url.provider, url.bucket.clone(), url.endpoint.clone());
        let [a, b] =
            [self, other].map(|url| url.prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}/")));
        place(self) == place(other) && (a.starts_with(&b) || b.starts_with(&a))
    }
}

impl Provider {
    fn of(scheme: &str) -> Option<Self> {
        match scheme {
            "s3" => Some(Self::S3),
            "gs" => Some(Self::Gcs),
            "az" => Some(Self::Azure),
            _ => None,
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gcs => "gs",
            Self::Azure => "az",
        }
    }
}

impl FromStr for BucketUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let provider =
            Provider::of(scheme).ok_or("it has to look like `s3://<bucket>/<prefix>?endpoint=<url>&region=<name>`")?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        if bucket.contains(['@', ':']) {
            return Err(
                "keys do not belong into the URL; they come from the environment (`AWS_ACCESS_KEY_ID` …)".into()
            );
        }
        if bucket.is_empty() || !bucket.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)) {
            return Err(format!("`{bucket}` cannot be the name of a bucket"));
        }
        let prefix = prefix.trim_end_matches('/');
        if prefix.len() > MAX_PREFIX_BYTES {
            return Err(format!("the prefix is longer than {MAX_PREFIX_BYTES} bytes"));
        }
        let prefix: Option<Key> =
            (!prefix.is_empty()).then(|| prefix.parse()).transpose().map_err(|e| format!("{e}"))?;
        let mut url = Self { provider, bucket: bucket.to_owned(), prefix, endpoint: None, region: None };
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            url.set(parameter)?;
        }
        Ok(url)
    }
}

impl BucketUrl {
    fn set(&mut self, parameter: &str) -> Result<(), String> {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let value = percent_decode_str(value).decode_utf8().map_err(|_| format!("`{name}` is not UTF-8"))?.into_owned();
        let slot = match (self.provider, name) {
            (Provider::S3, "endpoint") if !value.starts_with("http://") && !value.starts_with("https://") => {
                return Err("`endpoint` has to begin with `https://` or `http://`".into());
            }
            (Provider::S3, "endpoint") if value.contains('@') => {
                return Err("`endpoint` has keys in it; they come from the environment (`AWS_ACCESS_KEY_ID` …)".into());
            }
            (Provider::S3, "endpoint") => &mut self.endpoint,
            (Provider::S3, "region") => &mut self.region,
            (Provider::S3, _) => {
                return Err(format!("it has the unknown parameter `{name}`; known are endpoint, region"));
            }
            _ => return Err(format!("a `{}://` URL has no parameters", self.provider.scheme())),
        };
        if value.is_empty() || slot.is_some() {
            return Err(format!("`{name}` has to be given once, with a value"));
        }
        *slot = Some(value);
        Ok(())
    }
}

/// Writes the URL without parameters, for messages.
impl fmt::Display for BucketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.provider.scheme(), self.bucket)?;
        self.prefix.as_ref().map_or(Ok(()), |prefix| write!(f, "/{prefix}"))
    }
}

#[cfg(test)]
mod tests {
    use super::BucketUrl;

    #[test]
    fn all_parts_are_read() {
        let url: BucketUrl = "s3://media/a/b/?endpoint=http://127.0.0.1:3900&region=garage".parse().unwrap();
        assert_eq!(url.to_string(), "s3://media/a/b");
        assert_eq!(url.endpoint.as_deref(), Some("http://127.0.0.1:3900"));
        assert_eq!(url.region.as_deref(), Some("garage"));
        let encoded: BucketUrl = "s3://media?endpoint=https%3A%2F%2Fs3.example.org".parse().unwrap();
        assert_eq!(encoded.endpoint.as_deref(), Some("https://s3.example.org"));
        assert_eq!((encoded.prefix, encoded.region), (None, None));
        assert_eq!("gs://media/photos".parse::<BucketUrl>().unwrap().to_string(), "gs://media/photos");
        assert_eq!("az://media".parse::<BucketUrl>().unwrap().to_string(), "az://media");
    }

    #[test]
    fn mistakes_are_told() {
        let told = |url: &str| url.parse::<BucketUrl>().unwrap_err();
        assert!(told("file:///srv").contains("s3://<bucket>"));
        assert!(told("s3://").contains("name of a bucket"));
        assert!(told("s3://key:secret@media").contains("AWS_ACCESS_KEY_ID"));
        assert!(told("s3://key:sec/ret@media").contains("AWS_ACCESS_KEY_ID"));
        assert!(told("s3://media?endpoint=http://key:secret@h").contains("AWS_ACCESS_KEY_ID"));
        assert!(told("s3://media?endpoint=http://key:secret%40h").contains("AWS_ACCESS_KEY_ID"));
        assert!(told("s3://me dia").contains("name of a bucket"));
        assert!(told("s3://media/../a").contains("leading dot"));
        assert!(told("s3://media/a//b").contains("empty part"));
        assert!(told("s3://media?endpiont=http://x").contains("unknown parameter `endpiont`"));
        assert!(told("s3://media?endpoint=localhost:3900").contains("begin with `https://`"));
        assert!(told("s3://media?region=").contains("once, with a value"));
        assert!(told("s3://media?region=a&region=b").contains("once, with a value"));
        assert!(told("gs://media?region=a").contains("no parameters"));
        assert!(told(&format!("s3://media/{}", "a/".repeat(300))).contains("longer than"));
    }
}
