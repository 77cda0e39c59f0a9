use diesel::result::DatabaseErrorKind;
use std::path::PathBuf;
use tintype_domain::TokenId;

/// An error of the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL names no database that this build can use.
    #[error("database url `{url}` {problem}")]
    InvalidUrl {
        /// The URL, without its password.
        url: String,
        /// The problem.
        problem: String,
    },
    /// The database file cannot be opened, created or written.
    #[error("cannot open database `{}`: {problem}", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// Another server uses the database file.
    #[error("another tintype server uses the database `{}`; only one server can use a SQLite database at a time", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The database server cannot be reached or refuses the connection.
    #[error("cannot connect to database `{url}`: {problem}")]
    CannotConnect {
        /// The URL, without its password.
        url: String,
        /// Why.
        problem: String,
    },
    /// The database server has no such database, and does not create it.
    #[error(
        "there is no database at `{url}`, and it cannot be created: {problem}; create an empty one, or let the role do so with \
         `ALTER ROLE … CREATEDB`"
    )]
    CannotCreate {
        /// The URL, without its password.
        url: String,
        /// Why.
        problem: String,
    },
    /// tintype cannot work with this database server or database.
    #[error("the database cannot be used: {problem}")]
    Unsuitable {
        /// The requirement that it does not meet.
        problem: String,
    },
    /// No version of tintype has used the database, or it is not there at all.
    #[error("there is no tintype database at `{place}`")]
    NoDatabase {
        /// Where it would be: a path, or a URL without its secrets.
        place: String,
    },
    /// The database lacks migrations that this version of tintype has.
    #[error("the database is not migrated: `{migration}` is missing")]
    NotMigrated {
        /// The first migration that is missing.
        migration: String,
    },
    /// A newer version of tintype has migrated the database.
    #[error("the database was migrated by a newer version of tintype: migration `{migration}` is unknown to this one")]
    NewerSchema {
        /// The number of the newest unknown migration.
        migration: String,
    },
    /// The database or its connections were busy for too long. Trying again may help.
    #[error("the database is busy: {problem}")]
    Busy {
        /// What was waited for.
        problem: String,
    },
    /// The transaction conflicted with others every time it was tried. Trying again may help.
    #[error("the database is contended: {problem}")]
    Conflict {
        /// What the database says.
        problem: String,
    },
    /// The database cannot be reached or read. Trying again later may help.
    #[error("the database is unavailable: {problem}")]
    Unavailable {
        /// Why.
        problem: String,
    },
    /// The file has changed since the version that was to be changed or deleted.
    #[error("the file has changed meanwhile")]
    Outdated,
    /// The place of an upload by a link was given to another one, or the link was deleted.
    #[error("the place of the upload was lost")]
    ReservationLost,
    /// The disk of the database is full.
    #[error("no room is left for the database")]
    NoSpace,
    /// Another user has that name.
    #[error("user name `{username}` is taken")]
    UsernameTaken {
        /// The name.
        username: String,
    },
    /// There is no user of that name.
    #[error("there is no user `{username}`")]
    NoSuchUser {
        /// The name.
        username: String,
    },
    /// The user is the last active admin, and has to stay one.
    #[error("`{username}` is the last active admin")]
    LastAdmin {
        /// The name.
        username: String,
    },
    /// There is no token of that number.
    #[error("there is no token {id}")]
    NoSuchToken {
        /// The number.
        id: TokenId,
    },
    /// A key of the file is not, or no longer, claimed for it.
    #[error("the claim of `{key}` was lost")]
    ClaimLost {
        /// The content's key.
        key: String,
    },
    /// Nobody has ever used the database.
    #[error("there are no users in the database: it is not that of a library in use")]
    Unused,
    /// The database, which is to be filled from another one, holds other data.
    #[error("the database holds {what}, which did not come from that source; give it an empty database")]
    ForeignData {
        /// Its content.
        what: String,
    },
    /// The database is being filled from another one, and cannot be used before that is done.
    #[error("`tintype migrate` has not filled this database to the end; run it again until it says that it has")]
    ImportUnfinished,
    /// The database is in use, so its data must not be replaced.
    #[error(
        "a server or a command has begun to use the database, which cannot be filled from another one any more; give it an empty one"
    )]
    ImportLost,
    /// Another run has begun to fill the database from the same source.
    #[error("another `tintype migrate` has taken over this database; that one goes on, and this one has ended")]
    ImportOvertaken,
    /// A row holds a value that no version of tintype has written.
    #[error("{column} of row {id} holds `{value}`, which is no valid value")]
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// The number of the row.
        id: i64,
        /// Its content.
        value: String,
    },
    /// Any other error: a bug, or a broken database.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What PostgreSQL, or libpq on its behalf, says where a connection or a statement is lost in the
/// middle.
const LOST: &[&str] = &[
    "statement timeout",
    "terminating connection",
    "server closed the connection",
    "could not receive data from server",
    "no connection to the server",
];

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error::DatabaseError;
        let DatabaseError(kind, information) = &error else { return Self::Database(Box::new(error)) };
        let problem = information.message().to_owned();
        match kind {
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            // The primary has become a standby.
            | DatabaseErrorKind::ReadOnlyTransaction => Self::Unavailable { problem },
            DatabaseErrorKind::SerializationFailure => Self::Conflict { problem },
            DatabaseErrorKind::Unknown => Self::from_message(problem, error),
            _ => Self::Database(Box::new(error)),
        }
    }
}

impl Error {
    /// No connection could be had.
    pub(crate) fn busy(error: diesel::r2d2::PoolError) -> Self {
        Self::Busy { problem: error.to_string() }
    }

    /// Returns the error for the other writers whose writes were in a failed commit.
    pub(crate) fn for_others(&self) -> Self {
        match self {
            Self::NoSpace => Self::NoSpace,
            error => Self::Unavailable { problem: error.to_string() },
        }
    }

    /// Distinguishes errors by their text, which is all that diesel passes on. Texts of SQLite are
    /// always English, texts of PostgreSQL if the connection may choose; a translated text counts
    /// as any other error.
    fn from_message(problem: String, error: diesel::result::Error) -> Self {
        match problem.as_str() {
            "database or disk is full" => Self::NoSpace,
            "disk I/O error" | "unable to open database file" | "attempt to write a readonly database" => {
                Self::Unavailable { problem }
            }
            text if text.contains("No space left on device") => Self::NoSpace,
            text if text.contains("deadlock") => Self::Conflict { problem },
            text if text.contains("locked") || text.contains("lock timeout") => Self::Busy { problem },
            text if LOST.iter().any(|lost| text.contains(lost)) => Self::Unavailable { problem },
            _ => Self::Database(Box::new(error)),
        }
    }
}
