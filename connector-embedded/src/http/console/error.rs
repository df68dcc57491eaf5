//! Failures on the console's wire: `{"code", "message"}` with the names of [`ErrorCode`].

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};
use serde_json::json;

use crate::{
    http::fault,
    service::{oauth::Refusal, policy::FieldError},
};

#[derive(Clone, Debug)]
pub(super) struct ConsoleError {
    status: StatusCode,
    code: ErrorCode,
    message: String,
    /// Seconds.
    retry_after: Option<u64>,
    /// What is wrong with each field of an object that was refused as a whole.
    fields: Vec<FieldError>,
}

impl ConsoleError {
    pub(super) fn unauthorized() -> Self {
        let message = "Send the administrator's token: Authorization: Bearer <token>.";
        Self::new(StatusCode::UNAUTHORIZED, ErrorCode::Unauthorized, message)
    }

    fn new(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, fields: Vec::new() }
    }

    /// An object that was refused, with everything that is wrong with it.
    pub(super) fn fields(fields: Vec<FieldError>) -> Self {
        let message = "Some values cannot be used.";
        Self { fields, ..Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidData, message) }
    }
}

impl From<Refusal> for ConsoleError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::TooManyFailures { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    ErrorCode::RateLimited,
                    "Too many failed attempts from this address.",
                )
            },
            Refusal::Failed(failure) => failure.into(),
            Refusal::InvalidClient => Self::unauthorized(),
            Refusal::UnauthorizedClient(why) => Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidData, why),
            Refusal::InvalidScope(why) | Refusal::InvalidRequest(why) | Refusal::InvalidTarget(why) => {
                Self::new(StatusCode::BAD_REQUEST, ErrorCode::InvalidData, why)
            }
        }
    }
}

impl From<Failure> for ConsoleError {
    fn from(failure: Failure) -> Self {
        let status = match failure.code {
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::NotUniqueName | ErrorCode::InvalidOperation => StatusCode::CONFLICT,
            ErrorCode::CsrRefused
            | ErrorCode::InvalidData
            | ErrorCode::BadRequest
            | ErrorCode::TenantRequired
            | ErrorCode::TenantNotFound => StatusCode::BAD_REQUEST,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Unauthorized | ErrorCode::ClientNotAccepted => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScopes => StatusCode::FORBIDDEN,
            ErrorCode::StorageFull | ErrorCode::Unavailable | ErrorCode::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TokenNotAccepted
            | ErrorCode::CertificateNotAccepted
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
                let message = format!("The server had a problem of its own. Its log has the cause under {id}.");
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::Internal, message);
            }
        };
        Self::new(status, failure.code, failure.message)
    }
}

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        let mut body = json!({ "code": self.code, "message": self.message });
        if !self.fields.is_empty() {
            body["errors"] = json!(self.fields);
        }
        let mut response = (self.status, Json(body)).into_response();
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
