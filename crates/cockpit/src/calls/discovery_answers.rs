//! What the page receives about an environment that is not set up yet.

use serde::Serialize;
use ts_rs::TS;

use super::{CallError, Capabilities, ChainLink, EnvironmentDefinition};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiscoveryStepName {
    NameFound,
    TlsChecked,
    SignInServiceFound,
    DirectorAnswered,
    CapabilitiesRead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DiscoveryStepState {
    Waiting,
    Running,
    Done,
    Failed,
    /// It does not apply, or waits for something else; `text` says which.
    Skipped,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DiscoveryStep {
    pub step: DiscoveryStepName,
    pub state: DiscoveryStepState,
    /// What was found, or why it was skipped.
    pub text: Option<String>,
    pub error: Option<CallError>,
}

#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Discovery {
    pub id: String,
    pub running: bool,
    pub steps: Vec<DiscoveryStep>,
    /// What would be saved: typed, completed by what was found.
    pub proposal: EnvironmentDefinition,
    /// What the server showed, root first; empty until then.
    pub chain: Vec<ChainLink>,
    /// The topmost one as PEM, where trusting it here would do; null: trusted already, or only a CA file helps.
    pub chain_pem: Option<String>,
    /// The chain ends at something that is trusted.
    pub trusted: Option<bool>,
    pub capabilities: Option<Capabilities>,
}

/// A file of certificates that a person chose; nothing is trusted by choosing it.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChosenCa {
    pub pem: String,
    pub chain: Vec<ChainLink>,
}
