//! Who gets a job, and when.

use tintype_domain::{Crc32, JobId, JobKind};
use tintype_persistence::Job;

use crate::support::{Fresh, at, at_once, connect, fresh, upload, user};

/// Adds jobs for these subjects, due from [`at`]`(0)` on.
fn add(database: &Fresh, subjects: impl IntoIterator<Item = i64>) {
    let due = at(0).unix_micros();
    let rows: Vec<_> = subjects.into_iter().map(|subject| format!("('crc32', {subject}, 0, {due}, {due})")).collect();
    let columns = "kind, subject, attempts, not_before, created_at";
    database.execute(&format!("INSERT INTO jobs ({columns}) VALUES {}", rows.join(", ")));
}

fn subjects(jobs: &[Job]) -> Vec<i64> {
    jobs.iter().map(|job| job.subject).collect()
}

#[test]
fn a_job_is_taken_once_it_is_due_until_its_lease_is_over() {
    let database = fresh();
    add(&database, [7]);
    let take = |holder, now, until| database.take_jobs(holder, at(now), at(until), 10).unwrap();
    assert_eq!(take("a", -1, 9), []);
    let expected = Job { id: JobId(1), kind: JobKind::Crc32, subject: 7, attempts: 1 };
    assert_eq!(take("a", 0, 10), std::slice::from_ref(&expected));
    assert_eq!(take("a", 9, 19), [], "not even by its holder");
    database.extend_jobs("b", at(30)).unwrap();
    database.extend_jobs("a", at(20)).unwrap();
    assert_eq!(take("b", 19, 29), []);
    assert_eq!(take("b", 20, 30), [Job { attempts: 2, ..expected }]);
    database.finish_job(JobId(1), "a").unwrap();
    database.release_jobs("a").unwrap();
    assert_eq!(take("a", 21, 31), [], "it is another's by now");
    database.release_jobs("b").unwrap();
    assert_eq!(take("a", 21, 31).len(), 1);
    database.finish_job(JobId(1), "a").unwrap();
    assert_eq!(take("a", 1000, 1010), []);
}

#[test]
fn a_lease_of_a_clock_that_was_wrong_keeps_no_job_waiting() {
    let database = fresh();
    add(&database, [7]);
    let take = |now, until| database.take_jobs("a", at(now), at(until), 10).unwrap();
    assert_eq!(take(3_000_000, 3_000_010).len(), 1);
    assert_eq!(take(0, 10).len(), 1);
    assert_eq!(take(1, 11), []);
}

#[test]
fn a_job_that_failed_waits() {
    let database = fresh();
    add(&database, [7]);
    let take = |now| database.take_jobs("a", at(now), at(now + 10), 10).unwrap();
    let job = take(0).remove(0);
    database.retry_job(job.id, "b", "not its holder", at(1)).unwrap();
    database.retry_job(job.id, "a", "the disk is on fire", at(100)).unwrap();
    assert_eq!(take(99), []);
    assert_eq!(take(100)[0].attempts, 2);
}

#[test]
fn what_was_due_first_is_done_first_and_of_unknown_kinds_nothing() {
    let database = fresh();
    add(&database, [3, 1, 2]);
    database.execute(&format!(
        "UPDATE jobs SET not_before = {} WHERE subject = 2; UPDATE jobs SET kind = 'of a later version' WHERE subject = 3",
        at(-5).unix_micros()
    ));
    assert_eq!(subjects(&database.take_jobs("a", at(0), at(1), 1).unwrap()), [2]);
    assert_eq!(subjects(&database.take_jobs("a", at(0), at(1), 10).unwrap()), [1]);
}

#[test]
fn of_many_who_take_jobs_at_once_each_gets_its_own() {
    let database = fresh();
    add(&database, 1..=40);
    let taken = at_once(4, |number| {
        let database = connect(&database.url);
        let holder = number.to_string();
        let mut all = Vec::new();
        loop {
            let jobs = database.take_jobs(&holder, at(0), at(10), 3).unwrap();
            if jobs.is_empty() {
                return all;
            }
            all.extend(subjects(&jobs));
        }
    });
    let mut taken = taken.concat();
    taken.sort_unstable();
    assert_eq!(taken, (1..=40).collect::<Vec<_>>());
}

#[test]
fn a_crc32_is_noted_for_the_content_that_it_is_of() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let (file, other) = (upload(&database, &behrooz, "a.jpg"), upload(&database, &behrooz, "b.jpg"));
    database.execute("UPDATE files SET crc32 = NULL");
    assert_eq!(database.file(file.id).unwrap().unwrap().crc32, None);
    database.record_crc32(&file.key, Crc32(0xffff_fffe)).unwrap();
    assert_eq!(database.file(file.id).unwrap().unwrap().crc32, Some(Crc32(0xffff_fffe)));
    assert_eq!(database.file(other.id).unwrap().unwrap().crc32, None);
    database.delete_file(other.id, None, at(0)).unwrap();
    database.record_crc32(&other.key, Crc32(1)).unwrap();
}
