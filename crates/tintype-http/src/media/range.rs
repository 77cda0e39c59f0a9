use std::ops::Range;

/// What a `Range` header asks of a representation, RFC 9110 section 14.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Requested {
    /// All of it: no ranges, another unit, bad syntax, or more ranges than anybody honest needs.
    Whole,
    /// This part of it.
    One(Range<u64>),
    /// These parts of it, in the order of asking.
    Several(Vec<Range<u64>>),
    /// Ranges that all lie beyond its end.
    Unsatisfiable,
}

/// Parses a `Range` header for a representation of `size` bytes. Of more than `max_ranges`, or of ranges that overlap so
/// much that they are longer than the whole, the whole is the answer.
pub(super) fn parse(header: &str, size: u64, max_ranges: usize) -> Requested {
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

/// Returns the part of a representation that one range names, empty where it lies beyond the end; `None` for bad syntax.
fn range(spec: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = spec.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        return Some(size.saturating_sub(number(last)?)..size);
    }
    let first = number(first)?;
    let end = if last.is_empty() { size } else { number(last)?.saturating_add(1) };
    // `5-4` is bad syntax, not an empty range.
    (end > first || last.is_empty()).then(|| first.min(size)..end.min(size))
}

fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // A number too large for u64 lies beyond every end.
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
