use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;
use tintype_library::auth::WebhookSecret;
use tintype_library::domain::{DeliveryRecord, DeliveryState, NewWebhook, WebhookChange, WebhookId, WebhookRecord};

use crate::app::App;
use crate::caller::Caller;
use crate::form::Form;
use crate::page_request::PageRequest;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::reply::{Created, Entity, NoContent};
use crate::view::PageView;

/// A webhook.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub(crate) struct WebhookView {
    id: i64,
    url: String,
    events: Vec<&'static str>,
    description: String,
    is_active: bool,
    /// Why it is not active: `gone` or `failing`; `null` if somebody has turned it off.
    disabled_reason: Option<&'static str>,
    /// Since when every attempt has failed.
    #[schemars(extend("format" = "date-time"))]
    failing_since: Option<String>,
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

/// A new webhook, with its secret.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CreatedWebhook")]
pub(crate) struct CreatedView {
    #[serde(flatten)]
    webhook: WebhookView,
    /// Verifies what is sent. It is shown this once.
    secret: String,
}

/// The sending of an event to a webhook.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub(crate) struct DeliveryView {
    id: i64,
    /// The header `webhook-id`.
    message_id: String,
    event: &'static str,
    /// The number of the file.
    file_id: i64,
    /// `pending`, `delivered` or `failed`.
    state: &'static str,
    attempts: u32,
    /// The status of the last answer.
    last_status: Option<u16>,
    /// Why the last attempt brought none: `invalid_url`, `private_address`, `unresolved`,
    /// `unreachable` or `timed_out`.
    last_error: Option<&'static str>,
    #[schemars(extend("format" = "date-time"))]
    last_attempt_at: Option<String>,
    /// `null` unless it is pending.
    #[schemars(extend("format" = "date-time"))]
    next_attempt_at: Option<String>,
    /// When the event happened.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

impl Entity for WebhookView {}
impl Entity for CreatedView {}

impl WebhookView {
    fn new(webhook: &WebhookRecord) -> Self {
        Self {
            id: webhook.id.0,
            url: webhook.url.clone(),
            events: webhook.events.iter().map(|kind| kind.as_str()).collect(),
            description: webhook.description.clone(),
            is_active: webhook.is_active,
            disabled_reason: webhook.disabled_reason.map(|reason| reason.as_str()),
            failing_since: webhook.failing_since.map(|at| at.to_string()),
            created_at: webhook.created_at.to_string(),
        }
    }
}

impl CreatedView {
    fn new(webhook: &WebhookRecord, secret: &WebhookSecret) -> Self {
        Self { webhook: WebhookView::new(webhook), secret: secret.reveal() }
    }
}

impl DeliveryView {
    fn new(delivery: &DeliveryRecord) -> Self {
        let is_pending = delivery.state == DeliveryState::Pending;
        Self {
            id: delivery.id.0,
            message_id: delivery.message_id(),
            event: delivery.event.kind.as_str(),
            file_id: delivery.event.file.id.0,
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            last_status: delivery.last_status,
            last_error: delivery.last_error.map(|error| error.as_str()),
            last_attempt_at: delivery.last_attempt_at.map(|at| at.to_string()),
            next_attempt_at: is_pending.then(|| delivery.next_attempt_at.to_string()),
            created_at: delivery.event.at.to_string(),
        }
    }
}

/// `GET /api/webhooks`: a page of webhooks.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    request: PageRequest,
) -> Result<Json<PageView<WebhookView>>, Problem> {
    let (limit, offset) = request.window();
    let (webhooks, count) = app.library.webhooks().page(&actor, limit, offset).await?;
    let results = webhooks.iter().map(WebhookView::new).collect();
    Ok(Json(PageView::new(Some(count), request.offset_links(limit, offset, count), results)))
}

/// `POST /api/webhooks`: a new webhook, with its secret.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    form: Form<NewWebhook>,
) -> Result<Created<CreatedView>, Problem> {
    actor.require_admin()?;
    let (webhook, secret) = app.library.webhooks().create(&actor, form.read().await?).await?;
    Ok(Created { location: format!("/api/webhooks/{}", webhook.id), body: CreatedView::new(&webhook, &secret) })
}

/// `GET /api/webhooks/<id>`: a webhook.
pub(crate) async fn get(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<WebhookId>,
) -> Result<Json<WebhookView>, Problem> {
    let webhook = app.library.webhooks().get(&actor, id).await?;
    Ok(Json(WebhookView::new(&webhook)))
}

/// `PATCH /api/webhooks/<id>`: what is to change of a webhook.
pub(crate) async fn change(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<WebhookId>,
    form: Form<WebhookChange>,
) -> Result<Json<WebhookView>, Problem> {
    let webhooks = app.library.webhooks();
    // Existence goes before the body.
    webhooks.get(&actor, id).await?;
    let webhook = webhooks.change(&actor, id, form.read().await?).await?;
    Ok(Json(WebhookView::new(&webhook)))
}

/// `DELETE /api/webhooks/<id>`: the end of a webhook.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<WebhookId>,
) -> Result<NoContent, Problem> {
    app.library.webhooks().delete(&actor, id).await?;
    Ok(NoContent)
}

/// `GET /api/webhooks/<id>/deliveries`: a page of what was sent to a webhook, or is to be.
pub(crate) async fn deliveries(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<WebhookId>,
    request: PageRequest,
) -> Result<Json<PageView<DeliveryView>>, Problem> {
    let (limit, offset) = request.window();
    let (deliveries, count) = app.library.webhooks().deliveries(&actor, id, limit, offset).await?;
    let results = deliveries.iter().map(DeliveryView::new).collect();
    Ok(Json(PageView::new(Some(count), request.offset_links(limit, offset, count), results)))
}
