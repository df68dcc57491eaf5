//! Slowing down whoever guesses: failed attempts are counted per source address, never per client, so that nobody
//! can lock a client out by knowing its id. Correct credentials are served whatever the source did before.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};

#[derive(Debug)]
pub(super) struct Guessing(Option<DefaultKeyedRateLimiter<IpAddr>>);

impl Guessing {
    /// `limit` failures at once, then one per second; 0 is without limit.
    pub(super) fn new(limit: u32) -> Self {
        let quota = NonZeroU32::new(limit).map(|limit| Quota::per_second(NonZeroU32::MIN).allow_burst(limit));
        Self(quota.map(RateLimiter::keyed))
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// Seconds to wait, when the source has used up its failures.
    pub(super) fn failed(&self, source: IpAddr) -> Result<(), u64> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check_key(&network(source)).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
            wait.as_secs() + 1
        })
    }

    /// Forgets sources that have been quiet.
    pub(super) fn tidy(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
        }
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

    #[test]
    fn a_source_is_an_address_or_a_network_of_version_6() {
        let guessing = Guessing::new(2);
        let source = |text: &str| text.parse::<IpAddr>().unwrap();
        for good in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"] {
            assert_eq!(guessing.failed(source(good)), Ok(()), "{good}");
        }
        for bad in ["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::3"] {
            assert_eq!(guessing.failed(source(bad)), Err(1), "{bad}");
        }
        assert_eq!(guessing.failed(source("2001:db8:0:1::1")), Ok(()));
        assert!((0..1000).all(|_| Guessing::new(0).failed(source("::1")).is_ok()));
    }
}
