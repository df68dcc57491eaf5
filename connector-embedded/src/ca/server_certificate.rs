//! The server's own certificate: made on every start and again in time, with a key that is never written anywhere.

use pairing::{Failure, Moment};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::{
    Authority,
    profile::{self, Validity},
};

impl Authority {
    /// A certificate for host names and IP addresses, with a fresh key. The chain is leaf, then authority, then what is
    /// above it.
    ///
    /// # Errors
    /// As for clients, or a name that is not ASCII.
    pub(crate) fn issue_server(
        &self,
        names: &[String],
        now: Moment,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Failure> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Failure::internal)?;
        // An authority that has ended signs for nobody but its own server, so that somebody can come in and change it.
        let validity = self
            .validity(now, profile::SERVER_LIFETIME)
            .unwrap_or_else(|_| Validity::starting(now, profile::SERVER_LIFETIME));
        let params = profile::server(names, validity, &key)?;
        let certificate = self.sign(&params, &key)?;
        let mut chain = vec![certificate, self.certificate_der().clone()];
        chain.extend_from_slice(self.upper());
        Ok((chain, key.into()))
    }
}
