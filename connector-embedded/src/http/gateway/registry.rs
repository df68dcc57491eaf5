//! The Application Registry. Bodies are read whatever their content type says: the tutorials send none.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use pairing::Failure;
use serde::Serialize;
use serde_json::{error::Category, json};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{
    JSON, caller,
    error::GatewayError,
    service_json::{ServiceJson, details},
};
use crate::{
    http::{
        Wires,
        body::{self, REGISTRY},
    },
    service::registry::Definition,
    store::registered_service::SpecKind,
};

type Answer = Result<Response, GatewayError>;

/// Specifications of more than this make an answer large, in bytes.
const LARGE: i64 = 256 * 1024;
/// Large answers that are in memory at the same time; whoever asks for another waits.
static PLACES: Semaphore = Semaphore::const_new(8);
/// How much of a large answer is handed over at once, in bytes.
const PIECE: usize = 64 * 1024;

pub(super) async fn list(State(wires): State<Wires>, Path(app): Path<String>, request: Request) -> Answer {
    let application = caller(&wires, request.extensions(), &app).await?;
    let rows = wires.service.registered_services(&application.id).await?;
    let services = rows.into_iter().map(ServiceJson::new).collect::<Result<Vec<_>, _>>()?;
    answer(&services)
}

pub(super) async fn create(State(wires): State<Wires>, Path(app): Path<String>, request: Request) -> Answer {
    let application = caller(&wires, request.extensions(), &app).await?;
    let bytes = bytes(&request)?;
    let id = wires.service.register_service(&application, read(&bytes)?).await?;
    answer(&json!({ "id": id }))
}

pub(super) async fn show(
    State(wires): State<Wires>,
    Path((app, service)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let application = caller(&wires, request.extensions(), &app).await?;
    let row = wires.service.must_have_service(&application.id, &service).await?;
    // Before the specifications are read.
    let place = match row.api_spec_bytes + row.event_spec_bytes > LARGE {
        true => Some(PLACES.acquire().await.map_err(Failure::internal)?),
        false => None,
    };
    let documents = wires.service.documents(&row.id).await?;
    let api = wires.service.specification(&row.id, SpecKind::Api).await?;
    let events = wires.service.specification(&row.id, SpecKind::Events).await?;
    let details = details(&row, documents, [api, events])?;
    let Some(place) = place else { return answer(&details) };
    let body = serde_json::to_vec(&details).map_err(Failure::internal)?;
    drop(details);
    let length = HeaderValue::from(body.len());
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(JSON)), (header::CONTENT_LENGTH, length)];
    Ok((headers, Body::from_stream(piecemeal(body.into(), place))).into_response())
}

/// An answer in pieces, which keeps its place until the last of them is on its way.
fn piecemeal(
    body: Bytes,
    place: SemaphorePermit<'static>,
) -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::unfold((body, place), |(mut body, place)| async {
        let piece = body.split_to(body.len().min(PIECE));
        (!piece.is_empty()).then_some((Ok(piece), (body, place)))
    })
}

/// Answers without the specifications: who sent them has them, and some clients need any body at all.
pub(super) async fn replace(
    State(wires): State<Wires>,
    Path((app, service)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let application = caller(&wires, request.extensions(), &app).await?;
    let bytes = bytes(&request)?;
    let row = wires.service.replace_service(&application, &service, read(&bytes)?).await?;
    let documents = wires.service.documents(&row.id).await?;
    answer(&details(&row, documents, [None, None])?.with_id(row.id))
}

/// A service that is not there is as good as removed.
pub(super) async fn remove(
    State(wires): State<Wires>,
    Path((app, service)): Path<(String, String)>,
    request: Request,
) -> Answer {
    let application = caller(&wires, request.extensions(), &app).await?;
    wires.service.remove_service(&application, &service).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn answer(body: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(body).map_err(Failure::internal)?;
    Ok(([(header::CONTENT_TYPE, JSON)], body).into_response())
}

fn bytes(request: &Request) -> Result<Bytes, GatewayError> {
    body::read(request.extensions(), REGISTRY).map_err(|error| {
        GatewayError::new(error.status(), format!("Failed to read request body, {}", error.message(REGISTRY)))
    })
}

/// The definition in a body. An error says where it is and not what is there, which may be a secret.
fn read(bytes: &[u8]) -> Result<Definition<'_>, GatewayError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let why = match error.classify() {
            Category::Data => {
                format!("a member has another type than it should at line {} column {}", error.line(), error.column())
            }
            Category::Syntax | Category::Eof | Category::Io => error.to_string(),
        };
        GatewayError::new(StatusCode::BAD_REQUEST, format!("Failed to unmarshal request body, {why}"))
    })
}
