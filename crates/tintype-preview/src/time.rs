//! Points in time as ISO 8601.

/// Returns `2026-11-28T06:05:00Z` for seconds since 1970.
pub(crate) fn from_unix(seconds: i64) -> Option<String> {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Civil from days, after Howard Hinnant.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (1..=9999).contains(&year).then(|| {
        format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
    })
}

/// Parts of a point in time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parts {
    pub(crate) year: u32,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
}

impl Parts {
    /// Writes them as ISO 8601, with a fraction and an offset where there are any; `None` if there
    /// is no such time.
    pub(crate) fn iso(self, fraction: &str, offset: &str) -> Option<String> {
        let Self { year, month, day, hour, minute, second } = self;
        let days = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let valid = (1..=9999).contains(&year) && (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
        valid.then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}"))
    }
}

/// Reads EXIF's `2026:11:28 06:05:00`, ISO 8601 in its usual forms, and PDF's
/// `D:20261128060500+01'00'`, and returns ISO 8601. A date without a time counts as midnight; a
/// year alone is no point in time.
pub(crate) fn iso(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("D:");
    let mut numbers = Numbers { rest: text };
    let year = numbers.next(4)?;
    let mut parts = Parts { year, month: numbers.next(2)?, day: numbers.next(2)?, ..Parts::default() };
    if let Some(hour) = numbers.next(2) {
        parts.hour = hour;
        parts.minute = numbers.next(2)?;
        parts.second = numbers.next(2).unwrap_or(0);
    }
    let rest = numbers.rest;
    let (fraction, rest) = match rest.strip_prefix(['.', ',']) {
        Some(tail) => tail.split_at(tail.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(tail.len())),
        None => ("", rest),
    };
    let fraction = fraction.get(..3).unwrap_or(fraction).trim_end_matches('0');
    let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
    parts.iso(&fraction, &offset(rest).unwrap_or_default())
}

/// Reads `Z`, `+01:00`, `+0100`, `+01'00'` or `+01`.
pub(crate) fn offset(text: &str) -> Option<String> {
    let text = text.trim();
    if text.starts_with(['Z', 'z']) {
        return Some("Z".to_owned());
    }
    let sign = text.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
    let mut numbers = Numbers { rest: &text[1..] };
    let (hours, minutes) = (numbers.next(2)?, numbers.next(2).unwrap_or(0));
    (hours <= 14 && minutes < 60).then(|| format!("{sign}{hours:02}:{minutes:02}"))
}

/// Takes numbers of fixed digits off a text, with at most one separator before each.
struct Numbers<'a> {
    rest: &'a str,
}

impl Numbers<'_> {
    fn next(&mut self, digits: usize) -> Option<u32> {
        let rest = self.rest.strip_prefix([':', '-', 'T', ' ', '/', '\'']).unwrap_or(self.rest);
        let number = rest.get(..digits).filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))?;
        self.rest = &rest[digits..];
        number.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{from_unix, iso};

    #[test]
    fn times_of_all_formats_become_iso_8601() {
        let cases = [
            ("2026:11:28 06:05:09", Some("2026-11-28T06:05:09")),
            ("2026-11-28T06:05:09.250+01:00", Some("2026-11-28T06:05:09.25+01:00")),
            ("2026-11-28T06:05:09+0100", Some("2026-11-28T06:05:09+01:00")),
            ("2026-11-28T06:05Z", Some("2026-11-28T06:05:00Z")),
            ("D:20261128060509-08'00'", Some("2026-11-28T06:05:09-08:00")),
            ("2026-11-28", Some("2026-11-28T00:00:00")),
            ("D:20261128", Some("2026-11-28T00:00:00")),
            ("0000:00:00 00:00:00", None),
            ("2026:02:30 00:00:00", None),
            ("    :  :     :  :  ", None),
            ("2026", None),
            ("été", None),
        ];
        for (text, expected) in cases {
            assert_eq!(iso(text).as_deref(), expected, "{text}");
        }
        assert_eq!(from_unix(1_795_845_909).as_deref(), Some("2026-11-28T06:05:09Z"));
        assert_eq!(from_unix(951_782_400).as_deref(), Some("2000-02-29T00:00:00Z"));
    }
}
