//! What the page receives about certificates and certificate requests. Times are RFC 3339 in UTC; a private key is
//! in none of these.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who a certificate belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CertificateOwnerKind {
    Application,
    Runtime,
}

/// Which lifetime a certificate got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CertificateKind {
    Application,
    Runtime,
    Test,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CertificateState {
    Valid,
    Expired,
    NotYetValid,
    Revoked,
    /// The authority that signed it is not accepted any more.
    AuthorityEnded,
}

/// Why a certificate was turned away when it was last shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CertificateRefusal {
    Expired,
    NotYetValid,
    Revoked,
    PairingRemoved,
    NotForClients,
    /// No authority that counts signed it.
    UnknownIssuer,
    NotAccepted,
}

/// Why a certificate is revoked (RFC 5280 §5.3.1, those that an administrator can know).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RevocationReason {
    Unspecified,
    KeyCompromise,
    AffiliationChanged,
    Superseded,
    CessationOfOperation,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificateRow {
    /// SHA-256 of the whole certificate, 64 hexadecimal digits.
    pub fingerprint: String,
    /// Hexadecimal.
    pub serial: String,
    /// The fingerprint of the CA that signed it.
    pub issuer: String,
    pub owner_kind: CertificateOwnerKind,
    pub owner_id: String,
    pub owner_name: Option<String>,
    /// The owner was deleted.
    pub owner_gone: bool,
    pub system_auth_id: String,
    /// Its system auth is gone: it is not accepted any more, although nobody revoked it.
    pub pairing_removed: bool,
    pub common_name: String,
    pub subject: String,
    /// For example RSA 2048.
    pub key: String,
    pub kind: CertificateKind,
    pub not_before: String,
    pub not_after: String,
    /// When it stops to count: then, or earlier with its authority.
    pub ends_at: String,
    pub issued_at: String,
    /// Through which interface it was asked for.
    pub wire: String,
    /// 0 is the first of its line, 3 the third renewal.
    #[ts(type = "number")]
    pub generation: u64,
    /// The fingerprint of the first of the line.
    pub lineage: String,
    /// The fingerprint of the one that it renews.
    pub parent: Option<String>,
    pub same_key_as_parent: bool,
    pub state: CertificateState,
    /// Valid, and less is left than the thresholds of the policy.
    pub expires_soon: bool,
    pub last_seen_at: Option<String>,
    pub last_seen_from: Option<String>,
    pub refused_at: Option<String>,
    pub refused_why: Option<CertificateRefusal>,
    pub refused_from: Option<String>,
    pub revoked_at: Option<String>,
    pub revoked_by: Option<String>,
    pub revoked_reason: Option<RevocationReason>,
    pub revoked_note: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificatePage {
    pub rows: Vec<CertificateRow>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    /// Null: it was searched or filtered, and counting would look at everything.
    #[ts(type = "number | null")]
    pub total_count: Option<u64>,
    pub server_now: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChainRole {
    Root,
    Intermediate,
    Client,
    Server,
}

/// One certificate of a chain, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChainLink {
    pub role: ChainRole,
    pub subject: String,
    pub issuer: String,
    pub key: String,
    pub not_before: String,
    pub not_after: String,
    pub fingerprint: String,
    /// For reading out on the phone.
    pub fingerprint_words: String,
    /// The bytes that prove the link: the one below names this as its authority.
    pub subject_key_id: Option<String>,
    pub authority_key_id: Option<String>,
    /// By the link above it; a root by itself.
    pub signed_by_previous: bool,
    /// Each a sentence.
    pub problems: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificateField {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificateExtension {
    pub name: String,
    /// Whoever does not understand it must refuse the certificate.
    pub critical: bool,
    pub meaning: String,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificateDetail {
    pub row: CertificateRow,
    /// What it is, in human words, before the hexadecimal digits.
    pub sentences: Vec<String>,
    /// Root first, the client last.
    pub chain: Vec<ChainLink>,
    /// Oldest first; with the row itself.
    pub lineage: Vec<CertificateRow>,
    pub fields: Vec<CertificateField>,
    pub extensions: Vec<CertificateExtension>,
    /// Each a sentence.
    pub problems: Vec<String>,
    pub pem: String,
    pub server_now: String,
}

/// How many end in one bucket of time that starts at `at`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineBucket {
    pub at: String,
    #[ts(type = "number")]
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimelineAuthority {
    pub fingerprint: String,
    pub subject: String,
    pub not_before: String,
    pub not_after: String,
    pub state: super::AuthorityState,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    #[ts(type = "number")]
    pub bucket_seconds: u64,
    /// Current certificates by their end.
    pub expiries: Vec<TimelineBucket>,
    /// Owners by the end of their last current certificate.
    pub last_expiries: Vec<TimelineBucket>,
    pub authorities: Vec<TimelineAuthority>,
    #[ts(type = "number")]
    pub current: u64,
    #[ts(type = "number")]
    pub expired: u64,
    #[ts(type = "number")]
    pub revoked: u64,
    pub server_now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DarkOwner {
    pub owner_kind: CertificateOwnerKind,
    pub owner_id: String,
    pub owner_name: Option<String>,
    pub last_expiry: String,
}

/// Who would have no certificate left at a moment.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DarkOwners {
    /// The first 50.
    pub owners: Vec<DarkOwner>,
    #[ts(type = "number")]
    pub count: u64,
}

#[derive(Clone, Copy, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RevokedCertificates {
    #[ts(type = "number")]
    pub revoked: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum VerifyVerdict {
    Match,
    NoMatch,
    NotApplicable,
}

/// How something that a person dropped fits a certificate. Never its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CertificateCheck {
    /// What it was taken for: A private key (RSA 2048), …
    pub recognised: String,
    pub verdict: VerifyVerdict,
    pub sentence: String,
    pub hint: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    Request,
    Certificate,
    PrivateKey,
    PublicKey,
    Pkcs12,
    /// A one-time token, pairing data, or an access token.
    Token,
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RequestVerdict {
    Good,
    Wrong,
    NotARequest,
}

/// One attribute of a subject: what it is and what it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SubjectField {
    /// O, OU, L, ST, C, CN.
    pub attribute: String,
    /// Null: missing.
    pub is: Option<String>,
    /// Empty: not known here.
    pub must_be: String,
    pub ok: bool,
}

/// What a dropped or pasted text is, and whether the Connector would sign it. Never the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestReport {
    pub kind: RequestKind,
    pub verdict: RequestVerdict,
    pub headline: String,
    /// Each a sentence.
    pub problems: Vec<String>,
    /// Empty: it is no request.
    pub subject: Vec<SubjectField>,
    /// For example RSA 4096; null: not readable.
    pub key: Option<String>,
    /// The openssl command that makes a request that is right.
    pub command: Option<String>,
    /// It would be signed, and this environment lets the administrator sign.
    pub can_sign: bool,
}

#[derive(Clone, Copy, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CleanedUp {
    pub removed: u32,
}
