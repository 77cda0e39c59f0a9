use std::sync::LazyLock;

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, HeaderMap};
use tintype_library::auth::{self, Parameters};
use tintype_library::{Accepted, RenditionFormat, RenditionOptions, RenditionParameters};

/// Returns whether a query asks for a rendition.
pub(super) fn is_asked(parameters: &Parameters) -> bool {
    RenditionParameters::NAMES.iter().any(|name| parameters.get(name).is_some())
}

/// Returns the parameters of renditions in a query that has a repeated one.
///
/// # Errors
/// [`auth::Error::RepeatedParameter`] if one of those is repeated.
pub(super) fn parameters(query: &str) -> Result<Parameters, auth::Error> {
    let is_known = |pair: &&str| RenditionParameters::NAMES.contains(&pair.split('=').next().unwrap_or_default());
    let known: Vec<&str> = query.split('&').filter(is_known).collect();
    Parameters::parse(&known.join("&"))
}

/// Returns whether the answer to a query depends on `Accept`.
pub(super) fn is_negotiated(query: &str, options: &RenditionOptions) -> bool {
    static NONE: LazyLock<RenditionParameters> = LazyLock::new(RenditionParameters::default);
    let text_of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let is_asked = RenditionParameters::NAMES.iter().any(|name| text_of(name).is_some());
    let preset = text_of("preset").and_then(|name| options.presets.get(name)).unwrap_or(&NONE);
    let is_auto = match text_of("format") {
        Some(format) => !matches!(format, "jpeg" | "png" | "webp" | "avif"),
        None => matches!(preset.format, None | Some(RenditionFormat::Auto)),
    };
    is_asked && is_auto
}

/// Returns the formats that a request names in `Accept`.
pub(super) fn accepted(request: &HttpRequest) -> Accepted {
    Accepted { webp: names(request.headers(), "image/webp") }
}

/// Returns whether `Accept` has a media type itself, with a weight above 0 (RFC 9110 section
/// 12.5.1).
fn names(headers: &HeaderMap, media_type: &str) -> bool {
    let ranges = headers.get_all(ACCEPT).filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    ranges.into_iter().any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        is_named && weight.and_then(|weight| weight.parse().ok()).is_none_or(|weight: f32| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT, HeaderMap, HeaderValue};
    use tintype_library::{RenditionOptions, RenditionParameters};

    use super::{is_negotiated, names, parameters};

    #[test]
    fn only_formats_that_are_named_count() {
        for (accept, expected) in [
            ("image/webp", true),
            ("text/html, Image/WebP;q=0.8, */*", true),
            ("image/avif;q=0.9,image/webp ; q=0.001", true),
            ("*/*", false),
            ("image/*", false),
            ("image/webp;q=0", false),
            ("image/webp;q=0.000, */*", false),
            ("image/webpx", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(ACCEPT, HeaderValue::from_static("text/plain"));
            headers.append(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(names(&headers, "image/webp"), expected, "{accept}");
        }
    }

    #[test]
    fn an_answer_depends_on_accept_where_the_format_is_open() {
        let mut options = RenditionOptions::default();
        let png = |name: &str| (name == "format").then(|| "png".to_owned());
        options.presets.insert("card".to_owned(), RenditionParameters::parse(png, 4096).unwrap());
        for (query, expected) in [
            ("", false),
            ("download", false),
            ("widths=64", false),
            ("width=64", true),
            ("width=64&format=auto", true),
            ("width=64&format=zz", true),
            ("width=64&format=webp", false),
            ("preset=card", false),
            ("preset=card&format=auto", true),
            ("preset=none", true),
        ] {
            assert_eq!(is_negotiated(query, &options), expected, "{query}");
        }
    }

    #[test]
    fn of_repeated_parameters_those_of_renditions_count() {
        assert_eq!(parameters("utm=1&utm=2&width=64").unwrap().get("width"), Some(&b"64"[..]));
        assert!(parameters("width=64&utm=1&width=64").is_err());
    }
}
