//! Kyma as it is simulated here: which parts are played, what became of an application at each runtime, who has been
//! silent, and the two things one can do to see whether an application adapts.

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{get, post},
};
use pairing::{ErrorCode, Failure, Moment};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, invalid, read};
use crate::{
    hexadecimal::hexadecimal,
    http::Wires,
    service::kyma::{ApplicationRuntime, BUCKET, Role},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/kyma", get(show))
        .route("/console/v1/runtimes/{name}/move", post(relocate))
        .route("/console/v1/runtimes/{name}/expire", post(expire))
        .route("/console/v1/applications/silent", get(silent))
        .route("/console/v1/applications/{id}/kyma", get(application))
        .route("/console/v1/applications/{id}/connection-token", post(connection_token))
}

async fn show(State(wires): State<Wires>) -> Answer {
    Ok(Json(overview(&wires)).into_response())
}

fn overview(wires: &Wires) -> Value {
    let service = &wires.service;
    let settings = &service.kyma.settings;
    let runtimes: Vec<Value> = service
        .event_runtimes()
        .iter()
        .map(|runtime| {
            json!({
                "name": runtime.kyma.settings.runtime,
                "own": settings.role != Role::Central,
                "connectorUrl": runtime.settings.addresses.legacy_info,
                "gatewayUrl": runtime.settings.addresses.secured,
                "eventsMovedTo": runtime.kyma.moved_to(),
                "authorityFingerprint": hexadecimal(runtime.authorities.active().fingerprint()),
            })
        })
        .collect();
    json!({
        "mode": if settings.central_mode { "central" } else { "standalone" },
        "twoPhase": settings.role == Role::Central,
        "createUnknownApplications": settings.create_unknown_applications,
        "internalUrl": settings.internal_url,
        "defaultLabels": settings.default_labels,
        "eventSubscriber": settings.event_subscriber.as_ref().map(url::Url::as_str),
        "runtimes": runtimes,
        "now": service.clock.now().rfc3339(),
    })
}

async fn relocate(State(wires): State<Wires>, Path(name): Path<String>) -> Answer {
    let gateway = wires.gateways.iter().find(|gateway| gateway.service.kyma.settings.runtime == name);
    let gateway =
        gateway.ok_or_else(|| Failure::new(ErrorCode::NotFound, format!("There is no runtime {name:.64}.")))?;
    gateway.relocate(&wires).await?;
    Ok(Json(overview(&wires)).into_response())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expire {
    application_id: String,
}

async fn expire(State(wires): State<Wires>, Path(name): Path<String>, request: Request) -> Answer {
    let Expire { application_id } = read(&request)?;
    // An application that does not exist is a mistake, not "none".
    wires.service.heartbeat(&application_id).await?;
    let expired = wires.service.event_runtime(&name)?.declare_over(&application_id).await?;
    Ok(Json(json!({ "expired": expired })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    since: String,
}

async fn silent(State(wires): State<Wires>, since: Result<Query<Since>, QueryRejection>) -> Answer {
    let Query(Since { since }) = since.map_err(|error| invalid(error.body_text()))?;
    let since = Moment::parse(&since).ok_or_else(|| invalid("since is not a time in RFC 3339"))?;
    let silent = wires.service.silent_since(since).await?;
    let row = |id: String, at| json!({ "id": id, "lastSeenAt": Moment::from_unix_millis(at).rfc3339() });
    let applications: Vec<Value> = silent.into_iter().map(|silent| row(silent.id, silent.last_poll_at)).collect();
    let now = wires.service.clock.now().rfc3339();
    Ok(Json(json!({ "applications": applications, "now": now })).into_response())
}

async fn application(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    let service = &wires.service;
    let heartbeat = service.heartbeat(&id).await?;
    let name = service.displayed_name(&id).await?;
    let now = service.clock.now();
    let runtimes = service.application_runtimes(&id).await?;
    let app_name = runtimes.first().map(|runtime| runtime.urls.app_name.clone());
    let runtimes: Vec<Value> = runtimes.iter().map(|runtime| runtime_json(runtime, now)).collect();
    let bucket = |(at, count): &(Moment, i64)| json!({ "at": at.rfc3339(), "count": count });
    Ok(Json(json!({
        "applicationId": id,
        "name": name,
        "appName": app_name,
        "heartbeat": {
            "lastSeenAt": heartbeat.last_seen_at.map(Moment::rfc3339),
            "polls": heartbeat.polls,
            "bucketSeconds": BUCKET,
            "buckets": heartbeat.buckets.iter().map(bucket).collect::<Vec<_>>(),
        },
        "runtimes": runtimes,
        "now": now.rfc3339(),
    }))
    .into_response())
}

fn runtime_json(runtime: &ApplicationRuntime, now: Moment) -> Value {
    let time = |millis: i64| Moment::from_unix_millis(millis).rfc3339();
    let token = runtime.token.as_ref().map(|token| {
        json!({
            "issuedAt": time(token.created_at),
            "expiresAt": time(token.expires_at),
            "usedAt": token.used_at.map(time),
        })
    });
    let certificate = runtime.certificate.as_ref().map(|certificate| {
        json!({
            "fingerprint": hexadecimal(&certificate.fingerprint),
            "notBefore": time(certificate.not_before),
            "notAfter": time(certificate.not_after),
            "issuedAt": time(certificate.issued_at),
            "lastSeenAt": certificate.last_seen_at.map(time),
            "state": ApplicationRuntime::certificate_state(certificate, now),
        })
    });
    json!({
        "name": runtime.name,
        "own": runtime.own,
        "connectorUrl": runtime.connector_url,
        "eventsUrl": runtime.urls.events,
        "metadataUrl": runtime.urls.metadata,
        "token": token,
        "certificate": certificate,
        "expiredNow": runtime.certificate.as_ref().is_some_and(|newest| newest.declared_over_at.is_some()),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConnectionToken {
    generation: GenerationName,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GenerationName {
    First,
    Second,
}

async fn connection_token(State(wires): State<Wires>, Path(id): Path<String>, request: Request) -> Answer {
    let ConnectionToken { generation } = read(&request)?;
    let service = &wires.service;
    let (link, issued) = match generation {
        GenerationName::First => service.link_of_first_generation("remoteenvironments", id).await?,
        GenerationName::Second => service.link_of_second_generation(id, service.default_context()?).await?,
    };
    let answer =
        json!({ "url": link.expose(), "token": issued.token.expose(), "expiresAt": issued.expires_at.rfc3339() });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
