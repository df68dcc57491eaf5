//! Failures on the OAuth2 wire: RFC 6749 §5.2.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::json;

use crate::{http::fault, service::oauth::Refusal};

/// An error answer of the token endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// Seconds, with 429 and 503.
    retry_after: Option<u64>,
}

impl OAuthError {
    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    pub(super) fn invalid_client(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", description)
    }

    /// RFC 6750 §3.1.
    pub(super) fn invalid_token(description: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "invalid_token", description)
    }

    /// The body could not be read; `status` says why.
    pub(super) fn unreadable(status: StatusCode, description: impl Into<String>) -> Self {
        Self::new(status, "invalid_request", description)
    }

    pub(super) fn unsupported_grant_type() -> Self {
        let description = "only the grant type client_credentials is offered";
        Self::new(StatusCode::BAD_REQUEST, "unsupported_grant_type", description)
    }

    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), retry_after: None }
    }
}

impl From<Refusal> for OAuthError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::InvalidClient => Self::invalid_client("The client id or the client secret is wrong."),
            Refusal::TooManyFailures { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "temporarily_unavailable",
                    "too many failed attempts from this address",
                )
            },
            Refusal::UnauthorizedClient(why) => Self::new(StatusCode::BAD_REQUEST, "unauthorized_client", why),
            Refusal::InvalidScope(why) => Self::new(StatusCode::BAD_REQUEST, "invalid_scope", why),
            Refusal::InvalidRequest(why) => Self::invalid_request(why),
            Refusal::InvalidTarget(why) => Self::new(StatusCode::BAD_REQUEST, "invalid_target", why),
            Refusal::Failed(failure) => failure.into(),
        }
    }
}

/// RFC 6749 §5.2 allows %x20-21 / %x23-5B / %x5D-7E in descriptions.
pub(in crate::http) fn sanitised(description: &str) -> String {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    description.chars().map(|c| if c == '"' { '\'' } else { c }).filter(|c| allowed(*c)).collect()
}

impl From<Failure> for OAuthError {
    fn from(failure: Failure) -> Self {
        match failure.code {
            ErrorCode::ClientNotAccepted => Self::invalid_client(failure.message),
            ErrorCode::InsufficientScopes => Self::new(StatusCode::BAD_REQUEST, "invalid_scope", failure.message),
            ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::TimedOut | ErrorCode::RateLimited => Self {
                retry_after: Some(1),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", failure.message)
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
                let id = fault::report(&failure);
                let description = format!("internal error {id}");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", description)
            }
        }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": sanitised(&self.description) }));
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        super::not_stored(headers);
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = match self.error {
                "invalid_token" => "Bearer realm=\"connector-embedded\", error=\"invalid_token\"",
                _ => "Basic realm=\"connector-embedded\", charset=\"UTF-8\"",
            };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
