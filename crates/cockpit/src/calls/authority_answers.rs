//! What the page receives about the certificate authority, its listeners and its policy. No key is in any of these.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CertificateOwnerKind, Policy};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityState {
    /// Signs.
    Active,
    /// Does not sign any more; its certificates are still accepted.
    Trusted,
    Retired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityOrigin {
    Created,
    Imported,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuthorityRow {
    pub fingerprint: String,
    pub subject: String,
    pub key: String,
    pub serial: String,
    pub not_before: String,
    pub not_after: String,
    pub origin: AuthorityOrigin,
    pub state: AuthorityState,
    pub trusted_until: Option<String>,
    pub active_since: String,
    #[ts(type = "number")]
    pub current_certificates: u64,
    pub pem: String,
}

/// Where the CA key is and what it takes to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CaKeyProtection {
    /// Encrypted with a secret in the key store of this desktop.
    Keyring,
    /// Encrypted with a passphrase that is asked for at every start.
    Passphrase,
    /// A file readable only by its owner.
    Plain,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RevocationList {
    #[ts(type = "number")]
    pub number: u64,
    pub this_update: String,
    pub next_update: String,
    #[ts(type = "number")]
    pub entries: u64,
    pub url: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServerCertificate {
    pub fingerprint: String,
    pub issuer: String,
    pub not_before: String,
    pub not_after: String,
    pub renews_at: String,
    pub names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListenerName {
    Token,
    Certificate,
    Internal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListenerTls {
    Server,
    Mutual,
    None,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListenerRow {
    pub name: ListenerName,
    pub address: String,
    pub url: String,
    pub tls: ListenerTls,
    #[ts(type = "number")]
    pub connections: u64,
    #[ts(type = "number")]
    pub connection_limit: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthorityFidelity {
    Strict,
    Lenient,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuthorityView {
    pub active: AuthorityRow,
    /// Of the active one, for reading out on the phone.
    pub fingerprint_words: String,
    /// Older ones that are still accepted.
    pub trusted: Vec<AuthorityRow>,
    /// Those that are not accepted any more.
    pub retired: Vec<AuthorityRow>,
    pub key_protection: CaKeyProtection,
    pub key_file: String,
    /// Permanent; null when the key is well kept.
    pub warning: Option<String>,
    /// Null: none can be signed now.
    pub crl: Option<RevocationList>,
    pub ocsp_url: Option<String>,
    pub server: ServerCertificate,
    pub listeners: Vec<ListenerRow>,
    pub fidelity: AuthorityFidelity,
    #[ts(type = "number")]
    pub owners_on_old_chain: u64,
    pub last_backup_at: Option<String>,
    pub journal_file: String,
    pub server_now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OldChainOwner {
    pub owner_kind: CertificateOwnerKind,
    pub owner_id: String,
    pub owner_name: Option<String>,
    #[ts(type = "number")]
    pub certificates: u64,
    pub last_expiry: String,
}

/// Who still has only certificates of an older CA.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OldChain {
    /// The first 200.
    pub owners: Vec<OldChainOwner>,
    #[ts(type = "number")]
    pub count: u64,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicyView {
    pub policy: Policy,
    /// Dotted names of what the command line of the server has set: not changeable here.
    pub fixed: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicyFault {
    /// Dotted, as in `fixed`.
    pub field: String,
    pub message: String,
}

/// Either the policy that now holds, or everything that is wrong with the one that was sent.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PolicyOutcome {
    pub view: Option<PolicyView>,
    pub errors: Vec<PolicyFault>,
}
