//! Choosing the files of a page: what all databases share.

pub(crate) mod by_user;
pub(crate) mod keyset;
pub(crate) mod ordering;

/// The ids of the files of a page, in order, and how many match on all pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) count: u64,
    pub(crate) ids: Vec<i64>,
}

/// Begins a statement in which `files` and `file_tags` are those in the trash, so that conditions
/// and orders of lists mean these.
pub(crate) const TRASH_AS_FILES: &str =
    "WITH files AS (SELECT * FROM trashed_files), file_tags AS (SELECT * FROM trashed_tags) ";

/// Selects the names of cameras, as `name`. It jumps along an index, and costs as much as there are
/// different ones.
pub(crate) const CAMERAS: &str = "WITH RECURSIVE cameras (name) AS (SELECT min(camera) FROM files UNION ALL \
    SELECT (SELECT min(more.camera) FROM files AS more WHERE more.camera > cameras.name) FROM cameras \
    WHERE cameras.name IS NOT NULL) SELECT name FROM cameras";
