//! Being somebody in an environment: what was got by signing in, when it has to be renewed, and where it is kept. Secrets
//! are in memory as such and leave only as a header, or into the vault.

mod calls;
mod client_credentials;
mod credential;
mod identity;
mod keeping;
mod loopback;
mod oidc;
mod provider;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use pairing::{ErrorCode, Moment, Secret};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, CallError, ErrorAction, Keep, SignInKind, SignInMethod, SignInStage, SignInState},
    cockpit::lock,
    environments::Vault,
    https,
};
pub(crate) use credential::{Bearer, Credential};
pub(crate) use provider::look_for as look_for_provider;

/// The sign-in to one environment, shared by everything that asks its servers.
pub(crate) struct SignIn {
    terms: Terms,
    /// Shared with the sign-in to the same environment as it was set up before, where that is as good.
    state: Arc<Mutex<State>>,
    /// One renewal at a time: a refresh token may be good for one use only.
    renewing: Arc<AsyncMutex<()>>,
}

/// What a sign-in is good for.
enum Terms {
    /// The server of this computer, whose token is in its folder.
    Known(Secret),
    Remote {
        environment: Box<EnvironmentConfig>,
        method: SignInMethod,
        vault: Arc<Vault>,
    },
}

#[derive(Default)]
struct State {
    credential: Option<Credential>,
    keep: Keep,
    /// Whether the vault was asked.
    looked: bool,
    locked: bool,
    in_browser: Option<InBrowser>,
    ended: bool,
    error: Option<CallError>,
    /// Another number whenever somebody signs in or out: what was on its way for the one before does not count.
    generation: u64,
}

/// A sign-in that waits for the browser. Dropping it ends the waiting.
struct InBrowser {
    number: u64,
    address: String,
    /// `None`: the browser came back, and what follows is not to be cut off.
    waiting: Option<tokio::task::AbortHandle>,
}

impl Drop for InBrowser {
    fn drop(&mut self) {
        if let Some(waiting) = &self.waiting {
            waiting.abort();
        }
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").field("state", &self.shown()).finish_non_exhaustive()
    }
}

impl SignIn {
    pub(crate) fn known(token: Secret) -> Self {
        Self { terms: Terms::Known(token), state: Arc::default(), renewing: Arc::default() }
    }

    /// `keep` is where one was kept in an earlier run.
    pub(crate) fn to(environment: EnvironmentConfig, method: SignInMethod, vault: Arc<Vault>, keep: Keep) -> Self {
        let state = State { keep, ..State::default() };
        let terms = Terms::Remote { environment: Box::new(environment), method, vault };
        Self { terms, state: Arc::new(Mutex::new(state)), renewing: Arc::default() }
    }

    /// The same sign-in, for the environment as it is set up now. A renewal that is on its way counts for both.
    pub(crate) fn rebound(&self, environment: EnvironmentConfig, method: SignInMethod, vault: Arc<Vault>) -> Self {
        let terms = Terms::Remote { environment: Box::new(environment), method, vault };
        Self { terms, state: Arc::clone(&self.state), renewing: Arc::clone(&self.renewing) }
    }

    /// Whether what was got by signing in may be sent to the servers of this environment.
    pub(crate) fn is_good_for(&self, other: &EnvironmentConfig) -> bool {
        match &self.terms {
            // It is read from the folder of the server that it is for.
            Terms::Known(_) => true,
            Terms::Remote { environment, .. } => {
                environment.id == other.id && origin(&environment.director_url) == origin(&other.director_url)
            }
        }
    }

    /// What the page may know.
    pub(crate) fn shown(&self) -> SignInState {
        let state = lock(&self.state);
        let kind = match &self.terms {
            Terms::Known(_) => None,
            Terms::Remote { method, .. } => Some(kind(method)),
        };
        let stage = match (&self.terms, &state.credential) {
            (Terms::Known(_), _) => SignInStage::NotNeeded,
            _ if state.in_browser.is_some() => SignInStage::InBrowser,
            _ if state.ended => SignInStage::Ended,
            (_, Some(credential)) if credential.is_over(https::local_time()) => SignInStage::Ended,
            (_, Some(_)) => SignInStage::SignedIn,
            (_, None) if state.locked => SignInStage::Locked,
            (_, None) => SignInStage::SignedOut,
        };
        let credential = state.credential.as_ref();
        SignInState {
            stage,
            kind,
            user: credential.and_then(Credential::user),
            expires_at: credential.and_then(Credential::expires_at).map(Moment::rfc3339),
            renews: credential.is_some_and(Credential::renews),
            keep: credential.map(|_| state.keep),
            error: state.error.clone(),
        }
    }

    /// The certificate and its key, where that is how somebody signs in.
    pub(crate) fn identity(&self) -> Option<Secret> {
        match &lock(&self.state).credential {
            Some(Credential::Certificate { pem, .. }) => Some(pem.clone()),
            Some(Credential::Token(_) | Credential::Oidc { .. } | Credential::Client { .. }) | None => None,
        }
    }

    /// The token to send now, renewed where it is about to end. `None`: the certificate says who we are.
    ///
    /// # Errors
    /// Nobody is signed in, or what is there could not be renewed.
    pub(crate) async fn bearer(self: &Arc<Self>) -> Result<Option<Secret>, Problem> {
        let (environment, now) = match &self.terms {
            Terms::Known(token) => return Ok(Some(token.clone())),
            Terms::Remote { environment, .. } => (environment, https::local_time()),
        };
        self.look_into_vault().await;
        match self.usable(now) {
            Usable::Now(token) => return Ok(token),
            Usable::Renew => {}
            Usable::Not => return Err(self.needed(environment)),
        }
        let _one_at_a_time = self.renewing.lock().await;
        // Somebody else may have renewed it in the meantime.
        if let Usable::Now(token) = self.usable(now) {
            return Ok(token);
        }
        match self.renew_now().await {
            Ok(()) => {}
            // What is there may still do while the sign-in service does not answer.
            Err(problem) if problem.code != ErrorCode::SignInFailed && self.still_valid(now) => {
                tracing::warn!(code = %problem.code, "the sign-in could not be renewed yet");
            }
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
        let _one_at_a_time = self.renewing.lock().await;
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
        match self.renew_now().await {
            Ok(()) => true,
            Err(problem) => {
                tracing::warn!(code = %problem.code, detail = problem.detail, "the sign-in could not be renewed");
                false
            }
        }
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

    /// A text of a server without the token that it may have repeated.
    pub(crate) fn without_token(&self, text: &str) -> Option<String> {
        let token = match &self.terms {
            Terms::Known(token) => token.clone(),
            Terms::Remote { .. } => lock(&self.state).credential.as_ref().and_then(Credential::token)?,
        };
        let token = token.expose();
        // A shorter one is no secret, and would tear words apart.
        (token.len() >= 8 && text.contains(token)).then(|| text.replace(token, "***"))
    }

    /// # Errors
    /// [`ErrorCode::SignInFailed`] when it is over for good; else the sign-in service could not be asked.
    async fn renew_now(self: &Arc<Self>) -> Result<(), Problem> {
        let Terms::Remote { environment, method, .. } = &self.terms else { return Ok(()) };
        let (credential, generation) = {
            let state = lock(&self.state);
            (state.credential.clone(), state.generation)
        };
        let renewed = match (method, credential) {
            (SignInMethod::Oidc { .. }, Some(Credential::Oidc { refresh: Some(refresh), bearer })) => {
                oidc::refresh(environment, method, &refresh, &bearer).await
            }
            (SignInMethod::ClientCredentials { .. }, Some(Credential::Client { secret, .. })) => {
                client_credentials::get(environment, method, secret).await
            }
            _ => Err(failed("There is nothing to renew the sign-in with.")),
        };
        match renewed {
            Ok(credential) => {
                {
                    let mut state = lock(&self.state);
                    if state.generation != generation {
                        return Err(needed(&environment.name, false));
                    }
                    (state.credential, state.ended, state.error) = (Some(credential), false, None);
                }
                tracing::info!(environment = environment.id, "sign-in renewed");
                self.keep_in_background();
                Ok(())
            }
            Err(problem) => {
                let mut state = lock(&self.state);
                if state.generation != generation {
                    return Err(needed(&environment.name, false));
                }
                state.ended |= problem.code == ErrorCode::SignInFailed;
                state.error = Some(CallError::new(problem.clone(), CallContext::of_local_server()));
                Err(problem)
            }
        }
    }

    /// Somebody has signed in. Answers when that is kept, or could not be.
    pub(super) async fn signed_in(self: &Arc<Self>, credential: Credential, keep: Keep) {
        {
            let mut state = lock(&self.state);
            let generation = state.generation + 1;
            *state = State { credential: Some(credential), keep, looked: true, generation, ..State::default() };
        }
        self.keep_now().await;
    }

    /// Nobody is signed in any more; what was kept is forgotten.
    pub(crate) async fn sign_out(&self) {
        {
            let mut state = lock(&self.state);
            let generation = state.generation + 1;
            *state = State { looked: true, generation, ..State::default() };
        }
        if let Terms::Remote { environment, vault, .. } = &self.terms {
            vault.forget(&environment.id).await;
        }
    }

    fn usable(&self, now: Moment) -> Usable {
        let state = lock(&self.state);
        match &state.credential {
            Some(credential) if state.ended || credential.is_over(now) && !credential.renews() => Usable::Not,
            Some(credential) if credential.is_due(now) && credential.renews() => Usable::Renew,
            Some(credential) => Usable::Now(credential.token()),
            None => Usable::Not,
        }
    }

    fn still_valid(&self, now: Moment) -> bool {
        let state = lock(&self.state);
        state.credential.as_ref().is_some_and(|credential| credential.token().is_some() && !credential.is_over(now))
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

enum Usable {
    Now(Option<Secret>),
    Renew,
    Not,
}

fn origin(address: &str) -> String {
    url::Url::parse(address).map_or_else(|_| address.to_owned(), |url| url.origin().ascii_serialization())
}

const fn kind(method: &SignInMethod) -> SignInKind {
    match method {
        SignInMethod::Oidc { .. } => SignInKind::Oidc,
        SignInMethod::Token => SignInKind::Token,
        SignInMethod::ClientCredentials { .. } => SignInKind::ClientCredentials,
        SignInMethod::ClientCertificate => SignInKind::ClientCertificate,
    }
}

fn needed(name: &str, was_there: bool) -> Problem {
    let message =
        if was_there { format!("Your sign-in to {name} ended.") } else { format!("Nobody is signed in to {name}.") };
    Problem::new(ErrorCode::SignInNeeded, message)
        .hint("Sign in. Your place and your input are kept.")
        .action(ErrorAction::SignIn)
}

/// The sign-in is over, or never came about.
pub(crate) fn failed(message: impl Into<String>) -> Problem {
    Problem::new(ErrorCode::SignInFailed, message).hint("Sign in again.").action(ErrorAction::SignIn)
}
