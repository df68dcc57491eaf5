//! The latest time this server has seen. A clock that is set back makes ended certificates count again and signs new ones
//! with dates of the past; so nothing is signed until it is right.

use std::sync::atomic::{AtomicI64, Ordering};

use pairing::{ErrorCode, Failure, Moment};

use super::Service;
use crate::{
    StartError,
    store::{
        Store,
        setting::{self, LATEST_TIME},
    },
};

/// Milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct LatestTime {
    seen: AtomicI64,
    written: AtomicI64,
}

/// How far a clock may be set back, in seconds: NTP and people correct by this much.
const TOLERATED: i64 = 5 * 60;
/// How far the store may be behind, in milliseconds.
const WRITE_EVERY: i64 = 60_000;

impl LatestTime {
    /// What the store remembers; with `forget` it starts from the clock.
    pub(crate) async fn load(store: &Store, forget: bool, now: Moment) -> Result<Self, StartError> {
        let mut connection = store.read().await.map_err(StartError::Other)?;
        let stored = setting::get(&mut connection, LATEST_TIME).await.map_err(StartError::Other)?;
        let stored = stored.filter(|_| !forget).and_then(|text| text.parse().ok()).unwrap_or_default();
        let now = now.unix_millis();
        let written = if forget { AtomicI64::new(i64::MIN / 2) } else { AtomicI64::new(stored) };
        Ok(Self { seen: AtomicI64::new(now.max(stored)), written })
    }

    /// What is wrong with the clock, for a person.
    pub(crate) fn complaint(&self, now: Moment) -> Option<String> {
        let seen = Moment::from_unix_millis(self.seen.fetch_max(now.unix_millis(), Ordering::Relaxed));
        (now < seen.plus_seconds(-TOLERATED)).then(|| {
            format!(
                "The clock shows {}, but this server has seen {} before. Set the clock; if it is right now and was \
                 wrong then, start once with --trust-clock.",
                now.rfc3339(),
                seen.rfc3339()
            )
        })
    }
}

impl Service {
    /// # Errors
    /// [`ErrorCode::Unavailable`] with what is wrong with the clock.
    pub(super) fn check_clock(&self, now: Moment) -> Result<(), Failure> {
        match self.latest_time.complaint(now) {
            None => Ok(()),
            Some(complaint) => {
                tracing::warn!("no certificate was signed: {complaint}");
                Err(Failure::new(ErrorCode::Unavailable, format!("Error while creating certificate: {complaint}")))
            }
        }
    }

    /// Writes the latest time down, once a minute.
    pub(super) async fn remember_time(&self) {
        let now = self.clock.now();
        let _ = self.latest_time.complaint(now);
        let seen = self.latest_time.seen.load(Ordering::Relaxed);
        if seen - self.latest_time.written.load(Ordering::Relaxed) < WRITE_EVERY {
            return;
        }
        let text = seen.to_string();
        let written = self
            .store
            .write(move |connection| Box::pin(async move { setting::set(connection, LATEST_TIME, &text).await }));
        match written.await {
            Ok(()) => self.latest_time.written.store(seen, Ordering::Relaxed),
            Err(failure) => tracing::warn!(detail = failure.detail, "the time could not be written down: {failure}"),
        }
    }
}
