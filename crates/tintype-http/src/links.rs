use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use schemars::JsonSchema;
use serde::Serialize;
use tintype_library::auth::Parameters;
use tintype_library::domain::{FieldErrors, FieldProblem, FileId, FileRecord};
use tintype_library::{Error, RenditionParameters};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::caller::Caller;
use crate::form::Form;
use crate::input::NewLink;
use crate::media_urls::signed;
use crate::path_id::PathId;
use crate::problem::Problem;

/// A link, and when it expires.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Link")]
pub(crate) struct LinkView {
    url: String,
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
}

/// `POST /api/media/files/<id>/links`: a signed URL of the content.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    base: BaseUrl,
    PathId(id): PathId<FileId>,
    form: Form<NewLink>,
) -> Result<HttpResponse, Problem> {
    // Permission and existence are checked before the body is read.
    app.library.get(&actor, id).await?;
    let NewLink { lifetime, download, rendition } = form.read().await?;
    let lifetime = within_longest(&app, lifetime)?;
    let (file, signer) = app.library.link(&actor, id, lifetime).await?;
    let mut parameters = match rendition {
        None => Parameters::default(),
        Some(sent) => rendition_of(&app, &file, &sent)?,
    };
    if let Some(name) = download {
        parameters = parameters.with("download", &name);
    }
    let url = signed(&base, &signer, &file.key, parameters);
    Ok(HttpResponse::Created().json(LinkView { url, expires_at: signer.expires_at().to_string() }))
}

/// Returns how long a link is to be valid: as asked for, unless that is too long.
pub(crate) fn within_longest(app: &App, asked: Option<Duration>) -> Result<Duration, Problem> {
    let options = app.library.options();
    let longest = options.max_link_lifetime;
    let lifetime = asked.unwrap_or(options.signed_url_lifetime);
    if lifetime > longest {
        let problem = FieldProblem::TooGreat { limit: longest.as_secs() };
        return Err(FieldErrors::one("expires_in", problem).into());
    }
    Ok(lifetime)
}

/// Checks a rendition, and returns the parameters of its URL.
fn rendition_of(app: &App, file: &FileRecord, sent: &[(String, String)]) -> Result<Parameters, Problem> {
    let within = |errors| Problem::InvalidWithin { field: "rendition", errors };
    let text_of = |name: &str| sent.iter().find(|(n, _)| n == name).map(|(_, text)| text.clone());
    let parsed = RenditionParameters::parse(text_of, app.library.options().renditions.max_edge);
    let (asked, mut errors) = match parsed {
        Ok(asked) => (asked, FieldErrors::default()),
        Err(errors) => (RenditionParameters::default(), errors),
    };
    // Whoever makes a link should learn of a name that is misspelt.
    for (name, _) in sent.iter().filter(|(name, _)| !RenditionParameters::NAMES.contains(&name.as_str())) {
        errors.push(name.clone(), FieldProblem::NotSupported);
    }
    let asked = errors.or(asked).map_err(within)?;
    app.library.check_rendition(file, &asked).map_err(|error| match error {
        Error::Invalid(errors) => within(errors),
        Error::NeedsLink(_) => FieldErrors::one("rendition", FieldProblem::NotSupported).into(),
        error => error.into(),
    })?;
    let texts = asked.texts().into_iter();
    Ok(texts.fold(Parameters::default(), |parameters, (name, text)| parameters.with(name, &text)))
}
