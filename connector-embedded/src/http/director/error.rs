//! Failures on the Director's wire: `message`, `path`, and `extensions` with exactly `error` and `error_code`
//! (`director/pkg/apperrors`, `director/internal/error_presenter`).

use async_graphql::{Error, ErrorExtensions as _, PathSegment, Response as Answer, ServerError};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::{Value, json};

use crate::http::fault;

/// Whose problem a failure is; decides the HTTP status before GraphQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Identity,
    Request,
    Overload,
    Fault,
}

/// Name and number in Compass' table, and whose problem it is.
const fn row(code: ErrorCode) -> (&'static str, u16, Class) {
    match code {
        ErrorCode::NotFound => ("NotFound", 20, Class::Request),
        ErrorCode::NotUniqueName => ("NotUniqueName", 31, Class::Request),
        ErrorCode::InvalidData | ErrorCode::CsrRefused => ("InvalidData", 22, Class::Request),
        ErrorCode::InsufficientScopes => ("InsufficientScopes", 23, Class::Request),
        ErrorCode::TenantRequired => ("TenantRequired", 24, Class::Request),
        ErrorCode::TenantNotFound => ("TenantNotFound", 25, Class::Request),
        ErrorCode::Unauthorized
        | ErrorCode::TokenNotAccepted
        | ErrorCode::CertificateNotAccepted
        | ErrorCode::ClientNotAccepted => ("Unauthorized", 26, Class::Identity),
        ErrorCode::InvalidOperation => ("InvalidOperation", 27, Class::Request),
        ErrorCode::TimedOut => ("OperationTimeout", 28, Class::Overload),
        ErrorCode::BadRequest | ErrorCode::TooLarge => ("BadRequest", 400, Class::Request),
        ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::RateLimited => {
            ("InternalError", 10, Class::Overload)
        }
        ErrorCode::Internal
        | ErrorCode::Unreachable
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
        | ErrorCode::VaultLocked => ("InternalError", 10, Class::Fault),
    }
}

pub(super) const fn class(code: ErrorCode) -> Class {
    row(code).2
}

/// What a resolver returns when a rule refuses. Faults of our own get an id that the log has too.
pub(super) fn graphql(failure: &Failure) -> Error {
    let (name, number, _) = row(failure.code);
    coded(failure, name, number)
}

/// The same where objects other than applications get their names: a taken one is another code there.
pub(super) fn graphql_of_named(failure: &Failure) -> Error {
    match failure.code == ErrorCode::NotUniqueName {
        true => coded(failure, "NotUnique", 21),
        false => graphql(failure),
    }
}

fn coded(failure: &Failure, name: &'static str, number: u16) -> Error {
    let message = public_message(failure);
    Error::new(message).extend_with(|_, extensions| {
        extensions.set("error", name);
        extensions.set("error_code", number);
    })
}

fn public_message(failure: &Failure) -> String {
    if row(failure.code).1 != 10 {
        if let Some(detail) = &failure.detail {
            tracing::info!(code = %failure.code, "{}: {detail}", failure.message);
        }
        return failure.message.clone();
    }
    let id = fault::report(failure);
    match failure.code == ErrorCode::Internal {
        true => format!("Internal Server Error [errorID={id}]"),
        false => format!("Internal Server Error [errorID={id}, reason: {}]", failure.message),
    }
}

/// The body of a failure before GraphQL.
pub(super) fn body(failure: &Failure) -> Json<Value> {
    let (name, number, _) = row(failure.code);
    let message = public_message(failure);
    Json(json!({
        "errors": [{ "message": message, "extensions": { "error": name, "error_code": number } }],
        "data": null,
    }))
}

/// A document that is not GraphQL, does not fit the schema or breaks a limit: HTTP 422, code 10, as upstream.
pub(super) fn unreadable(reason: &str) -> Response {
    let body = json!({
        "errors": [unreadable_error(reason)],
        "data": null,
    });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}

fn unreadable_error(reason: &str) -> Value {
    json!({
        "message": format!("Internal Server Error [errorID={}, reason: {reason}]", uuid::Uuid::new_v4()),
        "extensions": { "error": "InternalError", "error_code": 10 },
    })
}

/// Writes an executed document's answer in Compass' shape.
pub(super) fn render(answer: Answer) -> Response {
    let data = answer.data.into_json().unwrap_or(Value::Null);
    if answer.errors.is_empty() {
        return Json(json!({ "data": data })).into_response();
    }
    // Errors without a path come from validation, before anything ran.
    let ran = answer.errors.iter().all(|error| !error.path.is_empty());
    let errors: Vec<Value> =
        answer.errors.iter().map(|error| if ran { present(error) } else { unreadable_error(&error.message) }).collect();
    let status = if ran { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    (status, Json(json!({ "errors": errors, "data": data }))).into_response()
}

fn present(error: &ServerError) -> Value {
    let known = error.extensions.as_ref().and_then(|extensions| {
        let name = extensions.get("error")?.clone().into_json().ok()?;
        let number = extensions.get("error_code")?.clone().into_json().ok()?;
        Some(json!({ "error": name, "error_code": number }))
    });
    // Without our extensions it is an argument of the wrong form, found while the resolver read it.
    let extensions = known.unwrap_or_else(|| json!({ "error": "InvalidData", "error_code": 22 }));
    json!({ "message": error.message, "path": path(&error.path), "extensions": extensions })
}

fn path(segments: &[PathSegment]) -> Value {
    let segment = |segment: &PathSegment| match segment {
        PathSegment::Field(name) => json!(name),
        PathSegment::Index(index) => json!(index),
    };
    Value::Array(segments.iter().map(segment).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_row() {
        let table: Vec<_> = ErrorCode::ALL.iter().map(|code| (code.as_str(), row(*code).0, row(*code).1)).collect();
        let expected = include_str!("error_table.txt");
        let written: String = table.iter().map(|(code, name, number)| format!("{code} {name} {number}\n")).collect();
        assert_eq!(written, expected, "if the change is meant, write it to error_table.txt");
    }
}
