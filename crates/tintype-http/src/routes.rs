use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};

use crate::endpoint::Endpoint;
use crate::problem::Problem;
use crate::{auth, files, health, links, media, tus, upload_links, uploads};

/// Adds every route there is. The application data has to hold the [`App`](crate::App).
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
        .service(Endpoint::api("/api/media/files/{id}/links").post(links::create).for_users())
        .service(
            Endpoint::api("/api/media/upload-links").get(upload_links::list).post(upload_links::create).for_users(),
        )
        .service(
            Endpoint::api("/api/media/upload-links/{id}")
                .post(upload_links::upload)
                .delete(upload_links::delete)
                .for_anybody(),
        )
        .service(Endpoint::api("/api/media/uploads").post(uploads::create).for_users().wrap(from_fn(tus::negotiate)))
        .service(
            Endpoint::api("/api/media/uploads/{id}")
                .get(uploads::get)
                .patch(uploads::append)
                .delete(uploads::delete)
                .for_users()
                .wrap(from_fn(tus::negotiate)),
        )
        .service(Endpoint::api("/api/auth/token").post(auth::token).for_anybody())
        .service(Endpoint::api("/api/auth/me").get(auth::me).for_users())
        .service(Endpoint::at("/healthz").get(health::alive).for_anybody())
        .service(Endpoint::at("/readyz").get(health::ready).for_anybody())
        .service(Endpoint::at("/media/{key:.*}").get(media::serve).for_anybody())
        .default_service(web::to(async || Err::<HttpResponse, _>(Problem::NotFound)));
}
