//! `tintype`: a self-hosted media file service. The server and the command line around it.
#![deny(unsafe_code)]

mod accounts;
mod bind;
mod cli;
mod commands;
mod config;
mod descriptors;
mod failure;
mod heap;
mod keys;
mod log;
mod output;
mod progress;
mod serve;
mod settings;
mod staging;
mod storage_place;
mod temporary;

use cli::{Cli, Command, MetadataCommand, PreviewsCommand};
use failure::Failure;
use serve::Greeting;
use std::process::ExitCode;
use tintype_library::CheckOptions;

fn main() -> ExitCode {
    // Before anything else: the server starts this program for each picture that has to be decoded
    // in a process of its own.
    if std::env::args_os().nth(1).is_some_and(|arg| arg == config::DECODE_ARG) {
        return tintype_library::run_decoder(std::env::args_os().skip(2));
    }
    heap::return_large_blocks();
    let cli = Cli::read();
    let failed = match cli.command {
        Command::Check { .. } => commands::check::COULD_NOT_CHECK.into(),
        _ => ExitCode::FAILURE,
    };
    match run(cli) {
        Ok(code) => code,
        Err(failure) => {
            failure.report();
            failed
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    // They do not depend on settings, which may be wrong.
    match &cli.command {
        Command::Completions { shell } => return commands::manual::print_completions(*shell).map(success),
        Command::Man { folder } => return commands::manual::write_pages(folder).map(success),
        _ => {}
    }
    let settings = cli.settings.resolve()?;
    let config = || config::Config::new(&settings);
    if !matches!(cli.command, Command::Serve { .. }) {
        settings.warnings().for_each(|warning| failure::warn(&warning));
    }
    let done = match cli.command {
        Command::Check { deep, repair, json } => {
            return commands::check::run(&config()?, CheckOptions { is_deep: deep, repairs: repair }, json);
        }
        Command::Serve { port_file, temporary: false } => {
            serve::serve(config()?, port_file.as_deref(), Greeting::Text, settings.warnings())
        }
        Command::Serve { port_file, temporary: true } => temporary::serve(settings, port_file.as_deref()),
        Command::User { command } => commands::user::run(&config()?, command),
        Command::Token { command } => commands::token::run(&config()?, command),
        Command::Webhook { command } => commands::webhook::run(&config()?, command),
        Command::Files { command } => commands::files::run(&config()?, command),
        Command::Previews { command: PreviewsCommand::Retry } => commands::previews::retry(&config()?),
        Command::Thumbnails { command } => commands::thumbnails::run(&config()?, &command),
        Command::Metadata { command: MetadataCommand::Rebuild } => commands::previews::reread_metadata(&config()?),
        Command::SigningKey { command } => commands::signing_key::run(&config()?, command),
        Command::Migrate(sides) => commands::migrate::run(&config()?, &sides),
        Command::Backup(to) => commands::backup::run(&config()?, &to),
        Command::Import(arguments) => commands::import::run(&config()?, &arguments),
        Command::Restore(from) => commands::restore::run(&config()?, &from),
        Command::Completions { .. } | Command::Man { .. } => Ok(()),
        Command::Config => commands::config::print(&settings),
    };
    done.map(success)
}

fn success(_: ()) -> ExitCode {
    ExitCode::SUCCESS
}
