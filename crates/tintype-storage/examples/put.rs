//! Receives a file through the spool and puts it into a storage on disk:
//! `cargo run --release -p tintype-storage --example put -- <root> <key> <file>`.

#![expect(clippy::print_stdout, reason = "a program for the command line")]

use bytes::Bytes;
use std::error::Error;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::time::Instant;
use tintype_storage::{Attributes, Content, LocalStorage, NewObject, Spool, Storage};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, key, path] = &arguments[..] else { return Err("usage: put <root> <key> <file>".into()) };
    let storage = LocalStorage::open(root)?;
    let spool = Spool::open(storage.spool_dir().ok_or("a disk has a spool")?)?;

    let start = Instant::now();
    let mut file = File::open(path)?;
    let mut writer = spool.create(u64::MAX);
    // As a network would: in chunks that are smaller than a block.
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let len = file.read(&mut chunk)?;
        if len == 0 {
            break;
        }
        writer.write(Bytes::copy_from_slice(&chunk[..len])).await?;
    }
    let spooled = Arc::new(writer.finish().await?);
    let received = start.elapsed();

    let content = Content::Spooled(Arc::clone(&spooled));
    storage.put(&NewObject { key: key.parse()?, content, attributes: Attributes::default() }).await?;
    println!("{} {} bytes, {}", key, spooled.len(), spooled.checksum());
    println!("received in {received:.3?}, durable after {:.3?}", start.elapsed());
    Ok(())
}
