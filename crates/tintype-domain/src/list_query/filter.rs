use crate::{Bounds, Checksum, Kind, PreviewStatus, Tag, Visibility};

/// Which files match: every part must.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Terms folded by [`fold_for_search`](crate::fold_for_search), each of which must occur in the
    /// folded name or in the decimal id.
    pub search: Vec<String>,
    /// Tags, each of which a file must have; `trips/` matches every tag in that folder.
    pub tags: Vec<Tag>,
    /// The SHA-256 digest that matches.
    pub checksum: Option<Checksum>,
    /// The kinds that match; all where empty.
    pub kinds: Vec<Kind>,
    /// The visibility that matches; both where `None`.
    pub visibility: Option<Visibility>,
    /// How far the picture must be; however far where `None`.
    pub preview_status: Option<PreviewStatus>,
    /// The ids of users that match.
    pub user_id: Bounds,
    /// The ids that match.
    pub id: Bounds,
    /// The sizes that match, in bytes.
    pub size: Bounds,
    /// The widths that match, in pixels; bounded, it matches images only.
    pub width: Bounds,
    /// The heights that match, in pixels; bounded, it matches images only.
    pub height: Bounds,
    /// The times of being taken that match, in microseconds since 1970; bounded, it matches only
    /// files that tell one.
    pub taken_at: Bounds,
    /// The lengths that match, in milliseconds; bounded, it matches only files that have one.
    pub duration_ms: Bounds,
    /// The numbers of pages, slides or sheets that match; bounded, it matches only files that have
    /// one.
    pub pages: Bounds,
    /// What maker and model of the camera must contain, folded by
    /// [`fold_for_search`](crate::fold_for_search).
    pub camera: Option<String>,
    /// Whether it must tell a place, or must not.
    pub has_gps: Option<bool>,
    /// The times of upload that match, in microseconds since 1970.
    pub created_at: Bounds,
    /// The times of change that match, in microseconds since 1970.
    pub updated_at: Bounds,
}

impl Filter {
    /// The most different terms in one search; each costs the database a comparison a file.
    pub const MAX_SEARCH_TERMS: usize = 32;
}
