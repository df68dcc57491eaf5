//! What the registry does beside the requests: figures of use go to the store, what has expired is forgotten.

use pairing::Failure;

use super::super::Service;
use crate::store::{access_token, oauth_client, oauth_usage};

/// How long something is remembered after it has expired, in seconds: 30 days.
const GRACE: i64 = 30 * 24 * 3600;

impl Service {
    pub(in crate::service) async fn write_usage(&self) {
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

    /// Forgets what has expired, and makes a new signing key when the present one is old.
    pub(in crate::service) async fn tidy_oauth(&self) {
        self.forget_what_expired().await;
        self.rotate_signing_key_by_age().await;
    }

    async fn forget_what_expired(&self) {
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
