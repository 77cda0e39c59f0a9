//! Changing, replacing and deleting.

mod change;
mod conditions;
mod delete;
mod replace;
