//! What the page sends about the old Connector Service's world: runtimes, the registry, events, connection links.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Field, Id, Text};

/// 1 to 32 characters where it is one of ours; what is longer cannot exist.
pub type RuntimeName = Text<64>;
/// Event types of the field have some 30 characters; a CloudEvents type may be a whole URI.
pub type EventTypeName = Text<512>;

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KymaApplication {
    #[ts(type = "string")]
    pub application_id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SilentFor {
    /// 1 to 365.
    pub days: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuntimeRef {
    #[ts(type = "string")]
    pub runtime: RuntimeName,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpireRuntimeCertificates {
    #[ts(type = "string")]
    pub application_id: Id,
    #[ts(type = "string")]
    pub runtime: RuntimeName,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceRef {
    #[ts(type = "string")]
    pub application_id: Id,
    /// Chosen by the registry, or by a program that put its own.
    #[ts(type = "string")]
    pub service_id: Text<256>,
}

/// The two specifications that a service can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SpecificationKind {
    Api,
    Events,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpecificationRef {
    #[ts(type = "string")]
    pub application_id: Id,
    #[ts(type = "string")]
    pub service_id: Text<256>,
    pub which: SpecificationKind,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListEvents {
    #[ts(type = "string")]
    pub application_id: Id,
    /// Only those that came before this number; null: from the newest on.
    #[ts(type = "number | null")]
    pub before: Option<u64>,
    /// Page size, 1 to 200.
    pub first: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventRef {
    #[ts(type = "string")]
    pub application_id: Id,
    #[ts(type = "number")]
    pub seq: u64,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddSubscription {
    /// Null: of every application.
    #[ts(type = "string | null")]
    pub application_id: Option<Id>,
    /// Null: of every type.
    #[ts(type = "string | null")]
    pub event_type: Option<EventTypeName>,
    /// Null: of every version.
    #[ts(type = "string | null")]
    pub version: Option<EventTypeName>,
    /// http on this computer.
    #[ts(type = "string")]
    pub url: Field,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscriptionRef {
    #[ts(type = "string")]
    pub id: Id,
}

/// The dialects of the old Connector Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkGeneration {
    /// Kyma 0.3 to 0.6: the application's name is in the path, one token per name.
    First,
    /// Kyma 0.7 to 2.2.
    Second,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestConnectionLink {
    #[ts(type = "string")]
    pub application_id: Id,
    pub generation: LinkGeneration,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionLinkRef {
    #[ts(type = "string")]
    pub id: Id,
}
