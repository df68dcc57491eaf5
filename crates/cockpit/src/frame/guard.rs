//! Who may change things in what is in force.

use pairing::ErrorCode;

use super::Connection;
use crate::{
    Cockpit, Problem,
    calls::{ErrorAction, Guard},
    cockpit::lock,
};

impl Cockpit {
    /// For what is done to the server of this computer with an eye on what is shown.
    ///
    /// # Errors
    /// A remote environment is in force.
    pub(crate) fn check_local(&self, what: &str) -> Result<(), Problem> {
        if lock(&self.frame).remote.is_none() {
            return Ok(());
        }
        Err(Problem::new(
            ErrorCode::InvalidOperation,
            format!("{what} is about the local server, which is not shown now."),
        )
        .hint("Switch to the local server first."))
    }

    /// # Errors
    /// The environment is guarded, and what it asks for is missing.
    pub(crate) fn check_guard(&self, confirmed: Option<&str>) -> Result<(), Problem> {
        let frame = lock(&self.frame);
        // Without a server nothing can be changed; the call itself says why.
        let Ok(Connection { environment, .. }) = frame.in_force() else { return Ok(()) };
        let name = &environment.name;
        match environment.guard {
            Guard::None => Ok(()),
            Guard::Confirm | Guard::TypeName if confirmed == Some(name) => Ok(()),
            Guard::Confirm => {
                Err(Problem::new(ErrorCode::ConfirmationNeeded, format!("{name} asks before every change."))
                    .hint("Confirm that this environment is meant."))
            }
            Guard::TypeName => Err(Problem::new(
                ErrorCode::ConfirmationNeeded,
                format!("{name} is changed only by who types its name."),
            )
            .hint("Type the name of the environment.")),
            Guard::ReadOnly => Err(read_only(name)),
        }
    }

    /// What is set up for the server of this computer is set up whatever is in force.
    ///
    /// # Errors
    /// That server is read-only.
    pub(crate) fn check_local_guard(&self) -> Result<(), Problem> {
        match self.local_connection() {
            Ok(local) if local.environment.guard == Guard::ReadOnly => Err(read_only(&local.environment.name)),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

fn read_only(name: &str) -> Problem {
    Problem::new(ErrorCode::ReadOnly, format!("{name} is read-only in this window."))
        .hint("Its guard can be changed where environments are set up.")
        .action(ErrorAction::EditEnvironment)
}
