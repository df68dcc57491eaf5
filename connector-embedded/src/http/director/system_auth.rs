//! System auths, credentials and one-time tokens as types.

use async_graphql::{Enum, ID, Interface, SimpleObject, Union};
use serde_json::{Value, json};

use super::scalar::Timestamp;
use crate::{
    service::{Addresses, credentials::IssuedCredentials, one_time_token::IssuedToken, system_auth::Held},
    store::{one_time_token::OneTimeToken as TokenRow, system_auth::SystemAuth as AuthRow},
};

/// What stands where a secret was shown once.
pub(crate) const MASK: &str = "********";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum SystemAuthReferenceType {
    Application,
    Runtime,
    IntegrationSystem,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OneTimeTokenType {
    #[graphql(name = "Runtime")]
    Runtime,
    #[graphql(name = "Application")]
    Application,
}

#[derive(Debug, Interface)]
#[graphql(
    field(name = "id", ty = "&ID"),
    field(name = "auth", ty = "&Option<Auth>"),
    field(name = "type", method = "kind", ty = "&Option<SystemAuthReferenceType>"),
    field(name = "tenant_id", ty = "&Option<String>"),
    field(name = "reference_object_id", ty = "&Option<ID>")
)]
pub(crate) enum SystemAuth {
    Application(AppSystemAuth),
}

#[derive(Debug, SimpleObject)]
pub(crate) struct AppSystemAuth {
    id: ID,
    /// Null without the scope `application.auths:read`.
    auth: Option<Auth>,
    #[graphql(name = "type")]
    kind: Option<SystemAuthReferenceType>,
    /// The internal id of the tenant.
    tenant_id: Option<String>,
    reference_object_id: Option<ID>,
}

impl AppSystemAuth {
    fn new(row: AuthRow, auth: Option<Auth>) -> Self {
        Self {
            id: ID(row.id),
            auth,
            kind: Some(SystemAuthReferenceType::Application),
            tenant_id: Some(row.tenant_id),
            reference_object_id: Some(ID(row.application_id)),
        }
    }

    /// As it may be seen again.
    pub(super) fn held(held: Held, visible: bool, addresses: &Addresses) -> Self {
        let auth = visible.then(|| Auth {
            credential: held.client.then(|| CredentialData::masked(&held.auth.id, addresses)),
            one_time_token: held
                .token
                .map(|row| OneTimeToken::Application(OneTimeTokenForApplication::seen(&row, addresses))),
            cert_common_name: held.auth.cert_common_name.clone(),
            access_strategy: None,
        });
        Self::new(held.auth, auth)
    }

    /// With the secret, once.
    pub(super) fn issued(credentials: IssuedCredentials) -> Self {
        let auth = Auth {
            credential: Some(CredentialData::issued(&credentials)),
            one_time_token: None,
            cert_common_name: None,
            access_strategy: None,
        };
        Self::new(credentials.auth, Some(auth))
    }
}

/// What authenticates.
#[derive(Debug, SimpleObject)]
pub(crate) struct Auth {
    credential: Option<CredentialData>,
    one_time_token: Option<OneTimeToken>,
    /// Set when a certificate was issued.
    cert_common_name: Option<String>,
    /// Never used here.
    access_strategy: Option<String>,
}

#[derive(Debug, Union)]
pub(crate) enum CredentialData {
    OAuth(OAuthCredentialData),
    Basic(BasicCredentialData),
}

#[derive(SimpleObject)]
#[graphql(name = "OAuthCredentialData")]
pub(crate) struct OAuthCredentialData {
    client_id: ID,
    client_secret: String,
    /// The token endpoint.
    url: String,
}

#[derive(SimpleObject)]
pub(crate) struct BasicCredentialData {
    username: String,
    password: String,
}

impl CredentialData {
    pub(super) fn issued(credentials: &IssuedCredentials) -> Self {
        Self::OAuth(OAuthCredentialData {
            client_id: ID(credentials.client_id.clone()),
            client_secret: credentials.client_secret.expose().to_owned(),
            url: credentials.token_url.clone(),
        })
    }

    fn masked(client_id: &str, addresses: &Addresses) -> Self {
        Self::OAuth(OAuthCredentialData {
            client_id: ID(client_id.to_owned()),
            client_secret: MASK.into(),
            url: addresses.oauth_token.clone(),
        })
    }
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
}

#[derive(SimpleObject)]
pub(crate) struct OneTimeTokenForApplication {
    /// The token once, when it is made; asterisks ever after.
    token: String,
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

impl std::fmt::Debug for OAuthCredentialData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OAuthCredentialData").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for BasicCredentialData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BasicCredentialData").field("username", &self.username).finish_non_exhaustive()
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
        let data = issued.pairing_data(&addresses.connector);
        let legacy_url = data.legacy_url(&addresses.legacy_info).expose().to_owned();
        let raw_encoded = data.raw_encoded().expose().to_owned();
        let token = match suggestion {
            Suggestion::Plain => issued.token.expose().to_owned(),
            Suggestion::RawEncoded => raw_encoded.clone(),
            Suggestion::LegacyUrl => legacy_url.clone(),
        };
        Self {
            token,
            connector_url: addresses.connector.clone(),
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

    fn seen(row: &TokenRow, addresses: &Addresses) -> Self {
        Self {
            token: MASK.into(),
            connector_url: addresses.connector.clone(),
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
