//! What the page receives. Times are RFC 3339 in UTC. No secret is in any of these but [`Revealed`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{CallError, CertificateState};
use crate::Settings;

#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ServerState {
    Starting,
    Ready,
    Failed { error: CallError },
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    pub name: String,
    pub badge: String,
    pub tenant: String,
    pub tenant_name: String,
    pub director_url: String,
    pub connector_url: String,
    pub certificate_secured_director_url: String,
    pub certificate_secured_connector_url: String,
    pub oauth_token_url: String,
    pub token_lifetime_seconds: Option<u32>,
    pub certificate_lifetime_seconds: Option<u32>,
    pub ca_file: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppState {
    pub version: String,
    pub data_dir: String,
    pub server: ServerState,
    pub environment: Option<Environment>,
    pub settings: Settings,
    /// The server's clock; null until it has answered once.
    pub server_now: Option<String>,
    /// Permanent, each a sentence.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRow {
    pub id: String,
    pub name: String,
    /// The Director's, verbatim: INITIAL, CONNECTED, FAILED, …
    pub condition: String,
    pub status_at: String,
    pub provider_name: Option<String>,
    pub description: Option<String>,
    pub base_url: Option<String>,
    pub created_at: Option<String>,
    pub updated_at: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationPage {
    pub rows: Vec<ApplicationRow>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    pub total_count: u32,
    pub server_now: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    Token,
    Certificate,
    Credentials,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenSummary {
    pub used: bool,
    pub used_at: Option<String>,
    pub created_at: Option<String>,
    pub expires_at: String,
    pub expired: bool,
}

/// The newest certificate of a system auth, as far as a line of a list needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuthCertificate {
    pub fingerprint: String,
    /// 0 is the first of its line, 3 the third renewal.
    #[ts(type = "number")]
    pub generation: u64,
    pub not_after: String,
    pub state: CertificateState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuthSummary {
    pub id: String,
    pub kind: AuthKind,
    pub client_id: Option<String>,
    pub cert_common_name: Option<String>,
    pub token: Option<TokenSummary>,
    /// Null: none was issued, or this environment does not list its certificates.
    pub certificate: Option<AuthCertificate>,
    /// Left behind: no credential came of it, and its token cannot be used any more.
    pub orphaned: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationDetail {
    pub row: ApplicationRow,
    pub health_check_url: Option<String>,
    #[ts(type = "Record<string, unknown>")]
    pub labels: BTreeMap<String, Value>,
    pub eventing_url: Option<String>,
    /// Null: not readable.
    pub auths: Option<Vec<AuthSummary>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeletionImpact {
    pub name: String,
    pub certificates: u32,
    pub pending_tokens: u32,
    pub oauth_clients: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AuthType {
    ClientCertificate,
    ClientCredentials,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuthTypeOffer {
    #[serde(rename = "type")]
    pub auth_type: AuthType,
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
}

/// One way to write down what is handed over. The first eight belong to a certificate, the others to credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    PairingData,
    Token,
    ConnectorUrl,
    LegacyUrl,
    Curl,
    Openssl,
    Env,
    Json,
    ClientId,
    ClientSecret,
    TokenUrl,
    All,
    CurlToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormInfo {
    pub form: Form,
    /// Contains the secret: masked until Show, kept out of clipboard histories.
    pub secret: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PairingReceipt {
    pub pairing_id: String,
    pub application_id: String,
    pub application_name: String,
    pub tenant: String,
    #[serde(rename = "type")]
    pub auth_type: AuthType,
    pub system_auth_id: String,
    pub requested_at: String,
    pub server_now: String,
    pub expires_at: Option<String>,
    pub connector_url: Option<String>,
    pub client_id: Option<String>,
    pub token_url: Option<String>,
    pub scopes: Vec<String>,
    pub forms: Vec<FormInfo>,
    /// Copied, saved or acknowledged at least once.
    pub handed_over: bool,
    /// A new secret of a client that was there before: there is no progress to watch and nothing to cancel.
    pub rotated: bool,
    pub clipboard: Option<CopyOutcome>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ClipboardState {
    Written,
    Unavailable,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CopyOutcome {
    pub clipboard: ClipboardState,
    /// Why it is unavailable, and what to do.
    pub message: Option<String>,
    pub clears_in_seconds: Option<u32>,
    pub kept_out_of_history: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Revealed {
    pub value: String,
}

#[derive(Clone, Copy, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Cleared {
    pub cleared: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    /// Null: the person cancelled.
    pub saved_to: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Waiting,
    ConfigurationFetched,
    CertificateIssued,
    Paired,
    Expired,
    NoAnswer,
    Gone,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    pub stage: Stage,
    pub condition: String,
    pub expires_at: Option<String>,
    pub used_at: Option<String>,
    pub token_created_at: Option<String>,
    pub cert_common_name: Option<String>,
    /// False: the system auths are not readable, only the condition is watched.
    pub readable: bool,
    pub server_now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestedCredentials {
    pub scopes: Vec<String>,
    pub expires_in_seconds: u32,
}
