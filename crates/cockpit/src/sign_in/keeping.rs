//! What becomes of a sign-in when this program ends, and how it comes back.

use super::{Credential, SignIn, Terms, origin};
use crate::{
    EnvironmentConfig,
    calls::{CallContext, CallError, Keep, SignInMethod},
    cockpit::lock,
    environments::Taken,
};

impl SignIn {
    /// Takes out what was kept in an earlier run; once, and again after the sealed file was opened.
    pub(crate) async fn look_into_vault(&self) {
        let Terms::Remote { environment, method, vault } = &self.terms else { return };
        let keep = {
            let mut state = lock(&self.state);
            if state.looked || state.keep == Keep::Session {
                return;
            }
            state.looked = true;
            state.keep
        };
        let taken = vault.take(&environment.id, keep).await;
        let mut state = lock(&self.state);
        // Somebody who has signed in meanwhile counts more.
        if state.credential.is_some() {
            return;
        }
        match taken {
            Taken::Found(text) => {
                state.credential = Credential::unsealed(&text, &good_for(environment, method));
                (state.locked, state.kept) = (false, state.credential.is_some());
            }
            Taken::Nothing => state.locked = false,
            // It is looked for again when the file is open.
            Taken::Locked => (state.locked, state.looked) = (true, false),
            Taken::Unavailable(problem) => {
                state.error = Some(CallError::new(problem, CallContext::of_local_server()));
            }
        }
    }

    /// Another window may have renewed it, and then what is here is used up. Answers whether what that window kept is here
    /// now. To be asked for when it is this program's turn.
    pub(super) async fn take_over_from_vault(&self) -> bool {
        let Terms::Remote { environment, method, vault } = &self.terms else { return false };
        let (ours, keep, generation) = {
            let state = lock(&self.state);
            let Some(ours) = state.credential.clone().filter(|_| state.kept) else { return false };
            (ours, state.keep, state.generation)
        };
        if keep == Keep::Session {
            return false;
        }
        let found = match vault.take(&environment.id, keep).await {
            Taken::Found(text) => Credential::unsealed(&text, &good_for(environment, method)),
            Taken::Nothing => None,
            Taken::Locked | Taken::Unavailable(_) => return false,
        };
        let mut state = lock(&self.state);
        if state.generation != generation {
            return false;
        }
        match found.filter(|found| found.is_of_whom(&ours)) {
            Some(found) if found.is_same(&ours) => false,
            Some(found) => {
                (state.credential, state.ended, state.error, state.failure) = (Some(found), false, None, None);
                true
            }
            // Somebody signed out there, or in as somebody else: what was taken away is not put back.
            None => {
                (state.keep, state.kept) = (Keep::Session, false);
                false
            }
        }
    }

    /// As it is when its turn has come. The next renewal, or the next sign-in, makes good for one that fails.
    pub(super) async fn keep_now(&self) {
        let Terms::Remote { environment, method, vault } = &self.terms else { return };
        let generation = lock(&self.state).generation;
        let current = || {
            let state = lock(&self.state);
            let credential = state.credential.as_ref()?;
            Some((credential.sealed(&good_for(environment, method)), state.keep))
        };
        let kept = vault.put(&environment.id, current).await;
        let mut state = lock(&self.state);
        match kept {
            Ok(()) => state.kept |= state.generation == generation && state.keep != Keep::Session,
            Err(problem) => {
                tracing::warn!(code = %problem.code, detail = problem.detail, "the sign-in could not be kept");
                (state.keep, state.kept) = (Keep::Session, false);
                state.error = Some(CallError::new(problem, CallContext::of_local_server()));
            }
        }
    }

    /// Whether the vault may know more.
    pub(crate) fn is_unlooked(&self) -> bool {
        let state = lock(&self.state);
        state.credential.is_none() && !state.looked && !state.locked && state.keep != Keep::Session
    }

    /// The sealed file was opened.
    pub(crate) fn look_again(&self) {
        let mut state = lock(&self.state);
        if state.credential.is_none() && state.keep != Keep::Session {
            state.looked = false;
        }
    }
}

/// With another address, or another way of signing in, what was kept is not taken out.
fn good_for(environment: &EnvironmentConfig, method: &SignInMethod) -> String {
    let director = origin(&environment.director_url);
    match method {
        SignInMethod::Oidc { issuer, client_id, bearer, .. } => {
            format!("{director} oidc {issuer} {client_id} {bearer:?}")
        }
        SignInMethod::Token => format!("{director} token"),
        SignInMethod::ClientCredentials { token_url, client_id, .. } => {
            format!("{director} client {token_url} {client_id}")
        }
        SignInMethod::ClientCertificate => format!("{director} certificate"),
    }
}
