//! The two operations of the pairing proposal: which ways there are, and the result of choosing one.

use async_graphql::{ID, SimpleObject};
use serde_json::json;

use super::{one_time_token::OneTimeTokenForApplication, scalar::JsonText, system_auth::CredentialData};
use crate::service::credentials::IssuedCredentials;

/// A way to authenticate, as the proposal wraps it.
#[derive(Debug, SimpleObject)]
pub(crate) struct AuthType {
    /// `CLIENT_CERTIFICATE` or `CLIENT_CREDENTIALS`.
    #[graphql(name = "type")]
    pub(super) kind: String,
}

pub(super) const CLIENT_CERTIFICATE: &str = "CLIENT_CERTIFICATE";
pub(super) const CLIENT_CREDENTIALS: &str = "CLIENT_CREDENTIALS";

impl AuthType {
    /// Both, for every application here.
    pub(super) fn all() -> Vec<Self> {
        [CLIENT_CERTIFICATE, CLIENT_CREDENTIALS].map(|kind| Self { kind: kind.into() }).into()
    }
}

/// Everything the application needs for the remaining steps.
#[derive(Debug, SimpleObject)]
pub(crate) struct PairingAuthResult {
    #[graphql(name = "type")]
    kind: String,
    #[graphql(name = "systemAuthID")]
    system_auth_id: ID,
    /// A JSON document with the same values as the typed field of this type.
    params: JsonText,
    /// For `CLIENT_CERTIFICATE`.
    one_time_token: Option<OneTimeTokenForApplication>,
    /// For `CLIENT_CREDENTIALS`.
    credential: Option<CredentialData>,
}

impl PairingAuthResult {
    pub(super) fn certificate(system_auth_id: String, token: OneTimeTokenForApplication, lifetime: u64) -> Self {
        Self {
            kind: CLIENT_CERTIFICATE.into(),
            system_auth_id: ID(system_auth_id),
            params: JsonText(token.params(lifetime)),
            one_time_token: Some(token),
            credential: None,
        }
    }

    pub(super) fn credentials(issued: &IssuedCredentials) -> Self {
        let params = json!({
            "clientId": issued.client_id,
            "clientSecret": issued.client_secret.expose(),
            "url": issued.token_url,
            "tokenUrl": issued.token_url,
            "scopes": issued.scopes,
            "grantType": "client_credentials",
        });
        Self {
            kind: CLIENT_CREDENTIALS.into(),
            system_auth_id: ID(issued.client_id.clone()),
            params: JsonText(params),
            one_time_token: None,
            credential: Some(CredentialData::issued(issued)),
        }
    }
}
