//! Every storage of this crate shows every behaviour, also behind a pointer.

use std::sync::Arc;
use tintype_storage::{LocalStorage, MemoryStorage, Storage, conformance};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn local_disk_conforms() {
    let dir = tempfile::tempdir().unwrap();
    let storage = LocalStorage::open(dir.path()).unwrap();
    conformance::all(&storage).await;
    conformance::lets_one_of_many_racing_puts_win(&storage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_conforms() {
    let storage = MemoryStorage::default();
    conformance::all(&storage).await;
    conformance::lets_one_of_many_racing_puts_win(&storage).await;
}

#[tokio::test]
async fn pointers_conform() {
    let dir = tempfile::tempdir().unwrap();
    let local: Arc<dyn Storage> = Arc::new(LocalStorage::open(dir.path()).unwrap());
    assert!(local.spool_dir().is_some());
    conformance::all(&local).await;
    let memory: Box<dyn Storage> = Box::new(MemoryStorage::default());
    conformance::all(&memory).await;
    conformance::all(&Box::new(Arc::new(MemoryStorage::default()))).await;
}
