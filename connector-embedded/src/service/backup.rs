//! Everything that a new machine needs to carry on, in one file that a passphrase opens: a copy of the store and the
//! keys of the authorities that count. `crate::restore` reads it.

use keys::sealed;
use pairing::{ErrorCode, Failure, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Service, authority::LAST_BACKUP};
use crate::store::{self, setting};

/// The first file in a backup.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The store in a backup.
pub(crate) const STORE: &str = "store.sqlite";

/// What a backup says about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    /// 1; a program refuses what it does not know.
    pub(crate) format: u32,
    pub(crate) program: String,
    pub(crate) created_at: String,
    /// The files that hold private keys, PKCS#8 in PEM.
    pub(crate) keys: Vec<String>,
}

/// The shortest passphrase for a backup, in characters.
const LEAST: usize = 12;

impl Service {
    /// Makes a backup while everything goes on.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] for a short passphrase, [`ErrorCode::StorageFull`].
    pub(crate) async fn back_up(&self, passphrase: Secret) -> Result<Vec<u8>, Failure> {
        if passphrase.expose().trim().chars().count() < LEAST {
            let message = format!("The passphrase of a backup must have at least {LEAST} characters.");
            return Err(Failure::new(ErrorCode::InvalidData, message));
        }
        // A copy and its keys belong together; encrypting them holds nobody up.
        let changing = self.changing.lock().await;
        let created_at = self.clock.now().rfc3339();
        let mut files = Vec::new();
        let mut keys = Vec::new();
        {
            let mut connection = self.store.read().await?;
            for row in store::authority::all(&mut connection).await? {
                if let Some(member) = self.authorities.set().with(&row.fingerprint) {
                    keys.push(row.key_file.clone());
                    files.push((row.key_file, member.authority.key_pem()));
                }
            }
        }
        files.push((STORE.to_owned(), self.store.copy(self.authorities.keys().path("")).await?));
        drop(changing);
        let manifest =
            Manifest { format: 1, program: env!("CARGO_PKG_VERSION").into(), created_at: created_at.clone(), keys };
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(Failure::internal)?;
        files.insert(0, (MANIFEST.to_owned(), Zeroizing::new(manifest)));
        let sealed = tokio::task::spawn_blocking(move || sealed::seal(&files, &passphrase));
        let sealed = sealed.await.map_err(Failure::internal)?.map_err(Failure::internal)?;
        self.store
            .write(move |connection| Box::pin(async move { setting::set(connection, LAST_BACKUP, &created_at).await }))
            .await?;
        Ok(sealed)
    }
}
