//! The page at `/`: a file library in the browser, from the binary.

mod bundle;
mod modules;

use std::sync::LazyLock;

use actix_web::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY};
use actix_web::http::header::{VARY, X_FRAME_OPTIONS};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::config::Delivery;
use crate::embedded::compressed;
use crate::problem::Problem;
use bundle::Bundle;

const PAGE: &str = include_str!("../assets/page/index.html");

/// What the page loads, by path below `assets/page`. A test compares it with that folder.
macro_rules! assets {
    ($($path:literal)*) => {
        const ASSETS: &[(&str, &str)] = &[$(($path, include_str!(concat!("../assets/page/", $path)))),*];
    };
}
assets! {
    "actions.js"
    "admin/account.js"
    "admin/links.js"
    "admin/people.js"
    "admin/system.js"
    "admin/tokens.js"
    "admin/webhooks.js"
    "api.js"
    "archive.js"
    "band.js"
    "current.js"
    "file/facts.js"
    "file/file.js"
    "file/links.js"
    "file/metadata.js"
    "file/tags.js"
    "file/viewer.js"
    "file/zoomed.js"
    "filters.js"
    "folders.js"
    "help.js"
    "icon.svg"
    "icons.js"
    "justify.js"
    "lib/preact.js"
    "lib/thumbhash.js"
    "library.js"
    "main.js"
    "parts.js"
    "placeholder.js"
    "preferences.js"
    "route.js"
    "selected.js"
    "selection.js"
    "session.js"
    "shelf-keys.js"
    "shelf.js"
    "shell.js"
    "shelves.js"
    "sign-in.js"
    "signal.js"
    "source.js"
    "style.css"
    "text.js"
    "text/ar.js"
    "text/en.js"
    "text/fa.js"
    "tile.js"
    "toast.js"
    "trash.js"
    "types.js"
    "upload.js"
    "uploads/from-url.js"
    "uploads/give.js"
    "uploads/kept.js"
    "uploads/panel.js"
    "uploads/queue.js"
    "uploads/tus.js"
}

/// The script that loads what else is needed.
const ENTRY: &str = "main.js";

/// The assets as they are sent.
static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| Bundle::of(ASSETS, ENTRY));

/// `GET /`: the page.
pub(crate) async fn page(request: HttpRequest, base: BaseUrl, app: Data<App>) -> Result<HttpResponse, Problem> {
    if !app.config.page {
        return Err(Problem::NotFound);
    }
    let folder = format!("page/{}/", BUNDLE.version);
    let (host, assets) = (base.join("/"), base.join(&format!("/{folder}")));
    // Buckets answer redirects under names of their own.
    let anywhere = if matches!(app.config.delivery, Delivery::Redirect { .. }) { " http: https:" } else { "" };
    // Scripts by their path: `'self'` would let an uploaded one run.
    let policy = format!(
        "default-src 'none'; script-src {assets}; style-src {assets}; img-src 'self' {host} data: blob:{anywhere}; \
         media-src 'self' {host} blob:{anywhere}; connect-src 'self' {host}{anywhere}; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((VARY, "Accept-Language"))
        .body(PAGE.replace("LANGUAGE", language(&request)).replace("ASSETS/", &folder)))
}

/// Returns the language whose texts are wanted first, as the page itself will find it.
fn language(request: &HttpRequest) -> &'static str {
    let accepted = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let codes = accepted.split(',').filter_map(|tag| tag.trim().split(['-', ';']).next());
    let mut known = codes.filter_map(|code| texts().find(|known| *known == code));
    known.next().unwrap_or("en")
}

/// Returns the codes of the languages that there are texts in.
fn texts() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().filter_map(|(path, _)| path.strip_prefix("text/")?.strip_suffix(".js"))
}

/// `GET /page/<version>/<asset>`: a script, or the style.
pub(crate) async fn asset(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    let part = |name| request.match_info().get(name).unwrap_or_default();
    let path = part("asset");
    let bytes = BUNDLE.assets.get(path).filter(|_| app.config.page && part("version") == BUNDLE.version);
    let bytes = bytes.ok_or(Problem::NotFound)?;
    Ok(compressed(media_type(path), bytes, "public, max-age=31536000, immutable"))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::modules::{join, resolve};
    use super::{ASSETS, Bundle, ENTRY, PAGE, texts};

    #[test]
    fn every_file_of_the_folder_is_in_the_binary() {
        let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/page"));
        let mut found = BTreeSet::new();
        let mut folders = vec![root.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        // The page itself, and what is for those who read the folder.
        found.retain(|path| path != "index.html" && !path.ends_with(".md") && !path.contains("LICENSE"));
        let listed: BTreeSet<_> = ASSETS.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, found, "add new assets to `assets!`");
    }

    #[test]
    fn the_first_load_stays_small() {
        // What is loaded before files are shown.
        let bundle = Bundle::of(ASSETS, ENTRY);
        for path in ["main.js", "style.css"] {
            assert!(PAGE.contains(&format!("\"ASSETS/{path}\"")), "{path} is not asked for at once");
        }
        let sizes = texts()
            .map(|code| ["main.js", "style.css", &format!("text/{code}.js")].map(|path| bundle.assets[path].len()));
        let most: usize = sizes.map(|sizes| sizes.iter().sum()).max().unwrap();
        assert!(most + PAGE.len() < 60_000, "{most} bytes: import more when it is needed");
    }

    #[test]
    fn what_is_exported_is_of_a_kind_that_is_joined() {
        const KINDS: [&str; 4] = ["async function ", "function ", "class ", "const "];
        let sent = join(ASSETS, ENTRY);
        let is_joined = |path: &str| path.ends_with(".js") && !path.starts_with("lib/") && !sent.contains_key(path);
        let joined = ASSETS.iter().filter(|(path, _)| is_joined(path));
        for (path, line) in joined.flat_map(|(path, text)| text.lines().map(move |line| (path, line))) {
            let Some(exported) = line.strip_prefix("export ") else { continue };
            let exported = exported.strip_prefix("default ").unwrap_or(exported);
            assert!(KINDS.iter().any(|kind| exported.starts_with(kind)), "{path}: {line}");
        }
    }

    #[test]
    fn no_module_is_loaded_twice() {
        let sent = join(ASSETS, ENTRY);
        for (path, text) in &sent {
            for line in text.lines().filter(|_| path.ends_with(".js")) {
                if *path == ENTRY {
                    let is_in_the_script = !line.starts_with("import ")
                        && (!line.starts_with("export ") || line.starts_with("export { $"));
                    assert!(is_in_the_script, "{path}: {line}");
                }
                // What is not among the answers cannot be imported.
                let imports = line.split("import('").skip(1).chain(line.split(" from '").skip(1));
                for import in imports.filter_map(|rest| Some(rest.split_once('\'')?.0)) {
                    assert!(sent.contains_key(resolve(path, import).as_str()), "{path} imports {import}");
                }
            }
        }
    }
}
