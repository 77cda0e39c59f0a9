//! A server for tests, of which nothing stays.

use crate::config::Config;
use crate::failure::Failure;
use crate::serve::{self, Greeting};
use crate::settings::Settings;
use std::path::Path;

/// Serves from a new folder, and removes it at the end.
pub(crate) fn serve(mut settings: Settings, port_file: Option<&Path>) -> Result<(), Failure> {
    let folder = tempfile::Builder::new()
        .prefix("tintype-")
        .tempdir()
        .map_err(|error| Failure::during("cannot make a temporary folder", &error))?;
    settings.replace("data_dir", &folder.path().to_string_lossy());
    settings.replace("database_url", "");
    settings.replace("storage_url", "");
    if !settings.is_flag("bind") {
        settings.replace("bind", "127.0.0.1:0");
    }
    let served = serve::serve(Config::new(&settings)?, port_file, Greeting::Json, settings.warnings());
    let removed = folder.close().map_err(|error| Failure::during("cannot remove the temporary folder", &error));
    served.and(removed)
}
