//! What the library counts and measures.

use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use futures_util::stream::{BoxStream, StreamExt};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tintype_domain::Key;
use tintype_persistence::Totals;
use tintype_storage::{NewObject, Object, PresignOptions, Storage};

use crate::Error;

/// What has happened since the process began. Cheap to clone; all clones count together.
#[derive(Debug, Clone)]
pub struct Meters {
    uploads: Family<OfKind, Counter>,
    upload_bytes: Family<OfKind, Counter>,
    stages: Family<OfStage, Histogram, fn() -> Histogram>,
    failures: Family<OfPart, Counter>,
    sendings: Family<OfOutcome, Counter>,
    renditions: Family<From, Counter>,
}

/// The steps from an upload to its thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    /// Reading type and header.
    Header,
    /// Waiting for a thread and for memory.
    Wait,
    /// Decoding, resizing and encoding.
    Render,
    /// Putting the file and its thumbnails into storage.
    Store,
}

/// What came of an attempt to send an event to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sending {
    /// The receiver has taken it.
    Delivered,
    /// It is sent again later.
    Failed,
    /// It is not sent again.
    GivenUp,
}

/// Where a rendition comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rendition {
    /// It was made for that.
    Made,
    /// It was kept already.
    Kept,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct From {
    from: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStage {
    stage: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPart {
    part: &'static str,
}

impl Meters {
    pub(crate) fn new() -> Self {
        // From a millisecond to half a minute.
        let seconds: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let meters = Self {
            uploads: Family::default(),
            upload_bytes: Family::default(),
            stages: Family::new_with_constructor(seconds),
            failures: Family::default(),
            sendings: Family::default(),
            renditions: Family::default(),
        };
        // So that the first failure is a rise from 0, which alerts see.
        for part in ["database", "storage"] {
            drop(meters.failures.get_or_create(&OfPart { part }));
        }
        for outcome in ["delivered", "failed", "given_up"] {
            drop(meters.sendings.get_or_create(&OfOutcome { outcome }));
        }
        meters
    }

    /// Adds everything that is counted to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("uploads", "Files that were stored, by type", self.uploads.clone());
        registry.register("upload_bytes", "Their bytes, by type", self.upload_bytes.clone());
        let about_stages = "Seconds of the steps from an upload to its thumbnails";
        registry.register("thumbnail_stage_seconds", about_stages, self.stages.clone());
        let about_failures = "Calls of the database and of the storage that failed";
        registry.register("failures", about_failures, self.failures.clone());
        registry.register(
            "renditions",
            "Renditions that were made, and requests for kept ones",
            self.renditions.clone(),
        );
        registry.register("webhook_attempts", "Attempts to send events to webhooks", self.sendings.clone());
    }

    pub(crate) fn count_upload(&self, kind: &'static str, bytes: u64) {
        self.uploads.get_or_create(&OfKind { kind }).inc();
        self.upload_bytes.get_or_create(&OfKind { kind }).inc_by(bytes);
    }

    pub(crate) fn count_rendition(&self, rendition: Rendition) {
        let from = match rendition {
            Rendition::Made => "made",
            Rendition::Kept => "kept",
        };
        self.renditions.get_or_create(&From { from }).inc();
    }

    pub(crate) fn count_sending(&self, sending: Sending) {
        let outcome = match sending {
            Sending::Delivered => "delivered",
            Sending::Failed => "failed",
            Sending::GivenUp => "given_up",
        };
        self.sendings.get_or_create(&OfOutcome { outcome }).inc();
    }

    /// Adds the time since `start` to a stage.
    pub(crate) fn time(&self, stage: Stage, start: Instant) {
        let name = match stage {
            Stage::Header => "header",
            Stage::Wait => "wait",
            Stage::Render => "render",
            Stage::Store => "store",
        };
        self.stages.get_or_create(&OfStage { stage: name }).observe(start.elapsed().as_secs_f64());
    }

    /// Counts a failure of the database, if it is one.
    pub(crate) fn count_database<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::Unavailable(_) | Error::Internal(_) | Error::NoSpace(_)) = answer {
            self.failures.get_or_create(&OfPart { part: "database" }).inc();
        }
        answer
    }

    fn count_storage(&self, error: &tintype_storage::Error) {
        use tintype_storage::Error as E;
        let is_about_the_request = matches!(
            error,
            E::NotFound { .. } | E::AlreadyExists { .. } | E::RangeNotSatisfiable { .. } | E::TooLarge { .. }
        );
        if !is_about_the_request {
            self.failures.get_or_create(&OfPart { part: "storage" }).inc();
        }
    }
}

/// The totals of the database as they were last counted.
pub(crate) type LastTotals = tokio::sync::Mutex<Option<(Instant, Totals)>>;

/// A storage whose failures are counted.
#[derive(Debug)]
pub(crate) struct MeteredStorage {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) meters: Meters,
}

impl MeteredStorage {
    fn counted<T>(&self, answer: Result<T, tintype_storage::Error>) -> Result<T, tintype_storage::Error> {
        answer.inspect_err(|error| self.meters.count_storage(error))
    }
}

#[async_trait]
impl Storage for MeteredStorage {
    async fn put(&self, object: &NewObject) -> Result<(), tintype_storage::Error> {
        self.counted(self.storage.put(object).await)
    }

    async fn get(&self, key: &Key, range: Option<std::ops::Range<u64>>) -> Result<Object, tintype_storage::Error> {
        let object = self.counted(self.storage.get(key, range).await)?;
        let meters = self.meters.clone();
        let body = object.body.inspect_err(move |error| meters.count_storage(error)).boxed();
        Ok(Object { body, ..object })
    }

    async fn open_file(&self, key: &Key) -> Result<Option<(File, u64)>, tintype_storage::Error> {
        self.counted(self.storage.open_file(key).await)
    }

    async fn size(&self, key: &Key) -> Result<u64, tintype_storage::Error> {
        self.counted(self.storage.size(key).await)
    }

    async fn delete(&self, key: &Key) -> Result<(), tintype_storage::Error> {
        self.counted(self.storage.delete(key).await)
    }

    fn list(&self, folder: Option<&Key>) -> BoxStream<'_, Result<Key, tintype_storage::Error>> {
        self.storage.list(folder).inspect_err(|error| self.meters.count_storage(error)).boxed()
    }

    async fn check(&self) -> Result<(), tintype_storage::Error> {
        self.counted(self.storage.check().await)
    }

    async fn is_marked(&self) -> Result<bool, tintype_storage::Error> {
        self.counted(self.storage.is_marked().await)
    }

    async fn mark(&self) -> Result<(), tintype_storage::Error> {
        self.counted(self.storage.mark().await)
    }

    async fn presign(&self, key: &Key, options: &PresignOptions) -> Result<Option<String>, tintype_storage::Error> {
        self.counted(self.storage.presign(key, options).await)
    }

    fn spool_dir(&self) -> Option<&std::path::Path> {
        self.storage.spool_dir()
    }
}
