//! The authority itself: opened once, then shared by everything that signs.

use std::{fmt, path::Path, sync::Arc, time::Duration};

use aws_lc_rs::digest;
use pairing::{ErrorCode, Failure, Moment, Subject, csr::CheckedCsr};
use pem::{EncodeConfig, LineEnding, Pem};
use rcgen::{CertificateParams, Issuer, KeyPair, PublicKeyData, SubjectPublicKeyInfo};
use rustls_pki_types::CertificateDer;
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use super::{
    key_pair_files::KeyPairFiles,
    profile::{self, Validity},
};
use crate::{CaKeyKind, StartError};

/// The certificate authority. Cheap to clone; the key stays where it is.
#[derive(Clone)]
pub(crate) struct Authority(Arc<Inner>);

struct Inner {
    certificate: CertificateDer<'static>,
    pem: String,
    validity: Validity,
    /// Name and key, made ready once: issuing is then little more than the signature.
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate that was signed for an application.
#[derive(Clone, Debug)]
pub(crate) struct IssuedCertificate {
    pub(crate) der: CertificateDer<'static>,
    pub(crate) pem: String,
    /// SHA-256 of the DER: how a certificate is found again.
    pub(crate) fingerprint: [u8; 32],
    /// Big-endian, 20 bytes.
    pub(crate) serial: Vec<u8>,
    pub(crate) not_before: Moment,
    pub(crate) not_after: Moment,
}

impl Authority {
    /// Opens the authority of a data directory, or makes one. An existing one keeps its key, whatever `kind` says.
    ///
    /// # Errors
    /// [`StartError::Authority`] when a file is missing, damaged or does not belong to the other one, and
    /// [`StartError::LooseMode`] when others can read the key. Nothing is ever overwritten.
    pub(crate) fn open_or_create(dir: &Path, kind: CaKeyKind, now: Moment) -> Result<Self, StartError> {
        let files = KeyPairFiles::open_or_create(dir, kind, now)?;
        let inner = Inner::new(files)
            .map_err(|cause| StartError::Authority { path: dir.to_owned(), cause: cause.to_owned() })?;
        Ok(Self(Arc::new(inner)))
    }

    pub(crate) fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.0.certificate
    }

    pub(crate) fn certificate_pem(&self) -> &str {
        &self.0.pem
    }

    pub(crate) fn not_after(&self) -> Moment {
        self.0.validity.not_after
    }

    /// Signs an application's certificate: our subject, our extensions, the request's key.
    ///
    /// # Errors
    /// The authority has expired, or the clock shows a time before it was made.
    pub(crate) fn issue_client(
        &self,
        csr: &CheckedCsr,
        subject: &Subject,
        common_name: &str,
        now: Moment,
        ttl: Duration,
    ) -> Result<IssuedCertificate, Failure> {
        let key = SubjectPublicKeyInfo::from_der(&csr.spki_der).map_err(Failure::internal)?;
        let validity = self.validity(now, ttl)?;
        let params = profile::client(subject, common_name, validity, &key)?;
        let der = self.sign(&params, &key)?;
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest::digest(&digest::SHA256, &der).as_ref());
        let serial = params.serial_number.map(|serial| serial.to_bytes()).unwrap_or_default();
        Ok(IssuedCertificate {
            pem: certificate_to_pem(&der),
            der,
            fingerprint,
            serial,
            not_before: validity.not_before,
            not_after: validity.not_after,
        })
    }

    pub(super) fn sign(
        &self,
        params: &CertificateParams,
        key: &impl PublicKeyData,
    ) -> Result<CertificateDer<'static>, Failure> {
        params.signed_by(key, &self.0.issuer).map(CertificateDer::from).map_err(Failure::internal)
    }

    /// The validity of a new certificate, inside of the authority's own.
    pub(super) fn validity(&self, now: Moment, lifetime: Duration) -> Result<Validity, Failure> {
        let Validity { not_before, not_after } = self.0.validity;
        // "Unavailable", so that whoever waits for a certificate learns why there is none.
        let refused = |reason: String| Failure::new(ErrorCode::Unavailable, format!("{CANNOT_ISSUE}: {reason}"));
        if now < not_before {
            let (now, made) = (now.rfc3339(), not_before.rfc3339());
            return Err(refused(format!(
                "The server's clock shows {now}, but the certificate authority was made at {made}. Set the clock."
            )));
        }
        if now >= not_after {
            return Err(refused(format!("The certificate authority expired at {}.", not_after.rfc3339())));
        }
        Ok(Validity::starting(now, lifetime).within(self.0.validity))
    }
}

/// A certificate as PEM with plain line feeds, as Go and openssl write it. The same bytes give the same text.
pub(crate) fn certificate_to_pem(der: &[u8]) -> String {
    let line_feeds = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_config(&Pem::new("CERTIFICATE", der), line_feeds)
}

/// Compass' words for a signature that fails (`connector/internal/certificates/certificates.go`).
const CANNOT_ISSUE: &str = "Error while creating certificate";

/// Without the key.
impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("not_after", &self.not_after().rfc3339()).finish_non_exhaustive()
    }
}

impl Inner {
    /// Puts certificate and key together, after making sure that they are a pair and what they say is what we sign with.
    fn new(KeyPairFiles { certificate, key }: KeyPairFiles) -> Result<Self, &'static str> {
        let (rest, parsed) = X509Certificate::from_der(&certificate).map_err(|_| "ca.pem is damaged")?;
        if !rest.is_empty() {
            return Err("ca.pem is damaged");
        }
        if *parsed.public_key().subject_public_key.data != *key.der_bytes() {
            return Err("ca.pem and ca-key.pem do not belong together");
        }
        let may_sign = parsed.key_usage().is_ok_and(|usage| usage.is_none_or(|usage| usage.value.key_cert_sign()));
        if !parsed.is_ca() || !may_sign {
            return Err("the certificate in ca.pem is not that of a certificate authority");
        }
        let moment = |time: x509_parser::time::ASN1Time| Moment::from_unix_seconds(time.timestamp());
        let validity = Validity {
            not_before: moment(parsed.validity().not_before),
            not_after: moment(parsed.validity().not_after),
        };
        let subject = parsed.subject().as_raw();
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(|_| UNUSUAL_NAME)?;
        if !writes_issuer(&issuer, subject) {
            return Err(UNUSUAL_NAME);
        }
        Ok(Self { pem: certificate_to_pem(&certificate), validity, issuer, certificate: certificate.clone() })
    }
}

const UNUSUAL_NAME: &str = "the subject of ca.pem is of a form that this program cannot repeat in certificates";

/// Whether the issuer's name comes out byte for byte as the authority's certificate has it: verifiers compare bytes. A
/// certificate for the authority's own key is signed for this and thrown away, so the key is tried out as well.
fn writes_issuer(issuer: &Issuer<'_, KeyPair>, subject: &[u8]) -> bool {
    let mut params = CertificateParams::default();
    params.serial_number = Some(1.into());
    let Ok(probe) = params.signed_by(issuer.key(), issuer) else { return false };
    X509Certificate::from_der(probe.der()).is_ok_and(|(_, probe)| probe.issuer().as_raw() == subject)
}
