//! Failures on the Connector's wire: `message` and `path`, no extensions, HTTP 200 (contracts §2.8). Documents that
//! cannot be executed: HTTP 422 with gqlgen's codes.

use async_graphql::{Error, PathSegment, Response as Answer, ServerError};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::{Value, json};

use crate::http::fault;

/// What was asked for; Compass words the same refusal differently for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Configuration,
    Sign,
    Revoke,
}

const NOBODY: &str = "Failed to authenticate request. Token authentication error: Failed to authenticate with one time \
    token.. Certificate authentication error: Failed to authenticate with Certificate. Invalid subject.";

/// Nothing that was presented counts. Unknown, expired and used tokens look alike here; the log says which it was.
pub(super) fn not_authenticated(operation: Operation) -> Error {
    Error::new(match operation {
        Operation::Configuration => NOBODY.to_owned(),
        Operation::Sign => format!("Failed to authenticate with token: {NOBODY}"),
        Operation::Revoke => {
            "Failed to authenticate with certificate: Failed to authenticate with Certificate. Invalid subject.".into()
        }
    })
}

/// A refusal of the rules, in the Connector's words.
pub(super) fn graphql(operation: Operation, failure: &Failure) -> Error {
    let prefix = match operation {
        Operation::Configuration => "Failed to get one-time token during fetching configuration process",
        Operation::Sign => "Error while signing Certificate Signing Request",
        Operation::Revoke => "Failed to add hash to revocation list",
    };
    match failure.code {
        ErrorCode::TokenNotAccepted | ErrorCode::CertificateNotAccepted => {
            tracing::info!("refused: {}", failure.detail.as_deref().unwrap_or(&failure.message));
            not_authenticated(operation)
        }
        ErrorCode::CsrRefused => {
            tracing::info!("certificate request refused: {}", failure.message);
            Error::new(&failure.message)
        }
        ErrorCode::StorageFull | ErrorCode::Unavailable => Error::new(format!("{prefix}: {}", failure.message)),
        ErrorCode::NotFound
        | ErrorCode::NotUniqueName
        | ErrorCode::InvalidData
        | ErrorCode::InsufficientScopes
        | ErrorCode::TenantRequired
        | ErrorCode::TenantNotFound
        | ErrorCode::Unauthorized
        | ErrorCode::InvalidOperation
        | ErrorCode::BadRequest
        | ErrorCode::ClientNotAccepted
        | ErrorCode::TooLarge
        | ErrorCode::RateLimited
        | ErrorCode::Internal
        | ErrorCode::Unreachable
        | ErrorCode::TimedOut
        | ErrorCode::UntrustedServer
        | ErrorCode::Protocol
        | ErrorCode::ServerNotRunning
        | ErrorCode::PortTaken
        | ErrorCode::DataDirLocked
        | ErrorCode::CaKeyUnprotected
        | ErrorCode::CaKeyLocked
        | ErrorCode::DataDirUnusable
        | ErrorCode::NewerData
        | ErrorCode::SecretGone
        | ErrorCode::FileNotWritten
        | ErrorCode::ViewChanged
        | ErrorCode::ConfirmationNeeded
        | ErrorCode::ReadOnly
        | ErrorCode::SignInNeeded
        | ErrorCode::SignInFailed
        | ErrorCode::NotOffered
        | ErrorCode::Intercepted
        | ErrorCode::VaultLocked => {
            let id = fault::report(failure);
            Error::new(format!("{prefix}: internal error {id}"))
        }
    }
}

/// A fault before GraphQL.
pub(super) fn fault(failure: &Failure) -> Response {
    let error = graphql(Operation::Configuration, failure);
    let later = matches!(failure.code, ErrorCode::StorageFull | ErrorCode::Unavailable);
    let status = if later { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
    (status, Json(json!({ "errors": [{ "message": error.message }], "data": null }))).into_response()
}

/// A request that is not a GraphQL request.
pub(super) fn unreadable(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "errors": [{ "message": message }], "data": null }))).into_response()
}

/// A document that is not GraphQL, or asks for more than the limits allow.
pub(super) fn syntax(message: &str) -> Response {
    let error = json!({ "message": message, "extensions": { "code": "GRAPHQL_PARSE_FAILED" } });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": [error], "data": null }))).into_response()
}

/// Writes an executed document's answer in the Connector's shape.
pub(super) fn render(answer: Answer) -> Response {
    let data = answer.data.into_json().unwrap_or(Value::Null);
    if answer.errors.is_empty() {
        return Json(json!({ "data": data })).into_response();
    }
    // Errors without a path come from validation, before anything ran.
    let ran = answer.errors.iter().all(|error| !error.path.is_empty());
    let status = if ran { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let errors: Vec<Value> =
        answer.errors.iter().map(|error| if ran { executed(error) } else { invalid(error) }).collect();
    (status, Json(json!({ "errors": errors, "data": data }))).into_response()
}

fn executed(error: &ServerError) -> Value {
    let segments = error.path.iter().map(|segment| match segment {
        PathSegment::Field(name) => json!(name),
        PathSegment::Index(index) => json!(index),
    });
    json!({ "message": error.message, "path": segments.collect::<Vec<_>>() })
}

fn invalid(error: &ServerError) -> Value {
    let locations = error.locations.iter().map(|at| json!({ "line": at.line, "column": at.column }));
    json!({
        "message": error.message,
        "locations": locations.collect::<Vec<_>>(),
        "extensions": { "code": "GRAPHQL_VALIDATION_FAILED" },
    })
}
