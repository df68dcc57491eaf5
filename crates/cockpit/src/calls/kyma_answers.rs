//! What the page receives about runtimes and heartbeats. Most of it is passed on as the console says it, so these types
//! are read and written. Times are RFC 3339 in UTC; no secret in any of these.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::LinkGeneration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KymaMode {
    Standalone,
    /// Tenant and group are part of who an application is.
    Central,
}

/// One runtime: where events go, and in two-phase mode a Connector of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KymaRuntime {
    pub name: String,
    /// One Connector plays both parts, so this runtime is the server itself.
    pub own: bool,
    pub connector_url: String,
    pub gateway_url: String,
    /// The base of the event URL since it was changed; null: where it always was.
    pub events_moved_to: Option<String>,
    pub authority_fingerprint: String,
}

/// How the server plays Kyma.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Kyma {
    pub mode: KymaMode,
    pub two_phase: bool,
    pub create_unknown_applications: bool,
    /// Plain HTTP on this computer, for token calls; null: switched off.
    pub internal_url: Option<String>,
    #[ts(type = "Record<string, string>")]
    pub default_labels: BTreeMap<String, String>,
    pub event_subscriber: Option<String>,
    pub runtimes: Vec<KymaRuntime>,
    pub now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeartbeatBucket {
    pub at: String,
    #[ts(type = "number")]
    pub count: u64,
}

/// How often an application asked where everything is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Heartbeat {
    pub last_seen_at: Option<String>,
    #[ts(type = "number")]
    pub polls: u64,
    #[ts(type = "number")]
    pub bucket_seconds: u64,
    /// The last seven days, oldest first, with those in which nothing came.
    pub buckets: Vec<HeartbeatBucket>,
}

/// The newest connection token that an application found when it asked; never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeToken {
    pub issued_at: String,
    pub expires_at: String,
    pub used_at: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RuntimeCertificateState {
    Valid,
    Expired,
    Revoked,
}

/// The newest certificate of an application at a runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeCertificate {
    pub fingerprint: String,
    pub not_before: String,
    pub not_after: String,
    pub issued_at: String,
    pub last_seen_at: Option<String>,
    pub state: RuntimeCertificateState,
}

/// How far an application is with one runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationRuntime {
    pub name: String,
    pub own: bool,
    pub connector_url: String,
    pub events_url: String,
    pub metadata_url: String,
    /// Null: none was handed out, because the application did not ask yet.
    pub token: Option<RuntimeToken>,
    pub certificate: Option<RuntimeCertificate>,
    /// Ended here by *Expire now*, before its time.
    pub expired_now: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationKyma {
    pub application_id: String,
    pub name: String,
    /// As it stands in the URLs.
    pub app_name: String,
    pub heartbeat: Heartbeat,
    pub runtimes: Vec<ApplicationRuntime>,
    pub now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SilentApplication {
    pub id: String,
    pub last_seen_at: String,
}

/// Applications that asked before and then stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SilentApplications {
    pub applications: Vec<SilentApplication>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExpiredCertificates {
    #[ts(type = "number")]
    pub expired: u64,
}

/// A connection link that is held in Rust. The page gets it with its token masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionLinkReceipt {
    pub id: String,
    pub application_id: String,
    pub generation: LinkGeneration,
    pub expires_at: String,
    pub masked: String,
    pub server_now: String,
}
