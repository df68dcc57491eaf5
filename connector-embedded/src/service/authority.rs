//! The certificate authorities as the administrator sees and changes them.

use std::sync::Arc;

use pairing::{ErrorCode, Failure};
use sqlx::SqliteConnection;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::Service;
use crate::{
    ca::{Authorities, Successor, certificate_to_pem, sha256},
    store::{
        Store,
        authority::{self, AuthorityRow},
        certificate::{self, OnOldChain},
        setting,
    },
};

/// An authority, and how many certificates of it count.
#[derive(Clone, Debug)]
pub(crate) struct AuthorityShown {
    pub(crate) row: AuthorityRow,
    pub(crate) current_certificates: i64,
}

/// Where the store keeps when the last backup was made.
pub(super) const LAST_BACKUP: &str = "last backup at";

impl Service {
    /// All authorities, also the retired ones, the active one first.
    pub(crate) async fn authorities_shown(&self) -> Result<Vec<AuthorityShown>, Failure> {
        let now = self.clock.now();
        let mut connection = self.store.read().await?;
        let counts = authority::current_certificates(&mut connection, now).await?;
        let rows = authority::all(&mut connection).await?;
        Ok(rows
            .into_iter()
            .map(|mut row| {
                // Its time may have come a moment ago.
                if row.state == "trusted" && row.trusted_until.is_some_and(|until| until <= now.unix_millis()) {
                    row.state = "retired".into();
                }
                let count = counts.iter().find(|(issuer, _)| *issuer == row.fingerprint);
                AuthorityShown { current_certificates: count.map_or(0, |(_, count)| *count), row }
            })
            .collect())
    }

    /// Whose certificates that count are all from before the last change of authority, and how many they are.
    pub(crate) async fn on_old_chain(&self, first: usize) -> Result<(Vec<OnOldChain>, i64), Failure> {
        let mut connection = self.store.read().await?;
        certificate::on_old_chain(&mut connection, self.clock.now(), first).await
    }

    /// Said for as long as it is so.
    pub(crate) fn warning(&self) -> Option<String> {
        let behind = self.store.journal_is_behind().then(|| {
            format!(
                "The revocation journal cannot be written and lacks revocations: {}. It is tried again with every change.",
                self.settings.journal.display()
            )
        });
        let clock = self.latest_time.complaint(self.clock.now());
        let warnings: Vec<String> = [self.ending(), clock, behind, self.key_warning()].into_iter().flatten().collect();
        (!warnings.is_empty()).then(|| warnings.join(" "))
    }

    /// Said when the authority that signs has ended, or soon will.
    fn ending(&self) -> Option<String> {
        const DAY: i64 = 24 * 3600;
        let (now, end) = (self.clock.now(), self.authorities.active().not_after());
        if end <= now {
            let end = end.rfc3339();
            return Some(format!(
                "The certificate authority ended at {end}: nothing is signed. Put another one in its place."
            ));
        }
        (end < now.plus_seconds(30 * DAY)).then(|| {
            format!("The certificate authority ends at {}. Put another one in its place before.", end.rfc3339())
        })
    }

    /// Said for as long as a key lies in the open.
    fn key_warning(&self) -> Option<String> {
        let keys = self.authorities.keys();
        (keys.protection() == "plain").then(|| {
            format!(
                "The key of the certificate authority is not encrypted: it is in a file that only you can read, in {}.",
                keys.path("").display()
            )
        })
    }

    pub(crate) async fn last_backup(&self) -> Result<Option<String>, Failure> {
        let mut connection = self.store.read().await?;
        setting::get(&mut connection, LAST_BACKUP).await
    }

    /// An authority and those above it as PEM, also a retired one; empty when it is unknown.
    pub(super) async fn authority_pem(&self, fingerprint: &[u8]) -> Result<String, Failure> {
        if let Some(member) = self.authorities.set().with(fingerprint) {
            return Ok(member.authority.certificate_pem().to_owned());
        }
        let mut connection = self.store.read().await?;
        let rows = authority::all(&mut connection).await?;
        let row = rows.into_iter().find(|row| row.fingerprint == fingerprint);
        Ok(row.map(|row| certificate_to_pem(&row.certificate)).unwrap_or_default())
    }

    /// Another authority signs from now on. What the present one signed is accepted for `old_trusted` seconds more.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidData`] with what is wrong with an imported one, [`ErrorCode::InvalidOperation`] when it is
    /// the one that signs already.
    pub(crate) async fn change_authority(
        self: &Arc<Self>,
        successor: Successor,
        old_trusted: i64,
    ) -> Result<(), Failure> {
        let service = Arc::clone(self);
        let now = self.clock.now();
        // Making an RSA key takes seconds, encrypting any key a good part of one.
        let prepared = tokio::task::spawn_blocking(move || service.authorities.prepare(successor, now));
        let (member, row) = prepared.await.map_err(Failure::internal)??;
        let changing = self.changing.lock().await;
        let present = self.authorities.active();
        let old_until = now.plus_seconds(old_trusted).min(present.not_after());
        self.store
            .write(move |connection| {
                Box::pin(async move { authority::activate(connection, &row, Some(old_until)).await })
            })
            .await?;
        let name = subject(member.authority.certificate_der());
        self.authorities.install(member, old_until, now);
        drop(changing);
        tracing::warn!(
            until = old_until.rfc3339(),
            "\"{name}\" signs from now on; the one before is accepted until then"
        );
        Ok(())
    }

    /// Stops accepting what an earlier authority signed.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOperation`] for the one that signs, [`ErrorCode::NotFound`].
    pub(crate) async fn retire_authority(&self, fingerprint: [u8; 32]) -> Result<(), Failure> {
        let _changing = self.changing.lock().await;
        if self.authorities.set().active().authority.fingerprint() == &fingerprint {
            let message = "This certificate authority signs. Put another one in its place first.";
            return Err(Failure::new(ErrorCode::InvalidOperation, message));
        }
        let now = self.clock.now();
        let retired = self
            .store
            .write(move |connection| Box::pin(async move { authority::retire(connection, &fingerprint, now).await }))
            .await?;
        if !retired && self.authority_pem(&fingerprint).await?.is_empty() {
            return Err(Failure::new(ErrorCode::NotFound, "There is no such certificate authority."));
        }
        self.authorities.retire(&fingerprint, now);
        Ok(())
    }

    /// Writes `ca.pem` again when an authority has ended since.
    pub(super) fn write_bundle(&self) {
        if let Err(error) = self.authorities.write_bundle(self.clock.now()) {
            tracing::warn!("ca.pem could not be written and will be tried again: {error}");
        }
    }
}

/// Records the first authority, and what certificates from before there was a record of authorities lack.
pub(crate) async fn record(
    store: &Store,
    authorities: &Authorities,
    first: Option<AuthorityRow>,
) -> Result<(), Failure> {
    let signer = *authorities.active().fingerprint();
    let (incomplete, missing) = {
        let mut connection = store.read().await?;
        let missing = none_is_active(&mut connection).await?;
        (certificate::incomplete(&mut connection).await?, missing)
    };
    let first = first.filter(|_| missing);
    if first.is_none() && incomplete.is_empty() {
        return Ok(());
    }
    store
        .write(move |connection| {
            Box::pin(async move {
                if let Some(row) = &first {
                    authority::activate(connection, row, None).await?;
                }
                for (fingerprint, der) in &incomplete {
                    let (_, parsed) = X509Certificate::from_der(der).map_err(Failure::internal)?;
                    let key = sha256(parsed.public_key().raw);
                    certificate::complete(connection, fingerprint, &signer, &key).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Whether no authority is recorded yet.
async fn none_is_active(connection: &mut SqliteConnection) -> Result<bool, Failure> {
    Ok(authority::all(connection).await?.iter().all(|row| row.state != "active"))
}

/// The subject of a certificate, for a person.
pub(crate) fn subject(der: &[u8]) -> String {
    X509Certificate::from_der(der).map(|(_, parsed)| parsed.subject().to_string()).unwrap_or_default()
}
