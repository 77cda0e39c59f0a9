use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, Time, UtcOffset};

use crate::{FieldProblem, Timestamp};

/// Returns the first and the last microsecond of a UTC day, `YYYY-MM-DD`.
pub(super) fn day_bounds(text: &str) -> Result<(Timestamp, Timestamp), FieldProblem> {
    let date = parse_date(text.trim()).ok_or(FieldProblem::NotADate)?;
    let first = Timestamp::from(date.midnight().assume_utc());
    Ok((first, first.plus(Duration::DAY - Duration::MICROSECOND)))
}

/// Returns the first and the last microsecond of what `text` names: a UTC day, or an ISO 8601
/// date-time, which is UTC where it has no offset.
pub(super) fn parse_moment(text: &str) -> Result<(Timestamp, Timestamp), FieldProblem> {
    let text = text.trim();
    day_bounds(text).or_else(|_| parse_date_time(text).map(|moment| (moment, moment)).ok_or(FieldProblem::NotADateTime))
}

fn parse_date(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

fn parse_date_time(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let date = parse_date(date)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    // An unescaped `+` arrives as a space.
    let zone = rest.find(['Z', 'z', '+', '-', ' ']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at(zone);
    let local = date.with_time(parse_time(time)?);
    let utc = local.assume_utc().checked_sub(Duration::seconds(parse_offset(zone)?.whole_seconds().into()))?;
    Some(utc.into())
}

fn parse_time(text: &str) -> Option<Time> {
    const FORMATS: [&[BorrowedFormatItem<'static>]; 3] = [
        format_description!("[hour]:[minute]:[second].[subsecond]"),
        format_description!("[hour]:[minute]:[second]"),
        format_description!("[hour]:[minute]"),
    ];
    let text = text.replace(',', ".");
    FORMATS.iter().find_map(|format| Time::parse(&text, format).ok())
}

fn parse_offset(text: &str) -> Option<UtcOffset> {
    const FORMATS: [&[BorrowedFormatItem<'static>]; 3] = [
        format_description!("[offset_hour sign:mandatory]:[offset_minute]"),
        format_description!("[offset_hour sign:mandatory][offset_minute]"),
        format_description!("[offset_hour sign:mandatory]"),
    ];
    if matches!(text, "" | "Z" | "z") {
        return Some(UtcOffset::UTC);
    }
    let text = text.replace(' ', "+");
    FORMATS.iter().find_map(|format| UtcOffset::parse(&text, format).ok())
}

#[cfg(test)]
mod tests {
    use super::{day_bounds, parse_moment};
    use crate::FieldProblem;

    #[test]
    fn a_day_is_all_of_its_microseconds() {
        let (first, last) = day_bounds("2025-12-22").unwrap();
        assert_eq!(first.to_string(), "2025-12-22T00:00:00.000000Z");
        assert_eq!(last.to_string(), "2025-12-22T23:59:59.999999Z");
        for text in ["2025-13-01", "2025-02-30", "22.12.2025", "today", "2025-12-22T00:00:00"] {
            assert!(day_bounds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn takes_the_common_forms_of_iso_8601() {
        for (text, utc) in [
            ("2025-12-22T17:43:06.351315Z", "2025-12-22T17:43:06.351315Z"),
            ("2025-12-22T17:43:06", "2025-12-22T17:43:06.000000Z"),
            ("2025-12-22 17:43", "2025-12-22T17:43:00.000000Z"),
            ("2025-12-22T17:43:06.5+03:30", "2025-12-22T14:13:06.500000Z"),
            ("2025-12-22T17:43:06 03:30", "2025-12-22T14:13:06.000000Z"),
            ("2025-12-22T17:43:06-0800", "2025-12-23T01:43:06.000000Z"),
            ("2025-12-22T17:43:06+01", "2025-12-22T16:43:06.000000Z"),
            ("2025-12-22T17:43:06.123456789Z", "2025-12-22T17:43:06.123456Z"),
        ] {
            let (first, last) = parse_moment(text).unwrap();
            assert_eq!((first.to_string().as_str(), last), (utc, first), "{text}");
        }
        for text in
            ["yesterday", "2025-12-22T25:00", "2025-12-22T", "2025-12-22T10:00:00+99:00", "1766425386", "٢٠٢٥-١٢-٢٢"]
        {
            assert_eq!(parse_moment(text), Err(FieldProblem::NotADateTime), "{text}");
        }
    }
}
