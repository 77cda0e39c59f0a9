//! Doing the work that the database lists as jobs.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tintype_domain::{FileId, JobKind, Timestamp};
use tintype_persistence::Job;

use crate::digest::{Digest, digest};
use crate::library::{Inner, now};
use crate::{Error, Library};

/// How often to look for jobs that are due.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How many jobs one process takes at a time.
const BATCH: u32 = 16;

/// How long after a process has died others take its jobs.
const LEASE: time::Duration = time::Duration::minutes(1);

/// How often a process that works says so.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// When a job that failed is tried again: twice as late each time, up to a day.
const RETRY_AFTER: time::Duration = time::Duration::seconds(10);
const RETRY_AT_LEAST_EVERY: time::Duration = time::Duration::DAY;

impl Library {
    /// Does the jobs that are due, one after another until there are none, and returns how many were done. This is
    /// maintenance: nobody acts.
    ///
    /// Processes that share a database share its jobs. One that fails is tried again later, one that is given up half-way, by
    /// dropping the future or killing the process, sooner: by whoever comes to it.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`] where the database fails: what is left is for the next time.
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

    /// Returns how often [`run_jobs`](Self::run_jobs) is to be called.
    pub fn job_interval(&self) -> Duration {
        LOOK_EVERY
    }
}

impl Inner {
    async fn take_jobs(self: &Arc<Self>) -> Result<Vec<Job>, Error> {
        let inner = self.clone();
        self.database(move |db| db.take_jobs(&inner.holder, now(), now().plus(LEASE), BATCH)).await
    }

    /// Keeps others from taking the jobs of this process, for as long as it is asked to.
    async fn keep_jobs(self: &Arc<Self>) -> Infallible {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let inner = self.clone();
            if let Err(error) = self.database(move |db| db.extend_jobs(&inner.holder, now().plus(LEASE))).await {
                tracing::warn!(%error, "cannot say that jobs are being worked on: others may begin them as well");
            }
        }
    }

    /// Lets other processes do the jobs that this one has taken.
    pub(crate) async fn release_jobs(self: &Arc<Self>) {
        let inner = self.clone();
        if let Err(error) = self.database(move |db| db.release_jobs(&inner.holder)).await {
            tracing::debug!(%error, "other processes will take over jobs only when their lease is over");
        }
    }

    async fn run_all(self: &Arc<Self>, jobs: Vec<Job>) -> Result<usize, Error> {
        let mut done = 0;
        for job in jobs {
            let result = match job.kind {
                JobKind::Crc32 => self.note_crc32(FileId(job.subject)).await,
            };
            let inner = self.clone();
            match result {
                Ok(()) => {
                    self.database(move |db| db.finish_job(job.id, &inner.holder)).await?;
                    done += 1;
                }
                Err(error) => {
                    let problem = with_causes(&error);
                    let not_before = next_attempt(now(), job.attempts);
                    let Job { kind, subject, attempts, .. } = job;
                    tracing::warn!(%kind, subject, attempts, %not_before, "a job failed: {problem}");
                    self.database(move |db| db.retry_job(job.id, &inner.holder, &problem, not_before)).await?;
                }
            }
        }
        Ok(done)
    }

    /// Reads the content of a file that was kept without its CRC-32, and notes it.
    async fn note_crc32(self: &Arc<Self>, id: FileId) -> Result<(), Error> {
        let file = self.database(move |db| db.file(id)).await?;
        // It may be gone, or have got other content, with its CRC-32.
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
