//! Failures at the gateway: `{"code": <HTTP status>, "error": "<text>"}`.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::json;

use super::JSON;
use crate::{http::fault, service::kyma::GatewayApplication};

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GatewayError {
    pub(super) status: StatusCode,
    message: String,
}

impl GatewayError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// A certificate on somebody else's path. Whether that application exists stays unsaid.
    pub(super) fn foreign(application: &GatewayApplication, app: &str) -> Self {
        let message = format!(
            "No valid subject found: the certificate belongs to the application {}, and the address names {app:.100}",
            application.app_name
        );
        Self::new(StatusCode::FORBIDDEN, message)
    }
}

impl From<Failure> for GatewayError {
    fn from(failure: Failure) -> Self {
        let status = match failure.code {
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
            | ErrorCode::FileNotWritten => {
                let id = fault::report(&failure);
                return Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    format!("Internal error. The log has it as {id}."),
                );
            }
        };
        Self::new(status, failure.message)
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.status.as_u16(), "error": self.message }).to_string();
        (self.status, [(header::CONTENT_TYPE, JSON)], body).into_response()
    }
}
