//! Which events somebody wants of an application.

use axum::{
    extract::{Path, Request, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::{JSON, caller, error::GatewayError};
use crate::http::Wires;

pub(super) async fn subscribed(
    State(wires): State<Wires>,
    Path(app): Path<String>,
    request: Request,
) -> Result<Response, GatewayError> {
    let application = caller(&wires, request.extensions(), &app).await?;
    let types = wires.service.center()?.subscribed(&application.id).await?;
    let body = json!({ "eventsInfo": types }).to_string();
    Ok(([(header::CONTENT_TYPE, JSON)], body).into_response())
}
