mod cursor;
mod filter;
mod moment;
mod order;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::kind::{UnknownName, named};
use crate::number::Number;
use crate::search::search_terms;
use crate::{
    Bounds, FieldErrors, FieldProblem, FileId, Kind, Tags, Timestamp, Visibility, fold_for_search, parse_boolean,
};
pub use cursor::{Cursor, Side, SortValue, Travel};
pub use filter::Filter;
use moment::{day_bounds, parse_moment};
pub use order::{Direction, OrderBy, OrderField};

/// How many files a page has unless the client says.
pub const DEFAULT_LIMIT: u32 = 10;
/// The most files a page has, whatever the client says.
pub const MAX_LIMIT: u32 = 1000;

/// How many bits of perceptual hashes differ at most unless the client says: more rarely look
/// alike.
const DEFAULT_MAX_DISTANCE: u32 = 10;

/// Which files a client wants to see, in which order, and which page of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which files match.
    pub filter: Filter,
    /// The order, most significant first; ties are by descending id.
    pub ordering: Vec<OrderBy>,
    /// The most files in the page, 1 to 1000.
    pub limit: u32,
    /// Where the page begins.
    pub paging: Paging,
    /// Whether the files that match are counted.
    pub counting: Counting,
    /// The file that others look like; these come in the order of their distance, whatever the
    /// ordering.
    pub similar_to: Option<FileId>,
    /// How many of the 64 bits of its perceptual hash may differ.
    pub max_distance: u32,
    /// Whether it is a list of the files, or of what is in the trash.
    pub listed: Listed,
}

/// What a list is of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Listed {
    /// The files that there are.
    #[default]
    Kept,
    /// Those that were deleted and can be restored.
    Trashed,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paging {
    /// After so many matching files.
    Offset(u64),
    /// At a place in the list, or at its beginning.
    Cursor(Option<Cursor>),
}

/// Whether the files that match are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// Exactly.
    Exact,
    /// Not at all.
    None,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            ordering: vec![OrderBy { field: OrderField::CreatedAt, direction: Direction::Descending }],
            limit: DEFAULT_LIMIT,
            paging: Paging::Offset(0),
            counting: Counting::Exact,
            similar_to: None,
            max_distance: DEFAULT_MAX_DISTANCE,
            listed: Listed::Kept,
        }
    }
}

impl ListQuery {
    /// Returns how many matching files to leave out before the page.
    pub fn offset(&self) -> u64 {
        match self.paging {
            Paging::Offset(offset) => offset,
            Paging::Cursor(_) => 0,
        }
    }
}

named!(
    /// The parameters of a list.
    ListParameter, "parameter", {
        /// The most files in the page.
        Limit = "limit",
        /// How many files to leave out before the page.
        Offset = "offset",
        /// `none` to leave out the count.
        Count = "count",
        /// `cursor` for pages that are found by a cursor.
        Paging = "paging",
        /// The cursor of a page.
        Cursor = "cursor",
        /// Terms, each of which must occur in the name or the id.
        Search = "search",
        /// Comma-separated names of [`OrderField`], each perhaps with a `-` for descending.
        Ordering = "ordering",
        /// Comma-separated names of [`Kind`].
        Type = "type",
        /// A name of [`Visibility`].
        Visibility = "visibility",
        /// A name of [`PreviewStatus`](crate::PreviewStatus).
        PreviewStatus = "preview_status",
        /// Comma-separated tags, all of which a file must have.
        Tags = "tags",
        /// The checksum of the content.
        Checksum = "checksum",
        /// The id of the uploader.
        UserId = "user_id",
        /// The least id.
        IdMin = "id_min",
        /// The greatest id.
        IdMax = "id_max",
        /// The least size, in bytes.
        SizeMin = "size_min",
        /// The greatest size, in bytes.
        SizeMax = "size_max",
        /// The least width, in pixels.
        WidthMin = "width_min",
        /// The greatest width, in pixels.
        WidthMax = "width_max",
        /// The least height, in pixels.
        HeightMin = "height_min",
        /// The greatest height, in pixels.
        HeightMax = "height_max",
        /// The UTC day of the upload.
        CreatedDate = "created_date",
        /// The UTC day of the last change.
        UpdatedDate = "updated_date",
        /// The earliest day or time of the upload.
        CreatedFrom = "created_from",
        /// The latest day or time of the upload.
        CreatedTo = "created_to",
        /// The earliest day or time of the last change.
        UpdatedFrom = "updated_from",
        /// The latest day or time of the last change.
        UpdatedTo = "updated_to",
        /// The earliest day or time at which it was taken.
        TakenFrom = "taken_from",
        /// The latest day or time at which it was taken.
        TakenTo = "taken_to",
        /// The least length, in seconds.
        DurationMin = "duration_min",
        /// The greatest length, in seconds.
        DurationMax = "duration_max",
        /// The fewest pages.
        PagesMin = "pages_min",
        /// The most pages.
        PagesMax = "pages_max",
        /// What maker and model of the camera must contain.
        Camera = "camera",
        /// Whether it tells a place.
        HasGps = "has_gps",
        /// The id of the file that others look like.
        SimilarTo = "similar_to",
        /// How many bits of its perceptual hash may differ.
        MaxDistance = "max_distance",
        /// Whether it is a list of the trash.
        Trashed = "trashed",
    }
);

impl ListQuery {
    /// Parses decoded query parameters. If a name occurs several times, the last one counts.
    /// Unknown and empty parameters are ignored.
    ///
    /// As in Django REST framework, an invalid limit or offset falls back to its default, and
    /// orderings with unknown names are ignored.
    ///
    /// # Errors
    /// Returns the problems of all other values that do not parse, by parameter.
    ///
    /// ```
    /// use tintype_domain::ListQuery;
    /// let query = ListQuery::parse([("type", "image,pdf"), ("size_min", "1024"), ("ordering", "-size,name")]).unwrap();
    /// assert_eq!(query.filter.size.min, Some(1024));
    /// let errors = ListQuery::parse([("size_min", "big")]).unwrap_err();
    /// assert_eq!(errors.to_string(), "`size_min` is not a number");
    /// ```
    pub fn parse<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, FieldErrors> {
        let known =
            parameters.into_iter().filter_map(|(name, value)| Some((name.parse::<ListParameter>().ok()?, value)));
        let last: BTreeMap<_, _> = known.collect();
        let mut query = Self::default();
        let mut errors = FieldErrors::default();
        let cursor = last.get(&ListParameter::Cursor).map(|text| text.trim()).filter(|text| !text.is_empty());
        for (parameter, value) in last.iter().map(|(parameter, value)| (*parameter, *value)) {
            if !value.trim().is_empty() {
                errors.take(parameter.as_str(), query.set(parameter, value));
            }
        }
        // Distances are no values of files, beside which a cursor could stand.
        if query.similar_to.is_some() && matches!(query.paging, Paging::Cursor(_)) {
            query.paging = Paging::Offset(0);
        }
        // Only all other parameters together tell whether a cursor is one of this list.
        if let (Some(text), None) = (cursor, query.similar_to) {
            let cursor = Cursor::decode(text, &query.filter, &query.ordering).ok_or(FieldProblem::NotACursor);
            query.paging = Paging::Cursor(errors.take(ListParameter::Cursor.as_str(), cursor));
        }
        errors.or(query)
    }

    fn set(&mut self, parameter: ListParameter, value: &str) -> Result<(), FieldProblem> {
        use ListParameter as P;
        let filter = &mut self.filter;
        match parameter {
            P::Limit => self.limit = page_limit(value),
            P::Offset => {
                let offset = page_offset(value);
                if let Paging::Offset(_) = self.paging {
                    self.paging = Paging::Offset(offset);
                }
            }
            P::Count => self.counting = choice(value, &[("none", Counting::None), ("exact", Counting::Exact)])?,
            P::Paging => {
                let choices = [("cursor", Paging::Cursor(None)), ("offset", self.paging.clone())];
                self.paging = choice(value, &choices)?;
            }
            // The filter and the ordering have to be known first.
            P::Cursor => {}
            P::Ordering => self.order(value),
            P::Search => filter.search = terms(value)?,
            P::Type => filter.kinds = kinds(value)?,
            P::Visibility => filter.visibility = Some(visibility(value)?),
            P::PreviewStatus => {
                let status = value.trim().parse();
                filter.preview_status = Some(status.map_err(|_| FieldProblem::NotAChoice { value: value.to_owned() })?);
            }
            P::Tags => filter.tags = Tags::from_text(value)?.iter().cloned().collect(),
            P::Checksum => {
                filter.checksum = Some(value.trim().parse().map_err(|_| FieldProblem::NotAChecksum)?);
            }
            P::UserId => {
                let Number { floor, ceil } = number(value)?;
                // No user has a fraction as its id: the bounds cross, and nothing matches.
                filter.user_id = Bounds { min: Some(ceil), max: Some(floor) };
            }
            P::IdMin => filter.id.at_least(number(value)?.ceil),
            P::IdMax => filter.id.at_most(number(value)?.floor),
            P::SizeMin => filter.size.at_least(number(value)?.ceil),
            P::SizeMax => filter.size.at_most(number(value)?.floor),
            P::WidthMin => filter.width.at_least(number(value)?.ceil),
            P::WidthMax => filter.width.at_most(number(value)?.floor),
            P::HeightMin => filter.height.at_least(number(value)?.ceil),
            P::HeightMax => filter.height.at_most(number(value)?.floor),
            P::CreatedDate => narrow(&mut filter.created_at, day_bounds(value)?),
            P::UpdatedDate => narrow(&mut filter.updated_at, day_bounds(value)?),
            P::CreatedFrom => filter.created_at.at_least(parse_moment(value)?.0.unix_micros()),
            P::CreatedTo => filter.created_at.at_most(parse_moment(value)?.1.unix_micros()),
            P::UpdatedFrom => filter.updated_at.at_least(parse_moment(value)?.0.unix_micros()),
            P::UpdatedTo => filter.updated_at.at_most(parse_moment(value)?.1.unix_micros()),
            P::TakenFrom => filter.taken_at.at_least(parse_moment(value)?.0.unix_micros()),
            P::TakenTo => filter.taken_at.at_most(parse_moment(value)?.1.unix_micros()),
            P::DurationMin => filter.duration_ms.at_least(thousandths(value)?.ceil),
            P::DurationMax => filter.duration_ms.at_most(thousandths(value)?.floor),
            P::PagesMin => filter.pages.at_least(number(value)?.ceil),
            P::PagesMax => filter.pages.at_most(number(value)?.floor),
            P::Camera if value.contains('\0') => return Err(FieldProblem::NulCharacter),
            P::Camera => filter.camera = Some(fold_for_search(value.trim())),
            P::SimilarTo => self.similar_to = Some(FileId(number(value)?.floor)),
            P::MaxDistance => self.max_distance = u32::try_from(number(value)?.floor.clamp(0, 64)).unwrap_or(0),
            P::Trashed => self.listed = if parse_boolean(value)? { Listed::Trashed } else { Listed::Kept },
            P::HasGps => filter.has_gps = Some(parse_boolean(value)?),
        }
        Ok(())
    }

    fn order(&mut self, value: &str) {
        let ordering: Vec<_> = value.split(',').filter_map(|term| OrderBy::parse(term.trim())).collect();
        if !ordering.is_empty() {
            self.ordering = ordering;
        }
    }
}

fn choice<T: Clone>(value: &str, choices: &[(&str, T)]) -> Result<T, FieldProblem> {
    let chosen = choices.iter().find(|(name, _)| *name == value.trim()).map(|(_, choice)| choice.clone());
    chosen.ok_or_else(|| FieldProblem::NotAChoice { value: value.to_owned() })
}

/// Returns how many rows a page has: the default, if the value is none.
pub fn page_limit(value: &str) -> u32 {
    let value = value.trim().parse::<u64>().ok().filter(|&n| n > 0);
    value.map_or(DEFAULT_LIMIT, |value| u32::try_from(value).unwrap_or(MAX_LIMIT).min(MAX_LIMIT))
}

/// Returns how many rows come before a page: none, if the value is no number.
pub fn page_offset(value: &str) -> u64 {
    value.trim().parse().ok().filter(|&n| i64::try_from(n).is_ok()).unwrap_or(0)
}

fn number(value: &str) -> Result<Number, FieldProblem> {
    Number::parse(value).ok_or(FieldProblem::NotANumber)
}

/// Returns a thousand times the number.
fn thousandths(value: &str) -> Result<Number, FieldProblem> {
    Number::parse_times(value, 1000).ok_or(FieldProblem::NotANumber)
}

/// Returns the different terms of a search, folded.
pub(crate) fn terms(value: &str) -> Result<Vec<String>, FieldProblem> {
    if value.contains('\0') {
        return Err(FieldProblem::NulCharacter);
    }
    let terms = search_terms(value);
    if terms.len() > Filter::MAX_SEARCH_TERMS {
        return Err(FieldProblem::TooManyTerms { limit: Filter::MAX_SEARCH_TERMS });
    }
    Ok(terms)
}

fn kinds(value: &str) -> Result<Vec<Kind>, FieldProblem> {
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let kind = |name: &str| name.parse().map_err(|_| FieldProblem::NotAChoice { value: name.to_owned() });
    let mut kinds = names.map(kind).collect::<Result<Vec<Kind>, _>>()?;
    kinds.sort();
    kinds.dedup();
    Ok(kinds)
}

fn visibility(value: &str) -> Result<Visibility, FieldProblem> {
    value.trim().parse().map_err(|_| FieldProblem::NotAChoice { value: value.to_owned() })
}

fn narrow(bounds: &mut Bounds, (first, last): (Timestamp, Timestamp)) {
    bounds.at_least(first.unix_micros());
    bounds.at_most(last.unix_micros());
}
