//! What the fuzz targets share.

use std::panic;

/// Lets panics of others' code be caught, which are no findings. libFuzzer's own hook would end the
/// process before anything could be caught.
pub fn abort_only_on_own_panics() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|place| place.file().contains("tintype-")) {
            report(info);
        }
    }));
}
