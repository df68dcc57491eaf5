//! Signing in and out, from the window.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use pairing::ErrorCode;

use super::{InBrowser, SignIn, Terms, client_credentials, credential::Bearer, failed, identity, oidc};
use crate::{
    Cockpit, EnvironmentConfig, Problem,
    calls::{
        AppState, CallContext, CallError, CopyOutcome, EnvironmentRef, Keep, SecretText, SignInMethod,
        SignInWithCertificate, SignInWithSecret, StartSignIn,
    },
    cockpit::lock,
    environments::read_capabilities_in_background,
    https,
    sign_in::Credential,
};

/// Which try it is: one that was cancelled must not end the next.
static NUMBER: AtomicU64 = AtomicU64::new(1);

impl Cockpit {
    /// Opens the system browser; what came of it is part of the state.
    pub(crate) async fn start_sign_in(&self, call: CallContext, input: StartSignIn) -> Result<AppState, Problem> {
        let sign_in = self.remote_sign_in(&input.id)?;
        let (environment, method) = sign_in.terms()?;
        self.check_keep(input.keep)?;
        let service = oidc::look_up(environment, method).await?;
        // Of two clicks the second counts.
        let _one_at_a_time = sign_in.starting.lock().await;
        // Its port may be the one that is needed now.
        sign_in.stop_waiting().await;
        let begun = service.begin().await?;
        let address = begun.url.to_string();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (waiting, desktop) = (Arc::clone(&sign_in), Arc::clone(&self.desktop));
        let (environments, frame) = (Arc::clone(&self.environments), Arc::clone(&self.frame));
        let (id, keep) = (input.id.into_inner(), input.keep);
        // It begins only when its number is known.
        let (go, begin) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let _ = begin.await;
            let outcome = begun.finish().await;
            if !waiting.takes_answer_of(number) {
                return;
            }
            match outcome {
                Ok(credential) => {
                    // Where it is kept is known before it is kept.
                    let noted = environments.note_keep(&id, keep).await;
                    waiting.signed_in(credential, if noted.is_ok() { keep } else { Keep::Session }).await;
                    tracing::info!(environment = id, "signed in");
                    read_capabilities_in_background(&frame, &desktop);
                }
                Err(problem) => {
                    tracing::info!(environment = id, code = %problem.code, "not signed in: {}", problem.message);
                    waiting.not_signed_in(problem, call);
                }
            }
            desktop.state_changed();
        });
        lock(&sign_in.state).in_browser = Some(InBrowser { number, address: address.clone(), waiting: Some(task) });
        let _ = go.send(());
        if let Err(cause) = self.desktop.open_in_browser(address).await {
            tracing::warn!(cause, "the browser could not be opened");
            let problem = Problem::new(ErrorCode::SignInFailed, "The browser could not be opened.")
                .hint("Copy the address and open it in a browser on this computer; the sign-in waits for it.")
                .detail(cause);
            lock(&sign_in.state).error = Some(CallError::new(problem, call));
        }
        self.desktop.state_changed();
        Ok(self.state())
    }

    pub(crate) async fn cancel_sign_in(&self, _: CallContext, input: EnvironmentRef) -> Result<AppState, Problem> {
        let sign_in = self.remote_sign_in(&input.id)?;
        sign_in.stop_waiting().await;
        lock(&sign_in.state).error = None;
        self.desktop.state_changed();
        Ok(self.state())
    }

    /// The address that the browser was opened with, for another browser of this computer.
    pub(crate) async fn copy_sign_in_address(
        &self,
        _: CallContext,
        input: EnvironmentRef,
    ) -> Result<CopyOutcome, Problem> {
        let sign_in = self.remote_sign_in(&input.id)?;
        let address = lock(&sign_in.state).in_browser.as_ref().map(|waiting| waiting.address.clone());
        let address = address.ok_or_else(|| failed("No sign-in is waiting for the browser."))?;
        Ok(self.copy_text(address).await)
    }

    /// With a token that somebody brought, or the secret of a client.
    pub(crate) async fn sign_in_with_secret(
        &self,
        _: CallContext,
        input: SignInWithSecret,
    ) -> Result<AppState, Problem> {
        let SignInWithSecret { id, secret, keep } = input;
        let sign_in = self.remote_sign_in(&id)?;
        let (environment, method) = sign_in.terms()?;
        self.check_keep(keep)?;
        let typed = secret.into_inner();
        let secret = pairing::Secret::new(typed.expose().trim());
        if secret.expose().is_empty() {
            return Err(Problem::invalid("Nothing was typed."));
        }
        let credential = match method {
            SignInMethod::Token => {
                let token = secret.expose();
                let bare = token.strip_prefix("Bearer ").or_else(|| token.strip_prefix("bearer ")).unwrap_or(token);
                if !bare.bytes().all(|byte| byte.is_ascii_graphic()) {
                    return Err(Problem::invalid("This is not a bearer token.")
                        .hint("A token is one word without blanks; copy it again as a whole."));
                }
                let bearer = Bearer::brought(pairing::Secret::new(bare.trim()), https::local_time());
                Credential::Token(bearer)
            }
            SignInMethod::ClientCredentials { .. } => client_credentials::get(environment, method, secret).await?,
            SignInMethod::Oidc { .. } | SignInMethod::ClientCertificate => {
                return Err(failed("This environment has another way of signing in."));
            }
        };
        if credential.is_over(https::local_time()) {
            return Err(failed("This token has expired.").hint("Get a new one, and check the clock of this computer."));
        }
        self.take_sign_in(&sign_in, credential, &id, keep).await
    }

    /// With a certificate and its key, from files that are chosen in a dialog; null when the person cancels.
    pub(crate) async fn sign_in_with_certificate(
        &self,
        _: CallContext,
        input: SignInWithCertificate,
    ) -> Result<Option<AppState>, Problem> {
        let SignInWithCertificate { id, passphrase, keep } = input;
        let sign_in = self.remote_sign_in(&id)?;
        let (_, SignInMethod::ClientCertificate) = sign_in.terms()? else {
            return Err(failed("This environment has another way of signing in."));
        };
        self.check_keep(keep)?;
        let title = "Choose the certificate and its key".to_owned();
        let chosen = self.desktop.choose_open_paths(title).await;
        if chosen.is_empty() {
            return Ok(None);
        }
        let passphrase = passphrase.map(SecretText::into_inner);
        let read = tokio::task::spawn_blocking(move || identity::read(&chosen, passphrase.as_ref())).await;
        let credential = read.unwrap_or_else(|cause| {
            Err(Problem::new(ErrorCode::Internal, "The files could not be read.").detail(cause.to_string()))
        })?;
        self.take_sign_in(&sign_in, credential, &id, keep).await.map(Some)
    }

    pub(crate) async fn sign_out(&self, _: CallContext, input: EnvironmentRef) -> Result<AppState, Problem> {
        let sign_in = self.remote_sign_in(&input.id)?;
        sign_in.sign_out().await;
        self.renew_identity(&input.id)?;
        if let Err(problem) = self.environments.note_keep(&input.id, Keep::Session).await {
            tracing::warn!(code = %problem.code, detail = problem.detail, "the end of a sign-in could not be noted");
        }
        tracing::info!(environment = &*input.id, "signed out");
        self.desktop.state_changed();
        Ok(self.state())
    }

    async fn take_sign_in(
        &self,
        sign_in: &Arc<SignIn>,
        credential: Credential,
        id: &str,
        keep: Keep,
    ) -> Result<AppState, Problem> {
        match self.environments.note_keep(id, keep).await {
            Err(problem) if keep != Keep::Session => return Err(problem),
            // Nothing has to be kept.
            Ok(()) | Err(_) => {}
        }
        sign_in.signed_in(credential, keep).await;
        self.renew_identity(id)?;
        tracing::info!(environment = id, "signed in");
        read_capabilities_in_background(&self.frame, &self.desktop);
        self.desktop.state_changed();
        Ok(self.state())
    }

    /// What was kept of the environment in force is taken out before the page asks for anything.
    pub(crate) async fn look_for_kept_sign_in(&self) {
        let id = lock(&self.frame).in_force_id();
        let Ok(sign_in) = self.remote_sign_in(&id) else { return };
        sign_in.look_into_vault().await;
        if let Err(problem) = self.renew_identity(&id) {
            tracing::warn!(code = %problem.code, "the certificate that was kept can't be used");
        }
    }

    /// As [`Cockpit::look_for_kept_sign_in`], while the page paints what is known.
    pub(crate) fn take_out_kept_sign_in(&self) {
        let (frame, desktop) = (Arc::clone(&self.frame), Arc::clone(&self.desktop));
        let Some(channel) = lock(&frame).remote.as_ref().map(|remote| Arc::clone(&remote.channel)) else { return };
        if !channel.sign_in().is_unlooked() {
            return;
        }
        tokio::spawn(async move {
            channel.sign_in().look_into_vault().await;
            read_capabilities_in_background(&frame, &desktop);
            desktop.state_changed();
        });
    }

    /// Its servers see the certificate of the sign-in as it is now, or none.
    fn renew_identity(&self, id: &str) -> Result<(), Problem> {
        lock(&self.frame).all_of(id).try_for_each(|connection| connection.channel.renew_identity())
    }

    /// # Errors
    /// The environment is not there, or needs no sign-in.
    fn remote_sign_in(&self, id: &str) -> Result<Arc<SignIn>, Problem> {
        if id == crate::environment::LOCAL {
            return Err(Problem::new(ErrorCode::InvalidOperation, "The local server needs no sign-in."));
        }
        self.environments.sign_in_of(id)
    }

    /// # Errors
    /// The sealed file is not open.
    fn check_keep(&self, keep: Keep) -> Result<(), Problem> {
        if keep == Keep::SealedFile && !self.environments.sealed_file_is_open() {
            return Err(Problem::new(ErrorCode::VaultLocked, "The sealed file with the sign-ins is not open.")
                .hint("Type its passphrase first, or keep the sign-in for this session only."));
        }
        Ok(())
    }
}

impl SignIn {
    /// # Errors
    /// The server of this computer has none.
    pub(crate) fn terms(&self) -> Result<(&EnvironmentConfig, &SignInMethod), Problem> {
        match &self.terms {
            Terms::Known(_) => Err(failed("The local server needs no sign-in.")),
            Terms::Remote { environment, method, .. } => Ok((environment, method)),
        }
    }

    /// Whether this try is still wanted; from here on it is not cut off.
    fn takes_answer_of(&self, number: u64) -> bool {
        let mut state = lock(&self.state);
        let waiting = state.in_browser.as_mut().filter(|waiting| waiting.number == number);
        waiting.map(|waiting| waiting.waiting = None).is_some()
    }

    /// Ends a sign-in that waits for the browser; when this answers, nobody listens for it any more.
    async fn stop_waiting(&self) {
        let waiting = lock(&self.state).in_browser.take().and_then(|mut browser| browser.waiting.take());
        if let Some(waiting) = waiting {
            waiting.abort();
            // That it was ended is no news.
            let _ = waiting.await;
        }
    }

    fn not_signed_in(&self, problem: Problem, call: CallContext) {
        let mut state = lock(&self.state);
        state.in_browser = None;
        state.error = Some(CallError::new(problem, call));
    }
}
