use crate::settings::SettingFlags;
use crate::storage_place::StoragePlace;
use clap::{ArgGroup, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use std::path::PathBuf;
use tintype_library::domain::{
    EmailAddress, EventKinds, Permission, PersonName, TokenLifetime, UnknownName, Username, Visibility,
};

/// A self-hosted media file service.
///
/// `tintype serve` starts it with no set-up: SQLite and files below ./data. The first start creates
/// the user `admin`, prints its token once, and prints a curl line that uploads a file.
///
/// Every setting below can be given as a flag, as an environment variable (`TINTYPE_` and its name
/// in capitals) or in tintype.toml (its name with underscores), in that order of precedence.
#[derive(Debug, Parser)]
#[command(name = "tintype", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Reads the command line, and ends the process where it asks for help or is wrong.
    pub(crate) fn read() -> Self {
        Self::from_arg_matches(&Self::described().get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// Returns the command line with the help that people see.
    pub(crate) fn described() -> clap::Command {
        Self::command().mut_subcommands(|command| match command.get_name() {
            "serve" => command,
            _ => with_short_help(SettingFlags::hidden(command)),
        })
    }
}

/// Says in the help of a command and those below it where the settings are explained.
fn with_short_help(command: clap::Command) -> clap::Command {
    let pointer = "Settings such as --config, --data-dir and --database-url go with every command; `tintype --help` explains them.";
    command.after_help(pointer).mut_subcommands(with_short_help)
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server; migrates the database first
    Serve {
        /// Write the port to this file once connections are taken; useful with `--bind 127.0.0.1:0`
        #[arg(long, value_name = "FILE")]
        port_file: Option<PathBuf>,
        /// Serve from a new folder that is removed at the end, for tests: on a free port of this
        /// machine unless --bind says otherwise, with SQLite and files. Prints one line of JSON
        /// once it is ready, with `url` and an admin's `token`
        #[arg(long)]
        temporary: bool,
    },
    /// Create, change and delete users, and say what they may do
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Create, list and revoke tokens, which clients send as `Authorization: Token <key>`
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Tell other servers what happens to files
    Webhook {
        #[command(subcommand)]
        command: WebhookCommand,
    },
    /// Change many files at once
    Files {
        #[command(subcommand)]
        command: FilesCommand,
    },
    /// Make previews of files again
    Previews {
        #[command(subcommand)]
        command: PreviewsCommand,
    },
    /// Bring the thumbnails of files that are there already up to date
    Thumbnails {
        #[command(subcommand)]
        command: ThumbnailsCommand,
    },
    /// Read again what files tell about themselves
    Metadata {
        #[command(subcommand)]
        command: MetadataCommand,
    },
    /// Compare the database with the storage, and say what is missing, damaged or left over
    ///
    /// Works beside a server. Exits with 0 if all is sound, with 1 if not, and with 3 if that could
    /// not be found out.
    Check {
        /// Read every object and compare it with its SHA-256; else only sizes are compared
        #[arg(long)]
        deep: bool,
        /// Make thumbnails, previews and renditions again, and remove objects that no row owns,
        /// once the day in their key has ended more than a day ago
        #[arg(long)]
        repair: bool,
        /// Print each finding, and the sums at the end, as a line of JSON
        #[arg(long)]
        json: bool,
    },
    /// Replace the key that signs URLs
    SigningKey {
        #[command(subcommand)]
        command: SigningKeyCommand,
    },
    /// Copy a library into another database, another storage, or both
    ///
    /// Users, tokens, files and thumbnails keep their numbers, dates and keys, so that clients keep
    /// their tokens and URLs their paths. The source is only read. What is given as a target is
    /// moved: with --to-database alone, the objects stay in the storage, and with --to-storage
    /// alone, the rows stay in the database. Stopped or killed, it goes on where it was when run
    /// again; run again later, it brings the target up to date, until somebody begins to use that.
    /// Keys of buckets come from the environment, for both sides.
    Migrate(Sides),
    /// Copy one state of the whole library into a folder or a bucket, while the server goes on
    ///
    /// Run again with the same place, it copies only what is new, and then removes what is no
    /// longer needed; until then, the backup before is whole. Every object that is copied is
    /// compared with its SHA-256. What is deleted meanwhile stays until the copy is done. The
    /// backup has the hashes of passwords and tokens, the key that signs URLs and the secrets of
    /// webhooks.
    Backup(BackupPlace),
    /// Put a library back from a backup, into an empty database and an empty storage
    ///
    /// They are those of the settings, of any kind; the database is created. Stopped or killed, it
    /// goes on where it was when run again.
    Restore(BackupPlace),
    /// Take in the files of a folder and of those below it, as if they were uploaded, or take over
    /// from a Django service with --django
    ///
    /// They are detected and get thumbnails and previews like uploads; their date is that of the
    /// file. Content that the library has is skipped, so that the command can be stopped and run
    /// again. Works beside a server. What cannot be taken in is named, and then the exit code is 1.
    ///
    /// With --django, an empty library gets the users, passwords, tokens and files of a service
    /// that is replaced, under their numbers and keys.
    Import(FolderArguments),
    /// Print a script that completes commands and flags in a shell
    ///
    /// For bash: `tintype completions bash > ~/.local/share/bash-completion/completions/tintype`
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write a manual page for every command, e.g. into /usr/local/share/man/man1
    Man {
        /// The folder, which is created if it is missing
        folder: PathBuf,
    },
    /// Print the effective configuration and where each value comes from, secrets masked
    Config,
}

/// Which files are taken in, and how.
#[derive(Debug, Args)]
pub(crate) struct FolderArguments {
    /// The folder
    #[arg(required_unless_present = "django", conflicts_with = "django")]
    pub(crate) folder: Option<PathBuf>,
    /// The database of the Django service, e.g. sqlite:///srv/app/db.sqlite3 or postgres://…; it is
    /// only read. Stop the service first
    #[arg(long, value_name = "URL", requires = "media_root", conflicts_with_all = ["user", "dry_run"])]
    pub(crate) django: Option<String>,
    /// The MEDIA_ROOT of the Django service
    #[arg(long, value_name = "FOLDER", requires = "django")]
    pub(crate) media_root: Option<PathBuf>,
    /// What the tables and columns of the Django service are called, where that is not as usual: a
    /// TOML file
    #[arg(long, value_name = "FILE", requires = "django")]
    pub(crate) mapping: Option<PathBuf>,
    /// Whose the files are; nobody's unless given
    #[arg(long, value_name = "USERNAME")]
    pub(crate) user: Option<String>,
    /// Who may fetch their content: `public` or `private`; as `media_access` says unless given
    #[arg(long)]
    pub(crate) visibility: Option<Visibility>,
    /// Only say what would be taken in
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Give the files another name in the storage instead of copying them: only for a storage that
    /// is a folder of the same file system. Do not write to them afterwards
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) link: bool,
    /// Print each file that is not taken in, and the sums at the end, as a line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where a backup is kept.
#[derive(Debug, Args)]
pub(crate) struct BackupPlace {
    /// A folder, or the URL of a bucket: `s3://<bucket>/<prefix>?endpoint=<url>&region=<name>`
    #[arg(value_name = "FOLDER|URL", value_parser = storage_place)]
    pub(crate) place: StoragePlace,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// From where and to where a library is copied.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("target").args(["to_database", "to_storage"]).required(true).multiple(true))]
pub(crate) struct Sides {
    /// The database to read, e.g. sqlite:///var/lib/tintype/tintype.db
    #[arg(long, value_name = "URL")]
    pub(crate) from_database: String,
    /// The storage to read, e.g. file:///var/lib/tintype/media
    #[arg(long, value_name = "URL")]
    pub(crate) from_storage: String,
    /// The database to fill: an empty or a new one, or one that this has begun to fill from the
    /// same source
    #[arg(long, value_name = "URL")]
    pub(crate) to_database: Option<String>,
    /// The storage to fill; nobody else's
    #[arg(long, value_name = "URL")]
    pub(crate) to_storage: Option<String>,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Create a user; without --staff or --admin it may log in but do nothing
    Create {
        /// The unique name the user logs in with: letters, digits and @ . + - _
        username: Username,
        /// Given name
        #[arg(long, value_name = "NAME", default_value = "")]
        first_name: PersonName,
        /// Family name
        #[arg(long, value_name = "NAME", default_value = "")]
        last_name: PersonName,
        /// Email address
        #[arg(long, value_name = "ADDRESS", default_value = "", value_parser = email)]
        email: EmailAddress,
        #[command(flatten)]
        role: Role,
        /// Read the user's password from standard input, up to the first line break
        #[arg(long)]
        password_stdin: bool,
        /// Create the database if there is none yet, so that no admin is created by the first start
        /// of the server
        #[arg(long)]
        create_database: bool,
    },
    /// Set a user's password, read from standard input up to the first line break; its log-ins end,
    /// its other tokens stay valid
    SetPassword {
        /// Whose password it is
        username: String,
    },
    /// Make a user staff, an admin, both, or neither
    #[command(group(ArgGroup::new("role").args(["staff", "admin", "none"]).required(true).multiple(true)))]
    SetRole {
        /// Whose role it is
        username: String,
        #[command(flatten)]
        role: Role,
        /// Neither
        #[arg(long, conflicts_with_all = ["staff", "admin"])]
        none: bool,
    },
    /// Grant permissions: 3801 file.create, 3802 file.view, 3803 file.change, 3804 file.delete
    Grant {
        /// Who gets them
        username: String,
        /// Codes or names, e.g. 3801 or file.create
        #[arg(required = true, value_name = "CODE|NAME", value_parser = permission)]
        permissions: Vec<Permission>,
    },
    /// Take permissions back
    Revoke {
        /// Who loses them
        username: String,
        /// Codes or names, e.g. 3801 or file.create
        #[arg(required = true, value_name = "CODE|NAME", value_parser = permission)]
        permissions: Vec<Permission>,
    },
    /// Refuse a user's tokens and password from the next request on
    Deactivate {
        /// Whom to refuse
        username: String,
    },
    /// Accept a deactivated user's tokens and password again
    Activate {
        /// Whom to accept
        username: String,
    },
    /// Delete a user with its tokens; its files stay and belong to nobody
    Delete {
        /// Whom to delete
        username: String,
    },
    /// List the users
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// What a user is; neither flag is a role as well.
#[derive(Debug, Args)]
pub(crate) struct Role {
    /// Let the permissions granted to the user count
    #[arg(long)]
    pub(crate) staff: bool,
    /// Let the user do everything
    #[arg(long)]
    pub(crate) admin: bool,
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
        /// How long it is valid, e.g. 90d, 12h, 30s; from 1s to 36525d; for ever unless given
        #[arg(long, value_name = "DURATION", value_parser = token_lifetime)]
        expires: Option<TokenLifetime>,
    },
    /// List tokens, never their keys
    List {
        /// Only this user's
        username: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Refuse tokens from the next request on
    Revoke {
        /// Their ids, from `tintype token list`
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Have events sent to a URL, and print the secret that signs them, alone on the last line; it
    /// cannot be shown again
    Add {
        /// Where they are sent: http or https
        url: String,
        /// Which, comma-separated
        #[arg(long, default_value = "file.created,file.changed,file.deleted,preview.ready", value_parser = events)]
        events: EventKinds,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
    },
    /// List webhooks, never their secrets
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Send nothing more to a URL
    Remove {
        /// The number of the webhook, from `tintype webhook list`
        id: i64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum FilesCommand {
    /// Say who may fetch the content of files: everybody (public), or holders of signed URLs and
    /// users who may view (private)
    SetVisibility {
        /// `public` or `private`
        visibility: Visibility,
        /// Of every file there is
        #[arg(long, required = true)]
        all: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PreviewsCommand {
    /// Have the server try those again that failed, such as after an update that can decode more;
    /// it works beside everything else
    Retry,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ThumbnailsCommand {
    /// Make the thumbnails that files lack, those of previews included, and remove those of sizes
    /// that are not in `thumbnail_sizes` any more
    ///
    /// Servers may go on meanwhile; give it their settings. Stopped or killed, it goes on where it
    /// was when run again.
    Rebuild {
        /// Make only what is not there; this is what happens unless --all is given
        #[arg(long)]
        missing: bool,
        /// Make all of them again, also those that are there, whose URLs change
        #[arg(long, conflicts_with = "missing")]
        all: bool,
        /// Say as JSON what was done
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MetadataCommand {
    /// Have the server read all files again; it works beside everything else
    Rebuild,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SigningKeyCommand {
    /// Sign with a new key from now on; links that the old one signed stay valid until they expire
    Rotate {
        /// Refuse links that were signed with the old key, from the next request on
        #[arg(long)]
        now: bool,
    },
}

fn permission(text: &str) -> Result<Permission, String> {
    text.parse().ok().or_else(|| Permission::from_code(text.parse().ok()?)).ok_or_else(|| {
        let known: Vec<_> = Permission::ALL.iter().map(|p| format!("{} {p}", p.code())).collect();
        format!("it is not a permission; there are {}", known.join(", "))
    })
}

fn events(text: &str) -> Result<EventKinds, String> {
    let events: EventKinds = text.parse().map_err(|error: UnknownName| error.to_string())?;
    if events.is_empty() { Err("there is no event in it".to_owned()) } else { Ok(events) }
}

/// Reads a folder or the URL of a storage.
fn storage_place(text: &str) -> Result<StoragePlace, String> {
    match text {
        "" => Err("it is empty".to_owned()),
        url if url.contains("://") => url.parse(),
        folder => Ok(StoragePlace::Folder(folder.into())),
    }
}

fn email(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::new(text).map_err(|error| error.to_string())
}

fn token_lifetime(text: &str) -> Result<TokenLifetime, String> {
    let duration = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    TokenLifetime::try_from(duration).map_err(|error| error.to_string())
}
