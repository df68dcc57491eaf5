//! Failures on the legacy REST wire: `{"code": <HTTP status>, "error": "<text>"}` (contracts §6.1).

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::json;

use crate::http::fault;

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RestError {
    status: StatusCode,
    message: String,
}

impl RestError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// A refused certificate request. The client is to blame, so it is 400 (upstream says 500 for half of them).
    pub(super) fn signing(failure: Failure) -> Self {
        match failure.code == ErrorCode::CsrRefused {
            true => Self::new(StatusCode::BAD_REQUEST, format!("Failed to sign CSR: graphql: {}", failure.message)),
            false => failure.into(),
        }
    }
}

impl From<Failure> for RestError {
    fn from(failure: Failure) -> Self {
        match failure.code {
            ErrorCode::TokenNotAccepted
            | ErrorCode::CertificateNotAccepted
            | ErrorCode::Unauthorized
            | ErrorCode::ClientNotAccepted => {
                tracing::info!("refused: {}", failure.detail.as_deref().unwrap_or(&failure.message));
                Self::new(StatusCode::FORBIDDEN, "invalid token or certificate")
            }
            ErrorCode::CsrRefused
            | ErrorCode::InvalidData
            | ErrorCode::BadRequest
            | ErrorCode::TooLarge
            | ErrorCode::TenantRequired
            | ErrorCode::TenantNotFound
            | ErrorCode::InvalidOperation => Self::new(StatusCode::BAD_REQUEST, failure.message),
            ErrorCode::InsufficientScopes => Self::new(StatusCode::UNAUTHORIZED, failure.message),
            ErrorCode::NotFound => Self::new(StatusCode::NOT_FOUND, failure.message),
            ErrorCode::NotUniqueName => Self::new(StatusCode::CONFLICT, failure.message),
            ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::TimedOut | ErrorCode::RateLimited => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, failure.message)
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
            | ErrorCode::FileNotWritten => {
                let id = fault::report(&failure);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("internal error {id}"))
            }
        }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "code": self.status.as_u16(), "error": self.message }))).into_response()
    }
}
