//! SQLite-specific code.

mod by_user;
mod conditions;
mod keyset;
mod selection;
mod session;

pub(crate) use keyset::select_from;
pub(crate) use selection::{matching, select_page};
pub(crate) use session::{begin_snapshot, begin_write, last_number, open, use_up_numbers, write_copy};
