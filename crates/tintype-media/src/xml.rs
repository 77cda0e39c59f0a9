//! The beginning of an XML document: what may come before its root, and the root's start tag.

/// The start tag of a document's root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Root<'a> {
    /// The prefix of its name, without the colon.
    pub(crate) prefix: &'a [u8],
    /// Its name without a prefix.
    pub(crate) local: &'a [u8],
    /// What follows the name.
    tag: &'a [u8],
}

impl<'a> Root<'a> {
    /// Returns names and values of the attributes, as they are written.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        Attributes(self.tag)
    }

    /// Returns an attribute's value.
    pub(crate) fn attribute(&self, name: &[u8]) -> Option<&'a [u8]> {
        self.attributes().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns the name of the namespace that the root is in, as it is written: an entity may stand
    /// for it.
    pub(crate) fn namespace(&self) -> Option<&'a [u8]> {
        if self.prefix.is_empty() {
            return self.attribute(b"xmlns");
        }
        self.attributes().find(|(name, _)| name.strip_prefix(b"xmlns:") == Some(self.prefix)).map(|(_, value)| value)
    }
}

/// Finds the root behind declarations, comments and a document type, each of which may come in any
/// number.
pub(crate) fn root(head: &[u8]) -> Option<Root<'_>> {
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    loop {
        rest = if rest.starts_with(b"<!--") {
            after(&rest[4..], b"-->")?
        } else if rest.starts_with(b"<?") {
            after(&rest[2..], b"?>")?
        } else if rest.len() > 9 && rest[..9].eq_ignore_ascii_case(b"<!doctype") {
            after_doctype(&rest[9..])?
        } else {
            break;
        }
        .trim_ascii_start();
    }
    let rest = rest.strip_prefix(b"<")?;
    let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))?;
    let (name, tag) = rest.split_at(end);
    let colon = name.iter().position(|byte| *byte == b':');
    let (prefix, local) = colon.map_or((&name[..0], name), |colon| (&name[..colon], &name[colon + 1..]));
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || !byte.is_ascii();
    let begins = local.first().is_some_and(|byte| !byte.is_ascii_digit() && !matches!(byte, b'-' | b'.'));
    (begins && name.iter().all(|byte| letter(byte) || *byte == b':')).then_some(Root { prefix, local, tag })
}

fn after<'a>(text: &'a [u8], end: &[u8]) -> Option<&'a [u8]> {
    let at = text.windows(end.len()).position(|window| window == end)?;
    Some(&text[at + end.len()..])
}

/// A document type ends at the first `>` that is in no quotes, no comment, no instruction and no
/// brackets.
fn after_doctype(text: &[u8]) -> Option<&[u8]> {
    let (mut rest, mut inside) = (text, false);
    loop {
        let (first, more) = rest.split_first()?;
        rest = match first {
            b'"' | b'\'' => after(more, &[*first])?,
            b'<' if more.starts_with(b"!--") => after(&more[3..], b"-->")?,
            b'<' if more.starts_with(b"?") => after(more, b"?>")?,
            b'[' => {
                inside = true;
                more
            }
            b']' => {
                inside = false;
                more
            }
            b'>' if !inside => return Some(more),
            _ => more,
        };
    }
}

/// The attributes of a start tag.
struct Attributes<'a>(&'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_ascii_start();
        if matches!(rest.first()?, b'>' | b'/') {
            return None;
        }
        let equals = rest.iter().position(|byte| *byte == b'=')?;
        let name = rest[..equals].trim_ascii_end();
        let rest = rest[equals + 1..].trim_ascii_start();
        let quote = *rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let end = rest[1..].iter().position(|byte| *byte == quote)? + 1;
        self.0 = &rest[end + 1..];
        Some((name, &rest[1..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_behind_what_may_come_before() {
        for document in [
            "<r a='b'>",
            "\u{feff}<?xml version='1.0'?>\n<!-- <x> --><!DOCTYPE r [<!ENTITY a \"b\">]><r a='b'>",
            "<!DOCTYPE r PUBLIC \"-//X//>\" 'y' [\n<!-- ]> ' -->\n<!ENTITY a ']>'>\n<?pi ]> ?>\n] >\n<r a = \"b\"/>",
            "<?a?><?b?>\n<!doctype r><!-- --><r\na='b'></r>",
        ] {
            let root = root(document.as_bytes()).unwrap();
            assert_eq!(
                (root.prefix, root.local, root.attribute(b"a")),
                (&b""[..], &b"r"[..], Some(&b"b"[..])),
                "{document}"
            );
        }
        assert_eq!(root(b"plain text"), None);
        assert_eq!(root(b"<!DOCTYPE r [ <r>"), None);
        assert_eq!(root(b"<3 and more>"), None);
    }

    #[test]
    fn a_prefix_leads_to_its_namespace() {
        let root = root(b"<x:r xmlns='a' xmlns:x='b'>").unwrap();
        assert_eq!((root.local, root.namespace()), (&b"r"[..], Some(&b"b"[..])));
    }
}
