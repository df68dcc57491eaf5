//! What the page receives about OAuth clients and access tokens. Times are RFC 3339 in UTC; no secret in any of these.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use super::PairingReceipt;

/// To whom a client belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OAuthOwnerKind {
    Application,
    Runtime,
    IntegrationSystem,
    /// Registered by hand or by another program, not through pairing.
    None,
}

/// One accepted secret, without its value: that was shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthSecretRow {
    pub id: String,
    pub created_at: String,
    /// Still accepted until then; null: until somebody retires it.
    pub retires_at: Option<String>,
    pub last_used_at: Option<String>,
    pub last_used_from: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientRow {
    pub client_id: String,
    /// May be empty.
    pub name: String,
    pub owner_kind: OAuthOwnerKind,
    pub owner_id: Option<String>,
    pub owner_name: Option<String>,
    /// How the client may prove who it is: client_secret_basic, client_secret_post.
    pub auth_methods: Vec<String>,
    pub scopes: Vec<String>,
    pub audience: Vec<String>,
    pub created_at: String,
    pub rotated_at: Option<String>,
    /// Null: enabled.
    pub disabled_at: Option<String>,
    pub last_used_at: Option<String>,
    /// An IP address.
    pub last_used_from: Option<String>,
    #[ts(type = "number")]
    pub uses: u64,
    #[ts(type = "number")]
    pub failures: u64,
    #[ts(type = "number")]
    pub failures_since_use: u64,
    pub last_failed_at: Option<String>,
    pub last_failed_from: Option<String>,
    #[ts(type = "number")]
    pub token_lifetime_seconds: u64,
    /// Those that are accepted now, newest first.
    pub secrets: Vec<OAuthSecretRow>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientPage {
    /// Newest first.
    pub rows: Vec<OAuthClientRow>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    #[ts(type = "number")]
    pub total_count: u64,
    pub server_now: String,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientDetail {
    pub row: OAuthClientRow,
    pub token_url: String,
    pub ca_file: Option<String>,
    /// A ready command with $CLIENT_SECRET as a shell variable; no secret in it.
    pub curl: String,
    /// A secret of this client is still held in this run under this id: Get a token needs no typing.
    pub held_pairing_id: Option<String>,
    pub server_now: String,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RotatedOAuthSecret {
    /// The new secret is held like a pairing's.
    pub receipt: PairingReceipt,
    pub client: OAuthClientDetail,
}

/// An access token that is held in Rust. The page gets its content to read, not the token.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccessTokenReceipt {
    pub token_id: String,
    pub token_type: String,
    pub scopes: Vec<String>,
    pub issued_at: Option<String>,
    pub expires_at: Option<String>,
    pub server_now: String,
    /// Decoded for reading, not verified; null: the token is opaque.
    #[ts(type = "Record<string, unknown> | null")]
    pub header: Option<Map<String, Value>>,
    /// As the header.
    #[ts(type = "Record<string, unknown> | null")]
    pub claims: Option<Map<String, Value>>,
}
