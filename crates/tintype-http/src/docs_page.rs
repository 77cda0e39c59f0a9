//! The page that shows the description of the API and sends requests: Swagger UI, from the binary.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentType};
use tintype_library::Error;

use crate::embedded::compressed;
use crate::problem::Problem;

const SCRIPT: &[u8] = include_bytes!("../assets/swagger-ui/swagger-ui-bundle.js.gz");
const STYLE: &[u8] = include_bytes!("../assets/swagger-ui/swagger-ui.css.gz");
const CACHING: &str = "public, max-age=3600";

/// `GET /api/docs`: the page. Only what has its nonce runs, so that an uploaded script does not.
pub(crate) async fn page() -> Result<HttpResponse, Problem> {
    let random = getrandom::u64().map_err(|error| Error::Internal(error.into()))?;
    let nonce = format!("{random:016x}");
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data: blob:; \
         media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let page = include_str!("../assets/docs.html").replace("NONCE", &nonce);
    Ok(HttpResponse::Ok().content_type(ContentType::html()).insert_header((CONTENT_SECURITY_POLICY, policy)).body(page))
}

/// `GET /api/docs/swagger-ui.js`: the script of the page.
pub(crate) async fn script() -> HttpResponse {
    compressed("text/javascript; charset=utf-8", SCRIPT, CACHING)
}

/// `GET /api/docs/swagger-ui.css`: the style of the page.
pub(crate) async fn style() -> HttpResponse {
    compressed("text/css; charset=utf-8", STYLE, CACHING)
}
