//! The Director: `POST /director/graphql` for the administrator, applications, runtimes and integration systems.

mod application;
mod application_template;
mod applications;
mod bundle;
mod definition;
mod error;
mod formation;
mod handing_out;
mod input;
mod integration_system;
mod introspection;
mod one_time_token;
mod page;
mod pairing_result;
mod proposal;
mod runtime;
mod scalar;
pub(crate) mod schema;
mod system_auth;
mod tenants;
mod viewer;

use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use pairing::{ErrorCode, Failure, Secret};

use super::{
    PeerAddress, PeerCertificate, Wires,
    body::{self, GRAPHQL},
    document::{self, DocumentError, Limits},
};
use crate::service::{
    Service,
    identity::{Caller, unauthorized},
};
use definition::SpecificationBudget;

/// Client generators send all operations of a file and name one; watching several applications takes one alias
/// each; the schema bounds the rest.
const LIMITS: Limits = Limits { operations: 32, aliases: 200 };

/// The header `suggest_token` counts only when it is exactly `true`.
#[derive(Clone, Copy, Debug)]
struct SuggestToken(bool);

/// Administrator or OAuth2 client, by `Authorization: Bearer`.
pub(super) async fn with_bearer(State(wires): State<Wires>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match by_bearer(&wires, &parts.headers, None).await {
        Ok(caller) => execute(&wires, caller, &parts).await,
        Err((status, failure)) => refuse_bearer(status, &failure),
    }
}

/// The application that the client certificate names; or, where there is a bearer token too, whoever that stands for,
/// if it is bound to this certificate or to none.
pub(super) async fn with_certificate(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let holder = match wires.service.certificate_holder(peer.0, PeerAddress::of(&parts.extensions)).await {
        Ok(holder) => holder,
        Err(failure) => return refuse(status_of(&failure), &failure),
    };
    if parts.headers.contains_key(header::AUTHORIZATION) {
        return match by_bearer(&wires, &parts.headers, Some(&peer.0)).await {
            Ok(caller) => execute(&wires, caller, &parts).await,
            Err((status, failure)) => refuse_bearer(status, &failure),
        };
    }
    match wires.service.caller_by_certificate(holder, tenant(&parts.headers)).await {
        Ok(caller) => execute(&wires, caller, &parts).await,
        Err(failure) => refuse(status_of(&failure), &failure),
    }
}

async fn by_bearer(
    wires: &Wires,
    headers: &HeaderMap,
    certificate: Option<&[u8; 32]>,
) -> Result<Caller, (StatusCode, Failure)> {
    let missing = || (StatusCode::BAD_REQUEST, unauthorized("invalid bearer token"));
    let value = headers.get(header::AUTHORIZATION).ok_or_else(missing)?.to_str().map_err(|_| missing())?;
    // As upstream, the word is cut off when it is there and not demanded.
    let token = match value.get(..7) {
        Some(word) if word.eq_ignore_ascii_case("Bearer ") => value[7..].trim(),
        _ => value.trim(),
    };
    if token.is_empty() || token.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    let token = Secret::new(token);
    let caller = async {
        if wires.is_admin_token(&token) {
            return wires.service.administrator(Service::ADMINISTRATOR.to_owned(), tenant(headers)).await;
        }
        match wires.user(&token).await {
            Some(user) => wires.service.administrator(user?, tenant(headers)).await,
            None => wires.service.caller_by_access_token(&token, tenant(headers), certificate).await,
        }
    };
    caller.await.map_err(|failure| (status_of(&failure), failure))
}

fn tenant(headers: &HeaderMap) -> Option<&str> {
    headers.get("tenant").and_then(|value| value.to_str().ok()).map(str::trim).filter(|value| !value.is_empty())
}

/// HTTP status of a failure before GraphQL (contracts §1.3).
fn status_of(failure: &Failure) -> StatusCode {
    match error::class(failure.code) {
        error::Class::Identity => StatusCode::UNAUTHORIZED,
        error::Class::Request => StatusCode::BAD_REQUEST,
        error::Class::Overload => StatusCode::SERVICE_UNAVAILABLE,
        error::Class::Fault => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn execute(wires: &Wires, caller: Caller, parts: &Parts) -> Response {
    let headers = &parts.headers;
    if !is_json(headers) {
        return refuse(StatusCode::BAD_REQUEST, &Failure::new(ErrorCode::BadRequest, "transport not supported"));
    }
    let bytes = match body::read(&parts.extensions, GRAPHQL) {
        Ok(bytes) => bytes,
        Err(error) => {
            let failure = Failure::new(ErrorCode::TooLarge, error.message(GRAPHQL));
            return refuse(error.status(), &failure);
        }
    };
    let request = match document::read(&bytes, LIMITS) {
        Ok(request) => request,
        Err(DocumentError::Envelope(message)) => {
            return refuse(StatusCode::BAD_REQUEST, &Failure::new(ErrorCode::BadRequest, message));
        }
        Err(DocumentError::Syntax(message)) => return error::unreadable(&message),
    };
    let suggest = SuggestToken(headers.get("suggest_token").is_some_and(|value| value == "true"));
    let request = request.data(caller).data(suggest).data(SpecificationBudget::default());
    let response = wires.director.execute(request).await;
    error::render(response)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// RFC 6750 §3: what kind of proof is wanted, and that this one was not it.
fn refuse_bearer(status: StatusCode, failure: &Failure) -> Response {
    let mut response = refuse(status, failure);
    if status == StatusCode::UNAUTHORIZED {
        let challenge = "Bearer realm=\"connector-embedded\", error=\"invalid_token\"";
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

fn refuse(status: StatusCode, failure: &Failure) -> Response {
    (status, error::body(failure)).into_response()
}
