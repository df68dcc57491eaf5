//! Who made a request: its signature must verify under the key that it carries.

use aws_lc_rs::signature::{self as aws, RsaPssSaltLength, UnparsedPublicKey, VerificationAlgorithm};
use thiserror::Error;
use x509_parser::{
    asn1_rs::{Any, Oid, oid},
    oid_registry::{
        OID_HASH_SHA1, OID_NIST_HASH_SHA256, OID_NIST_HASH_SHA384, OID_NIST_HASH_SHA512, OID_PKCS1_MD2WITHRSAENC,
        OID_PKCS1_MD4WITHRSAENC, OID_PKCS1_MD5WITHRSAENC, OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA,
        OID_PKCS1_SHA224WITHRSA, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA,
        OID_SHA1_WITH_RSA, OID_SIG_ECDSA_WITH_SHA224, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384,
        OID_SIG_ECDSA_WITH_SHA512,
    },
    signature_algorithm::RsaSsaPssParams,
};

use super::{
    KeyDescription,
    der::{Reader, Unexpected, dotted},
    request::Request,
};

/// Why a request's own signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureRefusal {
    #[error(
        "The request was not signed with the private key that belongs to its public key, or it was changed afterwards."
    )]
    Wrong,
    #[error("The request is signed with {0}, which can be forged. Sign it with SHA-256 (openssl: -sha256).")]
    Broken(&'static str),
    #[error("The request is signed with {algorithm}, which cannot be made with its key, {key}.")]
    OtherKey { algorithm: &'static str, key: KeyDescription },
    #[error("Signatures with {0} are not supported. Sign the request with SHA-256 (openssl: -sha256).")]
    Unsupported(String),
    #[error(
        "The RSA-PSS signature has {0}, expected SHA-256, SHA-384 or SHA-512 for everything and a salt as long as the \
         hash (openssl: -sigopt rsa_pss_saltlen:digest)."
    )]
    Pss(&'static str),
}

/// An `AlgorithmIdentifier` as it stands beside a signature.
#[derive(Debug)]
pub(super) struct SignatureAlgorithm<'a> {
    oid: Oid<'a>,
    parameters: Option<Any<'a>>,
}

impl<'a> SignatureAlgorithm<'a> {
    pub(super) fn read(mut content: Reader<'a>) -> Result<Self, Unexpected> {
        let oid = content.oid()?;
        let parameters = if content.is_empty() { None } else { Some(content.any()?) };
        content.end()?;
        Ok(Self { oid, parameters })
    }
}

/// Verifies a request under its own key, which must have passed the key policy.
pub(super) fn verify(request: &Request<'_>, key: KeyDescription) -> Result<(), SignatureRefusal> {
    let algorithm = choose(&request.algorithm, key)?;
    UnparsedPublicKey::new(algorithm, request.key.bytes)
        .verify(request.info, request.signature)
        .map_err(|_| SignatureRefusal::Wrong)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

fn choose(
    algorithm: &SignatureAlgorithm<'_>,
    key: KeyDescription,
) -> Result<&'static dyn VerificationAlgorithm, SignatureRefusal> {
    // SHA-1 is read because old agents sign with it: the signature only shows that the sender has the private
    // key, and a collision does not help anyone who has it not.
    for (oid, hash) in [
        (OID_PKCS1_SHA256WITHRSA, Hash::Sha256),
        (OID_PKCS1_SHA384WITHRSA, Hash::Sha384),
        (OID_PKCS1_SHA512WITHRSA, Hash::Sha512),
        (OID_PKCS1_SHA1WITHRSA, Hash::Sha1),
        (OID_SHA1_WITH_RSA, Hash::Sha1),
    ] {
        if algorithm.oid == oid {
            return pkcs1(hash, key);
        }
    }
    for (oid, hash) in [
        (OID_SIG_ECDSA_WITH_SHA256, Hash::Sha256),
        (OID_SIG_ECDSA_WITH_SHA384, Hash::Sha384),
        (OID_SIG_ECDSA_WITH_SHA512, Hash::Sha512),
        (oid!(1.2.840.10045.4.1), Hash::Sha1),
    ] {
        if algorithm.oid == oid {
            return ecdsa(hash, key);
        }
    }
    if algorithm.oid == OID_PKCS1_RSASSAPSS {
        return pss(algorithm.parameters.as_ref(), key);
    }
    for (oid, name) in
        [(OID_PKCS1_MD2WITHRSAENC, "MD2"), (OID_PKCS1_MD4WITHRSAENC, "MD4"), (OID_PKCS1_MD5WITHRSAENC, "MD5")]
    {
        if algorithm.oid == oid {
            return Err(SignatureRefusal::Broken(name));
        }
    }
    let sha224 = algorithm.oid == OID_PKCS1_SHA224WITHRSA || algorithm.oid == OID_SIG_ECDSA_WITH_SHA224;
    let name = if sha224 { "SHA-224".to_owned() } else { format!("algorithm {}", dotted(&algorithm.oid)) };
    Err(SignatureRefusal::Unsupported(name))
}

fn pkcs1(hash: Hash, key: KeyDescription) -> Result<&'static dyn VerificationAlgorithm, SignatureRefusal> {
    if !matches!(key, KeyDescription::Rsa { .. }) {
        return Err(SignatureRefusal::OtherKey { algorithm: "RSA", key });
    }
    Ok(match hash {
        Hash::Sha1 => &aws::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        Hash::Sha256 => &aws::RSA_PKCS1_2048_8192_SHA256,
        Hash::Sha384 => &aws::RSA_PKCS1_2048_8192_SHA384,
        Hash::Sha512 => &aws::RSA_PKCS1_2048_8192_SHA512,
    })
}

fn ecdsa(hash: Hash, key: KeyDescription) -> Result<&'static dyn VerificationAlgorithm, SignatureRefusal> {
    Ok(match (key, hash) {
        (KeyDescription::EcP256, Hash::Sha1) => &aws::ECDSA_P256_SHA1_ASN1,
        (KeyDescription::EcP256, Hash::Sha256) => &aws::ECDSA_P256_SHA256_ASN1,
        (KeyDescription::EcP256, Hash::Sha384) => &aws::ECDSA_P256_SHA384_ASN1,
        (KeyDescription::EcP256, Hash::Sha512) => &aws::ECDSA_P256_SHA512_ASN1,
        (KeyDescription::EcP384, Hash::Sha1) => {
            return Err(SignatureRefusal::Unsupported("ECDSA P-384 and SHA-1".into()));
        }
        (KeyDescription::EcP384, Hash::Sha256) => &aws::ECDSA_P384_SHA256_ASN1,
        (KeyDescription::EcP384, Hash::Sha384) => &aws::ECDSA_P384_SHA384_ASN1,
        (KeyDescription::EcP384, Hash::Sha512) => &aws::ECDSA_P384_SHA512_ASN1,
        (KeyDescription::Rsa { .. }, _) => {
            return Err(SignatureRefusal::OtherKey { algorithm: "ECDSA", key });
        }
    })
}

fn pss(
    parameters: Option<&Any<'_>>,
    key: KeyDescription,
) -> Result<&'static dyn VerificationAlgorithm, SignatureRefusal> {
    let KeyDescription::Rsa { bits } = key else {
        return Err(SignatureRefusal::OtherKey { algorithm: "RSA-PSS", key });
    };
    let unreadable = SignatureRefusal::Pss("parameters that cannot be read");
    let parameters = parameters.and_then(|any| RsaSsaPssParams::try_from(any).ok()).ok_or(unreadable.clone())?;
    let hash = [
        (OID_NIST_HASH_SHA256, Hash::Sha256, 32),
        (OID_NIST_HASH_SHA384, Hash::Sha384, 48),
        (OID_NIST_HASH_SHA512, Hash::Sha512, 64),
        (OID_HASH_SHA1, Hash::Sha1, 20),
    ];
    let Some((oid, hash, length)) = hash.into_iter().find(|(oid, ..)| oid == parameters.hash_algorithm_oid()) else {
        return Err(SignatureRefusal::Pss("an unknown hash"));
    };
    if parameters.mask_gen_algorithm().map_err(|_| unreadable)?.hash != oid {
        return Err(SignatureRefusal::Pss("a second hash for its mask"));
    }
    // openssl 3.0 makes the salt as long as fits unless told otherwise; RFC 8017 §9.1.1 gives that length.
    let longest = (bits - 1).div_ceil(8) - length - 2;
    let salt = parameters.salt_length();
    match hash {
        _ if salt != length && salt != longest => Err(SignatureRefusal::Pss("a salt of unusual length")),
        Hash::Sha1 => Err(SignatureRefusal::Pss("SHA-1 as its hash")),
        Hash::Sha256 if salt == length => Ok(&aws::RSA_PSS_2048_8192_SHA256),
        Hash::Sha384 if salt == length => Ok(&aws::RSA_PSS_2048_8192_SHA384),
        Hash::Sha512 if salt == length => Ok(&aws::RSA_PSS_2048_8192_SHA512),
        Hash::Sha256 => Ok(&const { aws::RSA_PSS_2048_8192_SHA256.with_pss_salt_length(RsaPssSaltLength::Max) }),
        Hash::Sha384 => Ok(&const { aws::RSA_PSS_2048_8192_SHA384.with_pss_salt_length(RsaPssSaltLength::Max) }),
        Hash::Sha512 => Ok(&const { aws::RSA_PSS_2048_8192_SHA512.with_pss_salt_length(RsaPssSaltLength::Max) }),
    }
}
