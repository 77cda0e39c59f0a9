//! What the fuzz targets share.

pub mod service;

use std::panic;

/// Lets panics of others' code be caught, which are no findings. libFuzzer's own hook would end the
/// process before anything could be caught. Paths of the targets' own code are relative.
pub fn abort_only_on_own_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|place| !place.file().starts_with('/') || place.file().contains("tintype-")) {
            report(info);
        }
    }));
}
