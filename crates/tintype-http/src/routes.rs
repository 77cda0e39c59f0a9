use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};

use crate::endpoint::Endpoint;
use crate::problem::Problem;
use crate::{auth, files, health, links, media, tags, tus, upload_links, uploads, users};

/// Adds every route there is. The application data has to hold the [`App`](crate::App).
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    for endpoint in endpoints() {
        routes.service(endpoint.into_resource());
    }
    for endpoint in resumable_endpoints() {
        routes.service(endpoint.into_resource().wrap(from_fn(tus::negotiate)));
    }
    routes.default_service(web::to(async || Err::<HttpResponse, _>(Problem::NotFound)));
}

/// Returns the method and the path of every route, except `HEAD` and `OPTIONS`. Tests use it to
/// find routes that they lack.
pub fn routes() -> Vec<(&'static str, String)> {
    let all = endpoints().into_iter().chain(resumable_endpoints());
    all.flat_map(|endpoint| endpoint.routes().collect::<Vec<_>>()).collect()
}

/// Those that speak tus.
fn resumable_endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::api("/api/media/uploads").post(uploads::create).for_users(),
        Endpoint::api("/api/media/uploads/{id}")
            .get(uploads::get)
            .patch(uploads::append)
            .delete(uploads::delete)
            .for_users(),
    ]
}

fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::api("/api/media/files").get(files::list).post(files::create).for_users(),
        Endpoint::api("/api/media/files/{id}")
            .get(files::get)
            .put(files::change)
            .patch(files::change)
            .delete(files::delete)
            .for_users(),
        Endpoint::api("/api/media/files/{id}/links").post(links::create).for_users(),
        Endpoint::api("/api/media/upload-links").get(upload_links::list).post(upload_links::create).for_users(),
        Endpoint::api("/api/media/upload-links/{id}")
            .post(upload_links::upload)
            .delete(upload_links::delete)
            .for_anybody(),
        Endpoint::api("/api/media/tags").get(tags::list).for_users(),
        Endpoint::api("/api/auth/token").post(auth::token).for_anybody(),
        Endpoint::api("/api/auth/me").get(auth::me).for_users(),
        Endpoint::api("/api/auth/password").post(auth::change_password).for_users(),
        Endpoint::api("/api/auth/logout").post(auth::log_out).for_users(),
        Endpoint::api("/api/users").get(users::list).post(users::create).for_users(),
        Endpoint::api("/api/users/{id}").get(users::get).patch(users::change).delete(users::delete).for_users(),
        Endpoint::api("/api/users/{id}/tokens").get(users::tokens).post(users::create_token).for_users(),
        Endpoint::api("/api/tokens/{id}").delete(users::revoke_token).for_users(),
        Endpoint::at("/healthz").get(health::alive).for_anybody(),
        Endpoint::at("/readyz").get(health::ready).for_anybody(),
        Endpoint::at("/media/{key:.*}").get(media::serve).for_anybody(),
    ]
}
