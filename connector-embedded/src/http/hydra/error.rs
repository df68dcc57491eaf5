//! Failures on Hydra's wire: `{"error", "error_description"}`.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::json;

use crate::{
    http::{fault, oauth::sanitised},
    service::oauth::{Refusal, registration::RegistrationRefusal},
};

#[derive(Clone, Debug)]
pub(super) struct HydraError {
    status: StatusCode,
    error: &'static str,
    description: String,
    /// Seconds.
    retry_after: Option<u64>,
}

impl HydraError {
    pub(super) fn unauthorized() -> Self {
        let words = "send the administrator's token: Authorization: Bearer <token>";
        Self::new(StatusCode::UNAUTHORIZED, "request_unauthorized", words)
    }

    pub(super) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    pub(super) fn invalid_metadata(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_client_metadata", description)
    }

    pub(super) fn unreadable(status: StatusCode, description: impl Into<String>) -> Self {
        Self::new(status, "invalid_request", description)
    }

    /// Others change the same client all the time.
    pub(super) fn busy() -> Self {
        let words = "the client is being changed by others; try again";
        Self { retry_after: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", words) }
    }

    pub(super) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "")
    }

    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self { status, error, description: description.into(), retry_after: None }
    }
}

impl From<RegistrationRefusal> for HydraError {
    fn from(refusal: RegistrationRefusal) -> Self {
        match refusal {
            RegistrationRefusal::InvalidMetadata(why) => Self::invalid_metadata(why),
            RegistrationRefusal::Failed(failure) => failure.into(),
        }
    }
}

impl From<Refusal> for HydraError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooManyFailures { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "temporarily_unavailable",
                    "too many failed attempts from this address",
                )
            },
            Refusal::Failed(failure) => failure.into(),
            Refusal::InvalidClient => Self::unauthorized(),
            Refusal::UnauthorizedClient(why) => Self::invalid_request(why),
            Refusal::InvalidScope(why) | Refusal::InvalidRequest(why) | Refusal::InvalidTarget(why) => {
                Self::invalid_request(why)
            }
        }
    }
}

impl From<Failure> for HydraError {
    fn from(failure: Failure) -> Self {
        match failure.code {
            ErrorCode::NotFound => Self::new(StatusCode::NOT_FOUND, "Unable to locate the resource", ""),
            ErrorCode::NotUniqueName => Self::new(StatusCode::CONFLICT, TAKEN, ""),
            ErrorCode::InvalidData | ErrorCode::InvalidOperation => Self::invalid_request(failure.message),
            ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::TimedOut | ErrorCode::RateLimited => Self {
                retry_after: Some(1),
                ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", failure.message)
            },
            ErrorCode::Unauthorized | ErrorCode::ClientNotAccepted => Self::unauthorized(),
            ErrorCode::InsufficientScopes
            | ErrorCode::TenantRequired
            | ErrorCode::TenantNotFound
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
                Self { description: format!("internal error {id}"), ..Self::internal() }
            }
        }
    }
}

/// What Hydra calls a conflict.
const TAKEN: &str = "Unable to insert or update resource because a resource with that value exists already";

impl IntoResponse for HydraError {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.error, "error_description": sanitised(&self.description) }));
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = "Bearer realm=\"connector-embedded\"";
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
