//! Secrets that somebody chose. They may be guessable, so what is stored is an Argon2id verifier; and because that
//! costs milliseconds, one that was right is remembered (as a keyed hash, for this run) and few are checked at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Params, PasswordVerifier as _, Version,
    password_hash::{PasswordHash, PasswordHasher as _, SaltString},
};
use aws_lc_rs::{constant_time, hmac, rand};
use pairing::{Failure, Secret};
use tokio::sync::Semaphore;

use crate::store::client_index::Client;

/// The fewest characters of a chosen secret. Hydra takes six, which can be guessed through the front door.
pub(crate) const FEWEST_CHARACTERS: usize = 12;
/// The most: what the token endpoint's body has room for.
pub(crate) const MOST_CHARACTERS: usize = 256;

pub(super) struct ChosenSecrets {
    key: hmac::Key,
    /// By the secret's id.
    known: Mutex<HashMap<String, [u8; 32]>>,
    /// Argon2id takes 19 MiB and both cores would be busy with strangers.
    turns: Semaphore,
}

impl std::fmt::Debug for ChosenSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChosenSecrets").finish_non_exhaustive()
    }
}

impl Default for ChosenSecrets {
    fn default() -> Self {
        let mut key = [0; 32];
        // Without randomness nothing here is safe; the generation of every token would have failed before.
        rand::fill(&mut key).expect("the operating system has randomness");
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &key), known: Mutex::default(), turns: Semaphore::new(1) }
    }
}

/// OWASP's floor: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

impl ChosenSecrets {
    /// What is stored of a secret, as a PHC string.
    pub(super) async fn verifier(&self, secret: &Secret) -> Result<String, Failure> {
        let _turn = self.turns.acquire().await.map_err(Failure::internal)?;
        let secret = secret.clone();
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(Failure::internal)?;
        let hashed = tokio::task::spawn_blocking(move || {
            let salt = SaltString::encode_b64(&salt)?;
            argon2().hash_password(secret.expose().as_bytes(), &salt).map(|hash| hash.to_string())
        });
        hashed.await.map_err(Failure::internal)?.map_err(Failure::internal)
    }

    /// Forgets secrets that these clients have no more.
    pub(super) fn keep(&self, clients: &[Arc<Client>]) {
        let there = |id: &String| clients.iter().any(|client| client.secrets.iter().any(|secret| secret.id == *id));
        self.known.lock().unwrap_or_else(PoisonError::into_inner).retain(|id, _| there(id));
    }

    /// Whether this secret was found right before; costs microseconds.
    pub(super) fn remembers(&self, secret_id: &str, presented: &Secret) -> bool {
        let tag = hmac::sign(&self.key, presented.expose().as_bytes());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(secret_id).is_some_and(|known| constant_time::verify_slices_are_equal(known, tag.as_ref()).is_ok())
    }

    /// Whether the secret fits; costs milliseconds. `None` takes as long and is false.
    pub(super) async fn fits(&self, stored: Option<(&str, &str)>, presented: &Secret) -> Result<bool, Failure> {
        let _turn = self.turns.acquire().await.map_err(Failure::internal)?;
        let verifier = stored.map(|(_, verifier)| verifier.to_owned());
        let secret = presented.clone();
        let fits = tokio::task::spawn_blocking(move || {
            let Some(verifier) = verifier else {
                let mut waste = [0; 32];
                let _ = argon2().hash_password_into(secret.expose().as_bytes(), b"no such client..", &mut waste);
                return Ok::<_, Failure>(false);
            };
            let hash = PasswordHash::new(&verifier).map_err(Failure::internal)?;
            Ok(argon2().verify_password(secret.expose().as_bytes(), &hash).is_ok())
        });
        let fits = fits.await.map_err(Failure::internal)??;
        if let Some((secret_id, _)) = stored.filter(|_| fits) {
            let tag = hmac::sign(&self.key, presented.expose().as_bytes());
            let mut bytes = [0; 32];
            bytes.copy_from_slice(tag.as_ref());
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(secret_id.to_owned(), bytes);
        }
        Ok(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_secret_fits_and_is_remembered() {
        let chosen = ChosenSecrets::default();
        let right = Secret::new("correct horse battery");
        let verifier = chosen.verifier(&right).await.unwrap();
        assert!(verifier.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{verifier}");
        let wrong = Secret::new("correct horse batterz");
        assert!(!chosen.fits(Some(("s", &verifier)), &wrong).await.unwrap());
        assert!(!chosen.remembers("s", &right));
        assert!(chosen.fits(Some(("s", &verifier)), &right).await.unwrap());
        assert!(chosen.remembers("s", &right));
        assert!(!chosen.remembers("s", &wrong) && !chosen.remembers("t", &right));
        assert!(!chosen.fits(None, &right).await.unwrap());
    }
}
