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
mod renewal;

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use pairing::{ErrorCode, Moment, Secret};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    EnvironmentConfig, Problem,
    calls::{CallError, ErrorAction, Keep, SignInKind, SignInMethod, SignInStage, SignInState},
    cockpit::lock,
    environments::Vault,
    https,
};
pub(crate) use credential::{Bearer, Credential};
pub(crate) use provider::look_for as look_for_provider;
use renewal::Failure;

/// The sign-in to one environment, shared by everything that asks its servers.
pub(crate) struct SignIn {
    terms: Terms,
    /// Shared with the sign-in to the same environment as it was set up before, where that is as good.
    state: Arc<Mutex<State>>,
    /// One renewal at a time: a refresh token may be good for one use only.
    renewing: Arc<AsyncMutex<()>>,
    /// One sign-in in the browser at a time.
    starting: Arc<AsyncMutex<()>>,
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
    /// Whether the credential, or the one that it was renewed from, is what the vault has, or had.
    kept: bool,
    /// The renewal that did not come about last; none since one did.
    failure: Option<Failure>,
    /// Another number whenever somebody signs in or out: what was on its way for the one before does not count.
    generation: u64,
}

/// A sign-in that waits for the browser. Dropping it ends the waiting.
struct InBrowser {
    number: u64,
    address: String,
    /// `None`: the browser came back, and what follows is not to be cut off.
    waiting: Option<tokio::task::JoinHandle<()>>,
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
        Self { terms: Terms::Known(token), state: Arc::default(), renewing: Arc::default(), starting: Arc::default() }
    }

    /// `keep` is where one was kept in an earlier run.
    pub(crate) fn to(environment: EnvironmentConfig, method: SignInMethod, vault: Arc<Vault>, keep: Keep) -> Self {
        let state = State { keep, ..State::default() };
        let terms = Terms::Remote { environment: Box::new(environment), method, vault };
        Self { terms, state: Arc::new(Mutex::new(state)), renewing: Arc::default(), starting: Arc::default() }
    }

    /// The same sign-in, for the environment as it is set up now. A renewal that is on its way counts for both.
    pub(crate) fn rebound(&self, environment: EnvironmentConfig, method: SignInMethod, vault: Arc<Vault>) -> Self {
        let terms = Terms::Remote { environment: Box::new(environment), method, vault };
        let [renewing, starting] = [&self.renewing, &self.starting].map(Arc::clone);
        Self { terms, state: Arc::clone(&self.state), renewing, starting }
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

    /// Somebody has signed in. Answers when that is kept, or could not be.
    pub(crate) async fn signed_in(self: &Arc<Self>, credential: Credential, keep: Keep) {
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
