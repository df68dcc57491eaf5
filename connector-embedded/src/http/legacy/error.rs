//! Failures on the legacy REST wires: `{"code": <HTTP status>, "error": "<text>"}`; the texts are those of the dialect
//! (contracts/legacy-connector.md §1.3, §2, contracts/compass.md §6).

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use pairing::{ErrorCode, Failure};

use super::dialect::Dialect;
use crate::http::{fault, kyma_answer, observe::ClientFault};

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RestError {
    status: StatusCode,
    message: String,
    /// What to change, where the dialect's own text has no room for it.
    details: Option<String>,
    /// Whatever the status says.
    clients_fault: bool,
}

impl RestError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), details: None, clients_fault: false }
    }

    pub(super) fn no_token(dialect: Dialect) -> Self {
        let message = if dialect == Dialect::Adapter { NOT_ACCEPTED } else { "Token not provided." };
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// Unknown, used, replaced, expired or somebody else's: to a stranger they look alike.
    pub(super) fn bad_token(dialect: Dialect) -> Self {
        let message = if dialect == Dialect::Adapter { NOT_ACCEPTED } else { "Invalid token." };
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// A body that cannot be read, which the Connector Service calls a fault of its own.
    pub(super) fn unreadable(message: String) -> Self {
        Self { clients_fault: true, ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, message) }
    }

    pub(super) fn revoked() -> Self {
        Self::new(StatusCode::FORBIDDEN, "Certificate has been revoked.")
    }

    pub(super) fn of(failure: Failure, dialect: Dialect) -> Self {
        match (failure.code, dialect) {
            (ErrorCode::TokenNotAccepted, Dialect::First | Dialect::Second) => Self::bad_token(dialect),
            // The client is to blame, so it is 400 (the adapter says 500 for half of them).
            (ErrorCode::CsrRefused, Dialect::Adapter) => {
                Self::new(StatusCode::BAD_REQUEST, format!("Failed to sign CSR: graphql: {}", failure.message))
            }
            (ErrorCode::CsrRefused, Dialect::First | Dialect::Second) => {
                let first = dialect == Dialect::First && failure.message == COMMON_NAME;
                let message = if first { COMMON_NAME_OF_FIRST.to_owned() } else { failure.message };
                Self { details: failure.detail, ..Self::new(StatusCode::BAD_REQUEST, message) }
            }
            _ => failure.into(),
        }
    }
}

const NOT_ACCEPTED: &str = "invalid token or certificate";
/// How the wording of one text changed with Kyma 0.7.
const COMMON_NAME: &str = "CSR: Invalid common name provided.";
const COMMON_NAME_OF_FIRST: &str = "CSR: Invalid CName provided.";

impl From<Failure> for RestError {
    fn from(failure: Failure) -> Self {
        match kyma_answer::status_of(&failure) {
            Some(StatusCode::FORBIDDEN) => Self::new(StatusCode::FORBIDDEN, NOT_ACCEPTED),
            // These services knew no 413.
            Some(StatusCode::PAYLOAD_TOO_LARGE) => Self::new(StatusCode::BAD_REQUEST, failure.message),
            Some(status) => Self::new(status, failure.message),
            None => {
                let id = fault::report(&failure);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("internal error {id}"))
            }
        }
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        let mut answer = kyma_answer::refusal(self.status, &self.message);
        if let Some(details) = self.details {
            answer["details"] = details.into();
        }
        let mut response = kyma_answer::answer(self.status, &answer);
        if self.clients_fault {
            response.extensions_mut().insert(ClientFault);
        }
        response
    }
}
