//! Bodies about webhooks.

use tintype_library::domain::{EventKinds, FieldErrors, FieldProblem, NewWebhook, WebhookChange};
use tintype_library::parse_url;

use super::parse::{ALL_FORMATS, description, required};
use crate::base_url::BaseUrl;
use crate::fields::{Fields, Sent};
use crate::form::FormBody;
use crate::problem::Format;
use crate::schemas::{NewWebhookFields, WebhookChangeFields};

/// The most characters of the URL of a webhook.
const MAX_WEBHOOK_URL_CHARS: usize = 2048;

impl FormBody for NewWebhook {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = NewWebhookFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let url = errors.take("url", required(webhook_url(fields)));
        let events = errors.take("events", events(fields));
        let description = errors.take("description", description(fields));
        match (url, events, description) {
            (Some(url), Some(events), Some(description)) => Ok(Self {
                url,
                events: events.unwrap_or_else(EventKinds::all),
                description: description.unwrap_or_default().as_str().to_owned(),
            }),
            _ => Err(errors),
        }
    }
}

impl FormBody for WebhookChange {
    const FORMATS: &'static [Format] = ALL_FORMATS;

    type Fields = WebhookChangeFields;

    fn from_sent(sent: Sent, _: &BaseUrl) -> Result<Self, FieldErrors> {
        let fields = &sent.fields;
        let mut errors = FieldErrors::default();
        let description = errors.take("description", description(fields)).flatten();
        let change = Self {
            url: errors.take("url", webhook_url(fields)).flatten(),
            events: errors.take("events", events(fields)).flatten(),
            description: description.map(|description| description.as_str().to_owned()),
            is_active: errors.take("is_active", fields.flag("is_active")).flatten(),
        };
        errors.or(change)
    }
}

fn webhook_url(fields: &Fields) -> Result<Option<String>, FieldProblem> {
    let Some(text) = fields.text("url")? else { return Ok(None) };
    match text.trim() {
        "" => Err(FieldProblem::Blank),
        text if text.contains('\0') => Err(FieldProblem::NulCharacter),
        text if text.chars().count() > MAX_WEBHOOK_URL_CHARS => {
            Err(FieldProblem::TooLong { limit: MAX_WEBHOOK_URL_CHARS })
        }
        text => {
            parse_url(text).map_err(FieldProblem::Url)?;
            Ok(Some(text.to_owned()))
        }
    }
}

/// Returns events, at least one.
fn events(fields: &Fields) -> Result<Option<EventKinds>, FieldProblem> {
    let Some(names) = fields.list("events")? else { return Ok(None) };
    let kind = |name: &str| name.parse().map_err(|_| FieldProblem::InvalidChoice { value: name.to_owned() });
    let kinds: EventKinds = names.into_iter().map(kind).collect::<Result<_, _>>()?;
    if kinds.is_empty() { Err(FieldProblem::Blank) } else { Ok(Some(kinds)) }
}
