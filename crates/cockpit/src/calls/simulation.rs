//! How the embedded server plays Kyma: set in the window, kept with the other settings.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A label that an application gets when pairing creates it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DefaultLabel {
    pub key: String,
    pub value: String,
}

/// What the embedded server plays, beyond Compass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SimulationSettings {
    /// An application pairs twice: with the center, then with a runtime.
    pub two_phase: bool,
    /// Names, at most 4; none: one that is called kyma. They count in two-phase mode.
    pub runtimes: Vec<String>,
    /// Token calls need a tenant and a group, and they become part of the certificate.
    pub central: bool,
    /// Pairing under an unknown name creates the application.
    pub create_unknown_applications: bool,
    /// Plain HTTP on this computer for token calls; null: switched off.
    pub internal_port: Option<u16>,
    pub default_labels: Vec<DefaultLabel>,
    /// http on this computer; gets a copy of every event.
    pub event_subscriber: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Simulation {
    /// As they are saved.
    pub settings: SimulationSettings,
    /// What the server was started with; null: it does not run.
    pub running: Option<SimulationSettings>,
    /// The fields that were given on the command line; they can't be changed in this run.
    pub fixed: Vec<String>,
}
