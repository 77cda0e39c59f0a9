use actix_web::web::{Data, Json};

use crate::app::App;
use crate::caller::Caller;
use crate::client_address::ClientAddress;
use crate::form::Form;
use crate::input::Credentials;
use crate::problem::Problem;
use crate::view::{MeView, TokenView};

/// `POST /api/auth/token`: a token for a user name and a password.
pub(crate) async fn token(
    app: Data<App>,
    ClientAddress(from): ClientAddress,
    form: Form<Credentials>,
) -> Result<Json<TokenView>, Problem> {
    let Credentials { username, password } = form.read().await?;
    let key = app.library.log_in(from, &username, &password).await?;
    Ok(Json(TokenView::new(&key)))
}

/// `GET /api/auth/me`: the authenticated user.
pub(crate) async fn me(Caller(actor): Caller) -> Result<Json<MeView>, Problem> {
    let user = actor.user().ok_or(Problem::NotFound)?;
    Ok(Json(MeView::new(user)))
}
