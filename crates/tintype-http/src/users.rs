use std::collections::BTreeSet;

use actix_web::web::{Data, Json};
use tintype_library::auth::Password;
use tintype_library::domain::{NewUser, TokenId, UserChange, UserId, UserQuery};

use crate::app::App;
use crate::caller::Caller;
use crate::form::Form;
use crate::input::NewToken;
use crate::page_request::PageRequest;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::reply::{Created, NoContent};
use crate::view::{NewTokenView, PageView, TokenView, UserView};

/// `GET /api/users`: a page of users.
pub(crate) async fn list(
    Caller(actor): Caller,
    app: Data<App>,
    request: PageRequest,
) -> Result<Json<PageView<UserView>>, Problem> {
    // Permission is checked before the query is parsed: 403 goes before 400.
    actor.require_admin()?;
    let query = UserQuery::parse(request.parameters())?;
    let (limit, offset) = (query.limit, query.offset);
    let (users, count) = app.library.accounts().page(&actor, query).await?;
    let results = users.iter().map(UserView::new).collect();
    Ok(Json(PageView::new(Some(count), request.offset_links(limit, offset, count), results)))
}

/// `POST /api/users`: a new user.
pub(crate) async fn create(
    Caller(actor): Caller,
    app: Data<App>,
    form: Form<NewUser<Password>>,
) -> Result<Created<UserView>, Problem> {
    actor.require_admin()?;
    let user = app.library.accounts().create(&actor, form.read().await?).await?;
    Ok(Created { location: format!("/api/users/{}", user.id), body: UserView::new(&user) })
}

/// `GET /api/users/<id>`: a user.
pub(crate) async fn get(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<UserId>,
) -> Result<Json<UserView>, Problem> {
    let user = app.library.accounts().get(&actor, id).await?;
    Ok(Json(UserView::new(&user)))
}

/// `PATCH /api/users/<id>`: what is to change of a user.
pub(crate) async fn change(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<UserId>,
    form: Form<UserChange<Password>>,
) -> Result<Json<UserView>, Problem> {
    actor.require_admin()?;
    let accounts = app.library.accounts();
    // Existence goes before the body.
    accounts.get(&actor, id).await?;
    let user = accounts.change(&actor, id, form.read().await?).await?;
    Ok(Json(UserView::new(&user)))
}

/// `DELETE /api/users/<id>`: a user and its tokens. Its files stay.
pub(crate) async fn delete(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<UserId>,
) -> Result<NoContent, Problem> {
    app.library.accounts().delete(&actor, id).await?;
    Ok(NoContent)
}

/// `GET /api/users/<id>/tokens`: the tokens of a user, without their keys.
pub(crate) async fn tokens(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<UserId>,
) -> Result<Json<Vec<TokenView>>, Problem> {
    let tokens = app.library.accounts().tokens(&actor, Some(id)).await?;
    Ok(Json(tokens.iter().map(TokenView::new).collect()))
}

/// `POST /api/users/<id>/tokens`: a new token, with its key.
pub(crate) async fn create_token(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<UserId>,
    form: Form<NewToken>,
) -> Result<Created<NewTokenView>, Problem> {
    actor.require_self_or_admin(id)?;
    let accounts = app.library.accounts();
    accounts.get(&actor, id).await?;
    let NewToken { label, lifetime } = form.read().await?;
    let (token, key) = accounts.create_token(&actor, id, label, lifetime).await?;
    Ok(Created { location: format!("/api/tokens/{}", token.id), body: NewTokenView::new(&token, &key) })
}

/// `DELETE /api/tokens/<id>`: the end of a token.
pub(crate) async fn revoke_token(
    Caller(actor): Caller,
    app: Data<App>,
    PathId(id): PathId<TokenId>,
) -> Result<NoContent, Problem> {
    app.library.accounts().revoke_tokens(&actor, BTreeSet::from([id])).await?;
    Ok(NoContent)
}
