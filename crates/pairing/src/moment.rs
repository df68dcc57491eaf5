//! A point in time, and the two ways Compass writes it.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// 31 December 9999: the last day that RFC 3339 can write.
const LAST_SECOND: i64 = 253_402_300_799;

/// Milliseconds since 1970-01-01T00:00:00Z. The clock is always a parameter: nothing here reads one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(i64);

impl Moment {
    pub const fn from_unix_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds * 1000)
    }

    /// A time that somebody else wrote down; `None` outside of the calendar, which ends with the year 9999.
    pub fn at_unix_seconds(seconds: i64) -> Option<Self> {
        (0..=LAST_SECOND).contains(&seconds).then(|| Self::from_unix_seconds(seconds))
    }

    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1000)
    }

    /// RFC 3339 without fractions, as in every `Timestamp` of the Director's GraphQL.
    pub fn rfc3339(self) -> String {
        self.date_time().replace_nanosecond(0).map_or_else(|_| ZERO_TIME.to_owned(), format)
    }

    /// RFC 3339 with the fraction kept, as in the `raw` JSON of pairing data.
    pub fn rfc3339_precise(self) -> String {
        format(self.date_time())
    }

    /// Reads RFC 3339 with or without fractions and with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        let nanos = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp_nanos();
        i64::try_from(nanos.div_euclid(1_000_000)).ok().map(Self)
    }

    /// As a calendar date and time in UTC.
    pub fn date_time(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// Go's zero time: how Compass writes "not yet".
pub(crate) const ZERO_TIME: &str = "0001-01-01T00:00:00Z";

fn format(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| ZERO_TIME.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_forms_and_reads_them_back() {
        let at = Moment::from_unix_millis(1_720_089_840_123);
        assert_eq!(at.rfc3339(), "2024-07-04T10:44:00Z");
        assert_eq!(at.rfc3339_precise(), "2024-07-04T10:44:00.123Z");
        assert_eq!(Moment::parse(&at.rfc3339_precise()), Some(at));
        assert_eq!(Moment::parse("2024-07-04T12:44:00.123999999+02:00"), Some(at));
        assert_eq!(Moment::parse("yesterday"), None);
        assert_eq!(
            Moment::at_unix_seconds(1_720_089_840).map(Moment::rfc3339).as_deref(),
            Some("2024-07-04T10:44:00Z")
        );
        // Milliseconds where seconds belong are far outside of the calendar.
        assert_eq!([i64::MAX, -1, 1_720_089_840_123].map(Moment::at_unix_seconds), [None; 3]);
    }
}
