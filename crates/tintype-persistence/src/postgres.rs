//! PostgreSQL-specific code.

mod address;
mod keyset;
mod selection;
mod session;

pub(crate) use address::PostgresAddress;
pub(crate) use keyset::select_from;
pub(crate) use selection::{matching, select_page};
pub(crate) use session::{
    begin_snapshot, begin_write, check_server, clock, create, has_migrations, keep_snapshot, last_number, lock_file,
    lock_import, lock_migrations, lock_trashed, lock_users, open, ping, share_import, use_up_numbers,
};
