//! Rewrites a drawing's styles to what usvg understands: style sheets, `style` attributes and
//! presentation attributes. One pass over the text; what is not well-formed is left to the parser.

use std::borrow::Cow;
use std::ops::Range;

use super::css::{self, Variables, Verdict};

/// Custom properties that are looked at in one document.
const MAX_VARIABLES: usize = 1000;

/// A part of the text, and what stands there instead.
type Edit = (Range<usize>, String);

/// Returns the drawing with declarations that no browser would apply dropped, and with colours that
/// usvg does not know in sRGB.
pub(super) fn understood(text: &str) -> Cow<'_, str> {
    let Some(styles) = find(text) else { return Cow::Borrowed(text) };
    let variables = variables(text, &styles);
    let mut edits = Vec::new();
    for style in &styles {
        style.judge(text, &variables, &mut edits);
    }
    if edits.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    let mut end = 0;
    for (range, replacement) in edits {
        written.push_str(&text[end..range.start]);
        written.push_str(&replacement);
        end = range.end;
    }
    written.push_str(&text[end..]);
    Cow::Owned(written)
}

/// Where a drawing says how it looks.
enum Style {
    /// Declarations: a `style` attribute's, or those of a rule in a style sheet.
    Declarations(Range<usize>),
    /// A presentation attribute.
    Attribute { whole: Range<usize>, name: Range<usize>, value: Range<usize> },
}

impl Style {
    fn judge(&self, text: &str, variables: &Variables<'_>, edits: &mut Vec<Edit>) {
        match self {
            Self::Declarations(range) => {
                for declaration in declarations(text, range.clone()) {
                    let Some((name, value)) = split(text, &declaration) else { continue };
                    if name.starts_with("--") {
                        continue;
                    }
                    match css::judge(name, value, variables) {
                        Verdict::Keep => {}
                        Verdict::Drop => edits.push((declaration, String::new())),
                        Verdict::Replace(value) => edits.push((declaration, format!("{name}:{value};"))),
                    }
                }
            }
            Self::Attribute { whole, name, value } => {
                match css::judge(&text[name.clone()], &text[value.clone()], variables) {
                    Verdict::Keep => {}
                    Verdict::Drop => edits.push((whole.clone(), String::new())),
                    Verdict::Replace(colour) => edits.push((value.clone(), colour)),
                }
            }
        }
    }
}

/// Returns the custom properties that a document declares, the last of each name.
fn variables<'t>(text: &'t str, styles: &[Style]) -> Variables<'t> {
    if !text.contains("--") {
        return Variables::new();
    }
    let lists = styles.iter().filter_map(|style| match style {
        Style::Declarations(range) => Some(range.clone()),
        Style::Attribute { .. } => None,
    });
    lists
        .flat_map(|list| declarations(text, list))
        .filter_map(|declaration| split(text, &declaration))
        .filter(|(name, _)| name.starts_with("--"))
        .take(MAX_VARIABLES)
        .collect()
}

/// Returns a declaration's name and value.
fn split<'t>(text: &'t str, declaration: &Range<usize>) -> Option<(&'t str, &'t str)> {
    let (name, value) = text[declaration.clone()].trim_end_matches(';').split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    // A comment before a name, or entities: left alone.
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then_some((name, value))
}

/// Splits a list at its semicolons, which stay with what they end; those in quotes, parentheses and
/// comments do not count.
fn declarations(text: &str, list: Range<usize>) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let (mut start, mut at, mut depth) = (list.start, list.start, 0usize);
    while at < list.end {
        match bytes[at] {
            b'/' if bytes[at..list.end].starts_with(b"/*") => {
                at = after(text, at + 2, "*/").unwrap_or(list.end).min(list.end);
                if text[start..at].trim_start().starts_with("/*") {
                    start = at;
                }
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let close = bytes[at + 1..list.end].iter().position(|byte| *byte == quote);
                at = close.map_or(list.end, |close| at + 1 + close);
            }
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' if depth == 0 => {
                found.push(start..at + 1);
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if start < list.end {
        found.push(start..list.end);
    }
    found
}

/// Finds all styles in the order of the text; none where the text is not well-formed.
fn find(text: &str) -> Option<Vec<Style>> {
    let mut styles = Vec::new();
    let mut at = 0;
    while let Some(tag) = text[at..].find('<').map(|found| at + found) {
        let rest = &text[tag..];
        at = if rest.starts_with("<!--") {
            after(text, tag, "-->")?
        } else if rest.starts_with("<![CDATA[") {
            after(text, tag, "]]>")?
        } else if rest.starts_with("<?") {
            after(text, tag, "?>")?
        } else if rest.starts_with("<!") {
            after_doctype(text, tag)?
        } else if rest.starts_with("</") {
            after(text, tag, ">")?
        } else {
            element(text, tag + 1, &mut styles)?
        };
    }
    Some(styles)
}

fn after(text: &str, from: usize, end: &str) -> Option<usize> {
    text[from..].find(end).map(|found| from + found + end.len())
}

/// An internal subset stands in brackets.
fn after_doctype(text: &str, from: usize) -> Option<usize> {
    let close = after(text, from, ">")?;
    match text[from..close].find('[') {
        Some(open) => after(text, after(text, from + open, "]")?, ">"),
        None => Some(close),
    }
}

/// Reads a start tag behind its `<`, and the style sheet in it where it is one.
fn element(text: &str, from: usize, styles: &mut Vec<Style>) -> Option<usize> {
    let name_len = text[from..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))?;
    let name = &text[from..from + name_len];
    let mut at = from + name_len;
    loop {
        at += text[at..].len() - text[at..].trim_ascii_start().len();
        match text.as_bytes().get(at)? {
            b'>' => break,
            b'/' => return after(text, at, ">"),
            _ => at = attribute(text, at, styles)?,
        }
    }
    let content = at + 1;
    if name.rsplit(':').next() != Some("style") {
        return Some(content);
    }
    let end = content + text[content..].find(&format!("</{name}"))?;
    rules(text, content..end, styles);
    Some(end)
}

/// Reads an attribute, and returns where it ends.
fn attribute(text: &str, start: usize, styles: &mut Vec<Style>) -> Option<usize> {
    let equals = start + text[start..].find('=')?;
    let name = start..start + text[start..equals].trim_ascii_end().len();
    let value = &text[equals + 1..];
    let open = equals + 1 + (value.len() - value.trim_ascii_start().len());
    let quote = text[open..].chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let value = open + 1..open + 1 + text[open + 1..].find(quote)?;
    let end = value.end + 1;
    match &text[name.clone()] {
        "style" => styles.push(Style::Declarations(value)),
        colour if css::is_colour(colour) => styles.push(Style::Attribute { whole: start..end, name, value }),
        _ => {}
    }
    Some(end)
}

/// Finds the innermost braces of a style sheet, outside of comments and quotes.
fn rules(text: &str, sheet: Range<usize>, styles: &mut Vec<Style>) {
    let bytes = text.as_bytes();
    let (mut at, mut open) = (sheet.start, None);
    while at < sheet.end {
        match bytes[at] {
            b'/' if bytes[at..sheet.end].starts_with(b"/*") => {
                at = after(text, at + 2, "*/").unwrap_or(sheet.end).min(sheet.end);
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let close = bytes[at + 1..sheet.end].iter().position(|byte| *byte == quote);
                at = close.map_or(sheet.end, |close| at + 1 + close);
            }
            b'{' => open = Some(at + 1),
            b'}' => styles.extend(open.take().map(|open| Style::Declarations(open..at))),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_declaration_that_is_understood_counts() {
        for (before, after) in [
            (
                r##"<rect fill="#00F" style="fill:#00F;fill:color(nowhere 0 0 1);fill-opacity:1"/>"##,
                r##"<rect fill="#00F" style="fill:#00F;fill-opacity:1"/>"##,
            ),
            (
                "<style>.a{fill:#00f;fill:bogus} @media all { .b { stroke : red; stroke: x(1;2) } }</style>",
                "<style>.a{fill:#00f;} @media all { .b { stroke : red;} }</style>",
            ),
            (r#"<svg:rect fill="bogus" width="4"/>"#, r#"<svg:rect  width="4"/>"#),
            (r#"<g fill='lab(100 0 0)'>"#, r#"<g fill='rgba(255, 255, 255, 1)'>"#),
            (
                "<style><![CDATA[:root{--x:red}/*}*/ a{fill:var(--x)}]]></style>",
                "<style><![CDATA[:root{--x:red}/*}*/ a{fill:red;}]]></style>",
            ),
            (
                r#"<path style="/*x*/fill:var(--y, url(#a;b));stroke:&c;"/>"#,
                r#"<path style="/*x*/fill:url(#a;b);stroke:&c;"/>"#,
            ),
        ] {
            assert_eq!(understood(before), after);
        }
    }

    #[test]
    fn what_is_understood_or_no_style_stays_the_same_text() {
        for text in [
            r#"<rect fill="red" style="fill:none; stroke:rgb(1,2,3)" data-fill="bogus"/>"#,
            "<!-- <rect fill='bogus'/> --><text>fill:bogus</text>",
            "<!DOCTYPE svg [<!ENTITY x 'a>b'>]><svg fill='red'/>",
            "<svg fill='bogus",
            "<svg fill=bogus>",
            "no markup",
        ] {
            assert!(matches!(understood(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in r#"[<>/="'a-z:;{}()!\[\]*ü -]{0,80}"#) {
            understood(&text);
            understood(&format!("<style>{text}</style><a style=\"{text}\" fill=\"{text}\"/>"));
        }
    }
}
