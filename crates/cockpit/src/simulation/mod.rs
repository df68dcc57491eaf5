//! How the embedded server plays Kyma: the settings, what of them was given on the command line, and starting the server
//! again with others.

mod change;
mod checks;
mod fixed;

use crate::calls::SimulationSettings;

pub(crate) use checks::check_subscriber;
pub use fixed::FixedSimulation;

/// The settings of this run.
#[derive(Debug, Default)]
pub(crate) struct Simulated {
    /// As they are saved.
    settings: SimulationSettings,
    fixed: FixedSimulation,
    /// What the server was started with.
    running: Option<SimulationSettings>,
}

impl Simulated {
    pub(crate) fn new(settings: SimulationSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    pub(crate) fn settings(&self) -> &SimulationSettings {
        &self.settings
    }

    /// The server does not run with anything any more.
    pub(crate) fn stopped(&mut self) {
        self.running = None;
    }
}
