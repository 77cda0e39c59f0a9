//! The HTTP side: routes, extractors, views and the one table of errors.

mod auth;
mod base_url;
mod body;
mod caller;
mod endpoint;
mod files;
mod form;
mod health;
mod media;
mod page;
mod problem;
mod range;
mod request_log;
mod view;

use crate::config::HttpConfig;
use actix_web::{HttpResponse, web};
use endpoint::Endpoint;
use problem::Problem;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tintype_library::Library;

pub(crate) use request_log::log_request;

/// What every handler may need.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) library: Library,
    pub(crate) config: HttpConfig,
    /// Whether the server was told to end, and soon takes no connections any more.
    pub(crate) ending: Arc<AtomicBool>,
}

/// Every route there is.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(Endpoint::api("/api/media/files").get(files::list).post(files::create).for_users())
        .service(
            Endpoint::api("/api/media/files/{id}")
                .get(files::get)
                .put(files::change)
                .patch(files::change)
                .delete(files::delete)
                .for_users(),
        )
        .service(Endpoint::api("/api/auth/token").post(auth::token).for_anybody())
        .service(Endpoint::api("/api/auth/me").get(auth::me).for_users())
        .service(Endpoint::at("/healthz").get(health::alive).for_anybody())
        .service(Endpoint::at("/readyz").get(health::ready).for_anybody())
        .service(Endpoint::at("/media/{key:.*}").get(media::serve).for_anybody())
        .default_service(web::to(async || Err::<HttpResponse, _>(Problem::NotFound)));
}
