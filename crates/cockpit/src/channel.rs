//! The way to the servers of one environment: who we are, how fast we may ask, and whether anybody answers. Everything that
//! asks the Director or the console goes through here.

mod pace;
mod reach;

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use pairing::{ErrorCode, Moment, Secret};
use reqwest::{
    Client, Identity, IntoUrl, Method, RequestBuilder, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};

use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, Capabilities, ErrorAction, Reach},
    https::{self, REQUEST_ID, TENANT},
    sign_in::SignIn,
};
use pace::Pace;
use reach::ReachLog;

/// One tenant's use of the servers of an environment.
pub(crate) struct Channel {
    shared: Arc<Shared>,
    tenant: Option<HeaderValue>,
}

/// What all tenants of an environment have in common.
struct Shared {
    environment: EnvironmentConfig,
    /// Another one once a client certificate is there.
    http: RwLock<Client>,
    /// Whether that one has a certificate.
    identified: AtomicBool,
    /// The only places that the sign-in is good for.
    origins: Vec<url::Origin>,
    headers: HeaderMap,
    sign_in: Arc<SignIn>,
    pace: Pace,
    reach: ReachLog,
    capabilities: RwLock<Option<Capabilities>>,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("environment", &self.shared.environment).finish_non_exhaustive()
    }
}

impl Channel {
    /// # Errors
    /// The address, the CA, a header or the tenant of the environment cannot be used.
    pub(crate) fn to(environment: &EnvironmentConfig, sign_in: Arc<SignIn>) -> Result<Self, Problem> {
        if !sign_in.is_good_for(environment) {
            return Err(https::unusable("the sign-in is for another address"));
        }
        let addresses = std::iter::once(&environment.director_url).chain(&environment.console_url);
        let origins = addresses.map(|address| Url::parse(address).map(|url| url.origin())).collect::<Result<_, _>>();
        let identity = sign_in.identity();
        let shared = Shared {
            http: RwLock::new(client(environment, identity.as_ref())?),
            identified: AtomicBool::new(identity.is_some()),
            origins: origins.map_err(|cause| https::unusable(cause.to_string()))?,
            headers: headers(environment)?,
            sign_in,
            pace: Pace::of(environment.requests_per_second),
            reach: ReachLog::default(),
            capabilities: RwLock::default(),
            environment: environment.clone(),
        };
        Ok(Self { shared: Arc::new(shared), tenant: tenant(&environment.tenant)? })
    }

    /// # Errors
    /// The id is none that a header can carry.
    pub(crate) fn with_tenant(&self, id: &str) -> Result<Self, Problem> {
        Ok(Self { shared: Arc::clone(&self.shared), tenant: tenant(id)? })
    }

    pub(crate) fn sign_in(&self) -> &Arc<SignIn> {
        &self.shared.sign_in
    }

    /// `server_now` is the time of the servers, where they have told it.
    pub(crate) fn reach(&self, server_now: Option<Moment>) -> Reach {
        self.shared.reach.shown(server_now)
    }

    pub(crate) fn capabilities(&self) -> Option<Capabilities> {
        self.shared.capabilities.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn note_capabilities(&self, capabilities: Capabilities) {
        *self.shared.capabilities.write().unwrap_or_else(PoisonError::into_inner) = Some(capabilities);
    }

    /// From now on with the certificate that the sign-in has, or without one.
    ///
    /// # Errors
    /// It cannot be used.
    pub(crate) fn renew_identity(&self) -> Result<(), Problem> {
        let identity = self.shared.sign_in.identity();
        let renewed = client(&self.shared.environment, identity.as_ref())?;
        self.shared.identified.store(identity.is_some(), Ordering::Relaxed);
        *self.shared.http.write().unwrap_or_else(PoisonError::into_inner) = renewed;
        Ok(())
    }

    pub(crate) fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.http().request(Method::GET, url)
    }

    pub(crate) fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.http().request(Method::POST, url)
    }

    pub(crate) fn put(&self, url: impl IntoUrl) -> RequestBuilder {
        self.http().request(Method::PUT, url)
    }

    pub(crate) fn delete(&self, url: impl IntoUrl) -> RequestBuilder {
        self.http().request(Method::DELETE, url)
    }

    /// Sends as whoever is signed in. A sign-in that is refused is renewed once, and the request sent again: who is refused
    /// at the door has changed nothing behind it.
    ///
    /// # Errors
    /// Nobody is signed in, nobody answers, or something else than the server does. Whatever the server answers is an answer.
    pub(crate) async fn send(&self, request: RequestBuilder, call: CallContext) -> Result<Response, Problem> {
        let request = request.header(REQUEST_ID, call.to_string());
        let again = request.try_clone();
        let (response, refused) = self.send_once(request).await?;
        let (Some(refused), Some(again)) = (refused, again) else { return Ok(response) };
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        if !self.shared.sign_in.renew(&refused).await {
            return Ok(response);
        }
        let (response, refused) = self.send_once(again).await?;
        if let Some(refused) = refused.filter(|_| response.status() == StatusCode::UNAUTHORIZED) {
            // A new one with every question would not be liked any better.
            self.shared.sign_in.not_accepted(&refused);
        }
        Ok(response)
    }

    /// The answer, and the token with which it was asked for.
    async fn send_once(&self, request: RequestBuilder) -> Result<(Response, Option<Secret>), Problem> {
        let shared = &self.shared;
        let mut request = request.build().map_err(|error| https::unusable(https::causes(&error)))?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        if !shared.origins.contains(&request.url().origin()) {
            return Err(Problem::new(ErrorCode::Internal, format!("{host} is not a server of this environment."))
                .hint("Report this with the correlation id."));
        }
        let bearer = shared.sign_in.bearer().await?;
        // The vault may have given one back.
        if shared.sign_in.identity().is_some() != shared.identified.load(Ordering::Relaxed) {
            self.renew_identity()?;
        }
        let headers = request.headers_mut();
        headers.extend(shared.headers.clone());
        if let Some(token) = &bearer {
            headers.insert(AUTHORIZATION, authorization(token)?);
        }
        if let Some(tenant) = &self.tenant {
            headers.insert(TENANT, tenant.clone());
        }
        shared.pace.wait().await;
        let http = self.http();
        match http.execute(request).await {
            Ok(response) => {
                if response.status() == StatusCode::TOO_MANY_REQUESTS {
                    shared.pace.pause(https::retry_after(&response));
                }
                if let Some(problem) = intercepted(&host, &response) {
                    shared.reach.lost(&problem);
                    return Err(problem);
                }
                shared.reach.reached();
                Ok((response, bearer))
            }
            Err(error) => {
                let problem = https::transport(&host, &error);
                shared.reach.lost(&problem);
                Err(problem)
            }
        }
    }

    /// What became of an answer that had begun.
    pub(crate) fn note_end(&self, end: Result<(), &Problem>) {
        match end {
            Ok(()) => self.shared.reach.answered(),
            Err(problem) => self.shared.reach.broke_off(problem),
        }
    }

    fn http(&self) -> Client {
        self.shared.http.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn client(environment: &EnvironmentConfig, identity: Option<&Secret>) -> Result<Client, Problem> {
    let builder = https::client(environment)?;
    https::build(match identity {
        Some(pem) => builder.identity(Identity::from_pem(pem.expose().as_bytes()).map_err(|_| {
            // The cause may quote the key.
            https::unusable("the client certificate and its key cannot be used")
        })?),
        None => builder,
    })
}

fn authorization(token: &Secret) -> Result<HeaderValue, Problem> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| https::unusable("the token has characters that no header can carry"))?;
    bearer.set_sensitive(true);
    Ok(bearer)
}

fn tenant(id: &str) -> Result<Option<HeaderValue>, Problem> {
    let value = (!id.is_empty()).then(|| HeaderValue::try_from(id)).transpose();
    value.map_err(|_| https::unusable("the id of the tenant has characters that no header can carry"))
}

fn headers(environment: &EnvironmentConfig) -> Result<HeaderMap, Problem> {
    let header = |name: &str, value: &str| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?));
    let headers = environment.headers.iter().map(|extra| header(&extra.name, &extra.value)).collect::<Option<_>>();
    headers.ok_or_else(|| https::unusable("an extra header has characters that no header can carry"))
}

/// A page instead of data, or the way to another address: no Director answers so.
pub(crate) fn intercepted(host: &str, response: &Response) -> Option<Problem> {
    let status = response.status();
    let content = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_page = status.is_success() && content.trim_start().to_ascii_lowercase().starts_with("text/html");
    // RFC 6585 §6.
    let asks_for_sign_in = status == StatusCode::NETWORK_AUTHENTICATION_REQUIRED;
    if !is_page && !status.is_redirection() && !asks_for_sign_in {
        return None;
    }
    let problem = Problem::new(ErrorCode::Intercepted, format!("Something on the way to {host} answers instead of it."))
        .hint("A network that wants its own sign-in does that, and so does a proxy. Open any page in the browser, then try again.")
        .action(ErrorAction::OpenNetworkSignIn);
    Some(problem.detail(format!("HTTP {status}, {}", if content.is_empty() { "no content type" } else { content })))
}
