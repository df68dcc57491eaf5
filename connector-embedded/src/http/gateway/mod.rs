//! The application gateway: what a paired application calls once it has its certificate. The Application Registry and
//! events (contracts/legacy-connector.md §4, contracts/compass.md §6.6), described in `api.yaml`.

mod cloud_event;
mod error;
mod events;
mod legacy_event;
mod registry;
mod service_json;

use axum::{
    Router,
    extract::Path,
    http::{Extensions, Uri, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use pairing::{ErrorCode, Failure};

use super::{
    PeerAddress, PeerCertificate, Wires,
    kyma_answer::{JSON, answer},
};
use crate::service::kyma::GatewayApplication;
use error::GatewayError;

pub(super) use service_json::details;

/// What the registry answers to.
pub(super) fn registry_routes() -> Router<Wires> {
    Router::new()
        .route("/{app}/v1/metadata", get(to_description))
        .route("/{app}/v1/metadata/api.yaml", get(description))
        .route("/{app}/v1/metadata/services", get(registry::list).post(registry::create))
        .route(
            "/{app}/v1/metadata/services/{service}",
            get(registry::show).put(registry::replace).delete(registry::remove),
        )
}

/// Where events are sent to.
pub(super) fn event_routes() -> Router<Wires> {
    Router::new()
        .route("/{app}/v1/events", post(legacy_event::publish))
        .route("/{app}/v1/events/subscribed", get(events::subscribed))
        .route("/{app}/events", post(cloud_event::publish))
        .route("/{app}/v2/events", post(cloud_event::publish))
}

async fn to_description(uri: Uri) -> Response {
    // 301 as upstream; a permanent redirect of today would be 308.
    let location = format!("{}/api.yaml", uri.path().trim_end_matches('/'));
    let mut response = Redirect::permanent(&location).into_response();
    *response.status_mut() = axum::http::StatusCode::MOVED_PERMANENTLY;
    response
}

async fn description(Path(_): Path<String>) -> Response {
    ([(header::CONTENT_TYPE, "application/yaml")], include_str!("api.yaml")).into_response()
}

/// The application that calls, if its path is its own.
async fn caller(wires: &Wires, extensions: &Extensions, app: &str) -> Result<GatewayApplication, GatewayError> {
    let peer = extensions
        .get::<PeerCertificate>()
        .ok_or_else(|| Failure::new(ErrorCode::CertificateNotAccepted, "This address needs a client certificate."))?;
    let holder = wires.service.certificate_holder(peer.0, PeerAddress::of(extensions)).await?;
    let application = wires.service.gateway_application(&holder).await?;
    if application.names.iter().any(|name| name == app) {
        return Ok(application);
    }
    Err(GatewayError::foreign(&application, app))
}
