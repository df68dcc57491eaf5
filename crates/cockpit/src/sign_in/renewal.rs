//! The token to send now, and another one before it ends: by one call of one program at a time, because a refresh token may
//! be good for one use only.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use pairing::{ErrorCode, Moment, Secret};
use tokio::sync::OwnedMutexGuard;

use super::{Credential, SignIn, Terms, client_credentials, failed, needed, oidc};
use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, CallError, ErrorAction, Keep, SignInMethod},
    cockpit::lock,
    https,
};

/// A sign-in service that has failed is left alone for so long while the token still does.
const REST: Duration = Duration::from_secs(10);

/// A renewal that did not come about.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    at: Instant,
    problem: Problem,
}

enum Usable {
    Now(Option<Secret>),
    /// It still does, and will not for long.
    Due(Option<Secret>),
    Over,
    Not,
}

impl SignIn {
    /// The token to send now. One that is about to end is renewed behind the back of whoever asks, and one that is over
    /// before anything is sent. `None`: the certificate says who we are.
    ///
    /// # Errors
    /// Nobody is signed in, or what is there could not be renewed.
    pub(crate) async fn bearer(self: &Arc<Self>) -> Result<Option<Secret>, Problem> {
        let environment = match &self.terms {
            Terms::Known(token) => return Ok(Some(token.clone())),
            Terms::Remote { environment, .. } => environment,
        };
        self.look_into_vault().await;
        let asked_at = Instant::now();
        match self.usable(https::local_time()) {
            Usable::Now(token) => return Ok(token),
            Usable::Due(token) => {
                self.renew_in_background();
                return Ok(token);
            }
            Usable::Over => {}
            Usable::Not => return Err(self.needed(environment)),
        }
        let alone = Arc::clone(&self.renewing).lock_owned().await;
        // Somebody else may have renewed it in the meantime.
        match self.usable(https::local_time()) {
            Usable::Now(token) | Usable::Due(token) => return Ok(token),
            Usable::Over => {}
            Usable::Not => return Err(self.needed(environment)),
        }
        // Or have failed: nobody waits twice for the same silence.
        if let Some(failure) = lock(&self.state).failure.clone().filter(|failure| failure.at >= asked_at) {
            return Err(failure.problem);
        }
        match self.renew_now(alone).await {
            Ok(()) => {}
            Err(problem) if problem.code == ErrorCode::SignInFailed => return Err(self.needed(environment)),
            Err(problem) => return Err(problem),
        }
        let state = lock(&self.state);
        state.credential.as_ref().map(Credential::token).ok_or_else(|| needed(&environment.name, false))
    }

    /// The server refused this token. Answers whether there is another one now.
    pub(crate) async fn renew(self: &Arc<Self>, refused: &Secret) -> bool {
        if let Terms::Known(_) = self.terms {
            return false;
        }
        let alone = Arc::clone(&self.renewing).lock_owned().await;
        let (current, renews) = {
            let state = lock(&self.state);
            let credential = state.credential.as_ref();
            (credential.and_then(Credential::token), credential.is_some_and(Credential::renews))
        };
        match current {
            // Signed out in the meantime: nothing ended by itself.
            None => return false,
            Some(token) if token != *refused => return true,
            Some(_) => {}
        }
        if !renews {
            self.not_accepted(refused);
            return false;
        }
        self.renew_now(alone).await.is_ok()
    }

    /// The servers do not take this token, and there is no better one: the sign-in is over, unless somebody signed in anew.
    pub(crate) fn not_accepted(&self, refused: &Secret) {
        let Terms::Remote { environment, .. } = &self.terms else { return };
        let mut state = lock(&self.state);
        if state.credential.as_ref().and_then(Credential::token).is_some_and(|token| token == *refused) {
            let problem = failed(format!("{} doesn't accept this sign-in.", environment.name));
            state.ended = true;
            state.error = Some(CallError::new(problem, CallContext::of_local_server()));
        }
    }

    /// Unless that is being done, or has just failed.
    fn renew_in_background(self: &Arc<Self>) {
        let Ok(alone) = Arc::clone(&self.renewing).try_lock_owned() else { return };
        if lock(&self.state).failure.as_ref().is_some_and(|failure| failure.at.elapsed() < REST) {
            return;
        }
        let this = Arc::clone(self);
        // What came of it is part of the state.
        tokio::spawn(async move { drop(this.renew_now(alone).await) });
    }

    /// `alone` and the turn among the programs are held until what came of it is kept: whoever is next has to find it.
    ///
    /// # Errors
    /// [`ErrorCode::SignInFailed`] when it is over for good; else the sign-in service could not be asked.
    async fn renew_now(self: &Arc<Self>, alone: OwnedMutexGuard<()>) -> Result<(), Problem> {
        let Terms::Remote { environment, vault, .. } = &self.terms else { return Ok(()) };
        let (generation, keep) = {
            let state = lock(&self.state);
            (state.generation, state.keep)
        };
        let turn = match keep {
            Keep::Session => None,
            Keep::KeyStore | Keep::SealedFile => {
                let turn = vault.turn(&environment.id).await;
                Some(turn.inspect_err(|problem| self.not_renewed(problem, generation))?)
            }
        };
        if self.take_over_from_vault().await && matches!(self.usable(https::local_time()), Usable::Now(_)) {
            tracing::info!(environment = environment.id, "sign-in renewed by another window");
            return Ok(());
        }
        let renewed = match self.ask_for_another().await {
            // Somebody may have signed in anew in another window.
            Err(problem) if problem.code == ErrorCode::SignInFailed && self.take_over_from_vault().await => {
                return Ok(());
            }
            renewed => renewed,
        };
        let credential = renewed.inspect_err(|problem| self.not_renewed(problem, generation))?;
        {
            let mut state = lock(&self.state);
            if state.generation != generation {
                return Err(needed(&environment.name, false));
            }
            (state.credential, state.ended, state.error, state.failure) = (Some(credential), false, None, None);
        }
        tracing::info!(environment = environment.id, "sign-in renewed");
        let this = Arc::clone(self);
        tokio::spawn(async move {
            this.keep_now().await;
            drop((alone, turn));
        });
        Ok(())
    }

    /// # Errors
    /// As [`SignIn::renew_now`].
    async fn ask_for_another(&self) -> Result<Credential, Problem> {
        let Terms::Remote { environment, method, .. } = &self.terms else {
            return Err(failed("The local server needs no sign-in."));
        };
        let credential = lock(&self.state).credential.clone();
        match (method, credential) {
            (SignInMethod::Oidc { .. }, Some(Credential::Oidc { refresh: Some(refresh), bearer })) => {
                oidc::refresh(environment, method, &refresh, &bearer).await
            }
            (SignInMethod::ClientCredentials { .. }, Some(Credential::Client { secret, .. })) => {
                client_credentials::get(environment, method, secret).await
            }
            _ => Err(failed("There is nothing to renew the sign-in with.")),
        }
    }

    fn not_renewed(&self, problem: &Problem, generation: u64) {
        tracing::warn!(code = %problem.code, detail = problem.detail, "the sign-in could not be renewed");
        let mut state = lock(&self.state);
        if state.generation != generation {
            return;
        }
        state.ended |= problem.code == ErrorCode::SignInFailed;
        state.error = Some(CallError::new(problem.clone(), CallContext::of_local_server()));
        state.failure = Some(Failure { at: Instant::now(), problem: problem.clone() });
    }

    fn usable(&self, now: Moment) -> Usable {
        let state = lock(&self.state);
        match &state.credential {
            Some(credential) if state.ended || credential.is_over(now) && !credential.renews() => Usable::Not,
            Some(credential) if credential.renews() && credential.is_past_its_end(now) => Usable::Over,
            Some(credential) if credential.renews() && credential.is_due(now) => Usable::Due(credential.token()),
            Some(credential) => Usable::Now(credential.token()),
            None => Usable::Not,
        }
    }

    fn needed(&self, environment: &EnvironmentConfig) -> Problem {
        let state = lock(&self.state);
        if state.locked {
            return Problem::new(
                ErrorCode::VaultLocked,
                format!("The sign-in to {} is in the sealed file.", environment.name),
            )
            .hint("Type the passphrase of that file, or sign in again.")
            .action(ErrorAction::SignIn);
        }
        needed(&environment.name, state.credential.is_some())
    }
}
