//! A CA that somebody brings: its private key, its certificate, and what is above that.

use pairing::Secret;
use rustls_pki_types::CertificateDer;
use thiserror::Error;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::{
    KeyFault, PrivateKey,
    block::{Block, Form, blocks},
    key_fault::LARGEST_KIB,
    kubernetes_secret::{self, SecretFault},
};

/// Longer than any chain that people use; a text with more is something else.
const MOST_CERTIFICATES: usize = 100;

/// A CA's key and certificates that belong together.
#[derive(Clone, Debug)]
pub struct CaMaterial {
    /// The CA's certificate, then the one that signed it, and so on towards the root as far as was given.
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKey,
}

/// Why there is no CA to be had from what was given. As with [`KeyFault`], a sentence that repeats nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CaMaterialFault {
    #[error(transparent)]
    Key(#[from] KeyFault),
    #[error(transparent)]
    Secret(#[from] SecretFault),
    #[error("There is no certificate in it, neither as PEM (-----BEGIN CERTIFICATE-----) nor as DER.")]
    NoCertificate,
    #[error("A certificate in it is damaged.")]
    DamagedCertificate,
    #[error(
        "There are more than {MOST_CERTIFICATES} certificates in it. Leave only those of the CA and of those above it."
    )]
    TooManyCertificates,
    #[error(
        "The private key belongs to none of the certificates: their public keys differ. Compare: openssl pkey -in \
         ca.key -pubout; openssl x509 -in ca.crt -noout -pubkey"
    )]
    KeyOfAnother,
    #[error(
        "The certificate that belongs to the private key is not the one of a CA (basic constraints CA:TRUE and, if there \
         is a key usage, certificate signing), so nobody would accept what it signs. See: openssl x509 -in ca.crt -noout \
         -text"
    )]
    NotACa,
    #[error("There are several CAs with a private key in it. Leave only the one that is wanted.")]
    SeveralCas,
}

impl CaMaterial {
    /// Reads a CA from one or several texts, in any order: PEM blocks, DER, or a Kubernetes Secret in YAML or JSON with
    /// the fields `ca.crt` and `ca.key`, or `tls.crt` and `tls.key`. Certificates that do not belong to the CA are left
    /// out. Whether the CA is valid now is for the caller, who has a clock.
    ///
    /// # Errors
    /// What is missing or does not fit together.
    pub fn read(texts: &[&[u8]], passphrase: Option<&Secret>) -> Result<Self, CaMaterialFault> {
        if texts.iter().map(|text| text.len()).sum::<usize>() > LARGEST_KIB * 1024 {
            return Err(KeyFault::TooLarge.into());
        }
        let mut found = Vec::new();
        for text in texts {
            match kubernetes_secret::contents(text) {
                Some(fields) => fields?.iter().for_each(|field| found.extend(blocks(field))),
                None => found.extend(blocks(text)),
            }
        }
        let keys = private_keys(&found, passphrase)?;
        let ders = certificates(&found)?;
        let parsed: Vec<_> =
            ders.iter().map(|der| parse(der)).collect::<Option<_>>().ok_or(CaMaterialFault::DamagedCertificate)?;
        let (key, certificate) = choose(&keys, &parsed)?;
        let chain = chain_from(certificate, &parsed).into_iter().map(|index| ders[index].clone()).collect();
        Ok(Self { chain, key: key.clone() })
    }
}

fn private_keys(found: &[Block], passphrase: Option<&Secret>) -> Result<Vec<PrivateKey>, KeyFault> {
    let mut keys: Vec<PrivateKey> = Vec::new();
    for block in found.iter().filter(|block| block.is_private_key()) {
        let key = PrivateKey::from_block(block, passphrase)?;
        if keys.iter().all(|known| known.public_key_der() != key.public_key_der()) {
            keys.push(key);
        }
    }
    if keys.is_empty() {
        // A certificate is no mistake here, unlike anything else.
        let others = found.iter().filter(|block| block.form != Form::Certificate);
        return Err(others.filter_map(|block| block.form.fault()).next().unwrap_or(KeyFault::NoKey));
    }
    Ok(keys)
}

fn certificates(found: &[Block]) -> Result<Vec<CertificateDer<'static>>, CaMaterialFault> {
    let mut ders: Vec<CertificateDer<'static>> = Vec::new();
    for block in found.iter().filter(|block| block.form == Form::Certificate) {
        let der = CertificateDer::from(block.contents.to_vec());
        if !ders.contains(&der) {
            ders.push(der);
        }
    }
    match ders.len() {
        0 => Err(CaMaterialFault::NoCertificate),
        1..=MOST_CERTIFICATES => Ok(ders),
        _ => Err(CaMaterialFault::TooManyCertificates),
    }
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(der).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, certificate)| certificate)
}

/// The key and the index of its certificate. Of several certificates for one key, as after a renewal, the one that is
/// valid longest.
fn choose<'k>(
    keys: &'k [PrivateKey],
    certificates: &[X509Certificate<'_>],
) -> Result<(&'k PrivateKey, usize), CaMaterialFault> {
    let mut pairs = Vec::new();
    for key in keys {
        let fitting =
            (0..certificates.len()).filter(|index| certificates[*index].public_key().raw == key.public_key_der());
        pairs.extend(fitting.map(|index| (key, index)));
    }
    if pairs.is_empty() {
        return Err(CaMaterialFault::KeyOfAnother);
    }
    pairs.retain(|(_, index)| is_ca(&certificates[*index]));
    let Some((first, _)) = pairs.first().copied() else {
        return Err(CaMaterialFault::NotACa);
    };
    if pairs.iter().any(|(key, _)| key.public_key_der() != first.public_key_der()) {
        return Err(CaMaterialFault::SeveralCas);
    }
    let longest = pairs.into_iter().max_by_key(|(_, index)| certificates[*index].validity().not_after);
    longest.ok_or(CaMaterialFault::NotACa)
}

fn is_ca(certificate: &X509Certificate<'_>) -> bool {
    let constrained = certificate.basic_constraints().is_ok_and(|found| found.is_some_and(|found| found.value.ca));
    let signs = certificate.key_usage().is_ok_and(|found| found.is_none_or(|found| found.value.key_cert_sign()));
    constrained && signs
}

/// Indices from the certificate towards its root. Names may repeat, so the signature says who the issuer is.
fn chain_from(first: usize, certificates: &[X509Certificate<'_>]) -> Vec<usize> {
    let mut chain = vec![first];
    let mut current = &certificates[first];
    while current.issuer().as_raw() != current.subject().as_raw() {
        let signed_current = |index: &usize| {
            let above = &certificates[*index];
            above.subject().as_raw() == current.issuer().as_raw()
                && !chain.contains(index)
                && is_ca(above)
                && current.verify_signature(Some(above.public_key())).is_ok()
        };
        let Some(above) = (0..certificates.len()).find(signed_current) else { break };
        chain.push(above);
        current = &certificates[above];
    }
    chain
}
