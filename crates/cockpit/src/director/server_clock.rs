//! The server's clock, from the `Date` header of its answers: countdowns must not depend on this computer's.

use std::{
    sync::{Mutex, PoisonError},
    time::Instant,
};

use pairing::Moment;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// Remembers the latest answer and counts on from there.
#[derive(Debug, Default)]
pub(crate) struct ServerClock {
    seen: Mutex<Option<(Instant, Moment)>>,
}

/// `Date` has whole seconds, rounded down: a shorter step back than this is rounding, a longer one is a clock
/// that was set.
const ROUNDING_MILLIS: i64 = 1000;

impl ServerClock {
    /// Takes in a `Date` header that arrived at `arrived` and tells the server's time.
    pub(crate) fn observe(&self, header: &str, arrived: Instant) -> Option<Moment> {
        let date = OffsetDateTime::parse(header, &Rfc2822).ok()?;
        let date = Moment::from_unix_seconds(date.unix_timestamp());
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = seen.map(|(at, moment)| plus(moment, at, arrived));
        let now = match counted {
            // Within the rounding, what was counted is the better estimate, and it never runs backwards.
            Some(counted) if (0..=ROUNDING_MILLIS).contains(&(counted.unix_millis() - date.unix_millis())) => counted,
            Some(_) | None => date,
        };
        *seen = Some((arrived, now));
        Some(now)
    }

    /// The server's time now; `None` until it has answered once.
    pub(crate) fn now(&self) -> Option<Moment> {
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.map(|(at, moment)| plus(moment, at, Instant::now()))
    }
}

fn plus(moment: Moment, from: Instant, to: Instant) -> Moment {
    let passed = to.saturating_duration_since(from).as_millis();
    Moment::from_unix_millis(moment.unix_millis() + i64::try_from(passed).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn counts_on_between_answers_and_follows_a_clock_that_was_set() {
        let clock = ServerClock::default();
        let start = Instant::now();
        assert_eq!(clock.now(), None);
        let at = |millis| start + Duration::from_millis(millis);
        let seconds = |clock: &ServerClock, date, millis| clock.observe(date, at(millis)).unwrap().unix_millis();
        let first = seconds(&clock, "Thu, 04 Jul 2024 10:44:00 GMT", 0);
        assert_eq!(first, 1_720_089_840_000);
        assert_eq!(seconds(&clock, "Thu, 04 Jul 2024 10:44:00 GMT", 700), first + 700, "rounded down by the server");
        assert_eq!(seconds(&clock, "Thu, 04 Jul 2024 10:44:02 GMT", 900), first + 2000, "ahead of what we counted");
        assert_eq!(seconds(&clock, "Thu, 04 Jul 2024 09:44:00 GMT", 1000), first - 3_600_000, "set back by an hour");
        assert_eq!(clock.observe("soon", at(0)), None);
    }
}
