//! Storages as their users see them.

mod conformance;
