//! What the page sends about environments and sign-ins.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{EnvironmentColour, Guard, Id, Keep, SecretText, Text};

/// An environment as it is set up; also what is written to environments.json and to an export. Nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentDefinition {
    pub name: String,
    /// One upper-case word: TEST, PRODUCTION.
    pub badge: String,
    #[serde(default)]
    pub colour: EnvironmentColour,
    #[serde(default)]
    pub guard: Guard,
    pub director_url: String,
    /// This and the next three may be empty: derived where the address is Compass-like, else unknown.
    #[serde(default)]
    pub connector_url: String,
    #[serde(default)]
    pub certificate_secured_director_url: String,
    #[serde(default)]
    pub certificate_secured_connector_url: String,
    #[serde(default)]
    pub oauth_token_url: String,
    /// External id; empty: none is chosen.
    #[serde(default)]
    pub tenant: String,
    #[serde(default)]
    pub tenant_name: String,
    pub sign_in: SignInMethod,
    /// PEM; trusted for this environment beside the CAs of the computer.
    #[serde(default)]
    pub ca_pem: Option<String>,
    #[serde(default)]
    pub proxy: Proxy,
    /// Sent with every request to the Director.
    #[serde(default)]
    pub headers: Vec<ExtraHeader>,
    /// At most this many in a second.
    #[serde(default = "default_rate")]
    pub requests_per_second: u32,
}

/// A Compass gateway refills 10 a second for each caller (contracts/compass.md §0.1).
const fn default_rate() -> u32 {
    10
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum SignInMethod {
    /// In the system browser.
    Oidc {
        issuer: String,
        client_id: String,
        /// Beside `openid`.
        #[serde(default)]
        scopes: Vec<String>,
        #[serde(default)]
        bearer: OidcBearer,
        /// Where the browser comes back to, for services that want to know; null: any free one.
        #[serde(default)]
        redirect_port: Option<u16>,
    },
    /// A bearer token that somebody got elsewhere.
    Token,
    ClientCredentials {
        token_url: String,
        client_id: String,
        #[serde(default)]
        scopes: Vec<String>,
    },
    /// The mTLS host.
    ClientCertificate,
}

/// Which of the two tokens of a sign-in is sent to the Director.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum OidcBearer {
    /// The access token where it says something, else the ID token.
    #[default]
    Automatic,
    IdToken,
    AccessToken,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Proxy {
    /// What the computer is set to.
    #[default]
    System,
    None,
    Url {
        url: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtraHeader {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnvironmentRef {
    #[ts(type = "string")]
    pub id: Id,
}

/// What `read_environments` has shown.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportEnvironments {
    #[ts(type = "string")]
    pub id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaveEnvironment {
    /// Null: a new one.
    #[ts(type = "string | null")]
    pub id: Option<Id>,
    pub definition: EnvironmentDefinition,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveEnvironment {
    #[ts(type = "string")]
    pub id: Id,
    #[ts(type = "string")]
    pub confirm_name: Text<256>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UseTenant {
    /// External id.
    #[ts(type = "string")]
    pub id: Text<256>,
    #[ts(type = "string")]
    pub name: Text<256>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SearchTenants {
    /// Part of a name or id; empty: all.
    #[ts(type = "string")]
    pub text: Text<256>,
    #[ts(type = "string | null")]
    pub after: Option<Text<1024>>,
}

/// What a person typed, and what they set by hand already.
#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartDiscovery {
    /// `compass.example.com`, or a URL.
    #[ts(type = "string")]
    pub address: Text<2048>,
    /// Null: everything from the address.
    pub definition: Option<EnvironmentDefinition>,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiscoveryRef {
    #[ts(type = "string")]
    pub id: Id,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StartSignIn {
    #[ts(type = "string")]
    pub id: Id,
    pub keep: Keep,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInWithSecret {
    #[ts(type = "string")]
    pub id: Id,
    /// The bearer token, or the client's secret.
    #[ts(type = "string")]
    pub secret: SecretText<16384>,
    pub keep: Keep,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInWithCertificate {
    #[ts(type = "string")]
    pub id: Id,
    /// Of the key, where it has one. The files are chosen in a dialog.
    #[ts(type = "string | null")]
    pub passphrase: Option<SecretText>,
    pub keep: Keep,
}

#[derive(Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OpenVault {
    /// Makes the sealed file where there is none.
    #[ts(type = "string")]
    pub passphrase: SecretText,
}
