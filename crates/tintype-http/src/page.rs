use std::collections::BTreeMap;

use crate::base_url::BaseUrl;

/// Decoded query parameters.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Decodes a query string; what is not UTF-8 in it becomes replacement characters.
    pub(crate) fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
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
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        base.join(&format!("{path}?{query}"))
    }

    /// Returns the URLs of the next and the previous page.
    pub(crate) fn links(
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
