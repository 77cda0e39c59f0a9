use actix_web::web::{Data, Json};

use crate::app::App;
use crate::caller::Caller;
use crate::client_address::ClientAddress;
use crate::form::Form;
use crate::input::{Credentials, PasswordChange};
use crate::problem::Problem;
use crate::reply::NoContent;
use crate::view::{KeyView, MeView};

/// `POST /api/auth/token`: a token for a user name and a password.
pub(crate) async fn token(
    app: Data<App>,
    ClientAddress(from): ClientAddress,
    form: Form<Credentials>,
) -> Result<Json<KeyView>, Problem> {
    let Credentials { username, password, lifetime } = form.read().await?;
    let key = app.library.log_in(from, &username, &password, lifetime).await?;
    Ok(Json(KeyView::new(&key)))
}

/// `POST /api/auth/password`: another password for whoever knows the present one.
pub(crate) async fn change_password(
    Caller(actor): Caller,
    app: Data<App>,
    ClientAddress(from): ClientAddress,
    form: Form<PasswordChange>,
) -> Result<NoContent, Problem> {
    let PasswordChange { old_password, new_password } = form.read().await?;
    app.library.change_password(&actor, from, old_password, new_password).await?;
    Ok(NoContent)
}

/// `POST /api/auth/logout`: the end of the token that was shown.
pub(crate) async fn log_out(Caller(actor): Caller, app: Data<App>) -> Result<NoContent, Problem> {
    app.library.accounts().log_out(&actor).await?;
    Ok(NoContent)
}

/// `GET /api/auth/me`: the authenticated user.
pub(crate) async fn me(Caller(actor): Caller) -> Result<Json<MeView>, Problem> {
    let user = actor.user().ok_or(Problem::NotFound)?;
    Ok(Json(MeView::new(user)))
}
