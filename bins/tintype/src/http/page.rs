use crate::http::base_url::BaseUrl;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};
use std::collections::BTreeMap;

/// What Python's `quote_plus` leaves as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b' ');

/// Decoded query parameters.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes a query string; what is not UTF-8 in it becomes replacement characters.
    pub(super) fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(k, v)| (decode(k), decode(v))).collect(),
        )
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the URL of another page: the same parameters, keys sorted, `offset` left out where it is 0.
    fn page(&self, base: &BaseUrl, path: &str, limit: u32, offset: u64) -> String {
        let mut parameters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, value) in self.iter() {
            parameters.entry(name).or_default().push(value.to_owned());
        }
        parameters.insert("limit", vec![limit.to_string()]);
        if offset == 0 {
            parameters.remove("offset");
        } else {
            parameters.insert("offset", vec![offset.to_string()]);
        }
        let pairs = parameters.iter().flat_map(|(name, values)| values.iter().map(move |value| (*name, value)));
        let pairs: Vec<_> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        base.join(&format!("{path}?{}", pairs.join("&")))
    }

    /// Returns the URLs of the next and the previous page.
    pub(super) fn links(
        &self,
        base: &BaseUrl,
        path: &str,
        (limit, offset, count): (u32, u64, u64),
    ) -> (Option<String>, Option<String>) {
        let step = u64::from(limit);
        let after = offset.saturating_add(step);
        let next = (after < count).then(|| self.page(base, path, limit, after));
        let previous = (offset > 0).then(|| self.page(base, path, limit, offset.saturating_sub(step)));
        (next, previous)
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string().replace(' ', "+")
}
