//! What is made of a file after it was stored: once, and only of the content that it still has.

use tintype_domain::{JobKind, MetadataRecord, PreviewFacts, PreviewReason, PreviewSource, PreviewStatus, Variant};
use tintype_persistence::{FileChange, NewContent, NewDerived, NewPreview};

use crate::support::{Fresh, at, claim, fresh, image, look, new_file, original, suffixes, user};

/// Content whose preview is still to be made.
fn pending(database: &Fresh, name: &str) -> NewContent {
    let content = image(&claim(database, name));
    database.doom(&content.preview.keys().cloned().collect::<Vec<_>>()).unwrap();
    let metadata = MetadataRecord::default();
    let preview = NewPreview { facts: PreviewFacts::PENDING, metadata, derived: Vec::new() };
    NewContent { preview, job_at: at(100), ..content }
}

/// What was made of a file, with one picture under a claimed key.
fn made(database: &Fresh, name: &str) -> NewPreview {
    let wanted = [(64, "jpg")];
    let keys = database.claim_derived(&original(name), &wanted, &mut suffixes(), at(0)).unwrap();
    let picture = image(&claim(database, "model.jpg")).preview.derived.remove(0);
    NewPreview {
        facts: PreviewFacts::ready(PreviewSource::Page, Some(look())),
        metadata: MetadataRecord { json: "{\"pages\":3}".into(), pages: Some(3), ..MetadataRecord::default() },
        derived: keys
            .into_iter()
            .map(|key| NewDerived { key, variant: Variant::Preview { edge: 64 }, ..picture.clone() })
            .collect(),
    }
}

fn jobs(database: &Fresh, now: i64) -> Vec<(JobKind, i64)> {
    let taken = database.take_jobs("somebody", at(now), at(now + 10), 10).unwrap();
    taken.into_iter().map(|job| (job.kind, job.subject)).collect()
}

#[test]
fn a_preview_is_recorded_once_and_ends_its_job() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = database.insert_file(&new_file(&behrooz, "a.pdf", pending(&database, "a.pdf")), at(0)).unwrap();
    assert_eq!(file.preview.facts, PreviewFacts::PENDING);
    assert_eq!(jobs(&database, 99), [], "whoever stored it is making it");

    let first = made(&database, "a.pdf");
    assert_eq!(database.record_preview(file.id, &file.key, &first, at(5)).unwrap(), Some(vec![]));
    let now = database.file(file.id).unwrap().unwrap();
    assert_eq!((&now.preview.facts, now.preview.thumbnails.len()), (&first.facts, 1));
    assert_eq!((&now.metadata, now.updated_at), (&first.metadata, file.updated_at));
    assert!(database.object(&first.derived[0].key).unwrap().is_some());
    assert_eq!(jobs(&database, 1000), []);

    let second = made(&database, "b.pdf");
    assert_eq!(database.record_preview(file.id, &file.key, &second, at(6)).unwrap(), None, "it is there");
    assert_eq!(database.file(file.id).unwrap().as_ref(), Some(&now));

    database.retry_preview(file.id, at(7)).unwrap().unwrap();
    assert_eq!(jobs(&database, 7), [(JobKind::Preview, file.id.0)]);
    let doomed = database.record_preview(file.id, &file.key, &second, at(8)).unwrap();
    assert_eq!(doomed, Some(vec![first.derived[0].key.clone()]), "pictures take the place of others");
    assert_eq!(database.delete_file(file.id, None, at(0)).unwrap().unwrap().len(), 2, "and go with the file");
}

#[test]
fn what_was_made_of_other_content_is_not_recorded() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = database.insert_file(&new_file(&behrooz, "a.pdf", pending(&database, "a.pdf")), at(0)).unwrap();
    let job = database.take_jobs("a", at(100), at(200), 10).unwrap().remove(0);
    let content = Some(pending(&database, "b.pdf"));
    database.change_file(file.id, &FileChange { content, ..FileChange::default() }, at(110)).unwrap().unwrap();
    assert_eq!(database.record_preview(file.id, &file.key, &made(&database, "a.pdf"), at(120)).unwrap(), None);
    database.finish_job(job.id, "a").unwrap();
    assert_eq!(jobs(&database, 120), [(JobKind::Preview, file.id.0)], "the new content's is still to be made");
}

#[test]
fn previews_without_a_job_get_one_and_failed_ones_another() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let file = database.insert_file(&new_file(&behrooz, "a.pdf", pending(&database, "a.pdf")), at(0)).unwrap();
    database.execute("DELETE FROM jobs");
    assert_eq!((database.adopt_previews(at(0)).unwrap(), database.adopt_previews(at(0)).unwrap()), (1, 0));
    assert_eq!(jobs(&database, 0), [(JobKind::Preview, file.id.0)]);

    let failed = NewPreview { facts: PreviewFacts::failed(PreviewReason::Damaged), ..made(&database, "a.pdf") };
    database.record_preview(file.id, &file.key, &failed, at(1)).unwrap().unwrap();
    assert_eq!(database.retry_previews(10, at(2)).unwrap(), 1);
    assert_eq!(database.retry_previews(10, at(2)).unwrap(), 0);
    let facts = database.file(file.id).unwrap().unwrap().preview.facts;
    assert_eq!((facts.status, facts.reason), (PreviewStatus::Pending, None));
    assert_eq!(jobs(&database, 2), [(JobKind::Preview, file.id.0)]);
}

#[test]
fn uploads_go_before_the_previews_of_a_whole_library() {
    let database = fresh();
    let columns = "kind, subject, attempts, not_before, created_at";
    let due = at(0).unix_micros();
    let job = |kind: &str, subject: i64, before: i64| format!("('{kind}', {subject}, 0, {}, {due})", due - before);
    let rows = [job("preview", 1, 9), job("preview", 2, 8), job("upload", 3, 1), job("crc32", 4, 7)].join(", ");
    database.execute(&format!("INSERT INTO jobs ({columns}) VALUES {rows}"));
    let expected = [(JobKind::Upload, 3), (JobKind::Preview, 1), (JobKind::Preview, 2), (JobKind::Crc32, 4)];
    assert_eq!(jobs(&database, 0), expected);
}
