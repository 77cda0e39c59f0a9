use diesel::result::DatabaseErrorKind;
use std::path::PathBuf;
use tintype_domain::TokenId;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL names no database that this build can use.
    #[error("database url `{url}` {problem}")]
    InvalidUrl {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
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
    /// The database server cannot be reached, or does not let tintype in.
    #[error("cannot connect to database `{url}`: {problem}")]
    CannotConnect {
        /// The URL, without its password.
        url: String,
        /// Why.
        problem: String,
    },
    /// The database server or the database is of a sort that tintype cannot work with.
    #[error("the database cannot be used: {problem}")]
    Unsuitable {
        /// What it would have to be.
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
    /// Others kept the database or its connections busy for too long; trying again may help.
    #[error("the database is busy: {problem}")]
    Busy {
        /// What was waited for.
        problem: String,
    },
    /// Another transaction got in the way, again and again; trying again may help.
    #[error("the database is contended: {problem}")]
    Conflict {
        /// What the database says.
        problem: String,
    },
    /// The database cannot be reached or read; trying again later may help.
    #[error("the database is unavailable: {problem}")]
    Unavailable {
        /// Why.
        problem: String,
    },
    /// No room is left where the database lies.
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
    /// The database, which is to be filled from another one, holds what did not come from there.
    #[error("the database holds {what}, which did not come from that source; give it an empty database")]
    ForeignData {
        /// What it holds.
        what: String,
    },
    /// The database is being filled from another one, and cannot be used before that is done.
    #[error("`tintype migrate` has not filled this database to the end; run it again until it says that it has")]
    ImportUnfinished,
    /// Somebody has begun to use the database, and what is theirs must not be replaced.
    #[error(
        "a server or a command has begun to use the database, which cannot be filled from another one any more; give it an empty one"
    )]
    ImportLost,
    /// Another run has begun to fill the database from the same source.
    #[error("another `tintype migrate` has taken over this database; that one goes on, and this one has ended")]
    ImportOvertaken,
    /// A row holds what no version of tintype has written.
    #[error("{column} of row {id} holds `{value}`, which is no valid value")]
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// The number of the row.
        id: i64,
        /// What it holds.
        value: String,
    },
    /// Anything else, which is a bug or a broken database.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::Error::DatabaseError;
        let DatabaseError(kind, information) = &error else { return Self::Database(Box::new(error)) };
        let problem = information.message().to_owned();
        match kind {
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            // What was the primary has become a standby.
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

    /// Returns what a failed commit means to the others whose writes were in it.
    pub(crate) fn for_others(&self) -> Self {
        match self {
            Self::NoSpace => Self::NoSpace,
            error => Self::Unavailable { problem: error.to_string() },
        }
    }

    /// Tells errors apart by their texts, which are all that diesel hands on. SQLite's are always English, and
    /// PostgreSQL's where it lets us choose; translated ones count as a failure of the database.
    fn from_message(problem: String, error: diesel::result::Error) -> Self {
        match problem.as_str() {
            "database or disk is full" => Self::NoSpace,
            "disk I/O error" | "unable to open database file" | "attempt to write a readonly database" => {
                Self::Unavailable { problem }
            }
            text if text.contains("No space left on device") => Self::NoSpace,
            text if text.contains("deadlock") => Self::Conflict { problem },
            text if text.contains("locked") || text.contains("lock timeout") => Self::Busy { problem },
            text if text.contains("statement timeout") || text.contains("terminating connection") => {
                Self::Unavailable { problem }
            }
            _ => Self::Database(Box::new(error)),
        }
    }
}
