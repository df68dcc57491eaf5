//! Whether one certificate was signed with the key of another.

use aws_lc_rs::signature::{self as aws, UnparsedPublicKey, VerificationAlgorithm};
use x509_parser::{
    asn1_rs::Oid,
    certificate::X509Certificate,
    oid_registry::{
        OID_EC_P256, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSASSAPSS, OID_PKCS1_SHA1WITHRSA,
        OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA, OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256,
        OID_SIG_ECDSA_WITH_SHA384, OID_SIG_ECDSA_WITH_SHA512, OID_SIG_ED25519,
    },
    x509::SubjectPublicKeyInfo,
};

/// False as well where the algorithm is none that anybody should accept any more.
pub(super) fn verifies(certificate: &X509Certificate<'_>, key: &SubjectPublicKeyInfo<'_>) -> bool {
    let Some(algorithm) = algorithm(&certificate.signature_algorithm.algorithm, key) else { return false };
    let key = UnparsedPublicKey::new(algorithm, &key.subject_public_key.data);
    key.verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data).is_ok()
}

/// As people know it.
pub(super) fn name(algorithm: &Oid<'_>) -> String {
    let known = [
        (OID_PKCS1_SHA256WITHRSA, "RSA and SHA-256"),
        (OID_PKCS1_SHA384WITHRSA, "RSA and SHA-384"),
        (OID_PKCS1_SHA512WITHRSA, "RSA and SHA-512"),
        (OID_PKCS1_RSASSAPSS, "RSA-PSS"),
        (OID_PKCS1_SHA1WITHRSA, "RSA and SHA-1, which can be forged"),
        (OID_SIG_ECDSA_WITH_SHA256, "ECDSA and SHA-256"),
        (OID_SIG_ECDSA_WITH_SHA384, "ECDSA and SHA-384"),
        (OID_SIG_ECDSA_WITH_SHA512, "ECDSA and SHA-512"),
        (OID_SIG_ED25519, "Ed25519"),
    ];
    let found = known.into_iter().find(|(oid, _)| oid == algorithm);
    found.map_or_else(|| algorithm.to_id_string(), |(_, name)| name.to_owned())
}

fn algorithm(oid: &Oid<'_>, key: &SubjectPublicKeyInfo<'_>) -> Option<&'static dyn VerificationAlgorithm> {
    let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.as_oid().ok());
    let on = |wanted: Oid<'_>| curve.as_ref().is_some_and(|curve| *curve == wanted);
    Some(if *oid == OID_PKCS1_SHA256WITHRSA {
        &aws::RSA_PKCS1_2048_8192_SHA256
    } else if *oid == OID_PKCS1_SHA384WITHRSA {
        &aws::RSA_PKCS1_2048_8192_SHA384
    } else if *oid == OID_PKCS1_SHA512WITHRSA {
        &aws::RSA_PKCS1_2048_8192_SHA512
    } else if *oid == OID_SIG_ED25519 {
        &aws::ED25519
    } else if *oid == OID_SIG_ECDSA_WITH_SHA256 && on(OID_EC_P256) {
        &aws::ECDSA_P256_SHA256_ASN1
    } else if *oid == OID_SIG_ECDSA_WITH_SHA384 && on(OID_EC_P256) {
        &aws::ECDSA_P256_SHA384_ASN1
    } else if *oid == OID_SIG_ECDSA_WITH_SHA512 && on(OID_EC_P256) {
        &aws::ECDSA_P256_SHA512_ASN1
    } else if *oid == OID_SIG_ECDSA_WITH_SHA256 && on(OID_NIST_EC_P384) {
        &aws::ECDSA_P384_SHA256_ASN1
    } else if *oid == OID_SIG_ECDSA_WITH_SHA384 && on(OID_NIST_EC_P384) {
        &aws::ECDSA_P384_SHA384_ASN1
    } else if *oid == OID_SIG_ECDSA_WITH_SHA512 && on(OID_NIST_EC_P384) {
        &aws::ECDSA_P384_SHA512_ASN1
    } else if *oid == OID_SIG_ECDSA_WITH_SHA512 && on(OID_NIST_EC_P521) {
        &aws::ECDSA_P521_SHA512_ASN1
    } else {
        return None;
    })
}
