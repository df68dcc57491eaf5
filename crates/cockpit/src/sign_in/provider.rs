//! The sign-in service of an environment, found by its address (OpenID Connect Discovery). It is asked over the same proxy
//! and trusted by the same CAs as the environment's own servers, and with nobody's token.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, IssuerUrl, core::CoreProviderMetadata, http};
use pairing::{ErrorCode, Secret};
use reqwest::{Client, Url};

use crate::{
    EnvironmentConfig, Problem,
    calls::ErrorAction,
    environments::compass_domain,
    https::{self, Unread},
};

/// A person waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
/// Of any answer: a large set of keys is some 100 KiB.
const LARGEST_ANSWER: usize = 1 << 20;

/// Asks a sign-in service.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    http: Client,
    /// For a service on this computer, where plain HTTP is allowed: a proxy would read along.
    here: Client,
}

/// Why it could not be asked, as an error of the kind that the protocol's library passes on.
#[derive(Debug)]
pub(super) struct Unasked(pub(super) Problem);

impl fmt::Display for Unasked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Unasked {}

impl Asker {
    /// # Errors
    /// The CA or the proxy of the environment cannot be used.
    pub(super) fn of(environment: &EnvironmentConfig) -> Result<Self, Problem> {
        // Plain HTTP is allowed on this computer; every address is looked at before it is asked.
        let builder = || https::client(environment).map(|builder| builder.https_only(false).timeout(PATIENCE));
        Ok(Self { http: https::build(builder()?)?, here: https::build(builder()?.no_proxy())? })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, Unasked> {
        let address = request.uri().to_string();
        let url = Url::parse(&address).map_err(|_| Unasked(odd_address(&address)))?;
        check_address(&url).map_err(Unasked)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let protocol = |cause: &str| Unasked(not_a_service(&host, cause));
        let request = request.try_into().map_err(|_| protocol("the request cannot be written"))?;
        let http = if is_here(&url) { &self.here } else { &self.http };
        let response = http.execute(request).await.map_err(|error| Unasked(https::transport(&host, &error)))?;
        if response.status().is_redirection() {
            return Err(protocol("it sends us to another address"));
        }
        let (status, headers) = (response.status(), response.headers().clone());
        let body = https::read_up_to(LARGEST_ANSWER, response).await.map_err(|unread| match unread {
            Unread::Transport(error) => Unasked(https::transport(&host, &error)),
            Unread::TooLong => protocol("the answer is longer than 1 MiB"),
        })?;
        let mut answer = http::Response::new(body);
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Asker {
    type Error = Unasked;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Unasked>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// # Errors
/// The service does not answer, or not as one.
pub(super) async fn discover(asker: &Asker, issuer: &str) -> Result<CoreProviderMetadata, Problem> {
    let url = Url::parse(issuer).map_err(|_| odd_address(issuer))?;
    check_address(&url)?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| odd_address(issuer))?;
    let found = CoreProviderMetadata::discover_async(issuer, asker).await.map_err(|error| match error {
        openidconnect::DiscoveryError::Request(Unasked(problem)) => problem,
        openidconnect::DiscoveryError::Response(status, _, _) => not_a_service(&host, &format!("HTTP {status}")),
        openidconnect::DiscoveryError::Validation(_) => not_a_service(&host, "it calls itself by another address"),
        openidconnect::DiscoveryError::Other(_)
        | openidconnect::DiscoveryError::Parse(_)
        | openidconnect::DiscoveryError::UrlParse(_)
        | _ => not_a_service(&host, "its description cannot be read"),
    })?;
    safe_to_open(found)
}

/// Where people sign in is opened by the browser: what it says is looked at like every address that we ask ourselves.
///
/// # Errors
/// It is not HTTPS, and not on this computer.
fn safe_to_open(found: CoreProviderMetadata) -> Result<CoreProviderMetadata, Problem> {
    check_address(found.authorization_endpoint().url())?;
    Ok(found)
}

/// Looks for a sign-in service where one of a Compass may be. Answers its address, and which scopes it knows.
///
/// # Errors
/// There is none; when an address was given, why.
pub(crate) async fn look_for(
    environment: &EnvironmentConfig,
    given: Option<&str>,
) -> Result<(String, Vec<String>), Problem> {
    let asker = Asker::of(environment)?;
    let guessed = guesses(&environment.director_url);
    let candidates = given.map_or(guessed, |given| vec![given.to_owned()]);
    let mut last = None;
    for issuer in candidates {
        match discover(&asker, &issuer).await {
            Ok(found) => {
                let scopes =
                    found.scopes_supported().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect());
                return Ok((issuer, scopes.unwrap_or_default()));
            }
            Err(problem) => last = Some(problem),
        }
    }
    let unknown = || {
        Problem::new(ErrorCode::NotFound, "No sign-in service was found for this address.")
            .hint("Type its address, or choose another way to sign in.")
            .action(ErrorAction::EditEnvironment)
    };
    Err(match (given, last) {
        (Some(_), Some(problem)) => problem,
        (Some(_) | None, _) => unknown(),
    })
}

/// `compass-gateway.example.com` belongs to `example.com`, whose sign-in service has one of a few names. What is beside any
/// other host may be somebody else's.
fn guesses(director_url: &str) -> Vec<String> {
    let Ok(url) = Url::parse(director_url) else { return Vec::new() };
    let own = url.origin().ascii_serialization();
    let domain = url.domain().and_then(compass_domain).filter(|domain| domain.contains('.'));
    let named = domain.map(|domain| ["dex", "accounts", "oauth2"].map(|name| format!("https://{name}.{domain}")));
    std::iter::once(own).chain(named.into_iter().flatten()).collect()
}

/// # Errors
/// A code or a token would be readable on the way.
pub(super) fn check_address(url: &Url) -> Result<(), Problem> {
    let secure = url.scheme() == "https" || (url.scheme() == "http" && is_here(url));
    if secure && url.username().is_empty() && url.password().is_none() {
        Ok(())
    } else {
        Err(odd_address(url.as_str()))
    }
}

fn is_here(url: &Url) -> bool {
    url.host().is_some_and(|host| https::is_this_computer(&host))
}

fn odd_address(address: &str) -> Problem {
    Problem::invalid("The address of the sign-in service can't be used.")
        .hint("It begins with https://, has no user name in it, and names a host.")
        .detail(address)
        .action(ErrorAction::EditEnvironment)
}

fn not_a_service(host: &str, cause: &str) -> Problem {
    Problem::new(ErrorCode::Protocol, format!("{host} doesn't answer like a sign-in service."))
        .hint("Check the address of the sign-in service (its issuer).")
        .detail(cause)
        .action(ErrorAction::EditEnvironment)
}

/// The body of an answer may hold tokens: it is wiped with the secret that is made of it.
pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Proxy;

    #[test]
    fn nothing_is_asked_in_the_open_but_on_this_computer() {
        let check = |address: &str| check_address(&Url::parse(address).unwrap());
        for good in ["https://dex.example.com/x", "http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"] {
            check(good).unwrap();
        }
        for odd in
            ["http://dex.example.com/", "ftp://localhost/", "https://ada:pw@dex.example.com/", "http://10.0.0.1/"]
        {
            check(odd).unwrap_err();
        }
    }

    #[tokio::test]
    async fn a_service_on_this_computer_is_asked_without_the_proxy_which_could_read_along() {
        let [service, proxy] = [listening().await, listening().await];
        let environment = EnvironmentConfig {
            proxy: Proxy::Url { url: format!("http://{}", proxy.local_addr().unwrap()) },
            ..EnvironmentConfig::local("https://director.example.com/director/graphql".into(), Secret::new(""))
        };
        let asker = Asker::of(&environment).unwrap();
        let issuer = format!("http://localhost:{}", service.local_addr().unwrap().port());
        let first = async |asked: &str| {
            tokio::select! {
                _ = service.accept() => "the service",
                _ = proxy.accept() => "the proxy",
                answer = discover(&asker, asked) => panic!("nobody was asked: {answer:?}"),
            }
        };
        assert_eq!(first(&issuer).await, "the service");
        assert_eq!(first("https://dex.example.com").await, "the proxy");
    }

    async fn listening() -> tokio::net::TcpListener {
        tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap()
    }

    #[test]
    fn the_browser_opens_no_other_kind_of_address() {
        let open = |address: &str| {
            let found = serde_json::json!({
                "issuer": "https://dex.example.com", "authorization_endpoint": address,
                "jwks_uri": "https://dex.example.com/keys", "response_types_supported": ["code"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"],
            });
            safe_to_open(serde_json::from_value(found).unwrap())
        };
        open("https://dex.example.com/auth").unwrap();
        open("http://localhost:1/auth").unwrap();
        for odd in ["http://evil.example/auth", "javascript:alert(1)", "file:///etc/passwd"] {
            open(odd).unwrap_err();
        }
    }

    #[test]
    fn a_sign_in_service_is_guessed_beside_the_director() {
        let guessed = guesses("https://compass-gateway.eu.example.com/director/graphql");
        assert_eq!(guessed[..2], ["https://compass-gateway.eu.example.com", "https://dex.eu.example.com"]);
        assert_eq!(guesses("https://localhost:8443/director/graphql"), ["https://localhost:8443"]);
        assert_eq!(guesses("https://10.0.0.1:1/"), ["https://10.0.0.1:1"]);
        for foreign in ["https://director.co.uk", "https://x.github.io", "https://compass-gateway.io"] {
            assert_eq!(guesses(foreign), [foreign], "anybody can register what is beside it");
        }
    }
}
