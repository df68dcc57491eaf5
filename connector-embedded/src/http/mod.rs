//! HTTP: one folder per wire, each with the same files for the same roles. Here: what all wires share.

mod administrator;
mod body;
mod connector;
mod console;
pub(crate) mod director;
mod document;
mod edge;
mod event_gateway;
mod fault;
mod gateway;
mod guard;
mod hydra;
mod kyma_answer;
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
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pairing::{ErrorCode, Failure, Secret, SecretHash};

use crate::{
    service::{Service, kyma::Role},
    tls::Tls,
};

pub(crate) use connector::schema as connector_schema;
pub(crate) use director::schema as director_schema;
pub(crate) use event_gateway::EventGateway;
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
    /// Of every runtime, or of this server where it plays all parts.
    pub(crate) gateways: Vec<EventGateway>,
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
    pub(crate) fn new(
        service: Arc<Service>,
        admin_token: &Secret,
        tls: Arc<Tls>,
        listening: Vec<Listening>,
        gateways: Vec<EventGateway>,
    ) -> Self {
        let director = director_schema::DirectorSchema::new(Arc::clone(&service));
        let connector = connector_schema::build(Some(Arc::clone(&service)));
        let admin_token = admin_token.hash();
        Self(Arc::new(Shared { service, director, connector, tls, listening, gateways, admin_token }))
    }

    /// The token listener: server-authenticated TLS.
    pub(crate) fn token_router(self) -> Router {
        let (role, central_mode) = self.part();
        let routes = Router::new()
            .route("/connector/graphql", post(connector::with_token))
            .route("/ca.pem", get(ca))
            .route("/crl.pem", get(revocation_lists))
            .route("/crl.der", get(revocation_list))
            .merge(legacy::token_routes(role, central_mode))
            .merge(console::routes(&self))
            .merge(health());
        let routes = match role {
            Role::Runtime => routes,
            Role::Single | Role::Central => routes
                .route("/director/graphql", post(director::with_bearer))
                .merge(oauth::endpoints())
                .merge(oauth::discovery())
                .merge(hydra::routes(&self)),
        };
        finish(routes.with_state(self))
    }

    /// The certificate listener: mutual TLS, the caller is whom the certificate names.
    pub(crate) fn certificate_router(self) -> Router {
        let (role, central_mode) = self.part();
        let routes = Router::new()
            .route("/connector/graphql", post(connector::with_certificate))
            .merge(legacy::certificate_routes(role, central_mode))
            .merge(health());
        let here = || gateway::event_routes().route_layer(from_fn_with_state(self.clone(), event_gateway::only_here));
        let elsewhere = || axum::routing::any(event_gateway::elsewhere);
        let routes = match role {
            Role::Runtime => routes
                .merge(here())
                .route("/{app}/v1/metadata", elsewhere())
                .route("/{app}/v1/metadata/{*rest}", elsewhere()),
            Role::Single | Role::Central => {
                let routes = routes
                    .route("/director/graphql", post(director::with_certificate))
                    .merge(oauth::endpoints())
                    .merge(gateway::registry_routes());
                if role == Role::Single {
                    routes.merge(here())
                } else {
                    routes
                        .route("/{app}/v1/events", elsewhere())
                        .route("/{app}/v1/events/subscribed", elsewhere())
                        .route("/{app}/v2/events", elsewhere())
                        .route("/{app}/events", elsewhere())
                }
            }
        };
        finish(routes.with_state(self))
    }

    /// Where events are sent to after they were moved.
    pub(crate) fn event_router(self) -> Router {
        finish(gateway::event_routes().merge(health()).with_state(self))
    }

    /// The internal listener: plain HTTP on loopback.
    pub(crate) fn internal_router(self) -> Router {
        let (_, central_mode) = self.part();
        finish(health().merge(legacy::internal_routes(central_mode)).with_state(self))
    }

    fn part(&self) -> (Role, bool) {
        let settings = &self.service.kyma.settings;
        (settings.role, settings.central_mode)
    }
}

fn finish(router: Router) -> Router {
    router.method_not_allowed_fallback(legacy::method_not_allowed).fallback(legacy::not_found)
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
    let pem = wires.service.authorities.bundle_pem(wires.service.clock.now());
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
