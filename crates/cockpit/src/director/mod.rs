//! The one client for Director GraphQL. Embedded or remote, every Director is asked the same way: HTTPS, the
//! environment's own CA, the administrator's bearer token, the `Tenant` header, a correlation id.

mod applications;
mod operations;
mod pairing_data;
mod refusal;
mod server_clock;
mod wire;

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use graphql_client::GraphQLQuery;
use pairing::{ErrorCode, Moment, Secret};
use reqwest::{
    Certificate, Client, Response, StatusCode,
    header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, RETRY_AFTER},
    redirect,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{EnvironmentConfig, Problem, calls::CorrelationId};
use refusal::{Asked, GraphqlError};
use server_clock::ServerClock;

pub(crate) use applications::{ApplicationFields, Watched};
pub(crate) use pairing_data::{NewAuth, NewCredentials, NewToken};
pub(crate) use refusal::causes;
pub(crate) use wire::Auth;
#[cfg(test)]
pub(crate) use wire::Token;

/// Long enough for a Director whose own limit is 110 s to be given up by a person first.
const TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// 200 applications with the longest texts the Director allows stay well below.
const MAX_ANSWER: usize = 8 << 20;

/// A Director, and what is needed to ask it.
pub(crate) struct Director {
    http: Client,
    url: String,
    host: String,
    tenant: String,
    clock: ServerClock,
    /// Whether the two proposal operations are there; not known before the first try.
    proposal: OnceLock<bool>,
}

impl fmt::Debug for Director {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Director").field("url", &self.url).finish_non_exhaustive()
    }
}

/// One call's use of the Director: every request carries its correlation id.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    director: Arc<Director>,
    call: CorrelationId,
}

/// An answer and when it was given, by the server's clock.
#[derive(Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) moment: Moment,
}

/// How asking fails. An operation that the Director does not have is not a problem where there is another way.
#[derive(Debug)]
enum Failed {
    NotServed(Problem),
    Problem(Problem),
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotServed(problem) | Failed::Problem(problem) => problem,
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<GraphqlError>,
}

impl Director {
    pub(crate) fn new(environment: &EnvironmentConfig) -> Result<Self, Problem> {
        let unusable = |cause: String| {
            Problem::new(ErrorCode::InvalidData, "This environment can't be used as it is set up.")
                .hint("Check its address and its CA file.")
                .detail(cause)
        };
        let url = reqwest::Url::parse(&environment.director_url).map_err(|cause| unusable(cause.to_string()))?;
        let mut bearer = HeaderValue::try_from(format!("Bearer {}", environment.admin_token.expose()))
            .map_err(|_| unusable("the administrator's token has characters that no header can carry".into()))?;
        bearer.set_sensitive(true);
        let tenant = HeaderValue::try_from(&environment.tenant).map_err(|cause| unusable(cause.to_string()))?;
        let headers = HeaderMap::from_iter([(AUTHORIZATION, bearer), (TENANT, tenant)]);
        let http = http_client(environment)
            .map(|builder| builder.default_headers(headers))
            .and_then(reqwest::ClientBuilder::build)
            .map_err(|cause| unusable(causes(&cause)))?;
        Ok(Self {
            http,
            host: url.host_str().unwrap_or_default().to_owned(),
            url: url.into(),
            tenant: environment.tenant.clone(),
            clock: ServerClock::default(),
            proposal: environment.has_proposal_operations.map(OnceLock::from).unwrap_or_default(),
        })
    }

    /// The server's clock; `None` until it has answered once.
    pub(crate) fn now(&self) -> Option<Moment> {
        self.clock.now()
    }

    pub(crate) fn session(self: &Arc<Self>, call: CorrelationId) -> Session {
        Session { director: Arc::clone(self), call }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { host: &self.host, tenant: &self.tenant }
    }

    fn observe(&self, response: &Response) -> Moment {
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let now = date.and_then(|date| self.clock.observe(date, Instant::now()));
        // A server without a clock is worth a countdown by ours, not a failure.
        now.unwrap_or_else(|| Moment::from_unix_millis(millis_since_epoch()))
    }
}

const TENANT: reqwest::header::HeaderName = reqwest::header::HeaderName::from_static("tenant");

/// HTTPS with the environment's CA and nothing else, no redirects (a token must not follow one), and no proxy on
/// the way to this computer.
pub(crate) fn http_client(environment: &EnvironmentConfig) -> reqwest::Result<reqwest::ClientBuilder> {
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

impl Session {
    async fn ask<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Result<At<Q::ResponseData>, Failed> {
        let asked = self.director.asked();
        let body = Q::build_query(variables);
        let request = self.director.http.post(&self.director.url).header("x-request-id", self.call.to_string());
        let response = request.json(&body).send().await.map_err(|error| Failed::Problem(asked.transport(&error)))?;
        let moment = self.director.observe(&response);
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = read_limited(response, asked).await?;
        tracing::debug!(operation = body.operation_name, status = status.as_u16(), "asked the Director");
        let answer: Result<Answer, _> = serde_json::from_slice(&bytes);
        match answer {
            Ok(Answer { errors, .. }) if !errors.is_empty() => {
                let problem = asked.graphql(&errors[0]);
                // Syntax and validation failures, and nothing else, have this status.
                let unknown = status == StatusCode::UNPROCESSABLE_ENTITY;
                Err(if unknown { Failed::NotServed(problem) } else { Failed::Problem(problem) })
            }
            Ok(Answer { data: Some(data), .. }) if status.is_success() => {
                let value = parse(data).map_err(|cause| Failed::Problem(asked.protocol(cause)))?;
                Ok(At { value, moment })
            }
            Ok(_) if status.is_success() => Err(Failed::Problem(asked.protocol("neither data nor errors"))),
            Err(cause) if status.is_success() => Err(Failed::Problem(asked.protocol(shape(&cause)))),
            Ok(_) | Err(_) => Err(Failed::Problem(asked.status(status, retry_after.as_deref()))),
        }
    }
}

fn parse<T: DeserializeOwned>(data: Value) -> Result<T, String> {
    serde_json::from_value(data).map_err(|cause| shape(&cause))
}

/// What is wrong with an answer, without its values: serde quotes the text it stumbled over, which may be a token.
fn shape(cause: &serde_json::Error) -> String {
    format!(
        "the answer is not the agreed JSON ({:?}, line {}, column {})",
        cause.classify(),
        cause.line(),
        cause.column()
    )
}

async fn read_limited(mut response: Response, asked: Asked<'_>) -> Result<Vec<u8>, Failed> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Failed::Problem(asked.transport(&error)))? {
        if bytes.len() + chunk.len() > MAX_ANSWER {
            return Err(Failed::Problem(asked.protocol("the answer is longer than 8 MiB")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn millis_since_epoch() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// A secret that arrived on the wire.
fn secret(value: String) -> Secret {
    Secret::new(value)
}
