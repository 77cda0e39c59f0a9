use crate::connection::AnyConnection;
use crate::error::Error;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Runs what has not run yet; inside a write transaction, so that no other process migrates meanwhile.
pub(crate) fn run(connection: &mut AnyConnection) -> Result<Vec<String>, Error> {
    match connection {
        AnyConnection::Sqlite(connection) => {
            let ours = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::Database)?;
            refuse_newer(&ours, &connection.applied_migrations().map_err(Error::Database)?)?;
            let pending = connection.pending_migrations(SQLITE).map_err(Error::Database)?;
            for migration in &pending {
                connection.run_migration(migration).map_err(Error::Database)?;
            }
            Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
        }
    }
}

/// Compares what has run with what there is.
pub(crate) fn check(connection: &mut AnyConnection) -> Result<(), Error> {
    use diesel::prelude::*;
    let ours = MigrationSource::<Sqlite>::migrations(&SQLITE).map_err(Error::Database)?;
    let applied = versions::table.select(versions::version).order(versions::version.desc()).load::<String>(connection);
    let applied = match applied.map_err(Error::from) {
        Ok(applied) => applied.into_iter().map(MigrationVersion::from).collect(),
        // Nothing has ever migrated it.
        Err(Error::Database(error)) if error.to_string().contains("no such table") => Vec::new(),
        Err(error) => return Err(error),
    };
    refuse_newer(&ours, &applied)?;
    let missing = ours.iter().find(|migration| !applied.contains(&migration.name().version()));
    missing.map_or(Ok(()), |migration| Err(Error::NotMigrated { migration: migration.name().to_string() }))
}

fn refuse_newer<B: diesel::backend::Backend>(
    ours: &[Box<dyn Migration<B>>],
    applied: &[MigrationVersion<'_>],
) -> Result<(), Error> {
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
