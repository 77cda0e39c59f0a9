use crate::settings::SettingFlags;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// A self-hosted media file service.
///
/// `tintype serve` starts it with no set-up: SQLite and files below ./data. The first start creates the user `admin`, prints
/// its token once, and prints a curl line that uploads a file.
///
/// Every setting below can be given as a flag, as an environment variable (`TINTYPE_` and its name in capitals) or in
/// tintype.toml (its name with underscores), in that order of precedence.
#[derive(Debug, Parser)]
#[command(name = "tintype", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server; migrates the database first
    Serve {
        /// Write the port to this file once connections are taken; useful with `--bind 127.0.0.1:0`
        #[arg(long, value_name = "FILE")]
        port_file: Option<PathBuf>,
    },
    /// Create users and say what they may do
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Create, list and revoke tokens, which clients send as `Authorization: Token <key>`
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Copy a whole library into another database and another storage
    ///
    /// Users, tokens, files and thumbnails keep their numbers, dates and keys, so that clients keep their tokens and URLs their
    /// paths. The source is only read. Stopped or killed, it goes on where it was when run again; run again later, it brings
    /// the target up to date, until somebody begins to use that. Keys of buckets come from the environment, for both sides.
    Migrate(Sides),
    /// Print the effective configuration and where each value comes from, secrets masked
    Config,
}

/// From where and to where a library is copied.
#[derive(Debug, Args)]
pub(crate) struct Sides {
    /// The database to read, e.g. sqlite:///var/lib/tintype/tintype.db
    #[arg(long, value_name = "URL")]
    pub(crate) from_database: String,
    /// The storage to read, e.g. file:///var/lib/tintype/media
    #[arg(long, value_name = "URL")]
    pub(crate) from_storage: String,
    /// The database to fill: an empty one, or one that this has begun to fill from the same source
    #[arg(long, value_name = "URL")]
    pub(crate) to_database: String,
    /// The storage to fill; nobody else's
    #[arg(long, value_name = "URL")]
    pub(crate) to_storage: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create a user; without --staff or --admin it may log in but do nothing
    Create {
        /// The unique name the user logs in with
        username: String,
        /// Given name
        #[arg(long, value_name = "NAME", default_value = "")]
        first_name: String,
        /// Family name
        #[arg(long, value_name = "NAME", default_value = "")]
        last_name: String,
        /// Let the permissions granted to the user count
        #[arg(long)]
        staff: bool,
        /// Let the user do everything
        #[arg(long)]
        admin: bool,
        /// Read the user's password from standard input (up to the first line break)
        #[arg(long)]
        password_stdin: bool,
    },
    /// Grant permissions: 3801 file.create, 3802 file.view, 3803 file.change, 3804 file.delete
    Grant {
        /// Who gets them
        username: String,
        /// Codes or names, e.g. 3801 or file.create
        #[arg(required = true, value_name = "CODE|NAME")]
        permissions: Vec<String>,
    },
    /// Take permissions back
    Revoke {
        /// Who loses them
        username: String,
        /// Codes or names, e.g. 3801 or file.create
        #[arg(required = true, value_name = "CODE|NAME")]
        permissions: Vec<String>,
    },
    /// Refuse a user's tokens and password from the next request on
    Deactivate {
        /// Whom to refuse
        username: String,
    },
    /// Take a deactivated user's tokens and password again
    Activate {
        /// Whom to take again
        username: String,
    },
    /// List the users
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Mint a token and print its key, alone on standard output; it cannot be shown again
    Create {
        /// Whose token it is
        username: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        label: String,
        /// For how long it is taken, e.g. 90d, 12h, 30s; for ever unless given
        #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
        expires: Option<Duration>,
    },
    /// List tokens, never their keys
    List {
        /// Only this user's
        username: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse a token from the next request on
    Revoke {
        /// Its number, from `tintype token list`
        id: i64,
    },
}
