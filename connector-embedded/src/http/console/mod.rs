//! What the administrator's console asks beyond the wires of Compass and Hydra: the OAuth2 clients, the certificates,
//! the certificate authorities, the policy. JSON, `Authorization: Bearer <admin token>`.

mod authority;
mod certificate;
mod certificates;
mod client;
mod error;
mod events;
mod kyma;
mod oauth_clients;
mod policy;
mod services;
mod subscriptions;

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
};
use pairing::{ErrorCode, Failure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    PeerAddress, Wires,
    body::{self, CONSOLE},
};
use crate::service::kyma::Role;
use error::ConsoleError;

pub(super) use oauth_clients::{read_cursor, write_cursor};

pub(super) fn routes(wires: &Wires) -> Router<Wires> {
    let of_a_connector = certificates::routes().merge(authority::routes()).merge(policy::routes());
    let routes = match wires.service.kyma.settings.role {
        // What else there is, is at the center.
        Role::Runtime => of_a_connector,
        Role::Single | Role::Central => of_a_connector
            .merge(oauth_clients::routes())
            .merge(kyma::routes())
            .merge(services::routes())
            .merge(events::routes())
            .merge(subscriptions::routes()),
    };
    routes.route_layer(middleware::from_fn_with_state(wires.clone(), administrator))
}

type Answer = Result<Response, ConsoleError>;

async fn administrator(State(wires): State<Wires>, request: Request, next: Next) -> Response {
    if let Err(refusal) = wires.admit(request.headers(), PeerAddress::of(request.extensions())).await {
        return ConsoleError::from(refusal).into_response();
    }
    match read_object(&request) {
        Ok(_) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

const LARGEST_PAGE: usize = 1000;

/// How many rows a page has.
fn page_size(first: Option<usize>) -> Result<usize, ConsoleError> {
    let first = first.unwrap_or(200);
    if (1..=LARGEST_PAGE).contains(&first) {
        Ok(first)
    } else {
        Err(invalid(format!("first must be between 1 and {LARGEST_PAGE}")))
    }
}

/// The members of the JSON object that is the body; none at all counts as `{}`.
fn read<T: DeserializeOwned>(request: &Request) -> Result<T, ConsoleError> {
    let object = Value::Object(read_object(request)?);
    serde_json::from_value(object).map_err(|error| invalid(format!("the body is not what was expected: {error}")))
}

/// As [`read`], but a refusal does not repeat what was sent.
fn read_secret<T: DeserializeOwned>(request: &Request) -> Result<T, ConsoleError> {
    read(request).map_err(|_| invalid("the body is not what was expected; see docs/certificates.md for its members"))
}

fn read_object(request: &Request) -> Result<Map<String, Value>, ConsoleError> {
    let bytes = body::read(request.extensions(), CONSOLE);
    let bytes = bytes.map_err(|error| ConsoleError::from(Failure::new(ErrorCode::TooLarge, error.message(CONSOLE))))?;
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_slice(&bytes).map_err(|error| invalid(format!("the body is not a JSON object: {error}")))
}

fn invalid(message: impl Into<String>) -> ConsoleError {
    Failure::new(ErrorCode::InvalidData, message).into()
}
