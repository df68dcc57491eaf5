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
    time::Instant,
};

use graphql_client::GraphQLQuery;
use pairing::{Moment, Secret};
use reqwest::{Client, Response, StatusCode, header::DATE};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    EnvironmentConfig, Problem,
    calls::CorrelationId,
    https::{self, REQUEST_ID, Unread, shape},
};
use refusal::{Asked, GraphqlError};
use server_clock::ServerClock;

pub(crate) use applications::{ApplicationFields, Watched};
pub(crate) use pairing_data::{NewAuth, NewCredentials, NewToken};
pub(crate) use wire::Auth;
#[cfg(test)]
pub(crate) use wire::Token;

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
        let url = reqwest::Url::parse(&environment.director_url).map_err(|cause| https::unusable(cause.to_string()))?;
        let http = https::administrator(environment)?;
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

    /// When an answer was given, by the clock of the environment.
    pub(crate) fn observe(&self, response: &Response) -> Moment {
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let now = date.and_then(|date| self.clock.observe(date, Instant::now()));
        // A server without a clock is worth a countdown by ours, not a failure.
        now.unwrap_or_else(https::local_time)
    }
}

impl Session {
    async fn ask<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Result<At<Q::ResponseData>, Failed> {
        let asked = self.director.asked();
        let body = Q::build_query(variables);
        let request = self.director.http.post(&self.director.url).header(REQUEST_ID, self.call.to_string());
        let response = request.json(&body).send().await.map_err(|error| Failed::Problem(asked.transport(&error)))?;
        let moment = self.director.observe(&response);
        let status = response.status();
        let retry_after = https::retry_after(&response);
        let bytes = https::read(response).await.map_err(|unread| {
            Failed::Problem(match unread {
                Unread::Transport(error) => asked.transport(&error),
                Unread::TooLong => asked.protocol("the answer is longer than 8 MiB"),
            })
        })?;
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
            Ok(_) | Err(_) => Err(Failed::Problem(asked.status(status, retry_after))),
        }
    }
}

fn parse<T: DeserializeOwned>(data: Value) -> Result<T, String> {
    serde_json::from_value(data).map_err(|cause| shape(&cause))
}

/// A secret that arrived on the wire.
fn secret(value: String) -> Secret {
    Secret::new(value)
}
