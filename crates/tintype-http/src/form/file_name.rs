use percent_encoding::percent_decode_str;

/// Returns the file name in a `Content-Disposition` header of a form's part, as its user typed it.
///
/// `filename*` (RFC 5987, UTF-8) goes before `filename`. In the latter a backslash escapes a quote or a backslash only, since
/// some clients send Windows paths as they are, and `%22`, `%0D` and `%0A` stand for what the [WHATWG] has clients escape.
///
/// [WHATWG]: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
pub(crate) fn file_name(header: &str) -> Option<String> {
    let mut plain = None;
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim();
        let (value, after) = value(after.trim_start());
        if name.eq_ignore_ascii_case("filename*") {
            if let Some(extended) = extended(&value) {
                return Some(extended);
            }
        } else if name.eq_ignore_ascii_case("filename") && plain.is_none() {
            plain = Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"));
        }
        rest = after.split_once(';').map_or("", |(_, rest)| rest);
    }
    plain
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
    use super::file_name;

    #[test]
    fn is_what_the_user_typed() {
        for (header, name) in [
            (r#"form-data; name="f"; filename="a.jpg""#, "a.jpg"),
            (r#"form-data; name="f"; filename=a.jpg"#, "a.jpg"),
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
        ] {
            assert_eq!(file_name(header).as_deref(), Some(name), "{header}");
        }
        for header in ["form-data; name=\"f\"", "form-data", "", "form-data; name=\"filename=x\"", ";;;=;"] {
            assert_eq!(file_name(header), None, "{header}");
        }
    }
}
