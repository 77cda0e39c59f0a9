//! Events are noted with what happens, and never without.

use tintype_domain::{
    DeliveryError, DeliveryRecord, DeliveryState, DisabledReason, EventFile, EventKind, EventKinds, NewWebhook,
    PreviewFacts, PreviewReason, Timestamp, Visibility, WebhookChange, WebhookId, WebhookRecord,
};
use tintype_persistence::{Attempt, Database, FileChange, NewContent, NewPreview};

use crate::support::{at, claim, fresh, image, new_file, upload, user};

fn subscribe(database: &Database, events: EventKinds) -> WebhookRecord {
    let new = NewWebhook { url: "https://example.org/".to_owned(), events, description: String::new() };
    database.create_webhook(&new, b"secret", at(0)).unwrap()
}

/// Returns the deliveries of a webhook, the oldest first.
fn deliveries(database: &Database, webhook: &WebhookRecord) -> Vec<DeliveryRecord> {
    let (mut deliveries, count) = database.deliveries(webhook.id, 1000, 0).unwrap();
    assert_eq!(deliveries.len() as u64, count);
    deliveries.reverse();
    deliveries
}

fn kinds(database: &Database, webhook: &WebhookRecord) -> Vec<EventKind> {
    deliveries(database, webhook).iter().map(|delivery| delivery.event.kind).collect()
}

fn attempt(second: i64, state: DeliveryState) -> Attempt {
    let status = (state == DeliveryState::Delivered).then_some(200);
    let error = status.is_none().then_some(DeliveryError::Unreachable);
    let seconds = |seconds: i64| at(seconds * 1_000_000);
    Attempt { at: seconds(second), status, error, state, next_attempt_at: seconds(second + 5), disables: None }
}

#[test]
fn whoever_wants_to_know_is_told_of_what_happened_and_how_the_file_was_then() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    upload(&database, &behrooz, "early.jpg");
    let all = subscribe(&database, EventKinds::all());
    let deleted = subscribe(&database, EventKinds::from_iter([EventKind::FileDeleted]));
    let file = upload(&database, &behrooz, "a.jpg");
    let change = FileChange { visibility: Some(Visibility::Private), ..FileChange::default() };
    let changed = database.change_file(file.id, &change, at(5)).unwrap().unwrap().file;
    database.change_file(file.id, &FileChange::default(), at(6)).unwrap().unwrap();
    database.delete_file(file.id, None, at(7)).unwrap().unwrap();
    let expected = [EventKind::FileCreated, EventKind::PreviewReady, EventKind::FileChanged, EventKind::FileChanged];
    assert_eq!(kinds(&database, &all), [&expected[..], &[EventKind::FileDeleted]].concat());
    assert_eq!(kinds(&database, &deleted), [EventKind::FileDeleted]);
    let told = deliveries(&database, &all);
    assert_eq!(told[0].event.file, EventFile::from(&file));
    assert_eq!(told[2].event.file, EventFile::from(&changed));
    assert_eq!((told[2].event.at, told[4].event.at), (at(5), at(7)));
    assert_eq!(told[4].event.file.visibility, Visibility::Private);
    assert_eq!((told[0].state, told[0].attempts, told[0].last_attempt_at), (DeliveryState::Pending, 0, None));
    // What is told to each is known by another name.
    assert_ne!(told[4].message_id(), deliveries(&database, &deleted)[0].message_id());
}

#[test]
fn what_does_not_happen_is_not_told() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let all = subscribe(&database, EventKinds::all());
    let content = image(&claim(&database, "a.jpg"));
    database.doom(&content.keys().cloned().collect::<Vec<_>>()).unwrap();
    assert!(database.insert_file(&new_file(&behrooz, "a.jpg", content), at(0)).is_err(), "its claim is lost");
    let file = upload(&database, &behrooz, "b.jpg");
    assert_eq!(kinds(&database, &all).len(), 2);
    let stale = FileChange { expected: Some(at(99)), ..FileChange::default() };
    assert!(database.change_file(file.id, &stale, at(5)).is_err());
    assert!(database.delete_file(file.id, Some(at(99)), at(5)).is_err());
    assert_eq!(kinds(&database, &all).len(), 2);
    let off = WebhookChange { is_active: Some(false), ..WebhookChange::default() };
    database.change_webhook(all.id, &off).unwrap().unwrap();
    database.delete_file(file.id, None, at(6)).unwrap().unwrap();
    assert_eq!(kinds(&database, &all).len(), 2, "it is turned off");
}

#[test]
fn a_preview_that_is_made_later_is_told_once_if_there_is_a_picture() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let pending = |name: &str| {
        let content = image(&claim(&database, name));
        database.forget(&content.preview.keys().cloned().collect::<Vec<_>>(), at(0)).unwrap();
        let preview = NewPreview { facts: PreviewFacts::PENDING, derived: Vec::new(), ..content.preview.clone() };
        database.insert_file(&new_file(&behrooz, name, NewContent { preview, ..content }), at(0)).unwrap()
    };
    let (good, bad) = (pending("a.jpg"), pending("b.jpg"));
    let all = subscribe(&database, EventKinds::all());
    let made = |facts: PreviewFacts| NewPreview { facts, metadata: Default::default(), derived: Vec::new() };
    let ready = made(PreviewFacts { status: tintype_domain::PreviewStatus::Ready, ..PreviewFacts::PENDING });
    let failed = made(PreviewFacts::failed(PreviewReason::Damaged));
    assert!(database.record_preview(good.id, &good.key, &ready, at(1)).unwrap().is_some());
    assert!(database.record_preview(good.id, &good.key, &ready, at(2)).unwrap().is_none());
    assert!(database.record_preview(bad.id, &bad.key, &failed, at(3)).unwrap().is_some());
    let told = deliveries(&database, &all);
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].event.kind, told[0].event.file.id, told[0].event.at),
        (EventKind::PreviewReady, good.id, at(1))
    );
}

#[test]
fn a_visibility_for_all_files_is_told_of_each_that_changes() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let files = ["a.jpg", "b.jpg"].map(|name| upload(&database, &behrooz, name).id);
    let all = subscribe(&database, EventKinds::all());
    assert_eq!(database.set_visibility(Visibility::Private, 10, at(9)).unwrap(), 2);
    assert_eq!(database.set_visibility(Visibility::Private, 10, at(9)).unwrap(), 0);
    let told = deliveries(&database, &all);
    assert_eq!(told.iter().map(|delivery| delivery.event.file.id).collect::<Vec<_>>(), files);
    assert!(told.iter().all(|delivery| delivery.event.file.visibility == Visibility::Private));
}

#[test]
fn deliveries_are_due_in_order_and_wait_after_a_failure() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let webhook = subscribe(&database, EventKinds::from_iter([EventKind::FileCreated]));
    let quiet = subscribe(&database, EventKinds::from_iter([EventKind::FileDeleted]));
    assert_eq!(database.due_webhooks(at(0)).unwrap(), []);
    for name in ["a.jpg", "b.jpg"] {
        upload(&database, &behrooz, name);
    }
    let second = |second: i64| at(second * 1_000_000);
    assert_eq!(database.due_webhooks(at(-1)).unwrap(), []);
    assert_eq!(database.due_webhooks(at(0)).unwrap(), [webhook.id]);
    let next = |now: Timestamp| database.next_delivery(webhook.id, now).unwrap();
    let names = |now| next(now).map(|due| due.delivery.event.file.name);
    let first = next(at(0)).unwrap();
    assert_eq!(
        (first.url.as_str(), first.secret.as_slice(), first.failing_since),
        ("https://example.org/", &b"secret"[..], None)
    );
    assert_eq!(first.delivery.event.file.name, "a.jpg");
    database.record_attempt(webhook.id, first.delivery.id, &attempt(1, DeliveryState::Pending)).unwrap();
    assert_eq!(names(second(5)).as_deref(), Some("b.jpg"), "it overtakes the one that failed");
    let other = next(second(5)).unwrap();
    assert_eq!(other.failing_since, Some(second(1)));
    database.record_attempt(webhook.id, other.delivery.id, &attempt(2, DeliveryState::Delivered)).unwrap();
    assert_eq!(database.webhook(webhook.id).unwrap().unwrap().failing_since, None);
    assert_eq!(names(second(5)), None);
    let again = next(second(6)).unwrap().delivery;
    assert_eq!((again.attempts, again.last_status, again.last_error), (1, None, Some(DeliveryError::Unreachable)));
    assert_eq!((again.last_attempt_at, again.id), (Some(second(1)), first.delivery.id));
    let gone = Attempt { disables: Some(DisabledReason::Gone), ..attempt(6, DeliveryState::Failed) };
    database.record_attempt(webhook.id, again.id, &gone).unwrap();
    database.record_attempt(webhook.id, again.id, &attempt(7, DeliveryState::Delivered)).unwrap();
    let states: Vec<_> = deliveries(&database, &webhook).iter().map(|delivery| delivery.state).collect();
    assert_eq!(states, [DeliveryState::Failed, DeliveryState::Delivered], "what is done stays as it is");
    let disabled = database.webhook(webhook.id).unwrap().unwrap();
    assert_eq!((disabled.is_active, disabled.disabled_reason), (false, Some(DisabledReason::Gone)));
    assert_eq!(deliveries(&database, &quiet), []);
}

#[test]
fn a_webhook_that_is_off_gets_nothing_until_it_is_on_again() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    let webhook = subscribe(&database, EventKinds::from_iter([EventKind::FileCreated]));
    upload(&database, &behrooz, "a.jpg");
    let set = |is_active| {
        let change = WebhookChange { is_active: Some(is_active), ..WebhookChange::default() };
        database.change_webhook(webhook.id, &change).unwrap().unwrap()
    };
    set(false);
    assert_eq!(
        (database.due_webhooks(at(0)).unwrap(), database.next_delivery(webhook.id, at(0)).unwrap()),
        (vec![], None)
    );
    set(true);
    assert_eq!(database.due_webhooks(at(0)).unwrap(), [webhook.id]);
    assert!(database.delete_webhook(webhook.id).unwrap());
    assert!(!database.delete_webhook(webhook.id).unwrap());
    assert_eq!(deliveries(&database, &webhook), []);
    assert_eq!(database.change_webhook(webhook.id, &WebhookChange::default()).unwrap(), None);
    assert_eq!(database.webhook(WebhookId(99)).unwrap(), None);
}

#[test]
fn deliveries_are_kept_up_to_an_age_and_a_number() {
    let database = fresh();
    let behrooz = user(&database, "behrooz");
    assert_eq!(database.prune_deliveries(at(0), 0).unwrap(), 0);
    let webhook = subscribe(&database, EventKinds::from_iter([EventKind::FileCreated]));
    for name in ["a.jpg", "b.jpg", "c.jpg", "d.jpg"] {
        upload(&database, &behrooz, name);
    }
    for delivery in &deliveries(&database, &webhook)[..3] {
        database.record_attempt(webhook.id, delivery.id, &attempt(1, DeliveryState::Delivered)).unwrap();
    }
    let left = || deliveries(&database, &webhook).iter().map(|one| one.event.file.name.clone()).collect::<Vec<_>>();
    assert_eq!(database.prune_deliveries(at(0), 3).unwrap(), 0);
    assert_eq!(database.prune_deliveries(at(0), 2).unwrap(), 1);
    assert_eq!(left(), ["b.jpg", "c.jpg", "d.jpg"]);
    assert_eq!(database.prune_deliveries(at(0), 0).unwrap(), 2);
    assert_eq!(left(), ["d.jpg"], "what is pending stays");
    assert_eq!(database.prune_deliveries(at(1), 0).unwrap(), 1, "unless it is too old");
    upload(&database, &behrooz, "e.jpg");
    database.execute("DELETE FROM webhooks");
    assert_eq!(database.prune_deliveries(at(0), 9).unwrap(), 1, "of a webhook that is gone");
}
