//! What the page receives about a Director and what is in it beside applications.

use std::collections::BTreeMap;

use pairing::ErrorCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{ApplicationRow, AuthSummary, CallError, Progress};

/// What the page offers beside an error. Each is a thing that a person can do about it; the words are the page's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorAction {
    /// Once more, as it is.
    Retry,
    /// Once more when `retryAfterSeconds` are over.
    Wait,
    SignIn,
    /// Copy a request for the permission, for an administrator.
    AskForPermission,
    ChooseTenant,
    /// Back to the list: what was asked about is not there.
    Reload,
    /// It exists already: open it, or choose another name.
    OpenExisting,
    /// A field needs another value.
    CorrectInput,
    EditEnvironment,
    /// Look at the certificate that the server shows.
    LookAtCertificate,
    /// A network that asks for its own sign-in first.
    OpenNetworkSignIn,
    RestartServer,
    NewToken,
    ReportFault,
}

impl ErrorAction {
    /// What helps with a kind of failure, where nobody knew better; `None`: nothing that the page could offer.
    pub(crate) const fn for_code(code: ErrorCode) -> Option<Self> {
        match code {
            ErrorCode::Unauthorized | ErrorCode::SignInNeeded | ErrorCode::SignInFailed => Some(Self::SignIn),
            ErrorCode::InsufficientScopes => Some(Self::AskForPermission),
            ErrorCode::TenantRequired | ErrorCode::TenantNotFound => Some(Self::ChooseTenant),
            ErrorCode::RateLimited => Some(Self::Wait),
            ErrorCode::Unreachable | ErrorCode::TimedOut | ErrorCode::Unavailable | ErrorCode::Internal => {
                Some(Self::Retry)
            }
            ErrorCode::UntrustedServer => Some(Self::LookAtCertificate),
            ErrorCode::Intercepted => Some(Self::OpenNetworkSignIn),
            ErrorCode::Protocol => Some(Self::EditEnvironment),
            ErrorCode::ServerNotRunning => Some(Self::RestartServer),
            ErrorCode::BadRequest => Some(Self::ReportFault),
            ErrorCode::TokenNotAccepted => Some(Self::NewToken),
            ErrorCode::NotFound
            | ErrorCode::NotUniqueName
            | ErrorCode::InvalidData
            | ErrorCode::InvalidOperation
            | ErrorCode::CsrRefused
            | ErrorCode::CertificateNotAccepted
            | ErrorCode::ClientNotAccepted
            | ErrorCode::TooLarge
            | ErrorCode::StorageFull
            | ErrorCode::PortTaken
            | ErrorCode::DataDirLocked
            | ErrorCode::DataDirUnusable
            | ErrorCode::CaKeyUnprotected
            | ErrorCode::CaKeyLocked
            | ErrorCode::NewerData
            | ErrorCode::SecretGone
            | ErrorCode::FileNotWritten
            | ErrorCode::ViewChanged
            | ErrorCode::ConfirmationNeeded
            | ErrorCode::ReadOnly
            | ErrorCode::NotOffered
            | ErrorCode::VaultLocked => None,
        }
    }
}

/// Whether a Director has something. `unknown` until it was asked or tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    Yes,
    No,
    #[default]
    Unknown,
}

/// What the Director in force offers, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    pub introspection: Availability,
    /// The two operations of the pairing proposal.
    pub proposal_api: Availability,
    pub application_tokens: Availability,
    pub application_credentials: Availability,
    pub runtimes: Availability,
    pub runtime_tokens: Availability,
    pub runtime_credentials: Availability,
    pub integration_systems: Availability,
    pub integration_system_credentials: Availability,
    pub templates: Availability,
    pub formations: Availability,
    pub tenants: Availability,
    /// Learnt from what came back: a scope that is missing makes `auth` null without an error. Without it pairing works and
    /// live progress does not.
    pub auths_readable: Availability,
    /// Learnt from the first token that came back in a suggested form.
    pub suggests_token: Availability,
}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CachedApplications {
    pub rows: Vec<ApplicationRow>,
    /// When the list was complete, by the server's clock.
    pub saved_at: String,
    #[ts(type = "number")]
    pub age_seconds: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WatchedPairing {
    pub pairing_id: String,
    /// Null: it could not be asked; the error says why.
    pub progress: Option<Progress>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WatchedPairings {
    pub pairings: Vec<WatchedPairing>,
    /// Why the last look failed; what was seen before stays.
    pub error: Option<CallError>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeRow {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    /// The Director's, verbatim: INITIAL, PROVISIONING, CONNECTED, FAILED.
    pub condition: String,
    pub status_at: String,
    pub created_at: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuntimePage {
    pub rows: Vec<RuntimeRow>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    pub total_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeDetail {
    pub row: RuntimeRow,
    #[ts(type = "Record<string, unknown>")]
    pub labels: BTreeMap<String, Value>,
    /// Null: not readable.
    pub auths: Option<Vec<AuthSummary>>,
    /// From the label `scenarios`.
    pub formations: Vec<String>,
    pub server_now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationSystemRow {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationSystemPage {
    pub rows: Vec<IntegrationSystemRow>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    pub total_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationSystemDetail {
    pub row: IntegrationSystemRow,
    /// Null: not readable.
    pub auths: Option<Vec<AuthSummary>>,
    pub server_now: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Placeholder {
    pub name: String,
    pub description: Option<String>,
    pub optional: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub placeholders: Vec<Placeholder>,
    /// The application that it makes, as JSON with `{{placeholder}}` in it.
    pub application_input: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TemplatePage {
    pub templates: Vec<Template>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    pub total_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Formation {
    pub id: String,
    pub name: String,
    /// The Director's, verbatim: INITIAL, READY, DRAFT.
    pub state: Option<String>,
    /// The Director's, verbatim: IN_PROGRESS, ERROR, READY, DRAFT.
    pub condition: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormationPage {
    pub formations: Vec<Formation>,
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    pub total_count: u32,
}
