use crate::connection::AnyConnection;
use crate::error::Error;
use crate::postgres;
use crate::refold::refold_names;
use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// The migration after which all names are folded anew.
const SEARCH_FOLDING: &str = "0005_search_folding";

/// Runs the migrations that have not run yet, inside a write transaction, so that no other process
/// migrates meanwhile.
pub(crate) fn run(connection: &mut AnyConnection) -> Result<Vec<String>, Error> {
    let ran = match connection {
        AnyConnection::Sqlite(connection) => run_pending::<Sqlite>(connection, &SQLITE)?,
        AnyConnection::Postgres(connection) => {
            postgres::check_server(connection)?;
            postgres::lock_migrations(connection)?;
            run_pending::<Pg>(connection, &POSTGRES)?
        }
    };
    if ran.iter().any(|migration| migration == SEARCH_FOLDING) {
        refold_names(connection)?;
    }
    Ok(ran)
}

fn run_pending<B: Backend>(
    connection: &mut impl MigrationHarness<B>,
    source: &impl MigrationSource<B>,
) -> Result<Vec<String>, Error> {
    let mut ours = source.migrations().map_err(Error::Database)?;
    ours.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    let applied = connection.applied_migrations().map_err(Error::Database)?;
    refuse_newer(&ours, &applied)?;
    let pending = ours.iter().filter(|migration| !applied.contains(&migration.name().version()));
    pending
        .map(|migration| {
            connection.run_migration(migration).map_err(Error::Database)?;
            Ok(migration.name().to_string())
        })
        .collect()
}

/// Finds out whether all has run that there is. More may have: where servers are replaced one by
/// one, the first new one migrates, and the others serve on.
pub(crate) fn check(connection: &mut AnyConnection) -> Result<(), Error> {
    // Both databases have migrations of the same names.
    let ours = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::Database)?;
    let applied = applied(connection)?;
    let missing = ours.iter().find(|migration| !applied.contains(&migration.name().version()));
    missing.map_or(Ok(()), |migration| Err(Error::NotMigrated { migration: migration.name().to_string() }))
}

/// Returns whether any version of tintype has migrated the database.
pub(crate) fn has_run(connection: &mut AnyConnection) -> Result<bool, Error> {
    Ok(!applied(connection)?.is_empty())
}

/// Refuses a database that a newer version has migrated: it may hold what this one does not know
/// of.
pub(crate) fn refuse_unknown(connection: &mut AnyConnection) -> Result<(), Error> {
    let ours = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::Database)?;
    refuse_newer(&ours, &applied(connection)?)
}

fn applied(connection: &mut AnyConnection) -> Result<Vec<MigrationVersion<'static>>, Error> {
    use diesel::prelude::*;
    if let AnyConnection::Postgres(connection) = connection
        && !postgres::has_migrations(connection)?
    {
        return Ok(Vec::new());
    }
    let applied = versions::table.select(versions::version).order(versions::version.desc()).load::<String>(connection);
    match applied.map_err(Error::from) {
        Ok(applied) => Ok(applied.into_iter().map(MigrationVersion::from).collect()),
        // The database has never been migrated.
        Err(Error::Database(error)) if error.to_string().contains("no such table") => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn refuse_newer<B: Backend>(ours: &[Box<dyn Migration<B>>], applied: &[MigrationVersion<'_>]) -> Result<(), Error> {
    let known = |version: &&MigrationVersion<'_>| ours.iter().any(|ours| ours.name().version() == **version);
    let unknown = applied.iter().find(|version| !known(version));
    unknown.map_or(Ok(()), |version| Err(Error::NewerSchema { migration: version.to_string() }))
}

diesel::table! {
    #[sql_name = "__diesel_schema_migrations"]
    versions (version) {
        version -> Text,
    }
}
