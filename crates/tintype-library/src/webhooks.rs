//! Webhooks: who is told of events, and the telling.

mod deliver;
mod payload;

use std::sync::Arc;

use tintype_auth::{Actor, WebhookSecret};
use tintype_domain::{DeliveryRecord, NewWebhook, WebhookChange, WebhookId, WebhookRecord};
use tintype_persistence::Database;

use crate::admission::Admission;
use crate::calls::Calls;
use crate::library::now;
use crate::options::Reach;
use crate::outgoing::Outgoing;
use crate::{Error, Library, Options};

/// Manages webhooks, for admins and the operator. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Webhooks {
    calls: Arc<Calls>,
    outgoing: Arc<Outgoing>,
}

impl Library {
    /// Returns the webhooks of the library.
    pub fn webhooks(&self) -> Webhooks {
        Webhooks { calls: self.inner().calls.clone(), outgoing: self.inner().webhooks.clone() }
    }
}

impl Webhooks {
    /// Returns the webhooks in a migrated database, for whoever needs nothing else of a library.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn new(database: Database, reach: Reach) -> Self {
        let calls = Arc::new(Calls::new(database, Admission::new(&Options::default())));
        Self { calls, outgoing: Arc::new(Outgoing::to(reach)) }
    }

    /// Creates a webhook, and returns it with its secret, which is not shown again.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::Url`] as far as the URL shows that
    /// nothing can be sent to it.
    pub async fn create(&self, actor: &Actor, new: NewWebhook) -> Result<(WebhookRecord, WebhookSecret), Error> {
        actor.require_admin()?;
        self.outgoing.parse(&new.url)?;
        let secret = WebhookSecret::mint()?;
        let bytes = secret.as_bytes().to_vec();
        let webhook = self.calls.database(move |db| db.create_webhook(&new, &bytes, now())).await?;
        Ok((webhook, secret))
    }

    /// Returns the webhook of that number.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::NotFound`].
    pub async fn get(&self, actor: &Actor, id: WebhookId) -> Result<WebhookRecord, Error> {
        actor.require_admin()?;
        self.calls.database(move |db| db.webhook(id)).await?.ok_or(Error::NotFound)
    }

    /// Returns a page of webhooks by number, and how many there are.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin.
    pub async fn page(&self, actor: &Actor, limit: u32, offset: u64) -> Result<(Vec<WebhookRecord>, u64), Error> {
        actor.require_admin()?;
        self.calls.database(move |db| db.webhooks(limit, offset)).await
    }

    /// Changes a webhook and returns it.
    ///
    /// # Errors
    /// As [`create`](Self::create); [`Error::NotFound`].
    pub async fn change(&self, actor: &Actor, id: WebhookId, change: WebhookChange) -> Result<WebhookRecord, Error> {
        actor.require_admin()?;
        if let Some(url) = &change.url {
            self.outgoing.parse(url)?;
        }
        self.calls.database(move |db| db.change_webhook(id, &change)).await?.ok_or(Error::NotFound)
    }

    /// Deletes a webhook. What was on its way to it is not sent any more.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::NotFound`].
    pub async fn delete(&self, actor: &Actor, id: WebhookId) -> Result<(), Error> {
        actor.require_admin()?;
        if self.calls.database(move |db| db.delete_webhook(id)).await? { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Returns a page of the deliveries of a webhook, the newest first, and how many there are.
    ///
    /// # Errors
    /// [`Error::Auth`] unless the actor is an admin; [`Error::NotFound`].
    pub async fn deliveries(
        &self,
        actor: &Actor,
        id: WebhookId,
        limit: u32,
        offset: u64,
    ) -> Result<(Vec<DeliveryRecord>, u64), Error> {
        self.get(actor, id).await?;
        self.calls.database(move |db| db.deliveries(id, limit, offset)).await
    }
}
