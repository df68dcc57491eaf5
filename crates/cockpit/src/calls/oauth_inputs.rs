//! What the page sends about OAuth clients and access tokens.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Id, SecretText, Text};

/// Client ids are the registry's; those that were made by other programs may be long.
pub type OAuthClientId = Text<255>;

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListOAuthClients {
    /// The `endCursor` of the page before.
    #[ts(type = "string | null")]
    pub after: Option<Text<1024>>,
    /// Page size, 1 to 1000.
    pub first: u32,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OAuthClientRef {
    #[ts(type = "string")]
    pub client_id: OAuthClientId,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateOAuthSecret {
    #[ts(type = "string")]
    pub client_id: OAuthClientId,
    /// When the secrets before stop being accepted: null when retired by hand, 0 now.
    pub retire_old_after_seconds: Option<u32>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetireOAuthSecret {
    #[ts(type = "string")]
    pub client_id: OAuthClientId,
    #[ts(type = "string")]
    pub secret_id: Id,
    /// 0: now; null: takes the end date away again.
    pub after_seconds: Option<u32>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetOAuthClientEnabled {
    #[ts(type = "string")]
    pub client_id: OAuthClientId,
    pub enabled: bool,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeleteOAuthClient {
    #[ts(type = "string")]
    pub client_id: OAuthClientId,
    /// The owner's name or, without one, the client id, typed by a person.
    #[ts(type = "string")]
    pub confirm_client_id: Text<8192>,
}

/// How the client's secret travels to the token endpoint (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuthMethod {
    /// In the header `Authorization: Basic`.
    Basic,
    /// In the request's body.
    Post,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GetAccessToken {
    #[ts(type = "string")]
    pub client_id: OAuthClientId,
    /// Null: the one that is still held from pairing or rotation.
    #[ts(type = "string | null")]
    pub secret: Option<SecretText>,
    /// Empty: whatever the client gets when it asks for none.
    #[ts(type = "Array<string>")]
    pub scopes: Vec<Text<255>>,
    pub auth_method: TokenAuthMethod,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessTokenRef {
    #[ts(type = "string")]
    pub token_id: Id,
}

/// One way to write an access token down; all of them contain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenForm {
    Token,
    AuthorizationHeader,
    CurlDirector,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CopyAccessToken {
    #[ts(type = "string")]
    pub token_id: Id,
    pub form: AccessTokenForm,
}
