//! Certificates that somebody declared over before their time: the handshake refuses them as it refuses what has
//! expired, so that one can see what their holder does then.

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
};

use pairing::Failure;

use crate::{
    service::Service,
    store::{Store, certificate},
};

/// Their fingerprints.
#[derive(Debug, Default)]
pub(crate) struct DeclaredOver(RwLock<HashSet<[u8; 32]>>);

impl DeclaredOver {
    pub(crate) async fn load(store: &Store) -> Result<Self, Failure> {
        let mut connection = store.read().await?;
        Ok(Self(RwLock::new(certificate::declared_over(&mut connection).await?.into_iter().collect())))
    }

    pub(crate) fn contains(&self, fingerprint: &[u8; 32]) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(fingerprint)
    }

    fn add(&self, fingerprints: Vec<[u8; 32]>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(fingerprints);
    }
}

impl Service {
    /// Ends every certificate of an application here and now, as if its time had come; says how many there were.
    ///
    /// # Errors
    /// Of the store.
    pub(crate) async fn declare_over(self: &Arc<Self>, application_id: &str) -> Result<usize, Failure> {
        let (owner, now) = (application_id.to_owned(), self.clock.now());
        let over = self
            .store
            .write(move |connection| Box::pin(async move { certificate::declare_over(connection, &owner, now).await }))
            .await?;
        let count = over.len();
        self.kyma.declared_over.add(over);
        Ok(count)
    }
}
