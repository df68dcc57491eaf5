//! What the REST wires of Kyma have in common: JSON as they have always announced it, and which failure has which status.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::{Value, json};

pub(super) const JSON: &str = "application/json;charset=UTF-8";

pub(super) fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, JSON)], body.to_string()).into_response()
}

/// The body of a refusal.
pub(super) fn refusal(status: StatusCode, error: &str) -> Value {
    json!({ "code": status.as_u16(), "error": error })
}

/// `None` for a fault of our own. 403 is for identities, whose refusal is noted here.
pub(super) fn status_of(failure: &Failure) -> Option<StatusCode> {
    Some(match failure.code {
        ErrorCode::TokenNotAccepted
        | ErrorCode::CertificateNotAccepted
        | ErrorCode::Unauthorized
        | ErrorCode::ClientNotAccepted => {
            tracing::info!("refused: {}", failure.detail.as_deref().unwrap_or(&failure.message));
            StatusCode::FORBIDDEN
        }
        ErrorCode::CsrRefused
        | ErrorCode::InvalidData
        | ErrorCode::BadRequest
        | ErrorCode::TenantRequired
        | ErrorCode::TenantNotFound
        | ErrorCode::InvalidOperation => StatusCode::BAD_REQUEST,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorCode::InsufficientScopes => StatusCode::UNAUTHORIZED,
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::NotUniqueName => StatusCode::CONFLICT,
        ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::TimedOut | ErrorCode::RateLimited => {
            StatusCode::SERVICE_UNAVAILABLE
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
        | ErrorCode::VaultLocked => return None,
    })
}
