//! Completions for shells, and manual pages.

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::print;
use clap_complete::Shell;
use std::path::Path;

pub(crate) fn print_completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::described(), "tintype", &mut script);
    print(&String::from_utf8_lossy(&script))
}

pub(crate) fn write_pages(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::described(), folder))
        .map_err(|error| Failure::during(format!("cannot write manual pages to `{}`", folder.display()), &error))
}
