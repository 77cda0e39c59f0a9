//! XML as elements and texts, within bounds.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use crate::text;

/// Elements and texts that are looked at.
const MAX_EVENTS: usize = 500_000;
/// Elements in elements.
const MAX_DEPTH: usize = 256;
/// Bytes of one text that are kept.
const MAX_TEXT_BYTES: usize = 16 << 10;

/// What is met: an element that begins, or all of an element's text when it ends.
pub(crate) enum Seen<'a> {
    Element(&'a BytesStart<'a>),
    Text(String),
}

/// Hands on what is met, with the local names of the open elements; what is no XML ends it.
pub(crate) fn each(xml: &str, mut take: impl FnMut(&[String], Seen<'_>)) {
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut value = String::new();
    for _ in 0..MAX_EVENTS {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                path.push(element.local_name().as_ref().to_owned());
                take(&path, Seen::Element(&element));
                value.clear();
                if path.len() > MAX_DEPTH {
                    return;
                }
            }
            Ok(Event::Empty(element)) => {
                path.push(element.local_name().as_ref().to_owned());
                take(&path, Seen::Element(&element));
                path.pop();
            }
            Ok(Event::End(_)) => {
                if let Some(value) = text::clean(&value) {
                    take(&path, Seen::Text(value));
                }
                value.clear();
                path.pop();
            }
            Ok(_) if value.len() > MAX_TEXT_BYTES => {}
            Ok(Event::Text(part)) => value.push_str(&part),
            Ok(Event::CData(part)) => value.push_str(&part),
            Ok(Event::GeneralRef(name)) => {
                value.push_str(&unescape(&format!("&{};", &*name)).unwrap_or_default());
            }
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Hands on the local names and values of an element's attributes.
pub(crate) fn attributes(element: &BytesStart<'_>, mut take: impl FnMut(&str, String)) {
    for attribute in element.attributes().with_checks(false).flatten().take(500) {
        let value = unescape(&attribute.value).ok().and_then(|value| text::clean(&value));
        if let Some(value) = value {
            take(attribute.key.local_name().as_ref(), value);
        }
    }
}

/// Returns the value of the attribute with a local name.
pub(crate) fn attribute(element: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let mut found = None;
    attributes(element, |name, value| {
        if name == wanted && found.is_none() {
            found = Some(value);
        }
    });
    found
}
