//! Who gets events.

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{delete, get},
};
use pairing::Moment;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, read};
use crate::{
    http::Wires,
    service::events::{NewSubscription, ShownSubscription},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/subscriptions", get(list).post(add))
        .route("/console/v1/subscriptions/{id}", delete(remove))
}

async fn list(State(wires): State<Wires>) -> Answer {
    let shown = wires.service.subscriptions().await?;
    let subscriptions: Vec<Value> = shown.iter().map(subscription_json).collect();
    let now = wires.service.clock.now().rfc3339_precise();
    Ok(Json(json!({ "subscriptions": subscriptions, "now": now })).into_response())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Add {
    application_id: Option<String>,
    event_type: Option<String>,
    version: Option<String>,
    url: String,
}

async fn add(State(wires): State<Wires>, request: Request) -> Answer {
    let Add { application_id, event_type, version, url } = read(&request)?;
    let shown = wires.service.subscribe(NewSubscription { application_id, event_type, version, url }).await?;
    Ok((StatusCode::CREATED, Json(subscription_json(&shown))).into_response())
}

async fn remove(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.unsubscribe(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn subscription_json(shown: &ShownSubscription) -> Value {
    let row = &shown.row;
    json!({
        "id": row.id,
        "applicationId": row.application_id,
        "applicationName": shown.application_name,
        "eventType": row.event_type,
        "version": row.version,
        "url": row.url,
        "fixed": shown.fixed,
        "createdAt": Moment::from_unix_millis(row.created_at).rfc3339(),
    })
}
