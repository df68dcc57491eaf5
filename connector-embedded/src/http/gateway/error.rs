//! Failures at the gateway: `{"code": <HTTP status>, "error": "<text>"}`.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pairing::Failure;

use crate::{
    http::{fault, kyma_answer},
    service::kyma::GatewayApplication,
};

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
        let Some(status) = kyma_answer::status_of(&failure) else {
            let id = fault::report(&failure);
            let message = format!("Internal error. The log has it as {id}.");
            return Self::new(StatusCode::INTERNAL_SERVER_ERROR, message);
        };
        Self::new(status, failure.message)
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        kyma_answer::answer(self.status, &kyma_answer::refusal(self.status, &self.message))
    }
}
