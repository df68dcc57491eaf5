//! How fast an environment may be asked: so many requests in a second, and not before the time that a gateway named.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::cockpit::lock;

/// What a gateway asks for when it names no time.
const SHORT_PAUSE: Duration = Duration::from_secs(1);
/// Longer than that, the person is told instead of kept waiting.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Each request takes the next free moment; a short burst after a quiet time is free.
#[derive(Debug)]
pub(super) struct Pace {
    /// `None`: no limit.
    between: Option<Duration>,
    /// How long ago the first free moment may lie.
    burst: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn of(requests_per_second: Option<u32>) -> Self {
        let between = requests_per_second.filter(|rate| *rate > 0).map(|rate| Duration::from_secs(1) / rate);
        Self { between, burst: Duration::from_secs(1), next: Mutex::default() }
    }

    pub(super) async fn wait(&self) {
        let at = self.take(Instant::now());
        tokio::time::sleep_until(at.into()).await;
    }

    /// The other side asks us to slow down: whoever comes next waits, for a few seconds at most.
    pub(super) fn pause(&self, seconds: Option<u32>) {
        let pause = seconds.map_or(SHORT_PAUSE, |seconds| Duration::from_secs(seconds.into())).min(LONGEST_PAUSE);
        let until = Instant::now() + pause;
        let mut next = lock(&self.next);
        *next = Some(next.map_or(until, |before| before.max(until)));
    }

    /// When the request that comes now may be sent.
    fn take(&self, now: Instant) -> Instant {
        let mut next = lock(&self.next);
        let Some(between) = self.between else { return next.map_or(now, |next| next.max(now)) };
        let earliest = now.checked_sub(self.burst).unwrap_or(now);
        let at = next.map_or(earliest, |next| next.max(earliest));
        *next = Some(at + between);
        at.max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_every_request_has_its_moment() {
        let pace = Pace::of(Some(10));
        let now = Instant::now() + Duration::from_secs(60);
        let waits: Vec<_> = (0..13).map(|_| (pace.take(now) - now).as_millis()).collect();
        assert_eq!(waits[..11], [0; 11]);
        assert_eq!(waits[11..], [100, 200]);
        let later = now + Duration::from_secs(5);
        assert_eq!(pace.take(later), later, "what was not used is not saved for longer than a second");
    }

    #[test]
    fn a_gateway_that_asks_for_it_is_left_alone_and_nobody_waits_for_minutes() {
        let pace = Pace::of(None);
        let now = Instant::now();
        assert_eq!(pace.take(now), now);
        pace.pause(Some(2));
        let wait = pace.take(now) - now;
        assert!(wait > Duration::from_millis(1900) && wait < Duration::from_secs(3), "{wait:?}");
        pace.pause(Some(600));
        assert!(pace.take(now) - now < Duration::from_secs(6));
    }
}
