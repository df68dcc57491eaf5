//! What the page receives. Times are RFC 3339 in UTC. No secret is in any of these but [`Revealed`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{CallError, CertificateState, Environment, IntegrationSystemRow, Owner};
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
pub struct AppState {
    pub version: String,
    pub data_dir: String,
    /// Of this computer.
    pub server: ServerState,
    /// Another number whenever the environment or the tenant in force is another one; every call can say which it means.
    #[ts(type = "number")]
    pub view: u64,
    /// Null: the server of this computer is in force and does not run.
    pub environment: Option<Environment>,
    pub settings: Settings,
    /// The server's clock; null until it has answered once.
    pub server_now: Option<String>,
    /// Permanent, each a sentence.
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
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
    /// The integration system that manages it.
    pub integration_system_id: Option<String>,
    /// Keys and values of its labels, for searching; cut where it is long.
    pub label_text: String,
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
pub struct EventUrl {
    /// Null: no runtime takes its events yet.
    pub url: Option<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationDetail {
    pub row: ApplicationRow,
    pub health_check_url: Option<String>,
    #[ts(type = "Record<string, unknown>")]
    pub labels: BTreeMap<String, Value>,
    /// Null in a remote environment, where `event_url` asks for it.
    pub eventing_url: Option<String>,
    /// Null: not readable.
    pub auths: Option<Vec<AuthSummary>>,
    /// The integration system that manages it. Its pairing adapter may issue the pairing data itself.
    pub integration_system: Option<IntegrationSystemRow>,
    pub template_id: Option<String>,
    /// From the label `scenarios`.
    pub formations: Vec<String>,
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
    /// Of a rotated secret: the owner of its client; null for a client that belongs to nobody here.
    pub owner: Option<Owner>,
    pub owner_name: String,
    pub environment: String,
    pub tenant: String,
    pub tenant_name: String,
    #[serde(rename = "type")]
    pub auth_type: AuthType,
    /// Null: this environment does not say which entry was created.
    pub system_auth_id: Option<String>,
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
    /// Put into an entry that was left behind before, so that there is no further one.
    pub reused: bool,
    /// The integration system whose pairing adapter made the token: its form and its lifetime are not Compass'.
    pub issued_by: Option<String>,
    /// What the Director proposes to hand over; null: it does not say.
    pub suggested_form: Option<Form>,
    /// One sentence about what looks wrong about where it leads: not encrypted, or to a host that the environment does not name.
    pub caution: Option<String>,
    /// Others who may read the system auths can read the secret again.
    pub readable_later: bool,
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
    /// It sent its signing request: the second token was used.
    RequestSent,
    /// It sent one and has not called since: still starting, or refused. Compass does not tell which.
    RequestUnanswered,
    CertificateIssued,
    /// It got an access token and has not called yet.
    CredentialsUsed,
    Paired,
    Expired,
    /// It used the token and got no answer.
    NoAnswer,
    /// It was connected before, and nothing that can be read here changes when it pairs again.
    CannotTell,
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
    /// The application was connected before the data was requested.
    pub already_connected: bool,
    pub server_now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TestedCredentials {
    pub scopes: Vec<String>,
    pub expires_in_seconds: u32,
}
