//! Replacing the key that signs access tokens. Tokens that the key before signed stay good until they expire.

use std::sync::Arc;

use pairing::Failure;

use super::{
    super::Service,
    registration::LONGEST_LIFETIME,
    signing_keys::{PublicKey, SigningKey, SigningKeys},
};
use crate::store::access_token;

/// A signing key older than this, in seconds, is replaced: 90 days.
const LONGEST: i64 = 90 * 24 * 3600;

/// How long a key that signs no more still checks, in seconds: as long as a token can live, and an hour for those
/// that are being signed while it is replaced.
const OUTLIVES: i64 = LONGEST_LIFETIME as i64 + 3600;

impl Service {
    /// Loads the keys of earlier rotations.
    pub(crate) async fn load_retired_keys(&self) -> Result<(), Failure> {
        let now = self.clock.now();
        let rows = {
            let mut connection = self.store.read().await?;
            access_token::retired_keys(&mut connection, now).await?
        };
        self.oauth.tokens.load_retired(rows.iter().map(PublicKey::of_row).collect());
        Ok(())
    }

    /// Makes a new signing key. First the public half of the old one is noted, then the file is replaced: a crash
    /// between the two leaves the old key in use and nothing lost.
    pub(crate) async fn rotate_signing_key(&self) -> Result<Arc<SigningKeys>, Failure> {
        // One rotation at a time, or two new keys would race for the file.
        let _turn = self.oauth.rotating.lock().await;
        let now = self.clock.now();
        let keys = self.oauth.tokens.keys();
        let row = keys.present.public.row(now, now.plus_seconds(OUTLIVES));
        let noted = row.clone();
        self.store
            .write(move |connection| Box::pin(async move { access_token::retire_key(connection, &noted).await }))
            .await?;
        let dir = self.oauth.tokens.dir().to_owned();
        let present = tokio::task::spawn_blocking(move || {
            let (pkcs8, present) = SigningKey::generate(now)?;
            SigningKey::write(&dir, &pkcs8).map_err(Failure::internal)?;
            Ok::<_, Failure>(present)
        });
        let present = present.await.map_err(Failure::internal)??;
        let mut retired = vec![PublicKey::of_row(&row)];
        retired.extend(keys.retired.iter().filter(|key| key.retired.is_none_or(|(_, end)| end > now)).cloned());
        tracing::info!(new = present.public.id, old = row.key_id, "the key that signs access tokens was replaced");
        self.oauth.tokens.replace_keys(present, retired);
        Ok(self.oauth.tokens.keys())
    }

    /// Replaces a signing key that has served long enough.
    pub(super) async fn rotate_signing_key_by_age(&self) {
        let age = self.clock.now().unix_seconds() - self.oauth.tokens.keys().present.public.created_at.unix_seconds();
        if age > LONGEST
            && let Err(failure) = self.rotate_signing_key().await
        {
            tracing::warn!(
                detail = failure.detail,
                "the key that signs access tokens could not be replaced: {failure}"
            );
        }
    }
}
