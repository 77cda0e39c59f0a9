use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tintype_library::domain::{FieldErrors, ListQuery};

use crate::base_url::BaseUrl;
use crate::problem::Problem;

/// A request for a page of a list. Its query has the parameters of
/// [`ListParameter`](tintype_library::domain::ListParameter).
pub(crate) struct PageRequest {
    url: String,
    parameters: Vec<(String, String)>,
}

/// The URLs of the next and the previous page.
pub(crate) struct PageLinks {
    pub(crate) next: Option<String>,
    pub(crate) previous: Option<String>,
}

impl FromRequest for PageRequest {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let base = BaseUrl::from_request(request, payload).into_inner();
        ready(base.map(|base| Self {
            url: base.join(request.path()),
            // Bytes that are not UTF-8 become replacement characters.
            parameters: form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect(),
        }))
    }
}

impl PageRequest {
    pub(crate) fn query(&self) -> Result<ListQuery, FieldErrors> {
        ListQuery::parse(self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// Returns the links of the page that `query` asks for, in a list of `count` files.
    pub(crate) fn links(&self, query: &ListQuery, count: u64) -> PageLinks {
        let step = u64::from(query.limit);
        let after = query.offset.saturating_add(step);
        let before = query.offset.saturating_sub(step);
        PageLinks {
            next: (after < count).then(|| self.page(query.limit, after)),
            previous: (query.offset > 0).then(|| self.page(query.limit, before)),
        }
    }

    /// Returns the URL of another page: the same parameters, sorted by name, without `offset` if it
    /// is 0.
    fn page(&self, limit: u32, offset: u64) -> String {
        let mut parameters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, value) in &self.parameters {
            parameters.entry(name).or_default().push(value.clone());
        }
        parameters.insert("limit", vec![limit.to_string()]);
        parameters.remove("offset");
        if offset > 0 {
            parameters.insert("offset", vec![offset.to_string()]);
        }
        let pairs = parameters.iter().flat_map(|(name, values)| values.iter().map(move |value| (*name, value)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", self.url)
    }
}
