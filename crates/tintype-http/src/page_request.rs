use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use tintype_library::domain::{Cursor, FieldErrors, ListQuery, Paging, Side, Travel, page_limit, page_offset};
use tintype_library::persistence::FilePage;

use crate::base_url::BaseUrl;
use crate::describe::{Describe, Operation};
use crate::problem::Problem;

/// A request for a page of a list.
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
    /// Returns the decoded parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn query(&self) -> Result<ListQuery, FieldErrors> {
        ListQuery::parse(self.parameters())
    }

    /// Returns how many results the page has at most, and how many come before it.
    pub(crate) fn window(&self) -> (u32, u64) {
        (page_limit(self.last("limit")), page_offset(self.last("offset")))
    }

    /// Returns the value of a parameter, the last one if it is repeated; empty if there is none.
    pub(crate) fn last(&self, name: &str) -> &str {
        self.parameters().filter(|(given, _)| *given == name).last().map_or("", |(_, value)| value)
    }

    /// Returns the links of the page of `limit` results that begins at `offset`, in a list of
    /// `count`.
    pub(crate) fn offset_links(&self, limit: u32, offset: u64, count: u64) -> PageLinks {
        let step = u64::from(limit);
        let at = |offset: u64| self.page(limit, (offset > 0).then(|| ("offset", offset.to_string())));
        let after = offset.saturating_add(step);
        PageLinks {
            next: (after < count).then(|| at(after)),
            previous: (offset > 0).then(|| at(offset.saturating_sub(step))),
        }
    }

    /// Returns the links of the page that `query` asks for.
    pub(crate) fn links(&self, query: &ListQuery, page: &FilePage) -> PageLinks {
        let (next, previous) = match &query.paging {
            Paging::Offset(offset) => {
                let step = u64::from(query.limit);
                let at = |offset: u64| (offset > 0).then(|| ("offset", offset.to_string()));
                (at(offset.saturating_add(step)), at(offset.saturating_sub(step)))
            }
            Paging::Cursor(cursor) => {
                let beside = |file, side, travel| Cursor::beside(file, side, travel, &query.ordering);
                // From an empty page, the way leads back to where it came from.
                let back = || cursor.clone().map(Cursor::reversed);
                let last = page.files.last().map(|file| beside(file, Side::After, Travel::Forward));
                let first = page.files.first().map(|file| beside(file, Side::Before, Travel::Backward));
                let place = |cursor: Cursor| ("cursor", cursor.encode(&query.filter, &query.ordering));
                (last.or_else(back).map(place), first.or_else(back).map(place))
            }
        };
        PageLinks {
            next: page.has_next.then(|| self.page(query.limit, next)),
            previous: page.has_previous.then(|| self.page(query.limit, previous)),
        }
    }

    /// Returns the URL of another page: the same parameters, sorted by name, but for where the page
    /// begins.
    fn page(&self, limit: u32, begin: Option<(&str, String)>) -> String {
        let mut parameters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (name, value) in &self.parameters {
            parameters.entry(name).or_default().push(value.clone());
        }
        parameters.insert("limit", vec![limit.to_string()]);
        parameters.remove("offset");
        parameters.remove("cursor");
        parameters.extend(begin.map(|(name, value)| (name, vec![value])));
        let pairs = parameters.iter().flat_map(|(name, values)| values.iter().map(move |value| (*name, value)));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{}?{query}", self.url)
    }
}

/// The parameters differ from list to list.
impl Describe for PageRequest {
    fn describe(operation: &mut Operation<'_>) {
        operation.errors([400]);
    }
}
