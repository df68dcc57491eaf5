//! The authority itself: opened once, then shared by everything that signs.

use std::{fmt, sync::Arc, time::Duration};

use aws_lc_rs::digest;
use pairing::{ErrorCode, Failure, Moment, Subject, csr::CheckedCsr};
use pem::{EncodeConfig, LineEnding, Pem};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, PublicKeyData,
    SubjectPublicKeyInfo,
};
use rustls_pki_types::CertificateDer;
use x509_parser::{certificate::X509Certificate, extensions::ParsedExtension, prelude::FromDer as _};
use zeroize::Zeroizing;

use super::profile::{self, Validity};

/// A certificate authority. Cheap to clone; the key stays where it is.
#[derive(Clone)]
pub(crate) struct Authority(Arc<Inner>);

struct Inner {
    fingerprint: [u8; 32],
    certificate: CertificateDer<'static>,
    /// The certificates above it, towards its root.
    upper: Vec<CertificateDer<'static>>,
    /// Its certificate and those above it.
    pem: String,
    validity: Validity,
    key_identifier: Vec<u8>,
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
    /// Fingerprint of the authority.
    pub(crate) issuer: [u8; 32],
    /// SHA-256 of the `SubjectPublicKeyInfo`.
    pub(crate) key_hash: [u8; 32],
    /// `application` unless somebody says otherwise.
    pub(crate) kind: &'static str,
    /// Big-endian, 20 bytes.
    pub(crate) serial: Vec<u8>,
    pub(crate) not_before: Moment,
    pub(crate) not_after: Moment,
}

impl Authority {
    /// Puts a chain (its own certificate first) and a key together.
    ///
    /// # Errors
    /// What is wrong with them, for a person.
    pub(super) fn new(chain: Vec<CertificateDer<'static>>, key: KeyPair) -> Result<Self, &'static str> {
        Inner::new(chain, key).map(|inner| Self(Arc::new(inner)))
    }

    /// The authority that a data directory begins with, unprotected.
    #[cfg(test)]
    pub(crate) fn open_or_create(
        dir: &std::path::Path,
        kind: crate::CaKeyKind,
        now: Moment,
    ) -> Result<Self, crate::StartError> {
        let keys = super::KeyFiles::open(dir, Some(&crate::KeyProtection::Plain))?;
        let first = super::first_authority::FirstAuthority::open_or_create(dir, &keys, kind, now)?;
        Self::new(first.chain, first.key).map_err(|cause| keys.unusable(cause))
    }

    /// SHA-256 of its certificate.
    pub(crate) fn fingerprint(&self) -> &[u8; 32] {
        &self.0.fingerprint
    }

    pub(crate) fn upper(&self) -> &[CertificateDer<'static>] {
        &self.0.upper
    }

    pub(crate) fn not_before(&self) -> Moment {
        self.0.validity.not_before
    }

    pub(crate) fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.0.certificate
    }

    /// Its certificate, then those above it.
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
        let fingerprint = sha256(&der);
        let serial = params.serial_number.map(|serial| serial.to_bytes()).unwrap_or_default();
        Ok(IssuedCertificate {
            pem: certificate_to_pem(&der),
            der,
            fingerprint,
            issuer: self.0.fingerprint,
            key_hash: sha256(&csr.spki_der),
            kind: "application",
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

    /// Whether a certificate is this authority's or another one with the same name and key.
    pub(crate) fn signs_as(&self, certificate: &[u8]) -> bool {
        let name_and_key = |der: &[u8]| {
            let (_, parsed) = X509Certificate::from_der(der).ok()?;
            Some((parsed.subject().as_raw().to_vec(), parsed.public_key().raw.to_vec()))
        };
        let own = name_and_key(&self.0.certificate);
        own.is_some() && own == name_and_key(certificate)
    }

    pub(super) fn key(&self) -> &KeyPair {
        self.0.issuer.key()
    }

    /// The key, unencrypted: for a backup that is encrypted as a whole.
    pub(crate) fn key_pem(&self) -> Zeroizing<Vec<u8>> {
        let text = Zeroizing::new(self.key().serialize_pem());
        Zeroizing::new(text.as_bytes().to_vec())
    }

    /// Signs a list of what was revoked.
    ///
    /// # Errors
    /// The authority may sign certificates only, or could not.
    pub(super) fn sign_list(&self, mut params: CertificateRevocationListParams) -> Result<Vec<u8>, Failure> {
        params.key_identifier_method = KeyIdMethod::PreSpecified(self.0.key_identifier.clone());
        let list = params.signed_by(&self.0.issuer).map_err(|error| {
            let message = "This certificate authority may not sign revocation lists (its key usage lacks cRLSign).";
            Failure::new(ErrorCode::InvalidOperation, message).with_detail(error)
        })?;
        Ok(list.der().to_vec())
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
    /// After making sure that certificate and key are a pair and what they say is what we sign with.
    fn new(mut chain: Vec<CertificateDer<'static>>, key: KeyPair) -> Result<Self, &'static str> {
        let upper = chain.split_off(1.min(chain.len()));
        let certificate = chain.pop().ok_or("ca.pem is empty")?;
        let (rest, parsed) = X509Certificate::from_der(&certificate).map_err(|_| "ca.pem is damaged")?;
        if !rest.is_empty() {
            return Err("ca.pem is damaged");
        }
        if *parsed.public_key().subject_public_key.data != *key.der_bytes() {
            return Err("ca.pem and ca-key.pem do not belong together");
        }
        let usage = parsed.key_usage().ok().flatten();
        if !parsed.is_ca() || usage.as_ref().is_some_and(|usage| !usage.value.key_cert_sign()) {
            return Err("the certificate in ca.pem is not that of a certificate authority");
        }
        let moment = |time: x509_parser::time::ASN1Time| Moment::from_unix_seconds(time.timestamp());
        let validity = Validity {
            not_before: moment(parsed.validity().not_before),
            not_after: moment(parsed.validity().not_after),
        };
        let upper = leading_up(&parsed, upper)?;
        let subject = parsed.subject().as_raw();
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(|_| UNUSUAL_NAME)?;
        if !writes_issuer(&issuer, subject) {
            return Err(UNUSUAL_NAME);
        }
        let key_identifier = subject_key_identifier(&parsed).unwrap_or_else(|| profile::key_identifier(issuer.key()));
        let pem = std::iter::once(&certificate).chain(&upper).map(|der| certificate_to_pem(der)).collect();
        let fingerprint = sha256(&certificate);
        Ok(Self { fingerprint, pem, validity, key_identifier, issuer, certificate: certificate.clone(), upper })
    }
}

/// Of the certificates behind an authority's own, those that lead from it to its root.
fn leading_up(
    own: &X509Certificate<'_>,
    others: Vec<CertificateDer<'static>>,
) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let mut wanted = own.issuer().as_raw().to_vec();
    let mut self_signed = own.subject().as_raw() == wanted;
    let mut upper = Vec::new();
    for other in others {
        if self_signed {
            break;
        }
        let (_, parsed) =
            X509Certificate::from_der(&other).map_err(|_| "a certificate behind the authority's is damaged")?;
        if parsed.subject().as_raw() != wanted {
            break;
        }
        wanted = parsed.issuer().as_raw().to_vec();
        self_signed = parsed.subject().as_raw() == wanted;
        upper.push(other);
    }
    Ok(upper)
}

fn subject_key_identifier(certificate: &X509Certificate<'_>) -> Option<Vec<u8>> {
    certificate.extensions().iter().find_map(|extension| {
        let ParsedExtension::SubjectKeyIdentifier(identifier) = extension.parsed_extension() else { return None };
        Some(identifier.0.to_vec())
    })
}

/// SHA-256, as fingerprints are written.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    fingerprint
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
