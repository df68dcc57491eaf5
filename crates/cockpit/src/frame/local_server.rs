//! The server of this computer, as it is started, fails, and runs.

use std::sync::Arc;

use super::Connection;
use crate::{
    Cockpit, EnvironmentConfig, Problem,
    calls::{CallContext, CallError, ServerState},
    cockpit::lock,
    sign_in::SignIn,
};

impl Cockpit {
    /// The server is being started (again).
    pub fn server_starting(&self) {
        lock(&self.simulated).stopped();
        let mut frame = lock(&self.frame);
        frame.server = ServerState::Starting;
        frame.local = None;
        frame.authority_warning = None;
    }

    /// The server could not be started; the window stays open and says why.
    pub fn server_failed(&self, problem: Problem) {
        let error = CallError::new(problem, CallContext::of_local_server());
        tracing::warn!(code = %error.code, correlation_id = error.correlation_id, "server failed: {}", error.message);
        lock(&self.simulated).stopped();
        let mut frame = lock(&self.frame);
        frame.server = ServerState::Failed { error };
        frame.local = None;
    }

    /// The server of this computer runs: with nothing else in force, everything from here on talks to it.
    ///
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used; the state is then *failed*.
    pub fn connect(&self, environment: EnvironmentConfig) -> Result<(), Problem> {
        let sign_in = Arc::new(SignIn::known(environment.admin_token.clone()));
        let look = self.environments.local_look();
        let environment = EnvironmentConfig { colour: look.0, guard: look.1, ..environment };
        let environment = lock(&self.frame).with_chosen_tenant(environment);
        match Connection::to(environment, sign_in) {
            Ok(connection) => {
                let mut frame = lock(&self.frame);
                frame.server = ServerState::Ready;
                frame.local = Some(connection);
                Ok(())
            }
            Err(problem) => {
                self.server_failed(problem.clone());
                Err(problem)
            }
        }
    }
}
