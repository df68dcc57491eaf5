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
use pairing::{Secret, SecretHash};

use crate::service::Service;

pub(crate) use connector::schema as connector_schema;
pub(crate) use director::schema as director_schema;
pub(crate) use guard::Guard;
pub(crate) use listener::{Listener, PeerAddress, PeerCertificate, bind};

/// What handlers see. Cloning shares it.
#[derive(Clone)]
pub(crate) struct Wires(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) service: Arc<Service>,
    pub(crate) director: director_schema::DirectorSchema,
    pub(crate) connector: connector_schema::ConnectorSchema,
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
    pub(crate) fn new(service: Arc<Service>, admin_token: &Secret) -> Self {
        let director = director_schema::build(Some(Arc::clone(&service)));
        let connector = connector_schema::build(Some(Arc::clone(&service)));
        Self(Arc::new(Shared { service, director, connector, admin_token: admin_token.hash() }))
    }

    /// The token listener: server-authenticated TLS.
    pub(crate) fn token_router(self) -> Router {
        let routes = Router::new()
            .route("/director/graphql", post(director::with_bearer))
            .route("/connector/graphql", post(connector::with_token))
            .route("/v1/applications/signingRequests/info", get(legacy::signing_requests_info))
            .route("/v1/applications/certificates", post(legacy::certificates))
            .route("/ca.pem", get(ca));
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

/// The certificate that verifies this server and every certificate it issues.
async fn ca(State(wires): State<Wires>) -> Response {
    let pem = wires.service.authority.certificate_pem().to_owned();
    ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response()
}
