//! Work that outlives the request that asked for it: done once, by any process, and again if it
//! fails.

use diesel::prelude::*;
use diesel::result::QueryResult;
use tintype_domain::{JobId, JobKind, Timestamp};

use crate::connection::{AnyConnection, on_each};
use crate::database::Database;
use crate::error::Error;
use crate::rows::{number, valid};
use crate::schema::jobs;
use crate::strays::CHUNK;

/// A job that a process has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The id of the job.
    pub id: JobId,
    /// What to do.
    pub kind: JobKind,
    /// The id of the row that the job is about; the kind tells of which table.
    pub subject: i64,
    /// How many times it was begun, this time included.
    pub attempts: u32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = jobs)]
struct JobRow {
    id: i64,
    kind: String,
    subject: i64,
    attempts: i64,
}

impl Database {
    /// Takes due jobs for `holder`, those first that have been due the longest. Nobody else gets
    /// them before `leased_until`, unless they are [released](Self::release_jobs).
    ///
    /// Leaves jobs of kinds that this version does not know to other versions. A lease that ends so
    /// late that its holder's clock must have been wrong does not count.
    pub fn take_jobs(
        &self,
        holder: &str,
        now: Timestamp,
        leased_until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Job>, Error> {
        // Usually no job is due; finding that out must not cost a write.
        let latest = now.latest_lease(leased_until);
        if self.read(|connection| Ok(due(kinds(), now, latest, 1).load::<i64>(connection)?))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|connection| {
            // Somebody waits for the files of uploads; nobody should wait behind all files of a
            // library.
            let mut ids = lock_due(connection, urgent(), now, latest, limit)?;
            let left = limit.saturating_sub(u32::try_from(ids.len()).unwrap_or(limit));
            ids.extend(lock_due(connection, others(), now, latest, left)?);
            let taken = jobs::table.filter(jobs::id.eq_any(&ids));
            diesel::update(taken)
                .set((
                    jobs::attempts.eq(jobs::attempts + 1_i64),
                    jobs::leased_until.eq(leased_until.unix_micros()),
                    jobs::holder.eq(holder),
                ))
                .execute(connection)?;
            let taken = jobs::table.filter(jobs::id.eq_any(&ids));
            let mut rows: Vec<JobRow> = taken.select(JobRow::as_select()).load(connection)?;
            rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
            rows.into_iter().map(JobRow::into_job).collect()
        })
    }

    /// Extends the lease of all jobs that `holder` has taken.
    pub fn extend_jobs(&self, holder: &str, leased_until: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let held = diesel::update(jobs::table.filter(jobs::holder.eq(holder)));
            held.set(jobs::leased_until.eq(leased_until.unix_micros())).execute(connection)?;
            Ok(())
        })
    }

    /// Gives back the jobs that `holder` has taken and not finished, so that others can take them
    /// at once.
    pub fn release_jobs(&self, holder: &str) -> Result<(), Error> {
        self.write(|connection| {
            let held = diesel::update(jobs::table.filter(jobs::holder.eq(holder)));
            held.set((jobs::leased_until.eq(None::<i64>), jobs::holder.eq(None::<&str>))).execute(connection)?;
            Ok(())
        })
    }

    /// Removes a finished job. Does nothing if another holder has taken it by now.
    pub fn finish_job(&self, id: JobId, holder: &str) -> Result<(), Error> {
        self.write(|connection| {
            let held = jobs::id.eq(id.0).and(jobs::holder.eq(holder));
            diesel::delete(jobs::table.filter(held)).execute(connection)?;
            Ok(())
        })
    }

    /// Gives back a job that failed, to be tried again at `not_before` or later. Does nothing if
    /// another holder has taken it by now.
    pub fn retry_job(&self, id: JobId, holder: &str, error: &str, not_before: Timestamp) -> Result<(), Error> {
        self.write(|connection| {
            let held = diesel::update(jobs::table.filter(jobs::id.eq(id.0).and(jobs::holder.eq(holder))));
            held.set((
                jobs::not_before.eq(not_before.unix_micros()),
                jobs::leased_until.eq(None::<i64>),
                jobs::holder.eq(None::<&str>),
                jobs::last_error.eq(error),
            ))
            .execute(connection)?;
            Ok(())
        })
    }
}

/// The kinds that this version can do.
fn kinds() -> Vec<&'static str> {
    JobKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// Those for which somebody waits.
fn urgent() -> Vec<&'static str> {
    vec![JobKind::Upload.as_str()]
}

fn others() -> Vec<&'static str> {
    kinds().into_iter().filter(|kind| !urgent().contains(kind)).collect()
}

/// Selects the jobs that are due at a time and not leased, where a lease can end at `latest`.
#[diesel::dsl::auto_type]
fn due(kinds: Vec<&'static str>, now: Timestamp, latest: Timestamp, limit: i64) -> _ {
    let now: i64 = now.unix_micros();
    let latest: i64 = latest.unix_micros();
    let until = jobs::leased_until.assume_not_null();
    let is_free = jobs::leased_until.is_null().or(until.le(now)).or(until.gt(latest));
    jobs::table
        .filter(jobs::kind.eq_any(kinds))
        .filter(jobs::not_before.le(now))
        .filter(is_free)
        .order((jobs::not_before, jobs::id))
        .limit(limit)
        .select(jobs::id)
}

/// Returns due jobs, and keeps other transactions from taking them until this one ends.
fn lock_due(
    connection: &mut AnyConnection,
    kinds: Vec<&'static str>,
    now: Timestamp,
    latest: Timestamp,
    limit: u32,
) -> QueryResult<Vec<i64>> {
    let due = due(kinds, now, latest, limit.into());
    match connection {
        // A transaction that writes has locked the whole database.
        AnyConnection::Sqlite(connection) => due.load(connection),
        // Skip jobs that another transaction is taking.
        AnyConnection::Postgres(connection) => due.for_update().skip_locked().load(connection),
    }
}

/// Adds a job for each subject that does not have one of that kind yet.
pub(crate) fn enqueue(
    connection: &mut AnyConnection,
    kind: JobKind,
    subjects: &[i64],
    now: Timestamp,
) -> QueryResult<()> {
    for subjects in subjects.chunks(CHUNK) {
        let job = |subject: &i64| {
            (
                jobs::kind.eq(kind.as_str()),
                jobs::subject.eq(*subject),
                jobs::attempts.eq(0_i64),
                jobs::not_before.eq(now.unix_micros()),
                jobs::created_at.eq(now.unix_micros()),
            )
        };
        let rows: Vec<_> = subjects.iter().map(job).collect();
        on_each!(connection, c => diesel::insert_into(jobs::table).values(&rows).on_conflict_do_nothing().execute(c))?;
    }
    Ok(())
}

/// Adds a job, or begins the one that the subject has from the start: whoever works on that works
/// on something that is no more, and cannot finish it.
pub(crate) fn enqueue_anew(
    connection: &mut AnyConnection,
    kind: JobKind,
    subject: i64,
    at: Timestamp,
) -> QueryResult<()> {
    let begun = (
        jobs::attempts.eq(0_i64),
        jobs::not_before.eq(at.unix_micros()),
        jobs::leased_until.eq(None::<i64>),
        jobs::holder.eq(None::<&str>),
    );
    let job = (jobs::kind.eq(kind.as_str()), jobs::subject.eq(subject), jobs::created_at.eq(at.unix_micros()));
    on_each!(connection, c => {
        let new = diesel::insert_into(jobs::table).values((job, begun));
        new.on_conflict((jobs::kind, jobs::subject)).do_update().set(begun).execute(c)
    })?;
    Ok(())
}

impl JobRow {
    fn into_job(self) -> Result<Job, Error> {
        let id = self.id;
        Ok(Job {
            id: JobId(id),
            kind: valid("jobs.kind", id, self.kind.parse(), &self.kind)?,
            subject: self.subject,
            attempts: number("jobs.attempts", id, self.attempts)?,
        })
    }
}
