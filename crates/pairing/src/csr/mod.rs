//! Certificate signing requests: reading them and holding them to the policy.
//!
//! A request buys exactly one thing: a certificate for its public key. Nothing else in it is used: the
//! subject is compared and then rebuilt from our own values, requested extensions are not even read. So the
//! reading is generous (what `openssl`, Java and old agents send is understood) and the policy is strict.
//!
//! ```
//! use pairing::{Subject, csr};
//!
//! // "no request" in base64
//! let refusal = csr::check("bm8gcmVxdWVzdA==", &Subject::default(), "an id").unwrap_err();
//! assert_eq!(refusal, csr::CsrRefusal::Pem);
//! ```

mod der;
mod encoding;
mod inspection;
mod key;
mod key_rules;
mod modulus;
mod name;
mod refusal;
mod request;
mod signature;

use aws_lc_rs::digest;

use crate::Subject;

pub use encoding::{Base64Fault, MAX_FIELD_BYTES};
pub use inspection::{InspectedAttribute, Inspection, inspect};
pub use key::{KeyDescription, KeyRefusal};
pub use key_rules::KeyRules;
pub use name::{Attribute, AttributeFault};
pub use refusal::CsrRefusal;
pub use signature::SignatureRefusal;

/// What is left of a request that passed: the key to certify, and what to call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedCsr {
    /// The `SubjectPublicKeyInfo`, DER.
    pub spki_der: Vec<u8>,
    pub key: KeyDescription,
    /// SHA-256 of the whole request in DER: the same request again has the same value, however it was encoded.
    pub sha256: [u8; 32],
}

/// Reads the value of a `csr` field and checks everything about it, in Compass' order
/// (`connector/internal/api/certificate_resolver.go`): encoding, syntax, key, self-signature, then CN, C, O, OU, L, ST.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(field: &str, subject: &Subject, common_name: &str) -> Result<CheckedCsr, CsrRefusal> {
    check_with(field, subject, common_name, &KeyRules::default())
}

/// As [`check`], with a choice of keys that is narrower than what is safe at all.
///
/// # Errors
/// The first thing that is wrong.
pub fn check_with(
    field: &str,
    subject: &Subject,
    common_name: &str,
    keys: &KeyRules,
) -> Result<CheckedCsr, CsrRefusal> {
    let der = encoding::decode(field)?;
    let request = request::Request::read(&der)?;
    // Before the signature: verifying under an oversized or malformed key would cost what the check saves.
    let key = key::check(&request.key)?;
    keys.allow(key)?;
    signature::verify(&request, key)?;
    name::check(&request.subject, subject, common_name)?;
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(digest::digest(&digest::SHA256, &der).as_ref());
    Ok(CheckedCsr { spki_der: request.key.der.to_vec(), key, sha256 })
}
