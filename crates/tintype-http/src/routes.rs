use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{HttpResponse, web};

use crate::endpoint::Endpoint;
use crate::openapi::{Description, LazyDescription};
use crate::problem::Problem;
use crate::scrape::{NO_ROUTE, count_request};
use crate::{
    archives, auth, docs_page, files, health, links, media, openapi, page, previews, scrape, tags, tus, upload_links,
    uploads, users, webhooks,
};

/// Adds every route there is. The application data has to hold the [`App`](crate::App).
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    let mut endpoints = endpoints();
    // They are tried in turn: plain paths cost next to nothing, and of patterns the one for media
    // is asked for most.
    endpoints.sort_by_key(|endpoint| (endpoint.path().contains('{'), !endpoint.path().starts_with("/media/")));
    for endpoint in endpoints {
        let route = endpoint.path();
        let count = move |request, next| count_request(route, request, next);
        routes.service(endpoint.into_resource().wrap(from_fn(count)));
    }
    routes.app_data(Data::new(&DESCRIPTION));
    for endpoint in resumable_endpoints() {
        let route = endpoint.path();
        let count = move |request, next| count_request(route, request, next);
        routes.service(endpoint.into_resource().wrap(from_fn(tus::negotiate)).wrap(from_fn(count)));
    }
    let count = |request, next| count_request(NO_ROUTE, request, next);
    routes.default_service(web::to(async || Err::<HttpResponse, _>(Problem::NotFound)).wrap(from_fn(count)));
}

/// Returns the method and the path of every route, except `HEAD` and `OPTIONS`. Tests use it to
/// find routes that they lack.
pub fn routes() -> Vec<(&'static str, String)> {
    let all = endpoints().into_iter().chain(resumable_endpoints());
    let routes = |endpoint: Endpoint| {
        let path = endpoint.path();
        endpoint.operations().iter().map(|(method, _)| (*method, path.to_owned())).collect::<Vec<_>>()
    };
    all.flat_map(routes).collect()
}

/// Made once it is asked for.
static DESCRIPTION: LazyDescription =
    LazyDescription::new(|| Description::new(endpoints().into_iter().chain(resumable_endpoints())));

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
        // Before those of ids, which take any text.
        Endpoint::api("/api/media/files/from-url").post(files::import).for_users(),
        Endpoint::api("/api/media/files/{id}")
            .get(files::get)
            .put(files::change)
            .patch(files::change)
            .delete(files::delete)
            .for_users(),
        Endpoint::api("/api/media/files/{id}/restore").post(files::restore).for_users(),
        Endpoint::api("/api/media/files/{id}/preview").post(previews::retry).for_users(),
        Endpoint::api("/api/media/files/{id}/links").post(links::create).for_users(),
        Endpoint::api("/api/media/archives").post(archives::create).for_users(),
        Endpoint::api("/api/media/archives/{id}").get(archives::get).for_anybody(),
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
        Endpoint::api("/api/webhooks").get(webhooks::list).post(webhooks::create).for_users(),
        Endpoint::api("/api/webhooks/{id}")
            .get(webhooks::get)
            .patch(webhooks::change)
            .delete(webhooks::delete)
            .for_users(),
        Endpoint::api("/api/webhooks/{id}/deliveries").get(webhooks::deliveries).for_users(),
        Endpoint::api("/api/openapi.json").get(openapi::get).for_anybody(),
        Endpoint::api("/api/docs").get(docs_page::page).for_anybody(),
        Endpoint::at("/api/docs/swagger-ui.js").get(docs_page::script).for_anybody(),
        Endpoint::at("/api/docs/swagger-ui.css").get(docs_page::style).for_anybody(),
        Endpoint::at("/").get(page::page).for_anybody(),
        Endpoint::at("/page/{version}/{asset:.*}").get(page::asset).for_anybody(),
        Endpoint::at("/metrics").get(scrape::get).for_users(),
        Endpoint::at("/healthz").get(health::alive).for_anybody(),
        Endpoint::at("/readyz").get(health::ready).for_anybody(),
        Endpoint::at("/media/{key:.*}").get(media::serve).for_anybody(),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::{DESCRIPTION, routes};

    #[test]
    fn every_route_is_described() {
        let description: Value = serde_json::from_str(DESCRIPTION.as_str()).unwrap();
        let mut names = BTreeSet::new();
        for (method, path) in routes() {
            let operation = &description["paths"][path.replace(":.*}", "}")][method.to_lowercase()];
            let name = operation["operationId"].as_str();
            let name = name.unwrap_or_else(|| panic!("say what `{method} {path}` is for, in `openapi/words.rs`"));
            assert!(names.insert(name.to_owned()), "two operations are called `{name}`");
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{method} {path}");
        }
    }

    #[test]
    fn the_copy_in_docs_is_this_description() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, DESCRIPTION.as_str()).unwrap();
        }
        let copy = std::fs::read_to_string(path).unwrap_or_default();
        assert!(copy == DESCRIPTION.as_str(), "docs/openapi.json is out of date: `just describe` writes it");
    }
}
