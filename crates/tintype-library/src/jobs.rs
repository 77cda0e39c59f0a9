//! Running the jobs of the database.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, TryStreamExt, stream};
use tintype_domain::{FileId, JobKind, Timestamp};
use tintype_persistence::Job;

use crate::admission::Asker;
use crate::digest::{Digest, digest};
use crate::library::{Inner, now};
use crate::{Error, Library};

/// How often to look for due jobs.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How many jobs one process takes at a time.
const BATCH: u32 = 16;

/// How long the jobs of a process that died wait before another one takes them.
const LEASE: time::Duration = time::Duration::minutes(1);

/// How often a process extends the lease of its jobs.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// How long a failed job waits: twice as long after each attempt, up to a day.
const RETRY_AFTER: time::Duration = time::Duration::seconds(10);
const RETRY_AT_LEAST_EVERY: time::Duration = time::Duration::DAY;

impl Library {
    /// Runs the jobs that are due, one after another until there are none left, and returns how
    /// many were done. Maintenance needs no permission.
    ///
    /// Processes that share a database share its jobs. A job that fails is tried again later, and a
    /// job that was interrupted is taken over by any process after about a minute.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`] if the database fails: the rest is left to the
    /// next call.
    pub async fn run_jobs(&self) -> Result<usize, Error> {
        let inner = self.inner();
        let mut done = 0;
        loop {
            let jobs = inner.take_jobs().await?;
            if jobs.is_empty() {
                return Ok(done);
            }
            let work = pin!(inner.run_all(jobs));
            let Either::Left((result, _)) = select(work, pin!(inner.keep_jobs())).await;
            done += result?;
        }
    }

    /// Returns how often to call [`run_jobs`](Self::run_jobs).
    pub fn job_interval(&self) -> Duration {
        LOOK_EVERY
    }
}

impl Inner {
    async fn take_jobs(self: &Arc<Self>) -> Result<Vec<Job>, Error> {
        let inner = self.clone();
        self.database(move |db| db.take_jobs(&inner.holder, now(), now().plus(LEASE), BATCH)).await
    }

    /// Extends the lease of this process's jobs again and again.
    async fn keep_jobs(self: &Arc<Self>) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let inner = self.clone();
            if let Err(error) = self.database(move |db| db.extend_jobs(&inner.holder, now().plus(LEASE))).await {
                tracing::warn!(%error, "cannot say that jobs are being worked on: others may begin them as well");
            }
        }
    }

    /// Gives back the jobs that this process has taken, so that others can take them at once.
    pub(crate) async fn release_jobs(self: &Arc<Self>) {
        let inner = self.clone();
        if let Err(error) = self.database(move |db| db.release_jobs(&inner.holder)).await {
            tracing::debug!(%error, "other processes will take over jobs only when their lease is over");
        }
    }

    /// Runs as many jobs at a time as pictures are decoded: many of them wait for a process.
    async fn run_all(self: &Arc<Self>, jobs: Vec<Job>) -> Result<usize, Error> {
        let runs = stream::iter(jobs.into_iter().map(|job| self.run(job)));
        let done = runs.buffer_unordered(self.options.workers.max(1)).try_collect::<Vec<_>>().await?;
        Ok(done.into_iter().sum())
    }

    /// Runs a job, and returns how many are done then: one, or none where it is to be tried again.
    async fn run(self: &Arc<Self>, job: Job) -> Result<usize, Error> {
        let result = match job.kind {
            JobKind::Crc32 => self.note_crc32(FileId(job.subject)).await,
            JobKind::Upload => self.make_file_late(job.subject).await,
            JobKind::Preview => self.make_preview(Asker::Operator, FileId(job.subject)).await,
            JobKind::Metadata => self.read_metadata(FileId(job.subject)).await,
        };
        let inner = self.clone();
        match result {
            Ok(()) => {
                self.database(move |db| db.finish_job(job.id, &inner.holder)).await?;
                Ok(1)
            }
            Err(error) => {
                let problem = with_causes(&error);
                let not_before = next_attempt(now(), job.attempts);
                let Job { kind, subject, attempts, .. } = job;
                tracing::warn!(%kind, subject, attempts, %not_before, "a job failed: {problem}");
                self.database(move |db| db.retry_job(job.id, &inner.holder, &problem, not_before)).await?;
                Ok(0)
            }
        }
    }

    /// Computes and records the CRC-32 of a file that was stored without one.
    async fn note_crc32(self: &Arc<Self>, id: FileId) -> Result<(), Error> {
        let file = self.database(move |db| db.file(id)).await?;
        // The file may be deleted, or have new content, which has its CRC-32.
        let Some(file) = file.filter(|file| file.crc32.is_none()) else { return Ok(()) };
        let Digest { size, checksum, crc32 } = match digest(&self.storage, &file.key).await {
            Err(Error::NotFound) => return Err(Error::internal(format!("`{}` is not in storage", file.key))),
            result => result?,
        };
        if (size, checksum) != (file.size, file.checksum) {
            return Err(Error::internal(format!("`{}` is damaged in storage", file.key)));
        }
        self.database(move |db| db.record_crc32(&file.key, crc32)).await
    }
}

fn next_attempt(now: Timestamp, attempts: u32) -> Timestamp {
    let factor = 1_i32.checked_shl(attempts.saturating_sub(1)).filter(|factor| *factor > 0).unwrap_or(i32::MAX);
    now.plus((RETRY_AFTER.saturating_mul(factor)).min(RETRY_AT_LEAST_EVERY))
}

/// Returns an error and what caused it on one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::next_attempt;
    use tintype_domain::Timestamp;

    #[test]
    fn a_job_that_fails_is_tried_ever_later_up_to_a_day() {
        let now = Timestamp::from_unix_micros(0);
        let seconds = |attempts| next_attempt(now, attempts).unix_micros() / 1_000_000;
        assert_eq!([1, 2, 3, 10].map(seconds), [10, 20, 40, 5120]);
        assert_eq!(
            [0, 14, 15, 31, 32, 33, u32::MAX].map(seconds),
            [10, 81_920, 86_400, 86_400, 86_400, 86_400, 86_400]
        );
    }
}
