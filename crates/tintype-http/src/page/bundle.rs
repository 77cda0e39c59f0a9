//! The assets of the page as they are sent: many modules in few answers.

use std::collections::HashMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::modules::join;

/// Files under one name that changes when any of them does, so that they can be cached for good,
/// and import each other by relative paths.
pub(super) struct Bundle {
    pub(super) version: String,
    pub(super) assets: HashMap<&'static str, &'static [u8]>,
}

impl Bundle {
    /// Joins what `entry` needs from the start into one script, and compresses all.
    pub(super) fn of(files: &[(&'static str, &'static str)], entry: &str) -> Self {
        let mut hash = Sha256::new();
        for (path, text) in files {
            for part in [path, text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        let version = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        // Once for the process, which answers with it from then on.
        let assets =
            join(files, entry).into_iter().map(|(path, text)| (path, &*gzip(text.as_bytes()).leak())).collect();
        Self { version, assets }
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Bundle;

    #[test]
    fn the_version_follows_the_content() {
        let version = |files: &[(&'static str, &'static str)]| Bundle::of(files, "a.js").version;
        let one = version(&[("a.js", "1")]);
        assert_eq!(one, version(&[("a.js", "1")]));
        assert_ne!(one, version(&[("a.js", "2")]));
        assert_ne!(one, version(&[("b.js", "1")]));
        assert_ne!(version(&[("a", "bc")]), version(&[("ab", "c")]));
    }
}
