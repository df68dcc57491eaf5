//! The Application Registry. Bodies are read whatever their content type says: the tutorials send none.

use axum::{
    extract::{Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use pairing::Failure;
use serde::Serialize;
use serde_json::{error::Category, json};

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
    let documents = wires.service.documents(&row.id).await?;
    let api = wires.service.specification(&row.id, SpecKind::Api).await?;
    let events = wires.service.specification(&row.id, SpecKind::Events).await?;
    answer(&details(&row, documents, [api, events])?)
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

fn bytes(request: &Request) -> Result<axum::body::Bytes, GatewayError> {
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
