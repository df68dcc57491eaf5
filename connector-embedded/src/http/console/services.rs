//! What applications registered, and an application as Kubernetes would have it.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::IntoResponse as _,
    routing::get,
};
use pairing::{Failure, Moment};
use serde_json::{Value, json};

use super::Answer;
use crate::{
    http::{Wires, gateway::details},
    store::registered_service::{RegisteredService, SpecKind},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/applications/{id}/services", get(list))
        .route("/console/v1/applications/{id}/services/{service}", get(show))
        .route("/console/v1/applications/{id}/kubernetes", get(kubernetes))
}

async fn list(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    // An application that does not exist is a mistake, not one without services.
    wires.service.application_name(&id).await?;
    let rows = wires.service.registered_services(&id).await?;
    let services = rows.iter().map(service_json).collect::<Result<Vec<_>, _>>()?;
    let now = wires.service.clock.now().rfc3339_precise();
    Ok(Json(json!({ "services": services, "now": now })).into_response())
}

async fn show(State(wires): State<Wires>, Path((id, service)): Path<(String, String)>) -> Answer {
    let row = wires.service.must_have_service(&id, &service).await?;
    let documents = wires.service.documents(&row.id).await?;
    let shown: Vec<Value> = documents
        .iter()
        .map(|document| json!({ "title": document.title, "type": document.kind, "source": document.source }))
        .collect();
    let raw = details(&row, documents, [None, None])?;
    let raw = serde_json::to_value(raw).map_err(Failure::internal)?;
    let api = wires.service.specification(&row.id, SpecKind::Api).await?;
    let events = wires.service.specification(&row.id, SpecKind::Events).await?;
    Ok(Json(json!({
        "service": service_json(&row)?,
        "raw": raw,
        "apiSpec": api.map(|spec| spec.text),
        "eventSpec": events.map(|spec| spec.text),
        "documents": shown,
        "now": wires.service.clock.now().rfc3339_precise(),
    }))
    .into_response())
}

fn service_json(row: &RegisteredService) -> Result<Value, Failure> {
    let api = row.read_api()?.map(|api| {
        json!({
            "targetUrl": api.target_url,
            "apiType": api.api_type,
            "specificationUrl": api.specification_url,
            "credentials": api.credentials.as_ref().and_then(|credentials| credentials.kind()),
            "specBytes": row.api_spec_bytes,
        })
    });
    let types = row.declared_event_types()?;
    let events = row.event_definition_id.as_ref().map(|_| json!({ "specBytes": row.event_spec_bytes, "types": types }));
    let documentation = row.read_documentation()?.map(|documentation| {
        json!({
            "displayName": documentation.display_name,
            "description": documentation.description,
            "type": documentation.kind,
        })
    });
    Ok(json!({
        "id": row.id,
        "name": row.name,
        "provider": row.provider,
        "description": row.description,
        "shortDescription": row.short_description,
        "identifier": row.identifier,
        "labels": row.read_labels()?,
        "api": api,
        "events": events,
        "documentation": documentation,
        "createdAt": Moment::from_unix_millis(row.created_at).rfc3339(),
        "updatedAt": Moment::from_unix_millis(row.updated_at).rfc3339(),
    }))
}

async fn kubernetes(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    let (name, yaml) = wires.service.kubernetes_application(&id).await?;
    let disposition =
        HeaderValue::try_from(format!("attachment; filename=\"{name}.yaml\"")).map_err(Failure::internal)?;
    let kind = HeaderValue::from_static("application/yaml");
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)], yaml).into_response())
}
