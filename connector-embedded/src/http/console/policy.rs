//! The policy: what certificates must look like, how long they last, what a revocation stops.

use axum::{
    Json, Router,
    extract::{Request, State},
    response::IntoResponse as _,
    routing::get,
};
use serde_json::json;

use super::{Answer, error::ConsoleError, read};
use crate::{
    http::Wires,
    service::policy::{Policy, PolicyRefusal},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new().route("/console/v1/policy", get(show).put(replace))
}

async fn show(State(wires): State<Wires>) -> Answer {
    let now = wires.service.clock.now().rfc3339_precise();
    let (policy, fixed) = (wires.service.policy(), wires.service.settings.fixed.names());
    Ok(Json(json!({ "policy": *policy, "fixed": fixed, "now": now })).into_response())
}

async fn replace(State(wires): State<Wires>, request: Request) -> Answer {
    let wanted: Policy = read(&request)?;
    match wires.service.set_policy(wanted).await {
        Ok(()) => show(State(wires)).await,
        Err(PolicyRefusal::Fields(errors)) => Err(ConsoleError::fields(errors)),
        Err(PolicyRefusal::Failed(failure)) => Err(failure.into()),
    }
}
