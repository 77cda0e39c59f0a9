use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tintype_library::Error;
use tintype_library::domain::FieldErrors;

use crate::app::App;
use crate::caller::Caller;
use crate::form::{Fields, Form};
use crate::problem::Problem;
use crate::view::MeView;

/// `POST /api/auth/token`: a token for a user name and a password.
pub(crate) async fn token(
    app: web::Data<App>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let fields = Form::new(&request, payload, &app.config).read_fields().await?;
    let mut errors = FieldErrors::default();
    let username = errors.take(required(&fields, "username", str::trim));
    let password = errors.take(required(&fields, "password", |password| password));
    let (username, password) = errors.or((username.unwrap_or_default(), password.unwrap_or_default()))?;
    match app.library.log_in(&username, &password).await {
        Ok(key) => Ok(HttpResponse::Ok().json(json!({"token": key.reveal()}))),
        Err(Error::WrongCredentials) => {
            Err(FieldErrors::one("non_field_errors", "Unable to log in with provided credentials.").into())
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns a field that has to be there, trimmed as its sort of field is.
fn required(fields: &Fields, name: &str, trim: fn(&str) -> &str) -> Result<String, FieldErrors> {
    match fields.text(name)?.as_deref().map(trim) {
        None => Err(FieldErrors::one(name, "This field is required.")),
        Some("") => Err(FieldErrors::one(name, "This field may not be blank.")),
        Some(text) if text.contains('\0') => Err(FieldErrors::one(name, "Null characters are not allowed.")),
        Some(text) => Ok(text.to_owned()),
    }
}

/// `GET /api/auth/me`: who asks.
pub(crate) async fn me(Caller(actor): Caller) -> HttpResponse {
    HttpResponse::Ok().json(MeView::new(actor.user()))
}
