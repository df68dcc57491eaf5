//! What was given on the command line: it holds for this run, whatever the settings say.

use crate::{Problem, calls::SimulationSettings};

/// `None`: not given, so the settings count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FixedSimulation {
    pub two_phase: Option<bool>,
    pub central: Option<bool>,
    pub create_unknown_applications: Option<bool>,
    pub internal_port: Option<u16>,
}

macro_rules! fields {
    ($($field:ident $name:literal $spoken:literal,)*) => {
        impl FixedSimulation {
            /// The names of what was given, as the page knows the fields.
            pub(super) fn names(&self) -> Vec<String> {
                let given = [$(self.$field.is_some().then_some($name),)*];
                given.into_iter().flatten().map(str::to_owned).collect()
            }

            /// The settings as they are in force.
            pub(super) fn over(&self, settings: &SimulationSettings) -> SimulationSettings {
                let mut settings = settings.clone();
                $(if let Some(given) = self.$field {
                    settings.$field = given.into();
                })*
                settings
            }

            /// What is to be saved: of what was given here, what was saved before, because the next run may be another.
            ///
            /// # Errors
            /// Something else is wanted than what was given.
            pub(super) fn keep(
                &self,
                mut wanted: SimulationSettings,
                saved: &SimulationSettings,
            ) -> Result<SimulationSettings, Problem> {
                let force = self.over(saved);
                $(if self.$field.is_some() {
                    if wanted.$field != force.$field && wanted.$field != saved.$field {
                        let message = concat!($spoken, " was given on the command line and can't be changed in this run.");
                        return Err(Problem::invalid(message).hint("Start the window without it, then change it here."));
                    }
                    wanted.$field = saved.$field;
                })*
                Ok(wanted)
            }
        }
    };
}

fields! {
    two_phase "twoPhase" "Two-phase pairing",
    central "central" "Central mode",
    create_unknown_applications "createUnknownApplications" "What happens to unknown applications",
    internal_port "internalPort" "The internal port",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_in_force_and_never_saved() {
        let fixed = FixedSimulation { two_phase: Some(true), internal_port: Some(8080), ..FixedSimulation::default() };
        let saved = SimulationSettings { internal_port: Some(9090), ..SimulationSettings::default() };
        let force = fixed.over(&saved);
        assert_eq!((force.two_phase, force.internal_port, force.central), (true, Some(8080), false));
        assert_eq!(fixed.names(), ["twoPhase", "internalPort"]);
        // The page sends what it shows: either is fine.
        let central = SimulationSettings { central: true, ..force.clone() };
        assert_eq!(fixed.keep(central, &saved).unwrap(), SimulationSettings { central: true, ..saved.clone() });
        assert_eq!(fixed.keep(saved.clone(), &saved).unwrap(), saved);
        let refused = fixed.keep(SimulationSettings { internal_port: None, ..force }, &saved).unwrap_err();
        assert!(refused.message.starts_with("The internal port"), "{refused:?}");
    }
}
