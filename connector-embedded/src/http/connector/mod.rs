//! The Connector: `POST /connector/graphql` with a one-time token or with a client certificate.

mod error;
pub(crate) mod schema;

use axum::{
    Extension,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use pairing::{ErrorCode, Failure, OneTimeToken};
use serde::Deserialize;
use tracing::Instrument as _;

use super::{
    PeerAddress, PeerCertificate, Wires,
    body::{self, GRAPHQL},
    document::{self, DocumentError, Limits},
};
use crate::service::enrolment::Applicant;

const LIMITS: Limits = Limits { operations: 1, aliases: 10 };

/// `?token=` for clients that cannot set a header.
#[derive(Deserialize)]
pub(super) struct TokenParameter {
    token: Option<String>,
}

/// Who is asking, as resolvers see it; `None` when nothing that was presented counts.
#[derive(Clone, Debug)]
struct Presented(Option<Applicant>);

/// An application with the header `Connector-Token` or the parameter `token`.
pub(super) async fn with_token(
    State(wires): State<Wires>,
    Query(parameter): Query<TokenParameter>,
    request: Request,
) -> Response {
    let header = request.headers().get("connector-token").and_then(|value| value.to_str().ok()).map(str::trim);
    let token = header.filter(|token| !token.is_empty()).map(str::to_owned).or(parameter.token);
    let presented = token.filter(|token| !token.is_empty()).map(OneTimeToken::presented);
    // The tutorials send no content type. A page that a browser shows has no token to send.
    if presented.is_none() && !is_json(request.headers()) {
        return error::unreadable(StatusCode::BAD_REQUEST, "transport not supported");
    }
    // On a task of its own: who hangs up in the middle has presented the token all the same.
    let answer = tokio::spawn(answer_with_token(wires, presented, request).in_current_span());
    answer.await.unwrap_or_else(|cause| error::fault(&Failure::internal(cause)))
}

async fn answer_with_token(wires: Wires, presented: Option<OneTimeToken>, request: Request) -> Response {
    let grant = match &presented {
        Some(token) => match wires.service.present_token(token).await {
            Ok(grant) => grant,
            Err(failure) => return error::fault(&failure),
        },
        None => None,
    };
    let response = execute(&wires, Presented(grant.clone().map(Applicant::Token)), request).await;
    if let Some(grant) = grant
        && let Err(failure) = wires.service.token_was_presented(&grant).await
    {
        return error::fault(&failure);
    }
    response
}

/// An application with its client certificate.
pub(super) async fn with_certificate(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    let presented = match wires.service.certificate_holder(peer.0, PeerAddress::of(request.extensions())).await {
        Ok(holder) => Presented(Some(Applicant::Certificate(holder))),
        Err(failure) if failure.code == ErrorCode::CertificateNotAccepted => Presented(None),
        Err(failure) => return error::fault(&failure),
    };
    execute(&wires, presented, request).await
}

async fn execute(wires: &Wires, presented: Presented, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let bytes = match body::read(&parts.extensions, GRAPHQL) {
        Ok(bytes) => bytes,
        Err(error) => return error::unreadable(error.status(), &error.message(GRAPHQL)),
    };
    let document = match document::read(&bytes, LIMITS) {
        Ok(document) => document,
        Err(DocumentError::Envelope(message)) => return error::unreadable(StatusCode::BAD_REQUEST, &message),
        Err(DocumentError::Syntax(message)) => return error::syntax(&message).into_response(),
    };
    error::render(wires.connector.execute(document.data(presented)).await)
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
