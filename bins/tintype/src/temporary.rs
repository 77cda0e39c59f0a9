//! A server for tests, of which nothing stays.

use crate::config::Config;
use crate::failure::Failure;
use crate::serve::{self, Greeting};
use crate::settings::Settings;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Removes a folder at the end of its input, which comes when the server has ended in any way, and
/// leaves signals to the server.
const GUARD: &str = r#"trap '' INT HUP TERM; read -r _; rm -rf "$1""#;

/// Serves from a new folder, and removes it at the end.
pub(crate) fn serve(mut settings: Settings, port_file: Option<&Path>) -> Result<(), Failure> {
    let folder = tempfile::Builder::new()
        .prefix("tintype-")
        .tempdir()
        .map_err(|error| Failure::during("cannot make a temporary folder", &error))?;
    let mut guard = guard(folder.path()).map_err(|error| Failure::during("cannot start `sh`", &error))?;
    settings.replace("data_dir", &folder.path().to_string_lossy());
    settings.replace("database_url", "");
    settings.replace("storage_url", "");
    if !settings.is_flag("bind") {
        settings.replace("bind", "127.0.0.1:0");
    }
    let served = serve::serve(Config::new(&settings)?, port_file, Greeting::Json, settings.warnings());
    let removed = folder.close().map_err(|error| Failure::during("cannot remove the temporary folder", &error));
    drop(guard.stdin.take());
    let ended = guard.wait().map_err(|error| Failure::during("cannot wait for `sh`", &error));
    served.and(removed).and(ended.map(drop))
}

/// Starts what removes the folder if the server is killed. It is in a process group of its own, so
/// that it outlives whoever kills that of the server.
fn guard(folder: &Path) -> io::Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh"]).arg(folder).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}
