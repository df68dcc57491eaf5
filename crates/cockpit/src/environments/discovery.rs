//! Finding out about an environment before it is saved, in steps that tick: each has what was found, or what to do. Nobody's
//! sign-in is used for it.

use std::sync::{Arc, Mutex};

use pairing::{ErrorCode, Secret};
use tokio::task::AbortHandle;
use url::Url;
use uuid::Uuid;

use super::way::OnTheWay;
use super::{
    address, first_question,
    server_chain::{self, Shown},
};
use crate::{
    Cockpit, EnvironmentConfig, Problem,
    calls::{
        CallContext, CallError, Discovery, DiscoveryRef, DiscoveryStep, DiscoveryStepName as Name,
        DiscoveryStepState as State, EnvironmentDefinition, ErrorAction, Nothing, OidcBearer, SignInMethod,
        StartDiscovery,
    },
    certificates::server_chain as chain_links,
    cockpit::lock,
    https,
    sign_in::look_for_provider,
};

/// Nobody adds more at a time; the oldest are forgotten.
const MOST: usize = 16;
const STEPS: [Name; 5] =
    [Name::NameFound, Name::TlsChecked, Name::SignInServiceFound, Name::DirectorAnswered, Name::CapabilitiesRead];
/// What an identity provider usually knows, and what is worth asking for.
const WANTED_SCOPES: [&str; 4] = ["profile", "email", "groups", "offline_access"];

/// Those of this run.
#[derive(Debug, Default)]
pub(super) struct Discoveries(Mutex<Vec<Running>>);

#[derive(Debug)]
struct Running {
    seen: Arc<Mutex<Discovery>>,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Cockpit {
    pub(crate) async fn start_discovery(&self, call: CallContext, input: StartDiscovery) -> Result<Discovery, Problem> {
        let derived = address::derive(&input.address)?;
        input.definition.as_ref().map_or(Ok(()), address::no_more_than_needed)?;
        let set = match input.definition {
            // The address counts; the rest is what was set by hand.
            Some(typed) => completed(typed, &derived),
            None => derived,
        };
        let begun = Discovery {
            id: Uuid::new_v4().to_string(),
            running: true,
            steps: STEPS.map(|step| DiscoveryStep { step, state: State::Waiting, text: None, error: None }).into(),
            proposal: set,
            chain: Vec::new(),
            chain_pem: None,
            trusted: None,
            capabilities: None,
        };
        let seen = Arc::new(Mutex::new(begun.clone()));
        let task = tokio::spawn(Steps { seen: Arc::clone(&seen), call }.run()).abort_handle();
        let mut running = lock(&self.environments.discoveries.0);
        if running.len() >= MOST {
            running.remove(0);
        }
        running.push(Running { seen, task });
        Ok(begun)
    }

    pub(crate) async fn discovery(&self, _: CallContext, input: DiscoveryRef) -> Result<Discovery, Problem> {
        let running = lock(&self.environments.discoveries.0);
        let found = running.iter().map(|one| lock(&one.seen).clone()).find(|seen| seen.id == *input.id);
        found.ok_or_else(|| {
            Problem::new(ErrorCode::NotFound, "This look at an address is over.").hint("Start it again.")
        })
    }

    pub(crate) async fn cancel_discovery(&self, _: CallContext, input: DiscoveryRef) -> Result<Nothing, Problem> {
        lock(&self.environments.discoveries.0).retain(|one| lock(&one.seen).id != *input.id);
        Ok(Nothing {})
    }
}

/// What was typed, with what follows from the address where nothing was.
fn completed(mut typed: EnvironmentDefinition, derived: &EnvironmentDefinition) -> EnvironmentDefinition {
    let fields = [
        (&mut typed.name, &derived.name),
        (&mut typed.badge, &derived.badge),
        (&mut typed.connector_url, &derived.connector_url),
        (&mut typed.certificate_secured_director_url, &derived.certificate_secured_director_url),
        (&mut typed.certificate_secured_connector_url, &derived.certificate_secured_connector_url),
        (&mut typed.oauth_token_url, &derived.oauth_token_url),
    ];
    for (field, derived) in fields {
        if field.trim().is_empty() {
            field.clone_from(derived);
        }
    }
    typed.director_url.clone_from(&derived.director_url);
    if let Some(other) = address::director_for(&typed) {
        typed.director_url = other;
    }
    typed
}

/// One run through the steps.
struct Steps {
    seen: Arc<Mutex<Discovery>>,
    call: CallContext,
}

impl Steps {
    async fn run(self) {
        // What cannot be reached is not asked further.
        if self.find_name().await && self.check_tls().await {
            self.find_sign_in_service().await;
            if self.ask_director().await {
                self.end(Name::CapabilitiesRead, State::Skipped, "They are read once you are signed in.");
            }
        }
        let mut seen = lock(&self.seen);
        for step in &mut seen.steps {
            if step.state == State::Waiting {
                step.state = State::Skipped;
                step.text = Some("Not looked at, because of what is above.".into());
            }
        }
        seen.running = false;
    }

    async fn find_name(&self) -> bool {
        self.begin(Name::NameFound);
        let config = self.config();
        match OnTheWay::to(&config) {
            Err(problem) => return self.fail(Name::NameFound, problem),
            Ok(Some(proxy)) => {
                let text = format!("The proxy {} looks for it.", proxy.host());
                self.end(Name::NameFound, State::Skipped, text);
                return true;
            }
            Ok(None) => {}
        }
        let Ok(url) = Url::parse(&config.director_url) else { return false };
        let host = url.host_str().unwrap_or_default().to_owned();
        let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let looked = tokio::net::lookup_host((bare, url.port_or_known_default().unwrap_or(443)));
        let found = tokio::time::timeout(https::CONNECT_TIMEOUT, looked).await;
        let unknown = |cause: String| {
            Problem::new(ErrorCode::Unreachable, format!("{host} can't be found."))
                .hint("Check the spelling, the network, and whether a proxy is needed.")
                .detail(cause)
                .action(ErrorAction::EditEnvironment)
        };
        match found {
            Ok(Ok(addresses)) => {
                let mut numbers: Vec<_> = addresses.map(|address| address.ip().to_string()).collect();
                numbers.dedup();
                numbers.truncate(4);
                self.end(Name::NameFound, State::Done, numbers.join(", "));
                true
            }
            Ok(Err(cause)) => self.fail(Name::NameFound, unknown(cause.to_string())),
            Err(_) => self.fail(Name::NameFound, unknown("the name service doesn't answer".into())),
        }
    }

    async fn check_tls(&self) -> bool {
        self.begin(Name::TlsChecked);
        let Shown { certificates, problem, trustable } = match server_chain::look(&self.config()).await {
            Ok(shown) => shown,
            Err(problem) if problem.code == ErrorCode::NotOffered => {
                self.end(Name::TlsChecked, State::Skipped, problem.message);
                return true;
            }
            Err(problem) => return self.fail(Name::TlsChecked, problem),
        };
        let links = chain_links(&certificates, https::local_time());
        let issuer = links.last().map(|own| own.issuer.clone()).unwrap_or_default();
        let top = trustable.map(|der| pem::encode(&pem::Pem::new("CERTIFICATE", der.to_vec())));
        {
            let mut seen = lock(&self.seen);
            (seen.chain, seen.chain_pem, seen.trusted) = (links, top, Some(problem.is_none()));
        }
        match problem {
            Some(problem) => self.fail(Name::TlsChecked, problem),
            None => {
                self.end(Name::TlsChecked, State::Done, format!("Issued by {issuer}."));
                true
            }
        }
    }

    async fn find_sign_in_service(&self) {
        self.begin(Name::SignInServiceFound);
        let proposal = lock(&self.seen).proposal.clone();
        let (given, text) = match &proposal.sign_in {
            SignInMethod::Oidc { issuer, .. } if !issuer.trim().is_empty() => (Some(issuer.trim().to_owned()), None),
            SignInMethod::Oidc { .. } | SignInMethod::Token => (None, None),
            SignInMethod::ClientCredentials { token_url, .. } => {
                (None, Some(format!("The client gets its token at {token_url}.")))
            }
            SignInMethod::ClientCertificate => {
                (None, Some("The certificate is shown to the Director itself.".to_owned()))
            }
        };
        if let Some(text) = text {
            return self.end(Name::SignInServiceFound, State::Skipped, text);
        }
        match look_for_provider(&self.config(), given.as_deref()).await {
            Ok((issuer, known)) => {
                let text = format!("{issuer} signs people in.");
                self.propose(issuer, &known);
                self.end(Name::SignInServiceFound, State::Done, text);
            }
            Err(problem) if given.is_some() => drop(self.fail(Name::SignInServiceFound, problem)),
            Err(_) => {
                let text = "None was found beside the Director. Type its address, or choose another way to sign in.";
                self.end(Name::SignInServiceFound, State::Skipped, text);
            }
        }
    }

    fn propose(&self, found: String, known: &[String]) {
        let mut seen = lock(&self.seen);
        match &mut seen.proposal.sign_in {
            SignInMethod::Oidc { issuer, scopes, .. } => {
                *issuer = found;
                if scopes.is_empty() {
                    *scopes = worth_asking(known);
                }
            }
            other @ SignInMethod::Token => {
                *other = SignInMethod::Oidc {
                    issuer: found,
                    client_id: String::new(),
                    scopes: worth_asking(known),
                    bearer: OidcBearer::default(),
                    redirect_port: None,
                };
            }
            SignInMethod::ClientCredentials { .. } | SignInMethod::ClientCertificate => {}
        }
    }

    async fn ask_director(&self) -> bool {
        self.begin(Name::DirectorAnswered);
        match first_question::ask(&self.config(), self.call).await {
            Ok(()) => {
                let host =
                    Url::parse(&self.config().director_url).ok().and_then(|url| url.host_str().map(str::to_owned));
                self.end(Name::DirectorAnswered, State::Done, format!("{} answers.", host.unwrap_or_default()));
                true
            }
            Err(problem) => self.fail(Name::DirectorAnswered, problem),
        }
    }

    fn config(&self) -> EnvironmentConfig {
        let seen = lock(&self.seen);
        let proposal = &seen.proposal;
        EnvironmentConfig {
            id: seen.id.clone(),
            name: proposal.name.clone(),
            ca_pem: proposal.ca_pem.clone().map(String::into_bytes),
            trusts_computer: true,
            proxy: proposal.proxy.clone(),
            ..EnvironmentConfig::local(proposal.director_url.clone(), Secret::new(""))
        }
    }

    fn begin(&self, name: Name) {
        self.change(name, |step| step.state = State::Running);
    }

    fn end(&self, name: Name, state: State, text: impl Into<String>) {
        self.change(name, |step| (step.state, step.text) = (state, Some(text.into())));
    }

    fn fail(&self, name: Name, problem: Problem) -> bool {
        let error = CallError::new(problem, self.call);
        self.change(name, |step| (step.state, step.error) = (State::Failed, Some(error)));
        false
    }

    fn change(&self, name: Name, change: impl FnOnce(&mut DiscoveryStep)) {
        if let Some(step) = lock(&self.seen).steps.iter_mut().find(|step| step.step == name) {
            change(step);
        }
    }
}

fn worth_asking(known: &[String]) -> Vec<String> {
    WANTED_SCOPES.into_iter().filter(|wanted| known.iter().any(|scope| scope == wanted)).map(str::to_owned).collect()
}
