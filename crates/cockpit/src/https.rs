//! HTTPS to the servers of one environment: the clients, reading an answer within a limit, and the words for a
//! server that cannot be reached. Shared by everything that asks: Director, OAuth client registry, token endpoint.

use std::{
    error::Error as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use pairing::{ErrorCode, Moment};
use reqwest::{
    Certificate, Client, ClientBuilder, Response, Url,
    header::{HeaderName, RETRY_AFTER},
    redirect,
};
use rustls::CertificateError;
use url::Host;

use crate::{EnvironmentConfig, Problem, calls::Proxy};

/// Long enough for a Director whose own limit is 110 s to be given up by a person first.
const TIMEOUT: Duration = Duration::from_secs(60);
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// 200 applications with the longest texts the Director allows, or 1000 OAuth clients, stay well below.
pub(crate) const MAX_ANSWER: usize = 8 << 20;

/// The call's correlation id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const TENANT: HeaderName = HeaderName::from_static("tenant");

/// HTTPS with the CAs and the proxy of the environment, and no redirects: a token must not follow one.
///
/// # Errors
/// The CA or the proxy cannot be used.
pub(crate) fn client(environment: &EnvironmentConfig) -> Result<ClientBuilder, Problem> {
    let builder = Client::builder()
        .https_only(true)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .user_agent(concat!("pairing-cockpit/", env!("CARGO_PKG_VERSION")));
    let builder = match &environment.ca_pem {
        Some(pem) => {
            let certificates = Certificate::from_pem_bundle(pem).map_err(|cause| unusable(causes(&cause)))?;
            if environment.trusts_computer {
                builder.tls_certs_merge(certificates)
            } else {
                builder.tls_certs_only(certificates)
            }
        }
        None => builder,
    };
    match &environment.proxy {
        // Nobody's proxy knows the way back to this computer.
        Proxy::System if is_loopback(&environment.director_url) => Ok(builder.no_proxy()),
        Proxy::System => Ok(builder),
        Proxy::None => Ok(builder.no_proxy()),
        Proxy::Url { url } => {
            let proxy = reqwest::Proxy::all(url).map_err(|_| unusable("the address of the proxy cannot be read"))?;
            Ok(builder.no_proxy().proxy(proxy))
        }
    }
}

pub(crate) fn build(builder: ClientBuilder) -> Result<Client, Problem> {
    builder.build().map_err(|cause| unusable(causes(&cause)))
}

fn is_loopback(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.host().is_some_and(|host| is_this_computer(&host)))
}

/// By name or by number.
pub(crate) fn is_this_computer(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// An environment that cannot even be asked.
pub(crate) fn unusable(cause: impl Into<String>) -> Problem {
    Problem::new(ErrorCode::InvalidData, "This environment can't be used as it is set up.")
        .hint("Check its address and its CA file.")
        .detail(cause)
}

/// Why an answer could not be read to its end.
#[derive(Debug)]
pub(crate) enum Unread {
    TooLong,
    Transport(reqwest::Error),
}

/// The whole body, within the limit.
pub(crate) async fn read(response: Response) -> Result<Vec<u8>, Unread> {
    read_up_to(MAX_ANSWER, response).await
}

/// The whole body of an answer that may be larger than others.
pub(crate) async fn read_up_to(limit: usize, mut response: Response) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(Unread::Transport)? {
        if bytes.len() + chunk.len() > limit {
            return Err(Unread::TooLong);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Seconds to wait, where the server says so; its other form, a date, is not worth a sentence.
pub(crate) fn retry_after(response: &Response) -> Option<u32> {
    response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

/// What is wrong with an answer, without its values: serde quotes the text it stumbled over, which may be a token.
pub(crate) fn shape(cause: &serde_json::Error) -> String {
    format!(
        "the answer is not the agreed JSON ({:?}, line {}, column {})",
        cause.classify(),
        cause.line(),
        cause.column()
    )
}

/// No usable HTTP answer at all.
pub(crate) fn transport(host: &str, error: &reqwest::Error) -> Problem {
    let problem = if let Some(cause) = tls_cause(error) {
        return refused_tls(host, cause).detail(causes(error));
    } else if error.is_timeout() {
        timed_out(host)
    } else if error.is_connect() {
        Problem::new(ErrorCode::Unreachable, format!("{host} can't be reached."))
            .hint("Check that the server runs and that the network (or its proxy) works, then try again.")
    } else {
        Problem::new(ErrorCode::Protocol, format!("The connection to {host} broke off."))
            .hint("Try again. If something was being created, look at the list first.")
    };
    problem.detail(causes(error))
}

pub(crate) fn timed_out(host: &str) -> Problem {
    Problem::new(ErrorCode::TimedOut, format!("{host} doesn't answer in time."))
        .hint("Try again. If something was being created, look at the list first: it may have gone through.")
}

/// Both an upper limit on requests and a gateway that sheds load ask for the same.
pub(crate) fn slow_down(host: &str, retry_after: Option<u32>) -> Problem {
    let when = retry_after.map_or_else(|| "in a moment".to_owned(), |seconds| format!("in {seconds} s"));
    Problem::new(ErrorCode::RateLimited, format!("{host} asks us to slow down.")).hint(format!("Try again {when}."))
}

/// What TLS has against a server, in words; the clock and the name are no matter of trust.
pub(crate) fn refused_tls(host: &str, error: &rustls::Error) -> Problem {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
    };
    let rustls::Error::InvalidCertificate(cause) = error else {
        return Problem::new(ErrorCode::Protocol, format!("{host} and this program can't agree on TLS."))
            .hint("Check the address and the port. A server that wants a client certificate may not have liked ours.");
    };
    let (message, hint) = if matches!(cause, NotValidForName | NotValidForNameContext { .. }) {
        let message = format!("{host} shows a certificate for another name.");
        (message, "Check the address. The certificate names the servers it is for.")
    } else if matches!(cause, Expired | ExpiredContext { .. }) {
        let message = format!("The certificate of {host} has expired.");
        (message, "Tell whoever runs it. Check the clock of this computer, too.")
    } else if matches!(cause, NotValidYet | NotValidYetContext { .. }) {
        (format!("The certificate of {host} is not valid yet."), "Check the clock of this computer.")
    } else {
        let message = format!("{host} shows a certificate we don't trust.");
        (message, "Check that the address is right and that this environment's CA file belongs to it.")
    };
    Problem::new(ErrorCode::UntrustedServer, message).hint(hint)
}

fn tls_cause(error: &reqwest::Error) -> Option<&rustls::Error> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(found) = cause.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // `source` of an I/O error skips the error that it wraps.
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        source = wrapped.map_or_else(|| cause.source(), |inner| Some(inner));
    }
    None
}

/// The chain of causes without the address, which may carry more than a person should copy around.
pub(crate) fn causes(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        let said = cause.to_string();
        // rustls adds where its programmers can read more.
        text.push_str(said.split_once(": https://docs.rs/").map_or(said.as_str(), |(said, _)| said));
        source = cause.source();
    }
    text
}

/// This computer's clock, for a server that tells no time.
pub(crate) fn local_time() -> Moment {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_unix_millis(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}
