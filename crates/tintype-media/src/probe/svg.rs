//! The root element's sides (SVG 2, sections 7.2 and 8.2), from its start tag alone.

use super::{Header, Headers};
use crate::{ColourMode, Error, Format};

/// Declarations, comments and the root's start tag are within so many bytes.
const HEAD_BYTES: usize = 32 << 10;
/// What a drawing without any sides is taken to be, as resvg has it.
const DEFAULT_SIDE: f64 = 100.0;
/// Nobody draws larger, and the sides have to be numbers of pixels.
const MAX_SIDE: f64 = 1_000_000.0;

pub(super) fn read(source: &mut Headers<'_>) -> Result<Header, Error> {
    let head = source.read_up_to(0, HEAD_BYTES)?;
    let tag = root(&head).ok_or_else(|| Error::malformed(Format::Svg, "no root element"))?;
    let (width, height) = sides(tag).ok_or_else(|| Error::malformed(Format::Svg, "sides make no sense"))?;
    let mut header = Header::new(Format::Svg, width, height, ColourMode::Rgba);
    // What is parsed takes some times the text; layers of the picture come on top, and data of fonts.
    header.scratch_bytes = source.len().saturating_mul(24).saturating_add(16 << 20);
    Ok(header)
}

/// Says whether the text begins as an SVG document.
pub(super) fn recognise(source: &mut Headers<'_>) -> Result<bool, Error> {
    let head = source.read_up_to(0, HEAD_BYTES)?;
    Ok(root(&head).is_some())
}

/// Returns what follows `<svg`, after a byte order mark, declarations and comments.
fn root(head: &[u8]) -> Option<&[u8]> {
    let mut rest = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    loop {
        let end: &[u8] = if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.starts_with(b"<?") {
            b"?>"
        } else if rest.len() > 9 && rest[..9].eq_ignore_ascii_case(b"<!doctype") {
            // An internal subset holds `>` of its own; the document may also begin right after it.
            if rest[..rest.len().min(200)].contains(&b'[') { b"]>" } else { b">" }
        } else {
            break;
        };
        let at = rest.windows(end.len()).position(|window| window == end)?;
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    let tag = rest.strip_prefix(b"<svg:svg").or_else(|| rest.strip_prefix(b"<svg"))?;
    tag.first().is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')).then_some(tag)
}

fn sides(tag: &[u8]) -> Option<(u32, u32)> {
    let (mut width, mut height, mut view_box) = (None, None, None);
    for (name, value) in Attributes(tag) {
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

/// The attributes of a start tag, names and values as they are written.
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
            assert_eq!(sides(tag.as_bytes()), expected, "{tag}");
        }
    }

    #[test]
    fn the_root_is_found_behind_what_may_come_before() {
        let document =
            b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- <svg> --><!DOCTYPE svg [<!ENTITY a \"b\">]><svg:svg a='b'>";
        assert_eq!(root(document), Some(b" a='b'>".as_slice()));
        assert_eq!(root(b"<svgx>"), None);
        assert_eq!(root(b"<html><svg>"), None);
    }
}
