//! The events of an application, and where they went.

use std::collections::BTreeMap;

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::IntoResponse as _,
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::{ErrorCode, Failure, Moment};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, invalid};
use crate::{
    http::Wires,
    service::events::ROOM,
    store::{event::EventRow, event_delivery::Delivery},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/applications/{id}/events", get(list))
        .route("/console/v1/applications/{id}/events/{seq}", get(show))
}

const LARGEST_PAGE: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    first: Option<usize>,
    before: Option<i64>,
}

async fn list(State(wires): State<Wires>, Path(id): Path<String>, page: Result<Query<Page>, QueryRejection>) -> Answer {
    let Query(Page { first, before }) = page.map_err(|error| invalid(error.body_text()))?;
    let first = first.unwrap_or(50);
    if !(1..=LARGEST_PAGE).contains(&first) {
        return Err(invalid(format!("first must be between 1 and {LARGEST_PAGE}")));
    }
    // An application that does not exist is a mistake, not one without events.
    wires.service.application_name(&id).await?;
    let page = wires.service.events(&id, before, first).await?;
    let mut deliveries: BTreeMap<i64, Vec<&Delivery>> = BTreeMap::new();
    for delivery in &page.deliveries {
        deliveries.entry(delivery.event_seq).or_default().push(delivery);
    }
    let events: Vec<Value> =
        page.rows.iter().map(|row| event_json(row, deliveries.remove(&row.seq).unwrap_or_default())).collect();
    Ok(Json(json!({
        "events": events,
        "ring": {
            "kept": page.ring.kept, "dropped": page.ring.dropped, "limit": ROOM.events,
            "bytes": page.ring.bytes, "byteLimit": ROOM.bytes,
        },
        "now": wires.service.clock.now().rfc3339_precise(),
    }))
    .into_response())
}

async fn show(State(wires): State<Wires>, Path((id, seq)): Path<(String, String)>) -> Answer {
    let seq = seq.parse().map_err(|_| Failure::new(ErrorCode::NotFound, "There is no such event."))?;
    let (event, deliveries) = wires.service.event(&id, seq).await?;
    let attributes: BTreeMap<String, String> = serde_json::from_str(&event.attributes).map_err(Failure::internal)?;
    let shown = event_json(&event.row(), deliveries.iter().collect());
    let (text, base64) = match String::from_utf8(event.data) {
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(STANDARD.encode(error.into_bytes()))),
    };
    Ok(Json(json!({
        "event": shown,
        "attributes": attributes,
        "text": text,
        "base64": base64,
        "now": wires.service.clock.now().rfc3339_precise(),
    }))
    .into_response())
}

fn event_json(row: &EventRow, deliveries: Vec<&Delivery>) -> Value {
    let time = |millis| Moment::from_unix_millis(millis).rfc3339_precise();
    let deliveries: Vec<Value> = deliveries
        .into_iter()
        .map(|delivery| {
            json!({
                "url": delivery.url, "state": delivery.state, "status": delivery.status,
                "at": delivery.at.map(time), "error": delivery.error,
            })
        })
        .collect();
    json!({
        "seq": row.seq,
        "receivedAt": time(row.received_at),
        "runtime": row.runtime,
        "wire": row.wire,
        "type": row.kind,
        "version": row.version,
        "id": row.event_id,
        "source": row.source,
        "time": row.time,
        "contentType": row.content_type,
        "size": row.length,
        "deliveries": deliveries,
    })
}
