//! Where sign-ins stay when this program ends: the key store of the operating system, or a file that a passphrase opens.
//! Never anywhere else; without either, a sign-in ends with the program.

mod sealed_file;
#[cfg(test)]
mod tests;
mod turn;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use keys::{KeyStore, KeyStoreFault};
use pairing::{ErrorCode, Secret};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    Problem,
    calls::{Keep, SealedFileState, VaultState},
};
use sealed_file::{Found, SealedFile};
use turn::Turn;

#[derive(Debug)]
pub(crate) struct Vault {
    sealed: SealedFile,
    /// Of the locks that programs hold while they renew, one file for each environment.
    turns: PathBuf,
    /// One change at a time, each with what is there by then.
    changing: AsyncMutex<()>,
}

/// What was found in the vault.
#[derive(Debug)]
pub(crate) enum Taken {
    Found(Secret),
    Nothing,
    /// In the sealed file, which is not open.
    Locked,
    Unavailable(Problem),
}

impl Vault {
    pub(crate) fn in_folder(folder: &Path) -> Arc<Self> {
        Arc::new(Self {
            sealed: SealedFile::in_folder(folder),
            turns: folder.join("renewals"),
            changing: AsyncMutex::default(),
        })
    }

    pub(super) async fn state(&self) -> VaultState {
        let store = blocking(|| Ok(KeyStore::system().map(drop))).await;
        let reason = match store {
            Ok(Ok(())) => None,
            Ok(Err(fault)) => Some(fault.to_string()),
            Err(problem) => Some(problem.message),
        };
        VaultState { key_store: reason.is_none(), key_store_reason: reason, sealed_file: self.sealed_file() }
    }

    pub(super) fn sealed_file(&self) -> SealedFileState {
        self.sealed.state()
    }

    /// Opens the sealed file, or makes one.
    ///
    /// # Errors
    /// As [`SealedFile::open`].
    pub(super) async fn open(&self, passphrase: Secret) -> Result<(), Problem> {
        let _changing = self.changing.lock().await;
        self.sealed.open(passphrase).await
    }

    pub(crate) async fn take(&self, environment: &str, keep: Keep) -> Taken {
        let name = entry(environment);
        let found = match keep {
            Keep::Session => return Taken::Nothing,
            Keep::KeyStore => {
                let stored = blocking(move || {
                    KeyStore::system().and_then(|store| store.get(&name)).map_err(|fault| unavailable(&fault))
                });
                stored.await.map(|secret| secret.map_or(Found::Nothing, Found::Secret))
            }
            Keep::SealedFile => self.sealed.find(environment).await,
        };
        match found {
            Ok(Found::Secret(secret)) => Taken::Found(secret),
            Ok(Found::Nothing) => Taken::Nothing,
            Ok(Found::Locked) => Taken::Locked,
            Err(problem) => Taken::Unavailable(problem),
        }
    }

    /// Keeps what `current` gives when its turn has come.
    ///
    /// # Errors
    /// It could not be kept.
    pub(crate) async fn put(
        &self,
        environment: &str,
        current: impl Fn() -> Option<(Secret, Keep)> + Send,
    ) -> Result<(), Problem> {
        let _changing = self.changing.lock().await;
        let Some((secret, keep)) = current() else { return Ok(()) };
        let name = entry(environment);
        match keep {
            Keep::Session => Ok(()),
            Keep::KeyStore => {
                blocking(move || {
                    KeyStore::system().and_then(|store| store.set(&name, &secret)).map_err(|fault| unavailable(&fault))
                })
                .await
            }
            Keep::SealedFile => self.sealed.put(environment, &secret).await,
        }
    }

    /// Forgets what is kept of an environment, wherever that is.
    pub(crate) async fn forget(&self, environment: &str) {
        let _changing = self.changing.lock().await;
        let stored = entry(environment);
        // Without a key store there is nothing in it.
        let deleted = blocking(move || Ok(KeyStore::system().and_then(|store| store.delete(&stored)))).await;
        if let Ok(Err(fault)) = deleted
            && !matches!(fault, KeyStoreFault::Unavailable(_))
        {
            tracing::warn!(%fault, "a sign-in could not be deleted from the key store");
        }
        if let Err(problem) = self.sealed.forget(environment).await {
            tracing::warn!(code = %problem.code, "a sign-in could not be deleted from the sealed file");
        }
    }

    /// Waits until no other program renews the sign-in to this environment.
    ///
    /// # Errors
    /// One does for longer than that takes.
    pub(crate) async fn turn(&self, environment: &str) -> Result<Turn, Problem> {
        Turn::at(&self.turn_file(environment)).await.ok_or_else(|| {
            Problem::new(ErrorCode::Unavailable, "Another window of this program is still renewing the sign-in.")
                .hint("Try again, or close the other window if it hangs.")
        })
    }

    /// Of an environment that is not there any more.
    pub(super) fn forget_turns(&self, environment: &str) {
        // It is empty, and may not be there.
        let _ = fs::remove_file(self.turn_file(environment));
    }

    fn turn_file(&self, environment: &str) -> PathBuf {
        self.turns.join(format!("{environment}.lock"))
    }
}

/// A name that a sealed file takes, and that says in the key store what it is.
fn entry(environment: &str) -> String {
    format!("sign-in-{environment}")
}

fn unavailable(fault: &KeyStoreFault) -> Problem {
    Problem::new(ErrorCode::VaultLocked, "The key store of this computer can't be used.")
        .hint("Unlock it, keep the sign-in in a sealed file, or for this session only.")
        .detail(fault.to_string())
}

/// Key stores and passphrases take their time.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|cause| {
        Err(Problem::new(ErrorCode::Internal, "The sign-ins could not be looked at.").detail(cause.to_string()))
    })
}
