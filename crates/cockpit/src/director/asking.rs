//! One request to the Director and what became of it.

use graphql_client::GraphQLQuery;
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_TYPE, HeaderName, HeaderValue},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{At, Session, leaner::leaner, refusal::GraphqlError};
use crate::{
    Problem,
    https::{self, Unread, shape},
};

/// Asks for the token in the form that suits the application. Only exactly `true` counts (contracts/compass.md §1.2).
const SUGGEST_TOKEN: HeaderName = HeaderName::from_static("suggest_token");

/// How asking fails. An operation that the Director does not have is not a problem where there is another way.
#[derive(Debug)]
pub(super) enum Failed {
    NotServed(Problem),
    /// Fewer things at a time may be short enough.
    TooLong(Problem),
    Problem(Problem),
}

impl From<Failed> for Problem {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotServed(problem) | Failed::TooLong(problem) | Failed::Problem(problem) => problem,
        }
    }
}

/// As it came: data and errors may both be there, when some of the fields that were asked for failed.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) data: Option<Value>,
    #[serde(default)]
    pub(super) errors: Vec<GraphqlError>,
}

/// The mutation of the pairing proposal.
const PROPOSAL: &str = "GenerateAuth";

/// What a request has beside its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    None,
    SuggestToken,
}

impl Session {
    /// # Errors
    /// Also when only one of several fields failed.
    pub(super) async fn ask<Q: GraphQLQuery>(&self, variables: Q::Variables) -> Result<At<Q::ResponseData>, Failed> {
        self.ask_with::<Q>(variables, Hint::None).await
    }

    pub(super) async fn ask_with<Q: GraphQLQuery>(
        &self,
        variables: Q::Variables,
        hint: Hint,
    ) -> Result<At<Q::ResponseData>, Failed> {
        let body = Q::build_query(variables);
        let operation = body.operation_name;
        let body = serde_json::to_value(body).map_err(|cause| Failed::Problem(self.asked().protocol(shape(&cause))))?;
        let At { value: Answer { data, errors }, moment } = self.exchange_or_less(&body, operation, hint).await?;
        if let Some(error) = errors.first() {
            return Err(Failed::Problem(self.asked().graphql(StatusCode::OK, error)));
        }
        let Some(data) = data else { return Err(Failed::Problem(self.asked().protocol("neither data nor errors"))) };
        let value = parse(data).map_err(|cause| Failed::Problem(self.asked().protocol(cause)))?;
        Ok(At { value, moment })
    }

    /// The same, without what this Director does not know and we can do without. A document that it refuses for that was not
    /// carried out. The proposal's operation is there as a whole, or not at all.
    pub(super) async fn exchange_or_less(
        &self,
        body: &Value,
        operation: &str,
        hint: Hint,
    ) -> Result<At<Answer>, Failed> {
        let known = &self.director.leaner;
        if known.is_for(operation)
            && let Some(less) = leaner(body)
        {
            return self.exchange(&less, operation, hint).await;
        }
        let refused = match self.exchange(body, operation, hint).await {
            Err(refused @ Failed::NotServed(_)) if operation != PROPOSAL => refused,
            answer => return answer,
        };
        let Some(less) = leaner(body) else { return Err(refused) };
        let answer = self.exchange(&less, operation, hint).await;
        if answer.is_ok() {
            known.note(operation);
        }
        answer
    }

    /// Whatever a Director answers with status 200. Everything else is a failure.
    pub(super) async fn exchange(&self, body: &Value, operation: &str, hint: Hint) -> Result<At<Answer>, Failed> {
        let asked = self.asked();
        let mut request = self.director.channel.post(&self.director.url);
        if hint == Hint::SuggestToken {
            request = request.header(SUGGEST_TOKEN, HeaderValue::from_static("true"));
        }
        let response = self.director.channel.send(request.json(body), self.call).await.map_err(Failed::Problem)?;
        let moment = self.director.observe(&response);
        let (status, retry_after, is_page) = (response.status(), https::retry_after(&response), is_page(&response));
        let bytes = https::read(response).await.map_err(|unread| match unread {
            Unread::Transport(error) => {
                let problem = asked.transport(&error);
                self.director.channel.note_end(Err(&problem));
                Failed::Problem(problem)
            }
            Unread::TooLong if status.is_success() => Failed::TooLong(asked.too_long()),
            Unread::TooLong => Failed::Problem(asked.status(status, is_page, retry_after)),
        })?;
        self.director.channel.note_end(Ok(()));
        tracing::debug!(operation, status = status.as_u16(), "asked the Director");
        let answer: Result<Answer, _> = serde_json::from_slice(&bytes);
        match answer {
            Ok(Answer { errors, .. }) if status == StatusCode::UNPROCESSABLE_ENTITY && !errors.is_empty() => {
                // Syntax and validation failures, and nothing else, have this status; our documents have no syntax errors.
                Err(Failed::NotServed(asked.not_served(&errors[0])))
            }
            Ok(answer) if status == StatusCode::OK => match answer.errors.first() {
                Some(error) if error.is_validation() => Err(Failed::NotServed(asked.not_served(error))),
                Some(_) | None => Ok(At { value: answer, moment }),
            },
            Ok(Answer { errors, .. }) if !errors.is_empty() && status.as_u16() < 500 => {
                Err(Failed::Problem(asked.graphql(status, &errors[0]).retry_after(retry_after)))
            }
            Err(cause) if status.is_success() && !is_page => Err(Failed::Problem(asked.protocol(shape(&cause)))),
            Ok(_) | Err(_) => Err(Failed::Problem(asked.status(status, is_page, retry_after))),
        }
    }
}

/// Something that is meant for a browser: a captive portal, a gateway's page.
fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"))
}

pub(super) fn parse<T: DeserializeOwned>(data: Value) -> Result<T, String> {
    serde_path_to_error::deserialize(data).map_err(|cause| format!("{}, at {}", shape(cause.inner()), cause.path()))
}
