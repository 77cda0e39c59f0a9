use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The `Content-Disposition` of a part of a form. As in Django, its type does not matter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Disposition {
    pub(super) name: Option<String>,
    /// The file name as the user typed it, possibly empty. A part without one is a text.
    pub(super) file_name: Option<String>,
}

impl Disposition {
    /// Parses the header's value.
    ///
    /// `filename*` (RFC 5987) takes precedence over `filename`. In `filename`, a backslash escapes
    /// only a quote or a backslash, because some clients send Windows paths unescaped; and `%22`,
    /// `%0D` and `%0A` are decoded, which the [WHATWG] tells browsers to encode. As in Django, HTML
    /// entities are decoded in both: browsers send them for characters outside the charset of the
    /// page.
    ///
    /// [WHATWG]:
    /// https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
    pub(super) fn parse(header: &str) -> Self {
        let mut disposition = Self::default();
        let mut plain = None;
        for (name, value) in parameters(header) {
            if name.eq_ignore_ascii_case("filename*") {
                disposition.file_name = disposition.file_name.or_else(|| extended(&value));
            } else if name.eq_ignore_ascii_case("filename") {
                plain = plain.or_else(|| Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")));
            } else if name.eq_ignore_ascii_case("name") {
                disposition.name = disposition.name.or_else(|| Some(value.trim().to_owned()));
            }
        }
        let file_name = disposition.file_name.or(plain);
        disposition.file_name = file_name.map(|name| match html_escape::decode_html_entities(&name) {
            Cow::Borrowed(_) => name,
            Cow::Owned(decoded) => decoded,
        });
        disposition
    }
}

/// Returns the file name in the `Content-Disposition` of a request (RFC 6266, as far as requests
/// have one), whatever its type. Unlike in parts of forms, nothing is encoded in `filename`.
pub(crate) fn header_file_name(header: &str) -> Option<String> {
    let mut plain = None;
    for (name, value) in parameters(header) {
        if name.eq_ignore_ascii_case("filename*") {
            if let Some(file_name) = extended(&value) {
                return Some(file_name);
            }
        } else if name.eq_ignore_ascii_case("filename") {
            plain = plain.or(Some(value));
        }
    }
    plain
}

/// Returns the boundary in a `Content-Type` if it has a valid one.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (_, boundary) = parameters(content_type).find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    // As in Django: printable ASCII that does not end in a space.
    let is_valid = (1..=201).contains(&boundary.len())
        && boundary.bytes().all(|b| matches!(b, b' '..=b'~'))
        && !boundary.ends_with(' ');
    is_valid.then_some(boundary)
}

/// Returns the names and values of the parameters of a header.
fn parameters(header: &str) -> impl Iterator<Item = (&str, String)> {
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start());
        rest = after.split_once(';').map_or("", |(_, rest)| rest);
        Some((name.trim(), value))
    })
}

/// Splits a token or a quoted string off the front.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => match characters.next_if(|(_, next)| matches!(next, '"' | '\\')) {
                Some((_, escaped)) => value.push(escaped),
                None => value.push('\\'),
            },
            _ => value.push(c),
        }
    }
    (value, "")
}

/// Decodes RFC 5987's `UTF-8'language'percent-encoded`.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    let decoded = percent_decode_str(encoded);
    match charset {
        _ if charset.eq_ignore_ascii_case("utf-8") => Some(decoded.decode_utf8_lossy().into_owned()),
        // Every byte of ISO 8859-1 is the code point of that number.
        _ if charset.eq_ignore_ascii_case("iso-8859-1") => Some(decoded.map(char::from).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Disposition, boundary, header_file_name};

    #[test]
    fn a_file_name_is_what_the_user_typed() {
        for (header, name) in [
            (r#"form-data; name="f"; filename="a.jpg""#, "a.jpg"),
            (r#"form-data; name="f"; filename=a.jpg"#, "a.jpg"),
            (r#"attachment; name="f"; filename="a.jpg""#, "a.jpg"),
            (r#"form-data; name="f"; filename="عکس 🐈.jpg""#, "عکس 🐈.jpg"),
            (r#"form-data; name="f"; filename="a%22b%0D%0Ac.jpg""#, "a\"b\r\nc.jpg"),
            (r#"form-data; name="f"; filename="a\"b;c.jpg""#, "a\"b;c.jpg"),
            (r#"form-data; name="f"; filename="C:\temp\a.jpg""#, r"C:\temp\a.jpg"),
            (r#"form-data; filename="100%25.jpg"; name="f""#, "100%25.jpg"),
            (r#"form-data; name="f"; filename="x.jpg"; filename*=UTF-8''%D8%B9%20b.jpg"#, "ع b.jpg"),
            (r#"form-data; name="f"; filename*=iso-8859-1'en'na%EFve.jpg; filename="x""#, "naïve.jpg"),
            (r#"form-data; name="f"; filename*=koi8-r''%C1; filename="x""#, "x"),
            (r#"form-data; name="f"; filename="""#, ""),
            (r#"form-data; name="f"; FileName="A.JPG""#, "A.JPG"),
            (r#"form-data; name="f; filename=\"x\""; filename="y""#, "y"),
            (r#"form-data; name="f"; filename="a&amp;b &#1593;&#x639;&quot;.jpg""#, "a&b عع\".jpg"),
            (r#"form-data; name="f"; filename="a&b; AT&T &nothing;.jpg""#, "a&b; AT&T &nothing;.jpg"),
        ] {
            assert_eq!(Disposition::parse(header).file_name.as_deref(), Some(name), "{header}");
        }
        for header in ["form-data; name=\"f\"", "form-data", "", "form-data; name=\"filename=x\"", ";;;=;"] {
            assert_eq!(Disposition::parse(header).file_name, None, "{header}");
        }
    }

    #[test]
    fn the_file_name_of_a_request_is_taken_as_it_is() {
        for (header, name) in [
            (r#"attachment; filename="a&amp;b%22.jpg""#, Some("a&amp;b%22.jpg")),
            (r#"attachment; filename=a.jpg; filename*=UTF-8''%D8%B9.jpg"#, Some("ع.jpg")),
            (r#"attachment; filename*=koi8-r''%C1; filename=a.jpg"#, Some("a.jpg")),
            (r#"inline; filename="a\"b.jpg""#, Some("a\"b.jpg")),
            (r#"attachment; filename="""#, Some("")),
            ("attachment", None),
            ("attachment; name=a.jpg", None),
            ("", None),
        ] {
            assert_eq!(header_file_name(header).as_deref(), name, "{header}");
        }
    }

    #[test]
    fn the_name_is_the_first_one() {
        for (header, name) in [
            ("form-data; name=\"f\"", Some("f")),
            ("form-data; filename=\"name=x\"; Name= f ; name=g", Some("f")),
            ("form-data; filename=x", None),
        ] {
            assert_eq!(Disposition::parse(header).name.as_deref(), name, "{header}");
        }
    }

    #[test]
    fn a_boundary_may_be_quoted() {
        for (content_type, expected) in [
            ("multipart/form-data; boundary=b", Some("b")),
            ("Multipart/Form-Data; charset=utf-8; Boundary=\"bound ary\"", Some("bound ary")),
            ("multipart/form-data; boundary=a=b/c:d?", Some("a=b/c:d?")),
            ("multipart/form-data; boundary=", None),
            ("multipart/form-data; boundary=\"b \"", None),
            ("multipart/form-data; boundary=\"b\u{e9}\"", None),
            ("multipart/form-data", None),
        ] {
            assert_eq!(boundary(content_type).as_deref(), expected, "{content_type}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "b".repeat(202))), None);
    }
}
