//! What the page sends about certificates and certificate requests.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Field, Id, RevocationReason, SecretText, Text};

/// 64 hexadecimal digits.
pub type Fingerprint = Text<64>;
/// What a person dropped: a chain takes 10 KiB, a key store of Java some 100 KiB.
pub type Dropped = SecretText<{ 256 * 1024 }>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CertificateOrder {
    /// The next to expire first.
    Expiry,
    /// The newest first.
    Issued,
    /// By the owner's name, then by expiry.
    Owner,
    /// By the CA, then by expiry.
    Authority,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListCertificates {
    pub order: CertificateOrder,
    /// Neither expired nor revoked, and the pairing not removed.
    pub current_only: bool,
    #[ts(type = "string | null")]
    pub search: Option<Text<200>>,
    #[ts(type = "string | null")]
    pub owner_id: Option<Id>,
    /// The fingerprint of a CA.
    #[ts(type = "string | null")]
    pub issuer: Option<Fingerprint>,
    /// The `endCursor` of the page before.
    #[ts(type = "string | null")]
    pub after: Option<Text<1024>>,
    /// Page size, 1 to 1000.
    pub first: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateRef {
    #[ts(type = "string")]
    pub fingerprint: Fingerprint,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DarkAt {
    /// RFC 3339.
    #[ts(type = "string")]
    pub at: Text<64>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeCertificate {
    #[ts(type = "string")]
    pub fingerprint: Fingerprint,
    pub reason: RevocationReason,
    #[ts(type = "string | null")]
    pub note: Option<Text<1000>>,
    /// The owner's name or, without one, the common name, typed by a person.
    #[ts(type = "string")]
    pub confirm_name: Field,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeOwnerCertificates {
    #[ts(type = "string")]
    pub owner_id: Id,
    pub reason: RevocationReason,
    #[ts(type = "string | null")]
    pub note: Option<Text<1000>>,
    /// The owner's name or, without one, its id, typed by a person.
    #[ts(type = "string")]
    pub confirm_name: Field,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyCertificate {
    #[ts(type = "string")]
    pub fingerprint: Fingerprint,
    /// PEM, or the bytes of a file in base64: a private key, a request, a root, a chain.
    #[ts(type = "string")]
    pub text: Dropped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    Pem,
    /// With the CA and what is above it.
    Chain,
    Der,
    /// The chain without a key, as Java and Windows take it.
    Pkcs12,
    /// An entry for a calendar on the day it expires.
    Calendar,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExportCertificate {
    #[ts(type = "string")]
    pub fingerprint: Fingerprint,
    pub form: ExportForm,
    /// Only for PKCS#12.
    #[ts(type = "string | null")]
    pub passphrase: Option<SecretText>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CertificateCopyForm {
    Pem,
    Chain,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyCertificate {
    #[ts(type = "string")]
    pub fingerprint: Fingerprint,
    pub form: CertificateCopyForm,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRequest {
    /// Anything: text, or the bytes of a file in base64.
    #[ts(type = "string")]
    pub text: Dropped,
    /// For which pairing the request is; it says what the common name must be.
    #[ts(type = "string | null")]
    pub pairing_id: Option<Id>,
    /// The same without a pairing of this run.
    #[ts(type = "string | null")]
    pub system_auth_id: Option<Id>,
}

/// Which lifetime a request gets that is signed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SigningKind {
    Application,
    Test,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignRequest {
    #[ts(type = "string")]
    pub text: Dropped,
    #[ts(type = "string")]
    pub system_auth_id: Id,
    pub kind: SigningKind,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CleanUpAuths {
    #[ts(type = "string")]
    pub application_id: Id,
    #[ts(type = "Array<string>")]
    pub system_auth_ids: Vec<Id>,
}
