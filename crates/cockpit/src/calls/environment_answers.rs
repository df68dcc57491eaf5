//! What the page receives about environments and sign-ins. No secret is in any of these.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AppState, CallError, Capabilities, ChainLink, EnvironmentDefinition};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentKind {
    /// The server of this computer.
    Local,
    Remote,
}

/// The stripe along the window; a word and a shape say the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EnvironmentColour {
    #[default]
    Grey,
    Blue,
    Teal,
    Green,
    Yellow,
    Orange,
    Red,
    Pink,
    Purple,
}

/// What it takes to change something in an environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    #[default]
    None,
    /// The page asks before each write.
    Confirm,
    /// The name of the environment is typed before each write.
    TypeName,
    /// Nothing is changed.
    ReadOnly,
}

/// How somebody signs in to an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    Oidc,
    Token,
    ClientCredentials,
    ClientCertificate,
}

/// Where a sign-in is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Until this program ends.
    #[default]
    Session,
    /// In the key store of the operating system.
    KeyStore,
    /// In a file that a passphrase opens.
    SealedFile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInStage {
    /// The server of this computer knows us.
    NotNeeded,
    SignedOut,
    /// The browser is open.
    InBrowser,
    SignedIn,
    /// It was there, and could not be renewed.
    Ended,
    /// It is in the sealed file, which is not open.
    Locked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SignInState {
    pub stage: SignInStage,
    /// Null: the server of this computer.
    pub kind: Option<SignInKind>,
    /// As the sign-in service names them, or the common name of the certificate; null where nobody says.
    pub user: Option<String>,
    pub expires_at: Option<String>,
    /// Renewed in silence before it expires.
    pub renews: bool,
    /// Null: nothing is kept.
    pub keep: Option<Keep>,
    /// Why the last try failed, or why it ended.
    pub error: Option<CallError>,
}

/// Whether the servers of an environment answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReachStage {
    /// Nothing was asked yet.
    #[default]
    Unknown,
    Reached,
    /// The last request got no answer.
    Lost,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    pub stage: ReachStage,
    /// When something was answered last, by this computer's clock.
    pub reached_at: Option<String>,
    /// Why the last request got none.
    pub error: Option<CallError>,
    /// The clock of this computer minus that of the server; null until it has answered.
    #[ts(type = "number | null")]
    pub clock_ahead_seconds: Option<i64>,
}

/// The environment in force.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// `local`, or a UUID.
    pub id: String,
    pub kind: EnvironmentKind,
    pub name: String,
    pub badge: String,
    pub colour: EnvironmentColour,
    pub guard: Guard,
    /// Empty: none is chosen.
    pub tenant: String,
    pub tenant_name: String,
    pub director_url: String,
    /// This and the next three are empty where nobody knows.
    pub connector_url: String,
    pub certificate_secured_director_url: String,
    pub certificate_secured_connector_url: String,
    pub oauth_token_url: String,
    pub token_lifetime_seconds: Option<u32>,
    pub certificate_lifetime_seconds: Option<u32>,
    pub ca_file: Option<String>,
    /// Certificates, OAuth clients, authority and Kyma are shown.
    pub has_console: bool,
    pub sign_in: SignInState,
    pub reach: Reach,
    /// Null: not read yet.
    pub capabilities: Option<Capabilities>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentRow {
    pub id: String,
    pub kind: EnvironmentKind,
    pub in_force: bool,
    pub name: String,
    pub badge: String,
    pub colour: EnvironmentColour,
    pub guard: Guard,
    pub director_url: String,
    pub tenant: String,
    pub tenant_name: String,
    pub recent_tenants: Vec<TenantRef>,
    pub last_used_at: Option<String>,
    pub sign_in: SignInState,
    pub reach: Reach,
    /// For the form; null for the server of this computer.
    pub definition: Option<EnvironmentDefinition>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Environments {
    /// The server of this computer first, then by name.
    pub environments: Vec<EnvironmentRow>,
    pub vault: VaultState,
}

/// A tenant as it is shown: the id is the external one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TenantRef {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TenantRow {
    pub id: String,
    pub name: String,
    /// Account, subaccount, …
    pub kind: String,
    /// It owns something already.
    pub initialized: bool,
    /// Another one of this answer has the same name.
    pub repeats: bool,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tenants {
    pub tenants: Vec<TenantRow>,
    pub total_count: u32,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
}

/// Where sign-ins can be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VaultState {
    pub key_store: bool,
    /// Why there is none.
    pub key_store_reason: Option<String>,
    pub sealed_file: SealedFileState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SealedFileState {
    /// There is none; a passphrase makes one.
    Missing,
    Locked,
    Open,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SavedEnvironment {
    pub id: String,
    pub state: AppState,
}

/// What a file of exported environments holds.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferedEnvironments {
    pub id: String,
    pub environments: Vec<OfferedEnvironment>,
}

/// An environment in a file, with everything in it that comes between the person and the Director.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct OfferedEnvironment {
    pub name: String,
    /// It is there already, with the same address and sign-in, and stays as it is.
    pub known: bool,
    pub director_url: String,
    /// The service that is given the password, or the client's secret.
    pub sign_in_at: Option<String>,
    /// The CAs that it brings, which are trusted for it alone.
    pub ca: Vec<ChainLink>,
    pub proxy: Option<String>,
    /// The names of headers that are sent along.
    pub headers: Vec<String>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportedEnvironments {
    /// The names of those that are new.
    pub added: Vec<String>,
    /// Already there, with the same address and sign-in.
    pub known: Vec<String>,
}
