//! What the page sends about the certificate authority and its policy.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{CaKeyProtection, Field, Fingerprint, SecretText};

/// The kinds of key that a new CA can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum AuthorityKey {
    #[serde(rename = "ec:p256")]
    EcP256,
    #[serde(rename = "rsa:4096")]
    Rsa4096,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateAuthority {
    pub key: AuthorityKey,
    pub old_trusted_for_seconds: u32,
}

/// The files are chosen in a dialog of the desktop: a private key never enters the page.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportAuthority {
    /// Of an encrypted key.
    #[ts(type = "string | null")]
    pub passphrase: Option<SecretText>,
    pub old_trusted_for_seconds: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetireAuthority {
    #[ts(type = "string")]
    pub fingerprint: Fingerprint,
    /// The CA's common name, typed by a person.
    #[ts(type = "string")]
    pub confirm_name: Field,
}

/// Of a backup, made or opened.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BackupPassphrase {
    #[ts(type = "string")]
    pub passphrase: SecretText,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySubject {
    pub organization: String,
    pub organizational_unit: String,
    pub locality: String,
    pub province: String,
    pub country: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyKeys {
    pub rsa_minimum_bits: u32,
    pub rsa_maximum_bits: u32,
    /// P-256, P-384.
    pub curves: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyLifetimes {
    #[ts(type = "number")]
    pub application_seconds: u64,
    #[ts(type = "number")]
    pub runtime_seconds: u64,
    #[ts(type = "number")]
    pub test_seconds: u64,
}

/// A certificate expires soon when less is left than the smaller of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyThresholds {
    pub warning_days: u32,
    /// Of the whole lifetime.
    pub warning_percent: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationMode {
    /// Every call is refused at once.
    Strict,
    /// It cannot be renewed; calls go on until it expires.
    RenewalOnly,
}

/// What the Connector signs, for how long, and what revoking does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    pub subject: PolicySubject,
    pub keys: PolicyKeys,
    pub lifetimes: PolicyLifetimes,
    pub thresholds: PolicyThresholds,
    pub revocation_mode: RevocationMode,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnlockServer {
    pub protection: CaKeyProtection,
    /// Only for a passphrase; never kept.
    #[ts(type = "string | null")]
    pub passphrase: Option<SecretText>,
}
