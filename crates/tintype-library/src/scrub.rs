//! Reading all objects over and over, slowly, so that damage is found before somebody asks for what
//! is damaged.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tintype_domain::{FileId, Key, Timestamp};
use tintype_persistence::{Database, OwnedObject};

use crate::library::{Inner, now};
use crate::pace::Pace;
use crate::{Error, Library, causes, problem};

/// The name of the lease of the server that scrubs.
const SCRUB: &str = "scrub";

/// How long others wait for a server that died while it scrubbed.
const LEASE: time::Duration = time::Duration::MINUTE;

/// How often the server that scrubs says that it still does.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// How often to look whether there is something to do.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// How often at most a round begins.
const ROUND_EVERY: time::Duration = time::Duration::HOUR;

/// How often to look at what is known to be damaged: it may have been repaired.
const LOOK_AGAIN_EVERY: Duration = Duration::from_secs(10 * 60);

/// How often to note how far a round has come.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// How many files are read from the database together.
const PAGE: u32 = 50;

impl Library {
    /// Reads all objects over and over at the rate of [`Options`](crate::Options), compares them
    /// with their SHA-256, and reports what is damaged in the log and in the figures. Of several
    /// processes that share a database, one does so; another one goes on where it was. It may be
    /// dropped at any moment. Maintenance needs no permission.
    pub async fn scrub(&self) -> Infallible {
        let Some(rate) = self.options().scrub_bytes_per_second else { return std::future::pending().await };
        let inner = self.inner();
        let mut looked_at = None;
        loop {
            if let Err(error) = inner.scrub_in_turn(&mut Pace::new(rate), &mut looked_at).await {
                tracing::warn!("cannot read objects to see whether they are sound: {}", causes(&error));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Inner {
    /// Scrubs to the end of a round, unless another server does so.
    async fn scrub_in_turn(self: &Arc<Self>, pace: &mut Pace, looked_at: &mut Option<Instant>) -> Result<(), Error> {
        if !self.leads_scrub().await? {
            return Ok(());
        }
        let (work, lead) = (pin!(self.scrub_round(pace, looked_at)), pin!(self.lead_scrub()));
        match select(work, lead).await {
            Either::Left((result, _)) | Either::Right((result, _)) => result,
        }
    }

    async fn leads_scrub(self: &Arc<Self>) -> Result<bool, Error> {
        let inner = self.clone();
        self.database(move |db| db.acquire_lease(SCRUB, &inner.holder, now(), now().plus(LEASE))).await
    }

    /// Renews the lease again and again. Returns once another server has it.
    async fn lead_scrub(self: &Arc<Self>) -> Result<(), Error> {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            if !self.leads_scrub().await? {
                return Ok(());
            }
        }
    }

    /// Scrubs to the end of a round; `looked_at` is when this process last looked again at what is
    /// damaged.
    async fn scrub_round(self: &Arc<Self>, pace: &mut Pace, looked_at: &mut Option<Instant>) -> Result<(), Error> {
        self.look_again_at_times(pace, looked_at).await?;
        let state = self.database(Database::scrub_state).await?;
        if state.after == FileId(0) {
            // One that is yet to come is of a clock that was wrong.
            let is_recent = |last: Timestamp| last <= now() && now() < last.plus(ROUND_EVERY);
            if state.last_began_at.is_some_and(is_recent) {
                return Ok(());
            }
            self.database(|db| db.begin_scrub(now())).await?;
        }
        let (mut after, mut noted_at) = (state.after, Instant::now());
        loop {
            let page = self.database(move |db| db.owned_objects(after, PAGE)).await?;
            let Some(last) = page.last().map(|object| object.file) else { break };
            for object in page {
                // The objects of a file come together: those of all before this one are done.
                let before = FileId(object.file.0 - 1);
                if noted_at.elapsed() >= NOTE_EVERY {
                    self.database(move |db| db.note_scrubbed(before)).await?;
                    noted_at = Instant::now();
                }
                self.look_at(&object, pace).await?;
            }
            after = last;
            self.look_again_at_times(pace, looked_at).await?;
        }
        self.database(Database::end_scrub).await
    }

    async fn look_again_at_times(
        self: &Arc<Self>,
        pace: &mut Pace,
        looked_at: &mut Option<Instant>,
    ) -> Result<(), Error> {
        if looked_at.is_none_or(|looked_at| looked_at.elapsed() >= LOOK_AGAIN_EVERY) {
            self.look_again(pace).await?;
            *looked_at = Some(Instant::now());
        }
        Ok(())
    }

    /// Looks at what is known to be damaged, and forgets what is sound now or is gone.
    async fn look_again(self: &Arc<Self>, pace: &mut Pace) -> Result<(), Error> {
        let mut after: Option<Key> = None;
        loop {
            let from = after.take();
            let keys = self.database(move |db| db.damaged(from.as_ref(), PAGE)).await?;
            let Some(last) = keys.last() else { return Ok(()) };
            after = Some(last.clone());
            for key in keys {
                let looked_up = key.clone();
                let object = self.database(move |db| db.owned_object(&looked_up)).await?;
                let is_damaged = match object {
                    Some(object) => problem::of_bytes(&*self.storage, &object, pace).await?.is_some(),
                    None => false,
                };
                if !is_damaged {
                    let sound = key.clone();
                    self.database(move |db| db.forget_damage(&sound)).await?;
                    tracing::info!(%key, "an object that was damaged is sound again, or gone");
                }
            }
        }
    }

    /// Reads an object, and reports what is wrong with it.
    async fn look_at(self: &Arc<Self>, object: &OwnedObject, pace: &mut Pace) -> Result<(), Error> {
        let Some(problem) = problem::of_bytes(&*self.storage, object, pace).await? else { return Ok(()) };
        // It may have been deleted or replaced meanwhile.
        let (key, looked_at) = (object.key.clone(), object.clone());
        let now_owned = self.database(move |db| db.owned_object(&key)).await?;
        if now_owned.as_ref() != Some(&looked_at) {
            return Ok(());
        }
        let OwnedObject { file, variant, key, .. } = looked_at;
        let what = variant.map_or_else(|| "content".to_owned(), |variant| variant.to_string());
        let damaged = key.clone();
        self.database(move |db| db.note_damage(&damaged, now())).await?;
        tracing::error!(%file, %key, what, "an object is not as it was stored: {problem}");
        Ok(())
    }
}
