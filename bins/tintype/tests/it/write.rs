//! Changing, replacing and deleting.

mod change;
mod delete;
mod replace;
