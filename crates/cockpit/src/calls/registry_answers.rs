//! What the page receives about what applications registered and which events they sent, passed on as the console says it.
//! Times are RFC 3339 in UTC. Credentials are masked by the server.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceApiType {
    OpenApi,
    Odata,
}

/// How a runtime would sign in at a registered API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ServiceCredentials {
    Oauth,
    Basic,
    CertificateGen,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceApi {
    pub target_url: String,
    pub api_type: ServiceApiType,
    pub specification_url: Option<String>,
    /// Null: none.
    pub credentials: Option<ServiceCredentials>,
    #[ts(type = "number")]
    pub spec_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceEventType {
    pub name: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceEvents {
    #[ts(type = "number")]
    pub spec_bytes: u64,
    pub types: Vec<ServiceEventType>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDocumentation {
    pub display_name: String,
    pub description: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// What an application registered under one name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceRow {
    pub id: String,
    pub name: String,
    pub provider: String,
    pub description: String,
    pub short_description: Option<String>,
    /// The application's own, where it gave one.
    pub identifier: Option<String>,
    #[ts(type = "Record<string, string>")]
    pub labels: BTreeMap<String, String>,
    pub api: Option<ServiceApi>,
    pub events: Option<ServiceEvents>,
    pub documentation: Option<ServiceDocumentation>,
    pub created_at: String,
    pub updated_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationServices {
    pub services: Vec<ServiceRow>,
    pub now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDocument {
    pub title: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub source: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDetail {
    pub service: ServiceRow,
    /// What the registry answers, without the specifications and with its masks instead of credentials.
    #[ts(type = "Record<string, unknown>")]
    pub raw: Map<String, Value>,
    /// Up to 5 MiB of JSON, YAML or XML.
    pub api_spec: Option<String>,
    pub event_spec: Option<String>,
    pub documents: Vec<ServiceDocument>,
    pub now: String,
}

/// How an event came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EventWire {
    /// The old JSON with `event-type`.
    Legacy,
    /// A CloudEvent in one JSON object.
    Structured,
    /// A CloudEvent with its attributes in headers.
    Binary,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Delivered,
    Failed,
}

/// What became of an event at one subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventDelivery {
    pub url: String,
    pub state: DeliveryState,
    /// The subscriber's HTTP status.
    pub status: Option<u16>,
    pub at: Option<String>,
    pub error: Option<String>,
}

/// One event that the server received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedEvent {
    /// Ascending over the whole server.
    #[ts(type = "number")]
    pub seq: u64,
    pub received_at: String,
    pub runtime: String,
    pub wire: EventWire,
    #[serde(rename = "type")]
    pub kind: String,
    pub version: Option<String>,
    pub id: String,
    pub source: String,
    /// As the application wrote it.
    pub time: Option<String>,
    pub content_type: Option<String>,
    /// Of the data, in bytes.
    #[ts(type = "number")]
    pub size: u64,
    pub deliveries: Vec<EventDelivery>,
}

/// How full the place for events is; the oldest make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventRing {
    #[ts(type = "number")]
    pub kept: u64,
    #[ts(type = "number")]
    pub dropped: u64,
    #[ts(type = "number")]
    pub limit: u64,
    #[ts(type = "number")]
    pub bytes: u64,
    #[ts(type = "number")]
    pub byte_limit: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<ReceivedEvent>,
    /// Of the whole server.
    pub ring: EventRing,
    pub now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventDetail {
    pub event: ReceivedEvent,
    /// Attributes and extensions of the CloudEvent.
    #[ts(type = "Record<string, unknown>")]
    pub attributes: BTreeMap<String, Value>,
    /// The data, where it is text.
    pub text: Option<String>,
    /// The data, where it is not.
    pub base64: Option<String>,
    pub now: String,
}

/// Who gets a copy of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    pub id: String,
    /// Null: every application.
    pub application_id: Option<String>,
    pub application_name: Option<String>,
    pub event_type: Option<String>,
    pub version: Option<String>,
    pub url: String,
    /// From the server's settings; it cannot be removed in the list.
    pub fixed: bool,
    pub created_at: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Subscriptions {
    pub subscriptions: Vec<Subscription>,
}
