//! The root element's sides (SVG 2, sections 7.2 and 8.2), from its start tag alone.

use std::borrow::Cow;

use crate::header::Header;
use crate::reader::HeaderReader;
use crate::xml::{self, Root};
use crate::{ColourMode, Error, Format, encoding, gzip};

/// Declarations, comments and the root's start tag are within so many bytes.
const HEAD_BYTES: usize = 32 << 10;
/// What a drawing without any sides is taken to be, as resvg has it.
const DEFAULT_SIDE: f64 = 100.0;
/// Nobody draws larger, and the sides have to be numbers of pixels.
const MAX_SIDE: f64 = 1_000_000.0;

pub(super) fn read(source: &mut HeaderReader<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, HEAD_BYTES)?;
    let packed = gzip::is_packed(&head);
    let head = readable(&head);
    let root = root(&head).ok_or_else(|| Error::malformed(Format::Svg, "no root element"))?;
    let (width, height) = sides(&root).ok_or_else(|| Error::malformed(Format::Svg, "sides make no sense"))?;
    let mut header = Header::new(Format::Svg, width, height, ColourMode::Rgba);
    header.is_drawing = true;
    // What is parsed takes some times the text; layers of the picture come on top, and data of
    // fonts.
    let len = if packed { gzip::unpacked_len(source)? } else { source.len() };
    header.scratch_bytes = len.saturating_mul(24).saturating_add(16 << 20);
    Ok(header)
}

/// Says whether the text begins as an SVG document.
pub(super) fn recognise(source: &mut HeaderReader<'_>) -> Result<bool, Error> {
    let head = source.read_up_to(0, HEAD_BYTES)?;
    Ok(root(&readable(&head)).is_some())
}

/// Returns the beginning in an encoding of which ASCII can be read, unpacked if it is packed with
/// gzip (SVGZ).
fn readable(head: &[u8]) -> Cow<'_, [u8]> {
    if gzip::is_packed(head) {
        return Cow::Owned(encoding::readable(&gzip::unpack(head, HEAD_BYTES)).into_owned());
    }
    encoding::readable(head)
}

/// Returns the root if it is a drawing's: with the prefix of its namespace, or without any.
fn root(head: &[u8]) -> Option<Root<'_>> {
    let root = xml::root(head).filter(|root| root.local == b"svg")?;
    // Illustrator names the namespace by an entity.
    let named = |name: &[u8]| name == b"http://www.w3.org/2000/svg" || name.starts_with(b"&");
    (matches!(root.prefix, b"" | b"svg") || root.namespace().is_some_and(named)).then_some(root)
}

fn sides(root: &Root<'_>) -> Option<(u32, u32)> {
    let (mut width, mut height, mut view_box) = (None, None, None);
    for (name, value) in root.attributes() {
        match name {
            b"width" => width = length(value),
            b"height" => height = length(value),
            b"viewBox" => view_box = viewport(value),
            _ => {}
        }
    }
    let (across, down) = view_box.unwrap_or((DEFAULT_SIDE, DEFAULT_SIDE));
    let absolute = |length: Length, whole: f64| match length {
        Length::Pixels(pixels) => pixels,
        Length::Percent(percent) => whole * percent / 100.0,
    };
    let (width, height) = match (width, height, view_box) {
        (Some(width), None, Some(_)) => {
            let width = absolute(width, across);
            (width, down * width / across)
        }
        (None, Some(height), Some(_)) => {
            let height = absolute(height, down);
            (across * height / down, height)
        }
        (width, height, _) => (
            width.map_or(across, |width| absolute(width, across)),
            height.map_or(down, |height| absolute(height, down)),
        ),
    };
    let side = |side: f64| (side > 0.0 && side <= MAX_SIDE).then(|| side.ceil() as u32);
    Some((side(width)?, side(height)?))
}

#[derive(Clone, Copy)]
enum Length {
    Pixels(f64),
    Percent(f64),
}

/// CSS Values and Units 3, section 5.2; `em` is that of the default font size.
fn length(value: &[u8]) -> Option<Length> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let end = text
        .char_indices()
        .find(|(at, letter)| {
            let exponent = matches!(letter, 'e' | 'E')
                && text[at + 1..].starts_with(|next: char| next.is_ascii_digit() || matches!(next, '+' | '-'));
            !(letter.is_ascii_digit() || matches!(letter, '.' | '+' | '-') || exponent)
        })
        .map_or(text.len(), |(at, _)| at);
    let number: f64 = text[..end].parse().ok()?;
    let factor = match text[end..].trim() {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "em" => 12.0,
        "ex" => 6.0,
        "%" => return Some(Length::Percent(number)),
        _ => return None,
    };
    Some(Length::Pixels(number * factor))
}

fn viewport(value: &[u8]) -> Option<(f64, f64)> {
    let text = std::str::from_utf8(value).ok()?;
    let mut numbers =
        text.split(|letter: char| letter.is_ascii_whitespace() || letter == ',').filter(|part| !part.is_empty());
    let mut number = || numbers.next()?.parse::<f64>().ok();
    let (_, _, width, height) = (number()?, number()?, number()?, number()?);
    (width > 0.0 && height > 0.0).then_some((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_come_from_lengths_the_view_box_or_both() {
        for (tag, expected) in [
            (r#" width="24" height="12px">"#, Some((24, 12))),
            (r#" viewBox="0 0 300 150">"#, Some((300, 150))),
            (r#" viewBox = '0,0,300,150' width='100%' height='50%'/>"#, Some((300, 75))),
            (r#" width="10.2" viewBox="0 0 30 60">"#, Some((11, 21))),
            (r#" height="1in" viewBox="-5 -5 30 60">"#, Some((48, 96))),
            (r#" width="2.54cm" height="25.4mm">"#, Some((96, 96))),
            (r#" width="1e2" height="1em">"#, Some((100, 12))),
            (r#" xmlns="&ns;" class="a>b">"#, Some((100, 100))),
            (r#" width="0" height="10">"#, None),
            (r#" width="1e9" height="10">"#, None),
            (r#" width="-1" height="10">"#, None),
            (r#" viewBox="0 0 0 1">"#, Some((100, 100))),
        ] {
            let document = format!("<svg{tag}");
            assert_eq!(sides(&root(document.as_bytes()).unwrap()), expected, "{tag}");
        }
    }

    #[test]
    fn a_drawing_is_known_by_its_root_in_any_prefix() {
        for document in [
            "<svg>",
            "<svg:svg>",
            "<ns0:svg xmlns:ns0=\"http://www.w3.org/2000/svg\"/>",
            "<!DOCTYPE svg [ <!ENTITY ns_svg \"http://www.w3.org/2000/svg\"> ] ><x:svg xmlns:x='&ns_svg;'>",
        ] {
            assert!(root(document.as_bytes()).is_some(), "{document}");
        }
        for document in ["<svgx>", "<html><svg>", "<a:svg xmlns:a='http://example.com/'>", "<b:svg>"] {
            assert!(root(document.as_bytes()).is_none(), "{document}");
        }
    }
}
