//! One-time tokens as types.

use async_graphql::{Enum, Interface, SimpleObject};
use serde_json::{Value, json};

use super::{scalar::Timestamp, system_auth::MASK};
use crate::{
    service::{Addresses, one_time_token::IssuedToken},
    store::one_time_token::OneTimeToken as TokenRow,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OneTimeTokenType {
    #[graphql(name = "Runtime")]
    Runtime,
    #[graphql(name = "Application")]
    Application,
}

#[derive(Debug, Interface)]
#[expect(clippy::duplicated_attributes, reason = "the fields of an interface have types in common")]
#[graphql(
    field(name = "token", ty = "&String"),
    field(name = "connectorURL", method = "connector_url", ty = "&String"),
    field(name = "used", ty = "&bool"),
    field(name = "expires_at", ty = "&Timestamp"),
    field(name = "created_at", ty = "&Option<Timestamp>"),
    field(name = "used_at", ty = "&Option<Timestamp>"),
    field(name = "raw", ty = "&Option<String>"),
    field(name = "raw_encoded", ty = "&Option<String>"),
    field(name = "type", method = "kind", ty = "&Option<OneTimeTokenType>")
)]
pub(crate) enum OneTimeToken {
    Application(OneTimeTokenForApplication),
    Runtime(OneTimeTokenForRuntime),
}

/// For a runtime. Seen when it is made and never again, as in Compass.
#[derive(SimpleObject)]
pub(crate) struct OneTimeTokenForRuntime {
    token: String,
    #[graphql(name = "connectorURL")]
    connector_url: String,
    used: bool,
    expires_at: Timestamp,
    created_at: Option<Timestamp>,
    /// 0001-01-01T00:00:00Z while it is unused.
    used_at: Option<Timestamp>,
    /// The pairing data as JSON.
    raw: Option<String>,
    /// `raw` in padded standard base64.
    raw_encoded: Option<String>,
    #[graphql(name = "type")]
    kind: Option<OneTimeTokenType>,
}

impl std::fmt::Debug for OneTimeTokenForRuntime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimeTokenForRuntime").field("used", &self.used).finish_non_exhaustive()
    }
}

impl OneTimeTokenForRuntime {
    pub(super) fn issued(issued: &IssuedToken, addresses: &Addresses) -> Self {
        let data = issued.pairing_data(addresses);
        Self {
            token: issued.token.expose().to_owned(),
            connector_url: issued.connector_url(addresses).to_owned(),
            used: false,
            expires_at: Timestamp(issued.expires_at),
            created_at: Some(Timestamp(issued.created_at)),
            used_at: Some(Timestamp::zero()),
            raw: Some(data.raw().expose().to_owned()),
            raw_encoded: Some(data.raw_encoded().expose().to_owned()),
            kind: Some(OneTimeTokenType::Runtime),
        }
    }
}

#[derive(SimpleObject)]
pub(crate) struct OneTimeTokenForApplication {
    /// The token once, when it is made; asterisks ever after.
    token: String,
    /// Empty when it came from the pairing adapter of an integration system.
    #[graphql(name = "connectorURL")]
    connector_url: String,
    #[graphql(name = "legacyConnectorURL")]
    legacy_connector_url: String,
    used: bool,
    expires_at: Timestamp,
    created_at: Option<Timestamp>,
    /// 0001-01-01T00:00:00Z while it is unused.
    used_at: Option<Timestamp>,
    /// The pairing data as JSON; null when it is seen again.
    raw: Option<String>,
    /// `raw` in padded standard base64; null when it is seen again.
    raw_encoded: Option<String>,
    #[graphql(name = "type")]
    kind: Option<OneTimeTokenType>,
    scenario_groups: Option<Vec<Option<String>>>,
}

impl std::fmt::Debug for OneTimeTokenForApplication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OneTimeTokenForApplication").field("used", &self.used).finish_non_exhaustive()
    }
}

/// Which form `token` takes when the header `suggest_token` is `true`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suggestion {
    Plain,
    RawEncoded,
    LegacyUrl,
}

impl OneTimeTokenForApplication {
    pub(super) fn issued(issued: &IssuedToken, suggestion: Suggestion, addresses: &Addresses) -> Self {
        let data = issued.pairing_data(addresses);
        let legacy_url = data.legacy_url(&addresses.legacy_info).expose().to_owned();
        let raw_encoded = data.raw_encoded().expose().to_owned();
        let token = match suggestion {
            Suggestion::Plain => issued.token.expose().to_owned(),
            Suggestion::RawEncoded => raw_encoded.clone(),
            Suggestion::LegacyUrl => legacy_url.clone(),
        };
        Self {
            token,
            connector_url: issued.connector_url(addresses).to_owned(),
            legacy_connector_url: legacy_url,
            used: false,
            expires_at: Timestamp(issued.expires_at),
            created_at: Some(Timestamp(issued.created_at)),
            used_at: Some(Timestamp::zero()),
            raw: Some(data.raw().expose().to_owned()),
            raw_encoded: Some(raw_encoded),
            kind: Some(OneTimeTokenType::Application),
            scenario_groups: Some(Vec::new()),
        }
    }

    /// As it may be seen again.
    pub(super) fn seen(row: &TokenRow, addresses: &Addresses) -> Self {
        Self {
            token: MASK.into(),
            connector_url: if row.from_adapter { String::new() } else { addresses.connector.clone() },
            legacy_connector_url: addresses.legacy_info.clone(),
            used: row.used_at.is_some(),
            expires_at: Timestamp::from_millis(row.expires_at),
            created_at: Some(Timestamp::from_millis(row.created_at)),
            used_at: Some(row.used_at.map_or_else(Timestamp::zero, Timestamp::from_millis)),
            raw: None,
            raw_encoded: None,
            kind: Some(OneTimeTokenType::Application),
            scenario_groups: Some(Vec::new()),
        }
    }

    /// What the pairing proposal's `params` hold for a client certificate.
    pub(super) fn params(&self, certificate_lifetime: u64) -> Value {
        json!({
            "token": self.token,
            "connectorURL": self.connector_url,
            "legacyConnectorURL": self.legacy_connector_url,
            "expiresAt": self.expires_at.0.rfc3339(),
            "raw": self.raw,
            "rawEncoded": self.raw_encoded,
            "certificateLifetimeSeconds": certificate_lifetime,
        })
    }
}
