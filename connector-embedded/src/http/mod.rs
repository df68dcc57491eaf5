//! HTTP: one folder per wire, each with the same files for the same roles. Here: what all wires share.

mod administrator;
mod body;
mod connector;
mod console;
pub(crate) mod director;
mod document;
mod edge;
mod fault;
mod guard;
mod hydra;
mod legacy;
mod listener;
mod oauth;
mod observe;
mod preface;

use std::{ops::Deref, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pairing::{ErrorCode, Failure, Secret, SecretHash};

use crate::{service::Service, tls::Tls};

pub(crate) use connector::schema as connector_schema;
pub(crate) use director::schema as director_schema;
pub(crate) use guard::Guard;
pub(crate) use listener::{Listener, Listening, PeerAddress, PeerCertificate, bind};

/// What handlers see. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Wires(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) service: Arc<Service>,
    pub(crate) director: director_schema::DirectorSchema,
    pub(crate) connector: connector_schema::ConnectorSchema,
    pub(crate) tls: Arc<Tls>,
    pub(crate) listening: Vec<Listening>,
    admin_token: SecretHash,
}

impl Deref for Wires {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl std::fmt::Debug for Wires {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wires").field("service", &self.service).finish_non_exhaustive()
    }
}

impl Wires {
    pub(crate) fn new(service: Arc<Service>, admin_token: &Secret, tls: Arc<Tls>, listening: Vec<Listening>) -> Self {
        let director = director_schema::build(Some(Arc::clone(&service)));
        let connector = connector_schema::build(Some(Arc::clone(&service)));
        Self(Arc::new(Shared { service, director, connector, tls, listening, admin_token: admin_token.hash() }))
    }

    /// The token listener: server-authenticated TLS.
    pub(crate) fn token_router(self) -> Router {
        let routes = Router::new()
            .route("/director/graphql", post(director::with_bearer))
            .route("/connector/graphql", post(connector::with_token))
            .route("/v1/applications/signingRequests/info", get(legacy::signing_requests_info))
            .route("/v1/applications/certificates", post(legacy::certificates))
            .route("/ca.pem", get(ca))
            .route("/crl.pem", get(revocation_lists))
            .route("/crl.der", get(revocation_list));
        let routes = routes.merge(oauth::endpoints()).merge(oauth::discovery());
        let routes = routes.merge(console::routes(&self)).merge(hydra::routes(&self));
        finish(routes.merge(health()).with_state(self))
    }

    /// The certificate listener: mutual TLS, the caller is whom the certificate names.
    pub(crate) fn certificate_router(self) -> Router {
        let routes = Router::new()
            .route("/director/graphql", post(director::with_certificate))
            .route("/connector/graphql", post(connector::with_certificate))
            .route("/v1/applications/management/info", get(legacy::management_info))
            .route("/v1/applications/certificates/renewals", post(legacy::renewals))
            .route("/v1/applications/certificates/revocations", post(legacy::revocations));
        finish(routes.merge(oauth::endpoints()).merge(health()).with_state(self))
    }

    /// The internal listener: plain HTTP on loopback.
    pub(crate) fn internal_router(self) -> Router {
        finish(health().with_state(self))
    }
}

fn finish(router: Router) -> Router {
    router
        .method_not_allowed_fallback(|| async {
            (StatusCode::METHOD_NOT_ALLOWED, "This address answers to another method; see the header Allow.\n")
        })
        .fallback(|| async { (StatusCode::NOT_FOUND, "Nothing is served at this address.\n") })
}

fn health() -> Router<Wires> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

/// Ready means: the store answers, and what is in memory is what it says.
async fn ready(State(wires): State<Wires>) -> Response {
    match wires.service.is_ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(failure) => (StatusCode::SERVICE_UNAVAILABLE, format!("{failure}\n")).into_response(),
    }
}

/// What verifies this server and every certificate that counts: the authority that signs, then earlier ones.
async fn ca(State(wires): State<Wires>) -> Response {
    let pem = wires.service.authorities.set().bundle_pem(wires.service.clock.now());
    ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response()
}

/// The list of each authority that counts, the one that signs first.
async fn revocation_lists(State(wires): State<Wires>) -> Response {
    let lists = match wires.service.revocation_lists().await {
        Ok(lists) => lists,
        Err(failure) => return no_list(&failure),
    };
    if lists.is_empty() {
        return (StatusCode::NOT_FOUND, "No certificate authority here may sign revocation lists.\n").into_response();
    }
    let pem: String = lists.iter().map(|list| list_to_pem(&list.der)).collect();
    ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response()
}

/// The list of the authority that signs, as RFC 5280 §4.2.1.13 wants to find it.
async fn revocation_list(State(wires): State<Wires>) -> Response {
    match wires.service.revocation_list(&wires.service.authorities.active()).await {
        Ok(list) => ([(header::CONTENT_TYPE, "application/pkix-crl")], list.der).into_response(),
        Err(failure) => no_list(&failure),
    }
}

fn no_list(failure: &Failure) -> Response {
    let never = failure.code == ErrorCode::InvalidOperation;
    let status = if never { StatusCode::NOT_FOUND } else { StatusCode::SERVICE_UNAVAILABLE };
    if failure.code == ErrorCode::Internal {
        fault::report(failure);
    }
    (status, format!("{failure}\n")).into_response()
}

fn list_to_pem(der: &[u8]) -> String {
    let line_feeds = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("X509 CRL", der), line_feeds)
}
