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
