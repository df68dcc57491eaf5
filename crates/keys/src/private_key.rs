//! A private key in memory, in one form whatever it came from.

use std::fmt;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaKeyPair,
    },
};
use pairing::Secret;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use crate::{
    KeyFault, UnsupportedKey,
    block::{Block, Form, blocks},
    der, encrypted_key,
    key_fault::LARGEST_KIB,
};

/// A private key that can sign: RSA, EC on P-256, P-384 or P-521, or Ed25519. Its `Debug` says only which of them, and
/// its memory is wiped on drop.
#[derive(Clone)]
pub struct PrivateKey {
    pkcs8: Zeroizing<Vec<u8>>,
    public_key: Vec<u8>,
    description: String,
}

impl PrivateKey {
    /// Reads the one private key in the bytes: PEM with anything around it, or DER; PKCS#8, PKCS#8 encrypted with AES,
    /// PKCS#1 or SEC1. The passphrase is not looked at if the key is not protected.
    ///
    /// # Errors
    /// What was found instead, with the command that makes a readable key of it.
    pub fn read(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Self, KeyFault> {
        if bytes.len() > LARGEST_KIB * 1024 {
            return Err(KeyFault::TooLarge);
        }
        let found = blocks(bytes);
        let mut keys = found.iter().filter(|block| block.is_private_key());
        match (keys.next(), keys.next()) {
            (Some(key), None) => Self::from_block(key, passphrase),
            (Some(_), Some(_)) => Err(KeyFault::SeveralKeys),
            (None, _) => Err(found.iter().find_map(|block| block.form.fault()).unwrap_or(KeyFault::NoKey)),
        }
    }

    /// PKCS#8 in DER: what every library takes.
    pub fn pkcs8_der(&self) -> &[u8] {
        &self.pkcs8
    }

    /// The public half as `SubjectPublicKeyInfo` in DER: what stands in a certificate.
    pub fn public_key_der(&self) -> &[u8] {
        &self.public_key
    }

    /// For people: `RSA 2048`, `EC P-256`, `Ed25519`.
    pub fn description(&self) -> &str {
        &self.description
    }

    pub(crate) fn from_block(block: &Block, passphrase: Option<&Secret>) -> Result<Self, KeyFault> {
        match block.form {
            Form::Pkcs8 => Self::from_pkcs8(&block.contents),
            Form::EncryptedPkcs8 => Self::from_pkcs8(&encrypted_key::decrypt(&block.contents, passphrase)?),
            Form::Pkcs1 => Self::from_rsa(RsaKeyPair::from_der(&block.contents).ok()),
            Form::Sec1 => Self::from_sec1(&block.contents),
            Form::EncryptedPem
            | Form::OpenSsh
            | Form::Dsa
            | Form::Pkcs12
            | Form::JavaKeyStore
            | Form::PublicKey
            | Form::Certificate
            | Form::CertificateRequest
            | Form::Beside
            | Form::Damaged => Err(block.form.fault().unwrap_or(KeyFault::NoKey)),
        }
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyFault> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| KeyFault::Damaged)?;
        match info.algorithm.oid {
            RSA => Self::from_rsa(RsaKeyPair::from_pkcs8(der).ok()),
            EC => {
                let curve = info.algorithm.parameters_oid().map_err(|_| UnsupportedKey::UnnamedCurve)?;
                Self::from_ec(curve, |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, der).ok())
            }
            ED25519 => Self::from_ed25519(der),
            other => Err(UnsupportedKey::Type(name_of(other)).into()),
        }
    }

    fn from_sec1(der: &[u8]) -> Result<Self, KeyFault> {
        let elements = der::sequence(der).ok_or(KeyFault::Damaged)?;
        let parameters = elements.iter().find(|element| element.kind == der::CONTEXT);
        let named = parameters.and_then(|parameters| der::elements(parameters.content)).unwrap_or_default();
        let curve = match named.first() {
            Some(first) if first.kind == der::OID => {
                ObjectIdentifier::from_bytes(first.content).map_err(|_| KeyFault::Damaged)?
            }
            _ => return Err(UnsupportedKey::UnnamedCurve.into()),
        };
        Self::from_ec(curve, |algorithm| EcdsaKeyPair::from_private_key_der(algorithm, der).ok())
    }

    fn from_rsa(pair: Option<RsaKeyPair>) -> Result<Self, KeyFault> {
        let pair = pair.ok_or(UnsupportedKey::Rsa)?;
        let modulus = pair.public_key().modulus();
        let bytes = modulus.big_endian_without_leading_zero();
        let bits = bytes.len() * 8 - bytes.first().map_or(0, |first| first.leading_zeros() as usize);
        let pkcs8: Option<Pkcs8V1Der<'_>> = pair.as_der().ok();
        Self::of_pair(pkcs8.as_ref().map(|der| der.as_ref()), pair.public_key().as_der().ok(), format!("RSA {bits}"))
    }

    fn from_ec(
        curve: ObjectIdentifier,
        pair: impl FnOnce(&'static EcdsaSigningAlgorithm) -> Option<EcdsaKeyPair>,
    ) -> Result<Self, KeyFault> {
        let (algorithm, name) = match curve {
            P256 => (&ECDSA_P256_SHA256_ASN1_SIGNING, "P-256"),
            P384 => (&ECDSA_P384_SHA384_ASN1_SIGNING, "P-384"),
            P521 => (&ECDSA_P521_SHA512_ASN1_SIGNING, "P-521"),
            other => return Err(UnsupportedKey::Curve(name_of(other)).into()),
        };
        let pair = pair(algorithm).ok_or(UnsupportedKey::Inconsistent)?;
        let pkcs8 = pair.to_pkcs8v1().ok();
        Self::of_pair(pkcs8.as_ref().map(AsRef::as_ref), pair.public_key().as_der().ok(), format!("EC {name}"))
    }

    fn from_ed25519(der: &[u8]) -> Result<Self, KeyFault> {
        // `openssl` writes version 1, which has no public key to compare with.
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| UnsupportedKey::Inconsistent)?;
        let pkcs8 = pair.to_pkcs8v1().ok();
        Self::of_pair(pkcs8.as_ref().map(AsRef::as_ref), pair.public_key().as_der().ok(), "Ed25519".to_owned())
    }

    /// From the crypto library's own encodings: whoever reads the key next sees the same form whatever file it came from.
    fn of_pair(
        pkcs8: Option<&[u8]>,
        public_key: Option<PublicKeyX509Der<'_>>,
        description: String,
    ) -> Result<Self, KeyFault> {
        let (pkcs8, public_key) = pkcs8.zip(public_key).ok_or(UnsupportedKey::Inconsistent)?;
        let pkcs8 = Zeroizing::new(pkcs8.to_vec());
        Ok(Self { pkcs8, public_key: public_key.as_ref().to_vec(), description })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, [redacted])", self.description)
    }
}

impl Block {
    /// Whether this is meant to be a private key, readable or not.
    pub(crate) fn is_private_key(&self) -> bool {
        match self.form {
            Form::Pkcs8
            | Form::EncryptedPkcs8
            | Form::Pkcs1
            | Form::Sec1
            | Form::EncryptedPem
            | Form::OpenSsh
            | Form::Dsa
            | Form::Damaged => true,
            Form::Pkcs12
            | Form::JavaKeyStore
            | Form::PublicKey
            | Form::Certificate
            | Form::CertificateRequest
            | Form::Beside => false,
        }
    }
}

impl Form {
    /// What to tell someone who gave this as a private key; `None` for what can be one, or says nothing.
    pub(crate) fn fault(self) -> Option<KeyFault> {
        match self {
            Self::Pkcs8 | Self::EncryptedPkcs8 | Self::Pkcs1 | Self::Sec1 | Self::Beside => None,
            Self::EncryptedPem => Some(KeyFault::EncryptedPem),
            Self::OpenSsh => Some(KeyFault::OpenSsh),
            Self::Dsa => Some(UnsupportedKey::Type("DSA".to_owned()).into()),
            Self::Pkcs12 => Some(KeyFault::Pkcs12),
            Self::JavaKeyStore => Some(KeyFault::JavaKeyStore),
            Self::PublicKey => Some(KeyFault::PublicKey),
            Self::Certificate => Some(KeyFault::Certificate),
            Self::CertificateRequest => Some(KeyFault::CertificateRequest),
            Self::Damaged => Some(KeyFault::Damaged),
        }
    }
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const DSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10040.4.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
const X25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.110");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const P224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.33");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");

/// What people call it, or its number.
fn name_of(oid: ObjectIdentifier) -> String {
    let name = match oid {
        RSA_PSS => "RSASSA-PSS",
        DSA => "DSA",
        ED448 => "Ed448",
        X25519 => "X25519",
        P224 => "P-224",
        SECP256K1 => "secp256k1",
        _ => return oid.to_string(),
    };
    name.to_owned()
}
