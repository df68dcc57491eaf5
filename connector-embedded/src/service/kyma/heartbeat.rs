//! Who is still there: an application that is alive asks for its management info now and then. Written down within a
//! second, so that no request waits for it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use pairing::{Failure, Moment};

use crate::{
    service::Service,
    store::heartbeat::{self, Silent},
};

/// How long a bucket is, in seconds.
pub(crate) const BUCKET: i64 = 3600;
/// How many buckets are shown: a week.
const SHOWN: i64 = 7 * 24;
/// How many are kept: two weeks.
const KEPT: i64 = 2 * SHOWN;

/// What has not been written down yet: the last poll of an application, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Heartbeats(Mutex<HashMap<String, (Moment, u32)>>);

impl Heartbeats {
    pub(super) fn note(&self, application_id: &str, at: Moment) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = waiting.entry(application_id.to_owned()).or_insert((at, 0));
        *entry = (at, entry.1 + 1);
    }

    fn take(&self) -> HashMap<String, (Moment, u32)> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The polls of one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Heartbeat {
    pub(crate) last_seen_at: Option<Moment>,
    /// Ever.
    pub(crate) polls: i64,
    /// The beginning of each hour of the last week, oldest first, and how many polls there were in it.
    pub(crate) buckets: Vec<(Moment, i64)>,
}

impl Service {
    /// An application asked for its management info.
    pub(crate) fn note_heartbeat(&self, application_id: &str) {
        self.kyma.heartbeats.note(application_id, self.clock.now());
    }

    /// Writes down what was noted since the last time.
    pub(crate) async fn write_heartbeats(&self) {
        let waiting = self.kyma.heartbeats.take();
        if waiting.is_empty() {
            return;
        }
        let written = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    for (application, (at, polls)) in waiting {
                        let hour = at.unix_seconds().div_euclid(BUCKET);
                        heartbeat::add(connection, &application, hour, at, polls).await?;
                    }
                    Ok(())
                })
            })
            .await;
        if let Err(failure) = written {
            tracing::warn!(detail = failure.detail, "heartbeats could not be written down: {failure}");
        }
    }

    /// Forgets hours that nobody looks at any more.
    pub(crate) async fn tidy_heartbeats(&self) {
        let before = self.clock.now().unix_seconds().div_euclid(BUCKET) - KEPT;
        let done = self
            .store
            .write(move |connection| Box::pin(async move { heartbeat::forget(connection, before).await }))
            .await;
        if let Err(failure) = done {
            tracing::warn!(detail = failure.detail, "old heartbeats could not be tidied: {failure}");
        }
    }

    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn heartbeat(&self, application_id: &str) -> Result<Heartbeat, Failure> {
        let last = self.clock.now().unix_seconds().div_euclid(BUCKET);
        let first = last - SHOWN + 1;
        let mut connection = self.store.read().await?;
        let total = heartbeat::total(&mut connection, application_id).await?;
        let (last_poll_at, polls) = total.ok_or_else(|| crate::service::application::not_found("application"))?;
        let counted: HashMap<i64, i64> =
            heartbeat::hours(&mut connection, application_id, first).await?.into_iter().collect();
        let bucket = |hour| (Moment::from_unix_seconds(hour * BUCKET), counted.get(&hour).copied().unwrap_or_default());
        Ok(Heartbeat {
            last_seen_at: last_poll_at.map(Moment::from_unix_millis),
            polls,
            buckets: (first..=last).map(bucket).collect(),
        })
    }

    /// The applications that polled once, but not since then.
    ///
    /// # Errors
    /// Of the store.
    pub(crate) async fn silent_since(&self, since: Moment) -> Result<Vec<Silent>, Failure> {
        let mut connection = self.store.read().await?;
        heartbeat::silent(&mut connection, since).await
    }
}
