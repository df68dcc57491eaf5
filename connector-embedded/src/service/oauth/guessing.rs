//! Slowing down whoever guesses: failed attempts are counted per source address, never per client, so that nobody
//! can lock a client out by knowing its id. Who is right is served, whatever the source did before.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};

use pairing::Moment;

/// Sources that are remembered; beyond it those that are nearly forgiven go first.
const SOURCES: usize = 100_000;
/// One failure is forgiven after this many milliseconds.
const FORGIVEN: i64 = 1000;

/// A leaky bucket per source. (A rate-limiting library would do but for one thing: ours can be asked without
/// counting, because a check that costs much must not begin for a source that has failed too often, and a right
/// secret must not count.)
#[derive(Debug)]
pub(super) struct Guessing {
    /// 0 is without limit.
    limit: u32,
    /// When all failures of a source are forgiven, in milliseconds since 1970.
    clean_at: Mutex<HashMap<IpAddr, i64>>,
}

impl Guessing {
    /// `limit` failures at once, then one per second; 0 is without limit.
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, clean_at: Mutex::default() }
    }

    /// Whether one more failure of this source would be answered as such.
    ///
    /// # Errors
    /// Seconds to wait.
    pub(super) fn allowed(&self, source: IpAddr, now: Moment) -> Result<(), u64> {
        let clean_at = self.lock().get(&network(source)).copied();
        self.room(clean_at.unwrap_or(0), now.unix_millis())
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// Seconds to wait, when the source has used up its failures; this one is then not counted.
    pub(super) fn failed(&self, source: IpAddr, now: Moment) -> Result<(), u64> {
        if self.limit == 0 {
            return Ok(());
        }
        let now = now.unix_millis();
        let mut clean_at = self.lock();
        if clean_at.len() >= SOURCES {
            forget(&mut clean_at, now);
        }
        let entry = clean_at.entry(network(source)).or_insert(now);
        self.room(*entry, now)?;
        *entry = (*entry).clamp(now, now + i64::from(self.limit) * FORGIVEN) + FORGIVEN;
        Ok(())
    }

    fn room(&self, clean_at: i64, now: i64) -> Result<(), u64> {
        // Not more than can have been counted, should the clock have been ahead when it was.
        let clean_at = clean_at.min(now + i64::from(self.limit) * FORGIVEN);
        let over = clean_at + FORGIVEN - now - i64::from(self.limit) * FORGIVEN;
        if self.limit == 0 || over <= 0 { Ok(()) } else { Err(over.unsigned_abs().div_ceil(1000)) }
    }

    /// Forgets sources whose failures are all forgiven.
    pub(super) fn tidy(&self, now: Moment) {
        self.lock().retain(|_, clean_at| *clean_at > now.unix_millis());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, i64>> {
        self.clean_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room: those who are nearly forgiven go first.
fn forget(clean_at: &mut HashMap<IpAddr, i64>, now: i64) {
    let mut grace = 0;
    while clean_at.len() >= SOURCES {
        clean_at.retain(|_, clean_at| *clean_at > now + grace);
        grace = grace * 2 + FORGIVEN;
    }
}

/// One customer has a whole /64 of IPv6.
fn network(source: IpAddr) -> IpAddr {
    match source.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        IpAddr::V4(address) => IpAddr::V4(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_unix_seconds(1_800_000_000);

    fn source(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_is_an_address_or_a_network_of_version_6() {
        let guessing = Guessing::new(2);
        for good in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"] {
            assert_eq!(guessing.failed(source(good), NOW), Ok(()), "{good}");
        }
        for bad in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::3"] {
            assert_eq!(guessing.failed(source(bad), NOW), Err(1), "{bad}");
            assert_eq!(guessing.allowed(source(bad), NOW), Err(1), "{bad}");
        }
        assert_eq!(guessing.failed(source("2001:db8:0:1::1"), NOW), Ok(()));
        assert!((0..1000).all(|_| Guessing::new(0).failed(source("::1"), NOW).is_ok()));
    }

    #[test]
    fn one_failure_is_forgiven_each_second_and_asking_counts_nothing() {
        let guessing = Guessing::new(3);
        let home = source("127.0.0.1");
        assert!((0..100).all(|_| guessing.allowed(home, NOW).is_ok()));
        assert!((0..3).all(|_| guessing.failed(home, NOW).is_ok()));
        assert!((0..100).all(|_| guessing.failed(home, NOW) == Err(1)), "what is refused is not counted");
        let later = NOW.plus_seconds(1);
        assert_eq!((guessing.failed(home, later), guessing.failed(home, later)), (Ok(()), Err(1)));
        let set_back = NOW.plus_seconds(-86_400);
        assert_eq!(guessing.failed(home, set_back), Err(1), "not a day's wait");
        let rested = NOW.plus_seconds(1000);
        assert_eq!((0..5).filter(|_| guessing.failed(home, rested).is_ok()).count(), 3);
        guessing.tidy(rested.plus_seconds(3));
        assert!(guessing.lock().is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let guessing = Guessing::new(5);
        for number in 0..u32::try_from(SOURCES).unwrap() + 10 {
            let _ = guessing.failed(IpAddr::V4(number.into()), NOW);
        }
        assert!(guessing.lock().len() <= SOURCES);
    }
}
