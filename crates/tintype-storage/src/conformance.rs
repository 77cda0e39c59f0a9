//! Behaviours that every storage must have, for the tests of implementations of [`Storage`].
//!
//! Each function tests one behaviour, works below its own folder in `conformance/`, and leaves
//! nothing behind. [`all`] runs those that [`Storage`] promises;
//! [`lets_one_of_many_racing_puts_win`] is for storages that promise more. They panic if the
//! behaviour is missing.
//!
//! ```
//! use tintype_storage::{MemoryStorage, conformance};
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(
//! conformance::all(&MemoryStorage::default())
//! # );
//! ```

mod folder;
mod lists;
mod puts;
mod reads;

pub use lists::{deletes_for_good, lists_what_is_there};
pub use puts::{
    keeps_objects, keeps_one_of_many_racing_puts, keeps_spooled_files, lets_one_of_many_racing_puts_win,
    never_overwrites, takes_every_name,
};
pub use reads::{finishes_reading_what_is_deleted, reads_ranges, streams_large_objects};

use crate::Storage;

/// Runs every behaviour.
///
/// # Panics
/// If one is missing.
pub async fn all(storage: &dyn Storage) {
    storage.check().await.expect("a working storage is ready");
    keeps_objects(storage).await;
    keeps_spooled_files(storage).await;
    takes_every_name(storage).await;
    never_overwrites(storage).await;
    keeps_one_of_many_racing_puts(storage).await;
    reads_ranges(storage).await;
    streams_large_objects(storage).await;
    finishes_reading_what_is_deleted(storage).await;
    deletes_for_good(storage).await;
    lists_what_is_there(storage).await;
}
