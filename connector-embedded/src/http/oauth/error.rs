//! Failures on the OAuth2 wire: RFC 6749 §5.2.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::json;

use crate::http::fault;

/// An error answer of the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
}

impl OAuthError {
    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", description: description.into() }
    }

    pub(super) fn invalid_client(description: impl Into<String>) -> Self {
        Self { status: StatusCode::UNAUTHORIZED, error: "invalid_client", description: description.into() }
    }

    pub(super) fn unsupported_grant_type() -> Self {
        let description = "only the grant type client_credentials is offered".into();
        Self { status: StatusCode::BAD_REQUEST, error: "unsupported_grant_type", description }
    }
}

impl From<Failure> for OAuthError {
    fn from(failure: Failure) -> Self {
        match failure.code {
            ErrorCode::ClientNotAccepted => Self::invalid_client(failure.message),
            ErrorCode::InsufficientScopes => {
                Self { status: StatusCode::BAD_REQUEST, error: "invalid_scope", description: failure.message }
            }
            ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::TimedOut | ErrorCode::RateLimited => Self {
                status: StatusCode::SERVICE_UNAVAILABLE,
                error: "temporarily_unavailable",
                description: failure.message,
            },
            ErrorCode::NotFound
            | ErrorCode::NotUniqueName
            | ErrorCode::InvalidData
            | ErrorCode::TenantRequired
            | ErrorCode::TenantNotFound
            | ErrorCode::Unauthorized
            | ErrorCode::InvalidOperation
            | ErrorCode::BadRequest
            | ErrorCode::TokenNotAccepted
            | ErrorCode::CsrRefused
            | ErrorCode::CertificateNotAccepted
            | ErrorCode::TooLarge
            | ErrorCode::Internal
            | ErrorCode::Unreachable
            | ErrorCode::UntrustedServer
            | ErrorCode::Protocol
            | ErrorCode::ServerNotRunning
            | ErrorCode::PortTaken
            | ErrorCode::DataDirLocked
            | ErrorCode::DataDirUnusable
            | ErrorCode::NewerData
            | ErrorCode::SecretGone
            | ErrorCode::FileNotWritten => {
                let id = fault::report(&failure);
                let description = format!("internal error {id}");
                Self { status: StatusCode::INTERNAL_SERVER_ERROR, error: "server_error", description }
            }
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        // RFC 6749 §5.2 allows %x20-21 / %x23-5B / %x5D-7E in descriptions.
        let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
        let description: String = self.description.chars().filter(|c| allowed(*c)).collect();
        let body = Json(json!({ "error": self.error, "error_description": description }));
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"connector-embedded\""));
        }
        response
    }
}
