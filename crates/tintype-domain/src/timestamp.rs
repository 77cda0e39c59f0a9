use std::fmt;
use time::{Date, OffsetDateTime};

/// A moment in UTC, to the microsecond; shown as `2025-12-22T17:43:06.351315Z`.
///
/// Microseconds since 1970 are what every database keeps exactly, so paging by time never skips a
/// row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Returns the moment that many microseconds after 1970-01-01T00:00:00Z, clamped to the years
    /// -9999 to 9999.
    pub fn from_unix_micros(micros: i64) -> Self {
        const LEAST: i64 = -377_705_116_800_000_000;
        const GREATEST: i64 = 253_402_300_799_999_999;
        Self(micros.clamp(LEAST, GREATEST))
    }

    /// Returns the microseconds since 1970-01-01T00:00:00Z.
    pub fn unix_micros(self) -> i64 {
        self.0
    }

    /// Returns the day in UTC.
    pub fn date(self) -> Date {
        self.to_datetime().date()
    }

    /// Returns the moment as the `time` crate has it.
    pub fn to_datetime(self) -> OffsetDateTime {
        // The constructor clamps to what `OffsetDateTime` holds.
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// Returns the latest end that a lease can have by now which is as long as one until `end`:
    /// twice as far ahead, since clocks differ a little. A lease that ends later was taken by a
    /// clock that was wrong.
    #[must_use]
    pub fn latest_lease(self, end: Self) -> Self {
        Self::from_unix_micros(end.0.saturating_add(end.0.saturating_sub(self.0)))
    }

    /// Returns the moment `duration` later (earlier where negative).
    #[must_use]
    pub fn plus(self, duration: time::Duration) -> Self {
        let micros = i64::try_from(duration.whole_microseconds()).unwrap_or(i64::MAX);
        Self::from_unix_micros(self.0.saturating_add(micros))
    }
}

impl From<OffsetDateTime> for Timestamp {
    fn from(moment: OffsetDateTime) -> Self {
        let micros = moment.unix_timestamp_nanos().div_euclid(1000);
        Self::from_unix_micros(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(moment: std::time::SystemTime) -> Self {
        OffsetDateTime::from(moment).into()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.to_datetime();
        let (year, month, day) = t.to_calendar_date();
        let (hour, minute, second, micro) = t.to_hms_micro();
        write!(f, "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z", u8::from(month))
    }
}
