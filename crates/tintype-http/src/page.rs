//! The page at `/`: a file library in the browser, from the binary.

use std::collections::HashMap;
use std::io::Write;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY};
use actix_web::http::header::{X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::base_url::BaseUrl;
use crate::config::Delivery;
use crate::embedded::compressed;
use crate::problem::Problem;

const PAGE: &str = include_str!("../assets/page/index.html");

/// What the page loads, by path below `assets/page`. A test compares it with that folder.
macro_rules! assets {
    ($($path:literal)*) => {
        const ASSETS: &[(&str, &[u8])] = &[$(($path, include_bytes!(concat!("../assets/page/", $path)))),*];
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
    "text/en.js"
    "text/fa.js"
    "tile.js"
    "toast.js"
    "types.js"
    "upload.js"
    "uploads/from-url.js"
    "uploads/give.js"
    "uploads/kept.js"
    "uploads/panel.js"
    "uploads/queue.js"
    "uploads/tus.js"
}

/// The assets as they are sent.
static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| Bundle::of(ASSETS));

/// Files under one name that changes when any of them does, so that they can be cached for good,
/// and import each other by relative paths.
struct Bundle {
    version: String,
    assets: HashMap<&'static str, &'static [u8]>,
}

impl Bundle {
    fn of(files: &[(&'static str, &[u8])]) -> Self {
        let mut hash = Sha256::new();
        let mut assets = HashMap::new();
        for (path, bytes) in files {
            hash.update((path.len() as u64).to_le_bytes());
            hash.update(path);
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
            // Once for the process, which answers with it from then on.
            assets.insert(*path, &*gzip(bytes).leak());
        }
        let version = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { version, assets }
    }
}

/// `GET /`: the page.
pub(crate) async fn page(base: BaseUrl, app: Data<App>) -> Result<HttpResponse, Problem> {
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
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(PAGE.replace("ASSETS/", &folder)))
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

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::{ASSETS, Bundle, PAGE, gzip};

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
    fn the_version_follows_the_content() {
        let version = |files: &[(&'static str, &[u8])]| Bundle::of(files).version;
        let one = version(&[("a.js", b"1")]);
        assert_eq!(one, version(&[("a.js", b"1")]));
        assert_ne!(one, version(&[("a.js", b"2")]));
        assert_ne!(one, version(&[("b.js", b"1")]));
        assert_ne!(version(&[("a", b"bc")]), version(&[("ab", b"c")]));
    }

    #[test]
    fn the_first_load_stays_small() {
        // What a signed-in reload loads before it shows files, with what that imports statically.
        let mut wanted = ["main.js", "shell.js", "style.css", "text/en.js"].map(str::to_owned).to_vec();
        let mut seen = BTreeSet::new();
        let mut bytes = 0;
        while let Some(path) = wanted.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let (_, content) = ASSETS.iter().find(|(name, _)| *name == path).unwrap_or_else(|| panic!("no {path}"));
            bytes += gzip(content).len();
            // Else each import waits for the answer that names it.
            let is_named =
                PAGE.contains(&format!("href=\"ASSETS/{path}\"")) || PAGE.contains(&format!("src=\"ASSETS/{path}\""));
            assert!(is_named || path.starts_with("text/"), "preload {path} in index.html");
            let text = std::str::from_utf8(content).unwrap();
            let folder = Path::new(&path).parent().unwrap();
            for (_, rest) in text.match_indices(" from '.").map(|(at, found)| text.split_at(at + found.len() - 1)) {
                let (import, _) = rest.split_once('\'').unwrap();
                let mut resolved = folder.to_path_buf();
                for part in import.split('/') {
                    match part {
                        "." => {}
                        ".." => drop(resolved.pop()),
                        part => resolved.push(part),
                    }
                }
                wanted.push(resolved.to_str().unwrap().to_owned());
            }
        }
        assert!(bytes < 60_000, "{bytes} bytes: import more when it is needed");
    }
}
