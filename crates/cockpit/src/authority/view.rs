//! Looking at the authority. What the frame shows for ever is kept on the way: a key that is not protected.

use super::{AuthoritySession, wire::View};
use crate::{
    Cockpit, Problem,
    calls::{AuthorityView, CallContext, Nothing, OldChain},
    console::About,
};

impl Cockpit {
    pub(crate) async fn authority(&self, call: CallContext, _: Nothing) -> Result<AuthorityView, Problem> {
        let view = self.authority_session(call)?.view().await?;
        Ok(self.seen(view))
    }

    pub(crate) async fn old_chain(&self, call: CallContext, _: Nothing) -> Result<OldChain, Problem> {
        self.authority_session(call)?.old_chain().await
    }

    /// Finds out what the frame says about the authority; to be called once the server runs. An environment that does
    /// not show it has nothing to say.
    pub async fn look_at_authority(&self) {
        let Ok(session) = self.authority_session(CallContext::of_local_server()) else { return };
        match tokio::join!(session.view(), session.policy()) {
            (Ok(view), Ok(policy)) => {
                self.seen(view);
                self.note_certificate_lifetime(policy.policy.lifetimes.application_seconds);
            }
            (Err(problem), _) | (_, Err(problem)) => {
                tracing::warn!(code = %problem.code, detail = problem.detail, "the authority could not be looked at");
            }
        }
    }

    /// # Errors
    /// No server runs, or the environment does not show its authority.
    pub(super) fn authority_session(&self, call: CallContext) -> Result<AuthoritySession, Problem> {
        let (_, session) = self.console(call, About::Authority)?;
        Ok(AuthoritySession::new(&session))
    }

    pub(super) fn seen(&self, view: View) -> AuthorityView {
        let view = AuthorityView::from(view);
        self.note_authority_warning(view.warning.clone());
        view
    }
}
