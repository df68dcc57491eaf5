//! What the Director in force offers, and whether it answers.

use std::sync::{Arc, Mutex};

use crate::{
    Cockpit, Desktop, Problem,
    calls::{AppState, CallContext, Nothing, SignInStage},
    cockpit::lock,
    frame::Frame,
};

impl Cockpit {
    pub(crate) async fn read_capabilities(&self, call: CallContext, _: Nothing) -> Result<AppState, Problem> {
        let connection = self.connection(call)?;
        let capabilities = connection.director.session(call).read_capabilities().await?;
        connection.channel.note_capabilities(capabilities);
        Ok(self.state())
    }

    /// One cheap question; what came of it is part of the state.
    pub(crate) async fn try_reach(&self, call: CallContext, _: Nothing) -> Result<AppState, Problem> {
        let connection = self.connection(call)?;
        connection.director.session(call).probe().await;
        Ok(self.state())
    }
}

/// Asks what the Director in force offers, where that is not known and somebody is signed in.
pub(crate) fn read_capabilities_in_background(frame: &Mutex<Frame>, desktop: &Arc<dyn Desktop>) {
    let (call, connection) = {
        let frame = lock(frame);
        let Some(connection) = frame.remote.clone() else { return };
        (CallContext::in_view(frame.view()), connection)
    };
    let is_signed_in = connection.channel.sign_in().shown().stage == SignInStage::SignedIn;
    if !is_signed_in || connection.channel.capabilities().is_some() {
        return;
    }
    let desktop = Arc::clone(desktop);
    tokio::spawn(async move {
        match connection.director.session(call).read_capabilities().await {
            Ok(capabilities) => connection.channel.note_capabilities(capabilities),
            Err(problem) => tracing::debug!(code = %problem.code, "the capabilities could not be read"),
        }
        desktop.state_changed();
    });
}
