//! HTTPS to the servers of one environment: the clients, reading an answer within a limit, and the words for a
//! server that cannot be reached. Shared by everything that asks: Director, OAuth client registry, token endpoint.

use std::{
    error::Error as _,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use pairing::{ErrorCode, Moment};
use reqwest::{
    Certificate, Client, Response,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
    redirect,
};

use crate::{EnvironmentConfig, Problem};

/// Long enough for a Director whose own limit is 110 s to be given up by a person first.
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// 200 applications with the longest texts the Director allows, or 1000 OAuth clients, stay well below.
pub(crate) const MAX_ANSWER: usize = 8 << 20;

/// The call's correlation id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TENANT: HeaderName = HeaderName::from_static("tenant");

/// HTTPS with the environment's CA and nothing else, no redirects (a token must not follow one), and no proxy on
/// the way to this computer.
pub(crate) fn client(environment: &EnvironmentConfig) -> reqwest::Result<reqwest::ClientBuilder> {
    let mut builder = Client::builder()
        .https_only(true)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .user_agent(concat!("pairing-cockpit/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = &environment.ca_pem {
        builder = builder.tls_certs_only(Certificate::from_pem_bundle(pem)?).no_proxy();
    }
    Ok(builder)
}

/// A client whose every request is the administrator's.
///
/// # Errors
/// The environment's CA, token or tenant cannot be used.
pub(crate) fn administrator(environment: &EnvironmentConfig) -> Result<Client, Problem> {
    let mut bearer = HeaderValue::try_from(format!("Bearer {}", environment.admin_token.expose()))
        .map_err(|_| unusable("the administrator's token has characters that no header can carry"))?;
    bearer.set_sensitive(true);
    let tenant = HeaderValue::try_from(&environment.tenant).map_err(|cause| unusable(cause.to_string()))?;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer), (TENANT, tenant)]);
    client(environment)
        .map(|builder| builder.default_headers(headers))
        .and_then(reqwest::ClientBuilder::build)
        .map_err(|cause| unusable(causes(&cause)))
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
    let problem = if is_tls(error) {
        Problem::new(ErrorCode::UntrustedServer, format!("{host} shows a certificate we don't trust."))
            .hint("Check that the address is right and that this environment's CA file belongs to it.")
    } else if error.is_timeout() {
        timed_out(host)
    } else if error.is_connect() {
        Problem::new(ErrorCode::Unreachable, format!("{host} can't be reached."))
            .hint("Check that the server runs and that the network works, then try again.")
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

fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if cause.is::<rustls::Error>() {
            return true;
        }
        // `source` of an I/O error skips the error that it wraps.
        let wrapped = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        source = wrapped.map_or_else(|| cause.source(), |inner| Some(inner));
    }
    false
}

/// The chain of causes without the address, which may carry more than a person should copy around.
fn causes(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// This computer's clock, for a server that tells no time.
pub(crate) fn local_time() -> Moment {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment::from_unix_millis(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}
