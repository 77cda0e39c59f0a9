//! The lease that says from where and by which run a database is filled, and whether it is in use.

use crate::connection::AnyConnection;
use crate::dialect::share_import;
use crate::error::Error;
use crate::schema::leases;
use diesel::prelude::*;
use diesel::result::QueryResult;

/// The name of the lease. Its holder is where the rows come from and the number of the run,
/// `<origin>#<run>`.
const IMPORT: &str = "import";
/// The holder once the database is in use.
const NOBODY: &str = "";
/// When the lease of an unfinished import expires.
const UNFINISHED: i64 = i64::MAX;
/// When the lease of a finished import expired.
const FINISHED: i64 = 0;

/// Takes the lease for the next run that fills the database from `origin`, and returns its holder.
/// `refuse_used` is called before the first run.
pub(crate) fn begin_run(
    connection: &mut AnyConnection,
    origin: &str,
    refuse_used: impl FnOnce(&mut AnyConnection) -> Result<(), Error>,
) -> Result<String, Error> {
    let run = match read(connection)? {
        Some((holder, _)) if holder == NOBODY => return Err(Error::ImportLost),
        Some((holder, _)) => match run_of(&holder) {
            (before, run) if before == origin => run + 1,
            _ => {
                let what = "the files of another library, or those of a move that takes other parts along".to_owned();
                return Err(Error::ForeignData { what });
            }
        },
        None => {
            refuse_used(connection)?;
            1
        }
    };
    let holder = format!("{origin}#{run}");
    hold(connection, &holder, UNFINISHED)?;
    Ok(holder)
}

/// Makes sure that a run still fills the database, until the transaction ends.
pub(crate) fn require_run(connection: &mut AnyConnection, run: &str) -> Result<(), Error> {
    share_import(connection)?;
    match read(connection)? {
        Some((holder, UNFINISHED)) if holder == run => Ok(()),
        Some((holder, _)) if holder != run && holder != NOBODY => Err(Error::ImportOvertaken),
        _ => Err(Error::ImportLost),
    }
}

/// Marks the import as finished: the database may be used from now on.
pub(crate) fn finish(connection: &mut AnyConnection) -> Result<(), Error> {
    let lease = diesel::update(leases::table.filter(leases::name.eq(IMPORT)));
    lease.set(leases::expires_at.eq(FINISHED)).execute(connection)?;
    Ok(())
}

/// Marks the database as in use: nobody may fill it any more.
pub(crate) fn take_over(connection: &mut AnyConnection) -> Result<(), Error> {
    match read(connection)? {
        Some((_, UNFINISHED)) => Err(Error::ImportUnfinished),
        // Nothing is written, as there may be no room on the disk.
        Some((holder, FINISHED)) if holder == NOBODY => Ok(()),
        _ => Ok(hold(connection, NOBODY, FINISHED)?),
    }
}

/// Refuses a database that is not filled to the end.
pub(crate) fn refuse_unfinished(connection: &mut AnyConnection) -> Result<(), Error> {
    match read(connection)? {
        Some((_, UNFINISHED)) => Err(Error::ImportUnfinished),
        _ => Ok(()),
    }
}

/// Returns whether anybody has filled the database, or has begun to.
pub(crate) fn is_there(connection: &mut AnyConnection) -> Result<bool, Error> {
    Ok(read(connection)?.is_some())
}

/// Returns the holder, and when the lease expires.
fn read(connection: &mut AnyConnection) -> QueryResult<Option<(String, i64)>> {
    let lease = leases::table.filter(leases::name.eq(IMPORT)).select((leases::holder, leases::expires_at));
    lease.first(connection).optional()
}

/// Gives the lease to a holder, whoever had it.
fn hold(connection: &mut AnyConnection, holder: &str, expires_at: i64) -> QueryResult<()> {
    diesel::delete(leases::table.filter(leases::name.eq(IMPORT))).execute(connection)?;
    let lease = (leases::name.eq(IMPORT), leases::holder.eq(holder), leases::expires_at.eq(expires_at));
    diesel::insert_into(leases::table).values(lease).execute(connection)?;
    Ok(())
}

/// Returns where a holder's rows come from, and the number of its run.
fn run_of(holder: &str) -> (&str, u64) {
    let parts = holder.rsplit_once('#').and_then(|(origin, run)| Some((origin, run.parse().ok()?)));
    parts.unwrap_or((holder, 0))
}
