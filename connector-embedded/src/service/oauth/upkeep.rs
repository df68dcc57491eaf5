//! What happens beside the requests: figures of use are written once a second, what has expired is forgotten.

use std::{sync::Arc, time::Duration};

use pairing::Failure;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::super::Service;
use crate::store::{access_token, oauth_client, oauth_usage};

/// How far the figures in the store may be behind.
const FLUSH: Duration = Duration::from_secs(1);
/// How long something is remembered after it has expired, in seconds: 30 days.
const GRACE: i64 = 30 * 24 * 3600;
/// Ticks of [`FLUSH`] between two rounds of tidying: ten minutes.
const TIDY: u32 = 600;

impl Service {
    /// Runs until `stop`, then writes what is left.
    pub(crate) async fn upkeep(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = interval(FLUSH);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = 0;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.write_usage().await;
            self.write_presentations().await;
            self.drop_ended_authorities().await;
            if due == 0 {
                self.tidy().await;
                self.rotate_signing_key_by_age().await;
            }
            due = (due + 1) % TIDY;
        }
        self.write_usage().await;
        self.write_presentations().await;
    }

    async fn write_usage(&self) {
        let changed = self.store.clients().take_unwritten();
        if changed.is_empty() {
            return;
        }
        let rows = changed.clone();
        let written = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    for usage in rows {
                        oauth_usage::put(connection, &usage.row).await?;
                        for (secret_id, (at, from)) in usage.secrets {
                            oauth_usage::secret_used(connection, &secret_id, at, &from).await?;
                        }
                    }
                    Ok(())
                })
            })
            .await;
        if let Err(failure) = written {
            tracing::warn!(detail = failure.detail, "the figures of use could not be written yet: {failure}");
            self.store.clients().put_back(&changed);
        }
    }

    async fn tidy(&self) {
        let now = self.clock.now();
        self.oauth.guessing.tidy(now);
        // A clock that was ahead for an hour must not bring revoked tokens back.
        let long_ago = now.plus_seconds(-GRACE);
        self.oauth.forget_expired(long_ago);
        self.oauth.chosen.keep(&self.store.clients().all());
        self.oauth.tokens.drop_expired_keys(now);
        let done: Result<(), Failure> = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    access_token::forget_expired(connection, long_ago).await?;
                    oauth_client::delete_retired_secrets(connection, now).await
                })
            })
            .await;
        if let Err(failure) = done {
            tracing::warn!(detail = failure.detail, "what has expired could not be removed yet: {failure}");
        }
    }
}
