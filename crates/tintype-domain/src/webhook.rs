use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::kind::{Kind, UnknownName, named};
use crate::{Checksum, DeliveryId, FileId, FileRecord, PreviewStatus, Timestamp, UserId, Visibility, WebhookId};

named!(
    /// What can happen to a file.
    EventKind, "kind of event", {
        /// It was uploaded.
        FileCreated = "file.created",
        /// Something of it was changed, or its content replaced.
        FileChanged = "file.changed",
        /// It was deleted.
        FileDeleted = "file.deleted",
        /// There is a picture of its content.
        PreviewReady = "preview.ready",
    }
);

named!(
    /// Why nothing is sent to a webhook any more.
    DisabledReason, "reason to disable a webhook", {
        /// The receiver said so.
        Gone = "gone",
        /// Everything had failed for a day.
        Failing = "failing",
    }
);

named!(
    /// What has become of a delivery.
    DeliveryState, "state of a delivery", {
        /// It is to be made, perhaps again.
        Pending = "pending",
        /// The receiver has taken it.
        Delivered = "delivered",
        /// It was given up.
        Failed = "failed",
    }
);

named!(
    /// Why an attempt brought no answer.
    DeliveryError, "error of a delivery", {
        /// The URL is not one to which anything is sent.
        InvalidUrl = "invalid_url",
        /// The host is not at a public address.
        PrivateAddress = "private_address",
        /// The host cannot be found.
        Unresolved = "unresolved",
        /// There is no connection, or no answer that is HTTP.
        Unreachable = "unreachable",
        /// The answer took too long.
        TimedOut = "timed_out",
    }
);

/// The events that a webhook wants to know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKinds(BTreeSet<EventKind>);

impl EventKinds {
    /// Returns the set of all events.
    pub fn all() -> Self {
        EventKind::ALL.iter().copied().collect()
    }

    /// Returns whether it has that event.
    pub fn contains(&self, kind: EventKind) -> bool {
        self.0.contains(&kind)
    }

    /// Returns the events in the order of their definition.
    pub fn iter(&self) -> impl Iterator<Item = EventKind> {
        self.0.iter().copied()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<EventKind> for EventKinds {
    fn from_iter<I: IntoIterator<Item = EventKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().collect())
    }
}

/// Names with commas between them.
impl fmt::Display for EventKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(","))
    }
}

impl FromStr for EventKinds {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        text.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Where events are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    /// The number of the webhook.
    pub id: WebhookId,
    /// Where its events are sent.
    pub url: String,
    /// Which.
    pub events: EventKinds,
    /// What its maker says about it.
    pub description: String,
    /// Whether events are sent.
    pub is_active: bool,
    /// Why none are, unless somebody has turned it off.
    pub disabled_reason: Option<DisabledReason>,
    /// Since when every attempt has failed; `None` if the last one did not.
    pub failing_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A webhook to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where its events are sent.
    pub url: String,
    /// Which.
    pub events: EventKinds,
    /// What its maker says about it.
    pub description: String,
}

/// What to change of a webhook; `None` keeps the present value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookChange {
    /// Where its events are sent.
    pub url: Option<String>,
    /// Which.
    pub events: Option<EventKinds>,
    /// What its maker says about it.
    pub description: Option<String>,
    /// Whether events are sent. `true` also forgets why they were not.
    pub is_active: Option<bool>,
}

/// Something that happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEvent {
    /// What happened.
    pub kind: EventKind,
    /// When.
    pub at: Timestamp,
    /// The file, as it was then.
    pub file: EventFile,
}

/// What an event tells of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventFile {
    /// The number of the file.
    pub id: FileId,
    /// What it is called.
    pub name: String,
    /// What sort of file it is.
    pub kind: Kind,
    /// Its media type.
    pub mime_type: String,
    /// Bytes of the content.
    pub size: u64,
    /// SHA-256 of the content.
    pub checksum: Checksum,
    /// Who may fetch the content.
    pub visibility: Visibility,
    /// The uploader.
    pub user_id: Option<UserId>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Whether there is a picture of it.
    pub preview_status: PreviewStatus,
}

impl From<&FileRecord> for EventFile {
    fn from(file: &FileRecord) -> Self {
        Self {
            id: file.id,
            name: file.name.as_str().to_owned(),
            kind: file.facts.kind,
            mime_type: file.facts.mime_type.clone(),
            size: file.size,
            checksum: file.checksum,
            visibility: file.visibility,
            user_id: file.user.as_ref().map(|user| user.id),
            created_at: file.created_at,
            updated_at: file.updated_at,
            preview_status: file.preview.facts.status,
        }
    }
}

/// The sending of an event to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The number of the delivery.
    pub id: DeliveryId,
    /// To which webhook.
    pub webhook_id: WebhookId,
    /// What is sent.
    pub event: FileEvent,
    /// What has become of it.
    pub state: DeliveryState,
    /// How many times it was tried.
    pub attempts: u32,
    /// When it is tried next, while it is pending.
    pub next_attempt_at: Timestamp,
    /// When it was last tried.
    pub last_attempt_at: Option<Timestamp>,
    /// The status of the last answer.
    pub last_status: Option<u16>,
    /// Why the last attempt brought no answer.
    pub last_error: Option<DeliveryError>,
}

impl DeliveryRecord {
    /// Returns what identifies the message, the same at every attempt and on no other server.
    pub fn message_id(&self) -> String {
        format!("msg_{:x}_{:x}", self.event.at.unix_micros(), self.id.0)
    }
}
