//! What the page sends. Limits here only bound the size; the rules of the Director are in `applications.rs`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::{AuthType, Form, Owner, Text};

/// Ids are the Director's and opaque to us; every Director in the field uses UUIDs (36 characters).
pub type Id = Text<128>;
/// Anything a person types into one field. The Director's own limits are lower and named in its refusal.
pub type Field = Text<8192>;

/// No input, or no answer.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(type = "Record<string, never>")]
pub struct Nothing {}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListApplications {
    /// The `endCursor` of the page before.
    #[ts(type = "string | null")]
    pub after: Option<Text<1024>>,
    /// Page size, 1 to 200.
    pub first: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplicationRef {
    #[ts(type = "string")]
    pub id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateApplication {
    #[ts(type = "string")]
    pub name: Field,
    #[ts(type = "string | null")]
    pub provider_name: Option<Field>,
    #[ts(type = "string | null")]
    pub description: Option<Field>,
    #[ts(type = "string | null")]
    pub base_url: Option<Field>,
    #[ts(type = "string | null")]
    pub health_check_url: Option<Field>,
    #[serde(default)]
    #[ts(type = "Record<string, unknown>")]
    pub labels: Map<String, Value>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateApplication {
    #[ts(type = "string")]
    pub id: Id,
    /// Empty texts clear.
    #[ts(type = "string")]
    pub provider_name: Field,
    #[ts(type = "string")]
    pub description: Field,
    #[ts(type = "string")]
    pub base_url: Field,
    #[ts(type = "string")]
    pub health_check_url: Field,
    /// The present one: it is sent again, because the Director resets it otherwise.
    #[ts(type = "string")]
    pub condition: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteApplication {
    #[ts(type = "string")]
    pub id: Id,
    #[ts(type = "string")]
    pub confirm_name: Field,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RequestPairing {
    pub owner: Owner,
    #[serde(rename = "type")]
    pub auth_type: AuthType,
    /// Re-issue into this system auth: the token before is dead.
    #[ts(type = "string | null")]
    pub system_auth_id: Option<Id>,
    /// Also copy this form at once.
    pub copy: Option<Form>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PairingRef {
    #[ts(type = "string")]
    pub pairing_id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PairingForm {
    #[ts(type = "string")]
    pub pairing_id: Id,
    pub form: Form,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlainText {
    /// At most 4096 characters, not secret.
    #[ts(type = "string")]
    pub text: Text<4096>,
}
