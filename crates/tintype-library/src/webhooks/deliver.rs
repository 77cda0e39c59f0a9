//! Sending events to webhooks.
//!
//! A webhook has one lane: its deliveries are made one after another, by the process that holds its
//! lease. There are so many lanes at a time; if more webhooks wait, they take turns, and whoever
//! waits the longest goes first. So a receiver that is slow or gone keeps no other one waiting for
//! long.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue};
use tintype_auth::WebhookSecret;
use tintype_domain::{DeliveryError, DeliveryState, DisabledReason, Timestamp, UrlProblem, WebhookId};
use tintype_persistence::{Attempt, DueDelivery};

use super::payload::payload;
use crate::library::{Inner, now};
use crate::meters::Sending;
use crate::{Error, Library, causes};

/// How often to look for deliveries that are due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long to wait after the database has failed.
const PAUSE: Duration = Duration::from_secs(5);

/// How many webhooks one process sends to at a time.
const LANES: usize = 16;

/// How many deliveries a webhook may make before another one gets its lane.
const TURN: u32 = 8;

/// How long the lane of a process that died stays taken, beyond the time for an answer.
const SPARE: Duration = Duration::from_secs(10);

/// How long after each attempt the next one is made. All of them take a day.
const RETRY_AFTER: [time::Duration; 8] = [
    time::Duration::seconds(5),
    time::Duration::seconds(30),
    time::Duration::minutes(5),
    time::Duration::minutes(30),
    time::Duration::hours(2),
    time::Duration::hours(5),
    time::Duration::hours(8),
    time::Duration::hours(8),
];

/// How long a delivery is tried, and how long a webhook may fail before it is disabled.
const PATIENCE: time::Duration = time::Duration::DAY;

/// How old deliveries may be that are removed while they are pending, at least.
const OLDEST: time::Duration = time::Duration::days(2);

impl Library {
    /// Sends events to webhooks for ever. Maintenance needs no permission.
    ///
    /// Processes that share a database share this work. The lane of a process that died is taken
    /// over once its lease is over; an event that it was just sending is sent again.
    pub async fn deliver_webhooks(&self) -> Infallible {
        let inner = self.inner();
        let (mut lanes, mut busy) = (FuturesUnordered::new(), HashSet::new());
        // The turns that there were, and the last one of each webhook.
        let (mut turns, mut last_turns) = (0_u64, HashMap::<WebhookId, u64>::new());
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            let ended = {
                let (tick, lane) = (pin!(ticks.tick()), pin!(first_of(&mut lanes)));
                match select(tick, lane).await {
                    Either::Left(_) => None,
                    Either::Right((ended, _)) => Some(ended),
                }
            };
            if let Some((id, ended)) = ended {
                busy.remove(&id);
                match ended {
                    Ok(LaneEnd::Turn) => ticks.reset_immediately(),
                    Ok(LaneEnd::Rest) => {}
                    Err(error) => tracing::warn!(webhook = %id, "cannot deliver events: {}", causes(&error)),
                }
                continue;
            }
            match inner.database(|db| db.due_webhooks(now())).await {
                Ok(mut due) => {
                    last_turns.retain(|id, _| busy.contains(id) || due.contains(id));
                    due.retain(|id| !busy.contains(id));
                    due.sort_by_key(|id| last_turns.get(id).copied());
                    for id in due.into_iter().take(LANES.saturating_sub(lanes.len())) {
                        turns += 1;
                        last_turns.insert(id, turns);
                        busy.insert(id);
                        lanes.push(async move { (id, inner.run_lane(id).await) });
                    }
                }
                Err(error) => {
                    tracing::warn!("cannot look for events to deliver: {}", causes(&error));
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

/// Why a lane has ended.
enum LaneEnd {
    /// It has made as many deliveries as it may in one turn.
    Turn,
    /// Nothing is due, the receiver rests, or another process has the lane.
    Rest,
}

/// Returns what the first of several futures gives that ends; nothing while there are none.
async fn first_of<F: Future>(futures: &mut FuturesUnordered<F>) -> F::Output {
    match futures.next().await {
        Some(output) => output,
        None => pending().await,
    }
}

impl Inner {
    /// Makes the deliveries of a webhook that are due, as many as fit into a turn, until one fails:
    /// then the receiver has a moment of rest.
    async fn run_lane(self: &Arc<Self>, id: WebhookId) -> Result<LaneEnd, Error> {
        let lease = time::Duration::try_from(self.options.webhooks.timeout + SPARE).map_err(Error::internal)?;
        let name = format!("webhook {id}");
        let mut end = LaneEnd::Turn;
        for _ in 0..TURN {
            let (inner, lane) = (self.clone(), name.clone());
            let is_ours = self.database(move |db| db.acquire_lease(&lane, &inner.holder, now(), now().plus(lease)));
            if !is_ours.await? {
                return Ok(LaneEnd::Rest);
            }
            let due = self.database(move |db| db.next_delivery(id, now())).await?;
            let state = match &due {
                Some(due) => Some(self.deliver(due).await?),
                None => None,
            };
            if state != Some(DeliveryState::Delivered) {
                end = LaneEnd::Rest;
                break;
            }
        }
        let inner = self.clone();
        self.database(move |db| db.release_lease(&name, &inner.holder)).await?;
        Ok(end)
    }

    /// Makes an attempt to deliver, records it, and returns what has become of the delivery.
    async fn deliver(self: &Arc<Self>, due: &DueDelivery) -> Result<DeliveryState, Error> {
        let at = now();
        let answer = self.send(due, at).await?;
        let attempt = judge(due, at, answer);
        self.meters.count_sending(match attempt.state {
            DeliveryState::Delivered => Sending::Delivered,
            DeliveryState::Pending => Sending::Failed,
            DeliveryState::Failed => Sending::GivenUp,
        });
        let (webhook, delivery) = (due.delivery.webhook_id, due.delivery.id);
        match attempt.disables {
            Some(reason) => tracing::warn!(%webhook, %reason, "a webhook is disabled; `PATCH` turns it on again"),
            None if attempt.state != DeliveryState::Delivered => {
                let (status, error) = (attempt.status, attempt.error.map(DeliveryError::as_str));
                tracing::info!(%webhook, %delivery, status, error, "an event could not be delivered");
            }
            None => {}
        }
        self.database(move |db| db.record_attempt(webhook, delivery, &attempt)).await?;
        Ok(attempt.state)
    }

    /// Sends an event, and returns the status of the answer, or why there is none.
    async fn send(&self, due: &DueDelivery, at: Timestamp) -> Result<Result<u16, DeliveryError>, Error> {
        let body = payload(&due.delivery.event);
        let headers = headers(due, at, &body).map_err(Error::internal)?;
        let limit = self.options.webhooks.timeout;
        let problem = match self.webhooks.post(&due.url, headers, body, limit).await {
            Ok(status) => return Ok(Ok(status)),
            Err(Error::Url(problem)) => problem,
            Err(error) => return Err(error),
        };
        Ok(Err(match problem {
            UrlProblem::Private => DeliveryError::PrivateAddress,
            UrlProblem::Unresolved => DeliveryError::Unresolved,
            UrlProblem::TimedOut { .. } => DeliveryError::TimedOut,
            UrlProblem::NotAUrl | UrlProblem::Scheme | UrlProblem::Credentials | UrlProblem::Port { .. } => {
                DeliveryError::InvalidUrl
            }
            UrlProblem::Unreachable
            | UrlProblem::Status { .. }
            | UrlProblem::Location
            | UrlProblem::Redirects { .. }
            | UrlProblem::Encoded
            | UrlProblem::CutShort
            | UrlProblem::TooSlow => DeliveryError::Unreachable,
        }))
    }

    /// Removes deliveries that nobody needs to see any more.
    pub(crate) async fn prune_deliveries(self: &Arc<Self>) -> Result<(), Error> {
        let age = time::Duration::try_from(self.options.webhooks.log_age).map_err(Error::internal)?.max(OLDEST);
        let keep = self.options.webhooks.log_length;
        self.free(move |db| db.prune_deliveries(now().plus(-age), keep)).await?;
        Ok(())
    }
}

/// Returns the headers of a message, as Standard Webhooks has them.
fn headers(due: &DueDelivery, at: Timestamp, body: &[u8]) -> Result<HeaderMap, InvalidHeaderValue> {
    let id = due.delivery.message_id();
    let signature = WebhookSecret::from_bytes(due.secret.clone()).sign(&id, at, body);
    let seconds = at.unix_micros().div_euclid(1_000_000).to_string();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signature)] {
        headers.insert(HeaderName::from_static(name), value.parse()?);
    }
    Ok(headers)
}

/// Returns what an attempt that was answered so means.
fn judge(due: &DueDelivery, at: Timestamp, answer: Result<u16, DeliveryError>) -> Attempt {
    let (status, error) = (answer.ok(), answer.err());
    let attempts = usize::try_from(due.delivery.attempts).unwrap_or(usize::MAX);
    let next = RETRY_AFTER.get(attempts).map(|after| at.plus(*after));
    let next = next.filter(|next| *next <= due.delivery.event.at.plus(PATIENCE));
    let (state, disables) = match (status, next) {
        (Some(200..=299), _) => (DeliveryState::Delivered, None),
        (Some(410), _) => (DeliveryState::Failed, Some(DisabledReason::Gone)),
        (_, Some(_)) => (DeliveryState::Pending, None),
        (_, None) => {
            let is_hopeless = due.failing_since.is_some_and(|since| since.plus(PATIENCE) <= at);
            (DeliveryState::Failed, is_hopeless.then_some(DisabledReason::Failing))
        }
    };
    Attempt { at, status, error, state, next_attempt_at: next.unwrap_or(at), disables }
}

#[cfg(test)]
mod tests {
    use tintype_domain::{
        Checksum, DeliveryError, DeliveryId, DeliveryRecord, DeliveryState, DisabledReason, EventFile, EventKind,
        FileEvent, FileId, Kind, PreviewStatus, Timestamp, Visibility, WebhookId,
    };
    use tintype_persistence::DueDelivery;

    use super::judge;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_micros(1_766_425_386_000_000 + seconds * 1_000_000)
    }

    fn due(attempts: u32, failing_since: Option<Timestamp>) -> DueDelivery {
        let file = EventFile {
            id: FileId(1),
            name: "a".to_owned(),
            kind: Kind::Text,
            mime_type: "text/plain".to_owned(),
            size: 1,
            checksum: Checksum([0; 32]),
            visibility: Visibility::Public,
            user_id: None,
            created_at: at(0),
            updated_at: at(0),
            preview_status: PreviewStatus::None,
        };
        let delivery = DeliveryRecord {
            id: DeliveryId(1),
            webhook_id: WebhookId(1),
            event: FileEvent { kind: EventKind::FileCreated, at: at(0), file },
            state: DeliveryState::Pending,
            attempts,
            next_attempt_at: at(0),
            last_attempt_at: None,
            last_status: None,
            last_error: None,
        };
        DueDelivery { delivery, url: String::new(), secret: Vec::new(), failing_since }
    }

    #[test]
    fn a_delivery_is_tried_ever_later_for_a_day() {
        let (mut now, mut times) = (0, Vec::new());
        for attempts in 0.. {
            let attempt = judge(&due(attempts, None), at(now), Ok(500));
            if attempt.state == DeliveryState::Failed {
                break;
            }
            now = (attempt.next_attempt_at.unix_micros() - at(0).unix_micros()) / 1_000_000;
            times.push(now);
        }
        assert_eq!(times, [5, 35, 335, 2135, 9335, 27_335, 56_135, 84_935]);
    }

    #[test]
    fn answers_decide() {
        for (answer, state, disables) in [
            (Ok(200), DeliveryState::Delivered, None),
            (Ok(204), DeliveryState::Delivered, None),
            (Ok(299), DeliveryState::Delivered, None),
            (Ok(199), DeliveryState::Pending, None),
            (Ok(300), DeliveryState::Pending, None),
            (Ok(302), DeliveryState::Pending, None),
            (Ok(404), DeliveryState::Pending, None),
            (Ok(410), DeliveryState::Failed, Some(DisabledReason::Gone)),
            (Ok(503), DeliveryState::Pending, None),
            (Err(DeliveryError::TimedOut), DeliveryState::Pending, None),
        ] {
            let attempt = judge(&due(0, None), at(1), answer);
            assert_eq!((attempt.state, attempt.disables), (state, disables), "{answer:?}");
        }
    }

    #[test]
    fn a_webhook_that_failed_for_a_day_is_disabled_when_a_delivery_is_given_up() {
        let day = 86_400;
        let of = |attempts, failing_since, now| judge(&due(attempts, failing_since), at(now), Ok(500)).disables;
        assert_eq!(of(8, Some(at(0)), day), Some(DisabledReason::Failing));
        assert_eq!(of(8, Some(at(1)), day), None, "it took something meanwhile");
        assert_eq!(of(8, None, day), None);
        assert_eq!(of(0, Some(at(0)), day), Some(DisabledReason::Failing), "turned on again a day later");
        assert_eq!(of(3, Some(at(-day)), day / 2), None, "it is still tried");
    }
}
