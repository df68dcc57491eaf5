//! The legacy REST dialect as Compass' connectivity adapter speaks it (contracts §6.2-6.5): what a *legacy link* opens.
//! The older generations of that dialect are a later issue.

mod error;

use std::net::IpAddr;

use axum::{
    Extension, Json,
    extract::{Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::{ErrorCode, Failure, OneTimeToken};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    PeerAddress, PeerCertificate, Wires,
    body::{self, GRAPHQL},
};
use crate::{
    service::enrolment::{Applicant, TokenGrant},
    store::system_auth::Owner,
};
use error::RestError;

const WIRE: &str = "legacy rest";

#[derive(Deserialize)]
pub(super) struct TokenParameter {
    token: Option<String>,
}

/// `GET /v1/applications/signingRequests/info?token=`
pub(super) async fn signing_requests_info(
    State(wires): State<Wires>,
    Query(parameter): Query<TokenParameter>,
    headers: HeaderMap,
) -> Response {
    if wants_page(&headers) {
        return Html(include_str!("link.html")).into_response();
    }
    match info(&wires, parameter, &headers).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn info(wires: &Wires, parameter: TokenParameter, headers: &HeaderMap) -> Result<Value, RestError> {
    let grant = present(wires, parameter, headers).await?;
    let application = name_of(wires, grant.owner()).await?;
    let configuration = wires.service.configuration(&Applicant::Token(grant)).await?;
    let addresses = &wires.service.settings.addresses;
    let (open, secured) = (&addresses.issuer, &addresses.secured);
    Ok(json!({
        "csrUrl": format!("{open}/v1/applications/certificates?token={}", configuration.token.token.expose()),
        "api": {
            "eventsInfoUrl": "/subscribed",
            "eventsUrl": "",
            "metadataUrl": format!("{secured}/{application}/v1/metadata/services"),
            "infoUrl": format!("{secured}/v1/applications/management/info"),
            "certificatesUrl": format!("{open}/v1/applications/certificates"),
        },
        "certificate": certificate(&configuration.subject),
    }))
}

/// `POST /v1/applications/certificates?token=`
pub(super) async fn certificates(
    State(wires): State<Wires>,
    Query(parameter): Query<TokenParameter>,
    request: Request,
) -> Response {
    let grant = match present(&wires, parameter, request.headers()).await {
        Ok(grant) => grant,
        Err(error) => return error.into_response(),
    };
    let answer = sign(&wires, Applicant::Token(grant.clone()), request).await;
    match wires.service.token_was_presented(&grant).await {
        Ok(()) => answer,
        Err(failure) => RestError::from(failure).into_response(),
    }
}

/// `POST /v1/applications/certificates/renewals`
pub(super) async fn renewals(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    match wires.service.certificate_holder(peer.0, PeerAddress::of(request.extensions())).await {
        Ok(holder) => sign(&wires, Applicant::Certificate(holder), request).await,
        Err(failure) => RestError::from(failure).into_response(),
    }
}

/// `POST /v1/applications/certificates/revocations`
pub(super) async fn revocations(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    let done = match wires.service.certificate_holder(peer.0, PeerAddress::of(request.extensions())).await {
        Ok(holder) => wires.service.revoke_own(&holder).await,
        Err(failure) => Err(failure),
    };
    match done {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(failure) => RestError::from(failure).into_response(),
    }
}

/// `GET /v1/applications/management/info`
pub(super) async fn management_info(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    match managed(&wires, peer, PeerAddress::of(request.extensions())).await {
        Ok(answer) => Json(answer).into_response(),
        Err(failure) => RestError::from(failure).into_response(),
    }
}

async fn managed(wires: &Wires, peer: PeerCertificate, from: IpAddr) -> Result<Value, Failure> {
    let holder = wires.service.certificate_holder(peer.0, from).await?;
    let application = name_of(wires, &holder.owner).await?;
    let subject = wires.service.policy().subject().with_common_name(&holder.system_auth_id);
    // Upstream asks the Director with the certificate here, which connects the application.
    wires.service.caller_by_certificate(holder, None).await?;
    let secured = &wires.service.settings.addresses.secured;
    Ok(json!({
        "clientIdentity": { "application": application },
        "urls": {
            "eventsInfoUrl": "/subscribed",
            "eventsUrl": "",
            "metadataUrl": format!("{secured}/{application}/v1/metadata/services"),
            "renewCertUrl": format!("{secured}/v1/applications/certificates/renewals"),
            "revokeCertUrl": format!("{secured}/v1/applications/certificates/revocations"),
        },
        "certificate": certificate(&subject),
    }))
}

/// These paths are for applications; a runtime has its own.
async fn name_of(wires: &Wires, owner: &Owner) -> Result<String, Failure> {
    match owner {
        Owner::Application(id) => wires.service.application_name(id).await,
        Owner::Runtime(_) | Owner::IntegrationSystem(_) => {
            Err(Failure::new(ErrorCode::TokenNotAccepted, "invalid token or certificate"))
        }
    }
}

fn certificate(subject: &str) -> Value {
    json!({ "subject": subject, "extensions": "", "key-algorithm": "rsa2048" })
}

#[derive(Deserialize)]
struct CertificateRequest {
    csr: String,
}

async fn sign(wires: &Wires, applicant: Applicant, request: Request) -> Response {
    let signed = async {
        let (parts, _) = request.into_parts();
        let bytes = body::read(&parts.extensions, GRAPHQL)
            .map_err(|error| RestError::new(error.status(), error.message(GRAPHQL)))?;
        let request: CertificateRequest = serde_json::from_slice(&bytes).map_err(|error| {
            let message =
                format!("Failed to read certificate request: error while unmarshalling request body: {error}");
            RestError::new(StatusCode::BAD_REQUEST, message)
        })?;
        wires.service.sign(&applicant, request.csr, WIRE).await.map_err(RestError::signing)
    };
    match signed.await {
        Ok(chain) => {
            let answer = json!({
                "crt": STANDARD.encode(&chain.chain),
                "clientCrt": STANDARD.encode(&chain.client),
                "caCrt": STANDARD.encode(&chain.ca),
            });
            (StatusCode::CREATED, Json(answer)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn present(wires: &Wires, parameter: TokenParameter, headers: &HeaderMap) -> Result<TokenGrant, RestError> {
    let header = headers.get("connector-token").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let token = parameter.token.or(header).filter(|token| !token.is_empty());
    let refused = || Failure::new(ErrorCode::TokenNotAccepted, "invalid token or certificate");
    let token = token.map(OneTimeToken::presented).ok_or_else(refused)?;
    Ok(wires.service.present_token(&token).await?.ok_or_else(refused)?)
}

/// A person opened the link: what it is for is said, and the token stays unused.
fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}
