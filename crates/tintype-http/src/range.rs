use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::{Method, header};

use crate::validators::Validators;

/// The ranges that a `Range` header asks for (RFC 9110 section 14).
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Requested {
    /// The whole: there are no ranges, another unit, invalid syntax, or too many ranges.
    Whole,
    /// One range.
    One(Range<u64>),
    /// Several ranges, in the order of the header.
    Several(Vec<Range<u64>>),
    /// All ranges lie beyond the end.
    Unsatisfiable,
}

/// Returns the ranges that a request asks for of a representation of `size` bytes.
pub(crate) fn requested(request: &HttpRequest, size: u64, validators: &Validators, max_ranges: usize) -> Requested {
    match request.headers().get(header::RANGE).and_then(|range| range.to_str().ok()) {
        // RFC 9110 section 14.2: ranges are for `GET` alone.
        Some(range) if request.method() == Method::GET && validators.allow_ranges(request) => {
            parse(range, size, max_ranges)
        }
        _ => Requested::Whole,
    }
}

/// Returns the `Content-Range` of a range of a representation of `size` bytes.
pub(crate) fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end - 1)
}

/// Parses a `Range` header for a representation of `size` bytes. More than `max_ranges` ranges, and
/// ranges that are together longer than the representation, ask for the whole.
fn parse(header: &str, size: u64, max_ranges: usize) -> Requested {
    let Some(specs) = header.split_once('=').filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes")) else {
        return Requested::Whole;
    };
    let mut ranges = Vec::new();
    for spec in specs.1.split(',').map(str::trim).filter(|spec| !spec.is_empty()) {
        match range(spec, size) {
            None => return Requested::Whole,
            Some(range) if range.is_empty() => {}
            Some(range) => ranges.push(range),
        }
        if ranges.len() > max_ranges {
            return Requested::Whole;
        }
    }
    let total = ranges.iter().map(|range| range.end - range.start).fold(0, u64::saturating_add);
    match <[Range<u64>; 1]>::try_from(ranges) {
        Ok([range]) => Requested::One(range),
        Err(ranges) if ranges.is_empty() => Requested::Unsatisfiable,
        Err(_) if total > size => Requested::Whole,
        Err(ranges) => Requested::Several(ranges),
    }
}

/// Parses one range. It is empty if it lies beyond the end, and `None` if its syntax is invalid.
fn range(spec: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = spec.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        return Some(size.saturating_sub(number(last)?)..size);
    }
    let first = number(first)?;
    let end = if last.is_empty() { size } else { number(last)?.saturating_add(1) };
    // `5-4` is invalid syntax, not an empty range.
    (end > first || last.is_empty()).then(|| first.min(size)..end.min(size))
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number that does not fit `u64` lies beyond every end.
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Requested, parse};

    #[test]
    fn ranges_are_those_of_rfc_9110() {
        let ranges = |header: &str| match parse(header, 1000, 4) {
            Requested::One(range) => vec![(range.start, range.end)],
            Requested::Several(ranges) => ranges.iter().map(|r| (r.start, r.end)).collect(),
            other => panic!("{header}: {other:?}"),
        };
        let one = |header: &str| -> (u64, u64) {
            let all: Vec<_> = ranges(header);
            assert_eq!(all.len(), 1, "{header}");
            all[0]
        };
        assert_eq!(one("bytes=0-499"), (0, 500));
        assert_eq!(one("bytes=500-"), (500, 1000));
        assert_eq!(one("bytes=-500"), (500, 1000));
        assert_eq!(one("bytes=-5000"), (0, 1000));
        assert_eq!(one("bytes=999-99999999999999999999999"), (999, 1000));
        assert_eq!(one("Bytes = 0-0"), (0, 1));
        assert_eq!(ranges("bytes=0-0, -1"), [(0, 1), (999, 1000)]);
        assert_eq!(ranges("bytes=0-0, 2000-3000,, 5-6"), [(0, 1), (5, 7)]);
    }

    #[test]
    fn what_cannot_be_served_is_told_from_what_is_no_range() {
        for header in ["bytes=1000-", "bytes=-0", "bytes=5000-6000", "bytes="] {
            assert_eq!(parse(header, 1000, 4), Requested::Unsatisfiable, "{header}");
        }
        for header in [
            "",
            "bytes",
            "lines=1-2",
            "bytes=5-4",
            "bytes=a-b",
            "bytes=--1",
            "bytes=0-0,x",
            "bytes=0-0,1-1,2-2,3-3,4-4",
        ] {
            assert_eq!(parse(header, 1000, 4), Requested::Whole, "{header}");
        }
        assert_eq!(parse("bytes=0-,0-,0-", 1000, 4), Requested::Whole);
    }
}
