//! Signing, renewing and revoking.

use std::net::IpAddr;

use axum::{
    Extension,
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::ErrorCode;
use serde::Deserialize;
use serde_json::json;

use super::{
    answer,
    dialect::{Dialect, Who},
    error::RestError,
    present::{holder, present, token_of},
};
use crate::{
    http::{
        PeerAddress, PeerCertificate, Wires,
        body::{self, GRAPHQL},
    },
    service::{
        enrolment::{Applicant, TokenGrant},
        kyma::Generation,
    },
};

/// `POST /v1/applications/certificates?token=`
pub(super) async fn for_application(
    State(wires): State<Wires>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    second(&wires, Who::Application, query.as_deref(), request).await
}

/// `POST /v1/runtimes/certificates?token=`
pub(super) async fn for_runtime(State(wires): State<Wires>, RawQuery(query): RawQuery, request: Request) -> Response {
    second(&wires, Who::Runtime, query.as_deref(), request).await
}

/// `POST /v1/remoteenvironments/{name}/client-certs?token=`, `POST /v1/applications/{name}/client-certs?token=`
pub(super) async fn for_name(
    State(wires): State<Wires>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let token = token_of(query.as_deref(), request.headers());
    match present(&wires, token, Who::Application, Generation::First, Some(&name)).await {
        Ok(grant) => with_token(&wires, grant, Dialect::First, request).await,
        Err(error) => error.into_response(),
    }
}

async fn second(wires: &Wires, who: Who, query: Option<&str>, request: Request) -> Response {
    let token = token_of(query, request.headers());
    match present(wires, token, who, Generation::Second, None).await {
        Ok(grant) => {
            let dialect = Dialect::of(grant.flavour(), Generation::Second);
            with_token(wires, grant, dialect, request).await
        }
        Err(error) => error.into_response(),
    }
}

async fn with_token(wires: &Wires, grant: TokenGrant, dialect: Dialect, request: Request) -> Response {
    let answer = sign(wires, Applicant::Token(grant.clone()), dialect, request).await;
    match wires.service.token_was_presented(&grant).await {
        Ok(()) => answer,
        Err(failure) => RestError::of(failure, dialect).into_response(),
    }
}

/// `POST /v1/applications/certificates/renewals`
pub(super) async fn renew_application(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    renew(&wires, Who::Application, peer, request).await
}

/// `POST /v1/runtimes/certificates/renewals`
pub(super) async fn renew_runtime(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    renew(&wires, Who::Runtime, peer, request).await
}

async fn renew(wires: &Wires, who: Who, peer: PeerCertificate, request: Request) -> Response {
    match holder(wires, peer, PeerAddress::of(request.extensions()), who).await {
        // Where revoking stops no more than renewing, this is where it does.
        Ok((holder, Dialect::Second | Dialect::First)) if holder.revoked => RestError::revoked().into_response(),
        Ok((holder, dialect)) => sign(wires, Applicant::Certificate(holder), dialect, request).await,
        Err(error) => error.into_response(),
    }
}

/// `POST /v1/applications/certificates/revocations`
pub(super) async fn revoke_application(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    revoke(&wires, Who::Application, peer, PeerAddress::of(request.extensions())).await
}

/// `POST /v1/runtimes/certificates/revocations`
pub(super) async fn revoke_runtime(
    State(wires): State<Wires>,
    Extension(peer): Extension<PeerCertificate>,
    request: Request,
) -> Response {
    revoke(&wires, Who::Runtime, peer, PeerAddress::of(request.extensions())).await
}

async fn revoke(wires: &Wires, who: Who, peer: PeerCertificate, from: IpAddr) -> Response {
    let done = async {
        let (holder, dialect) = holder(wires, peer, from, who).await?;
        wires.service.revoke_own(&holder).await.map_err(|failure| RestError::of(failure, dialect))
    };
    match done.await {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(error) => error.into_response(),
    }
}

#[derive(Deserialize)]
struct CertificateRequest {
    csr: String,
}

async fn sign(wires: &Wires, applicant: Applicant, dialect: Dialect, request: Request) -> Response {
    let signed = async {
        let (parts, _) = request.into_parts();
        let bytes = body::read(&parts.extensions, GRAPHQL)
            .map_err(|error| RestError::new(error.status(), error.message(GRAPHQL)))?;
        let request: CertificateRequest =
            serde_json::from_slice(&bytes).map_err(|error| unreadable(dialect, &error))?;
        wires.service.sign(&applicant, request.csr, dialect.wire()).await.map_err(|failure| {
            // Somebody else was faster with the same token.
            let late = failure.code == ErrorCode::TokenNotAccepted;
            if late { RestError::bad_token(dialect) } else { RestError::of(failure, dialect) }
        })
    };
    match signed.await {
        Ok(chain) => {
            let body = json!({
                "crt": STANDARD.encode(&chain.chain),
                "clientCrt": STANDARD.encode(&chain.client),
                "caCrt": STANDARD.encode(&chain.ca),
            });
            answer(StatusCode::CREATED, &body)
        }
        Err(error) => error.into_response(),
    }
}

/// A body that is not the JSON it should be. The Connector Service calls that its own fault.
fn unreadable(dialect: Dialect, error: &serde_json::Error) -> RestError {
    let words = "rror while unmarshalling request body";
    match dialect {
        Dialect::Adapter => {
            RestError::new(StatusCode::BAD_REQUEST, format!("Failed to read certificate request: e{words}: {error}"))
        }
        Dialect::First | Dialect::Second => RestError::unreadable(format!("E{words}: {error}")),
    }
}
