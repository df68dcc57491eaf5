//! OAuth2 clients with their use, secrets and state, and the keys that sign access tokens.

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::StatusCode,
    response::IntoResponse as _,
    routing::{delete, get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, client::client_json, error::ConsoleError, invalid, page_size, read};
use crate::{
    http::Wires,
    service::oauth::{registry::Overflow, signing_keys::SigningKeys},
    store::oauth_client::{Place, Selection},
};

pub(super) fn routes() -> Router<Wires> {
    Router::new()
        .route("/console/v1/oauth-clients", get(list))
        .route("/console/v1/oauth-clients/{id}", get(show).merge(delete(remove)))
        .route("/console/v1/oauth-clients/{id}/rotate", post(rotate))
        .route("/console/v1/oauth-clients/{id}/secrets/{secret}/retire", post(retire))
        .route("/console/v1/oauth-clients/{id}/disable", post(disable))
        .route("/console/v1/oauth-clients/{id}/enable", post(enable))
        .route("/console/v1/oauth-clients/{id}/revoke-tokens", post(revoke_tokens))
        .route("/console/v1/access-token-keys", get(keys))
        .route("/console/v1/access-token-keys/rotate", post(rotate_keys))
}

/// Which page of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    first: Option<usize>,
    after: Option<String>,
    /// Only the clients of this application, by id.
    application: Option<String>,
}

async fn list(
    State(wires): State<Wires>,
    page: Result<Query<Page>, axum::extract::rejection::QueryRejection>,
) -> Answer {
    let Query(page) = page.map_err(|error| invalid(error.body_text()))?;
    let first = page_size(page.first)?;
    let after =
        page.after.map(|cursor| read_cursor(&cursor).ok_or_else(|| invalid("after is not a cursor of this list")));
    let after = after.transpose()?;
    let selection = Selection { newest_first: true, application: page.application, ..Selection::default() };
    let found = wires.service.oauth_clients(&selection, first, after.as_ref()).await?;
    let now = wires.service.clock.now();
    let clients: Vec<_> = found.clients.iter().map(|shown| client_json(shown, now)).collect();
    let end = found.end.as_ref().map(write_cursor);
    let has_next_page = end.is_some();
    let total_count = found.total;
    Ok(Json(json!({
        "clients": clients, "endCursor": end, "hasNextPage": has_next_page, "totalCount": total_count,
        "now": now.rfc3339_precise(),
    }))
    .into_response())
}

/// Opaque to the reader.
pub(in crate::http) fn write_cursor(place: &Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}:{}", place.created_at, place.id))
}

pub(in crate::http) fn read_cursor(cursor: &str) -> Option<Place> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    let (created_at, id) = text.split_once(':')?;
    Some(Place { created_at: created_at.parse().ok()?, id: id.to_owned() })
}

async fn show(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    seen(&wires, &id, StatusCode::OK, json!({})).await
}

/// The client as it is now, with `extra` members.
async fn seen(wires: &Wires, id: &str, status: StatusCode, mut extra: Value) -> Answer {
    let shown = wires.service.oauth_client(id).await?;
    let now = wires.service.clock.now();
    extra["client"] = client_json(&shown, now);
    extra["now"] = now.rfc3339_precise().into();
    Ok((status, Json(extra)).into_response())
}

/// What becomes of the earlier secrets.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rotate {
    /// `None`: they stay until they are retired.
    retire_old_after_seconds: Option<i64>,
}

async fn rotate(State(wires): State<Wires>, Path(id): Path<String>, request: Request) -> Answer {
    let Rotate { retire_old_after_seconds } = read(&request)?;
    let after = checked_seconds("retireOldAfterSeconds", retire_old_after_seconds)?;
    let secret = wires.service.rotate_client_secret(&id, after, Overflow::Refuse).await?;
    let extra = json!({ "secretId": secret.id, "clientSecret": secret.value.expose() });
    seen(&wires, &id, StatusCode::CREATED, extra).await
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retire {
    /// `None`: no end any more.
    after_seconds: Option<i64>,
}

async fn retire(State(wires): State<Wires>, Path((id, secret)): Path<(String, String)>, request: Request) -> Answer {
    let Retire { after_seconds } = read(&request)?;
    let after = checked_seconds("afterSeconds", after_seconds)?;
    wires.service.retire_client_secret(&id, &secret, after).await?;
    seen(&wires, &id, StatusCode::OK, json!({})).await
}

/// Ten years.
const LONGEST: i64 = 10 * 366 * 24 * 3600;

fn checked_seconds(name: &str, seconds: Option<i64>) -> Result<Option<i64>, ConsoleError> {
    match seconds {
        Some(seconds) if !(0..=LONGEST).contains(&seconds) => {
            Err(invalid(format!("{name} must be between 0 and {LONGEST} seconds, or null")))
        }
        seconds => Ok(seconds),
    }
}

async fn disable(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.set_client_enabled(&id, false).await?;
    seen(&wires, &id, StatusCode::OK, json!({})).await
}

async fn enable(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.set_client_enabled(&id, true).await?;
    seen(&wires, &id, StatusCode::OK, json!({})).await
}

async fn revoke_tokens(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.revoke_client_tokens(&id).await?;
    seen(&wires, &id, StatusCode::OK, json!({})).await
}

async fn remove(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.delete_client(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn keys(State(wires): State<Wires>) -> Answer {
    Ok(Json(keys_json(&wires, &wires.service.oauth.tokens.keys())).into_response())
}

async fn rotate_keys(State(wires): State<Wires>) -> Answer {
    let keys = wires.service.rotate_signing_key().await?;
    Ok((StatusCode::CREATED, Json(keys_json(&wires, &keys))).into_response())
}

fn keys_json(wires: &Wires, keys: &SigningKeys) -> Value {
    let keys = std::iter::once(&keys.present.public).chain(&keys.retired).map(|key| {
        json!({
            "kid": key.id,
            "algorithm": "ES256",
            "createdAt": key.created_at.rfc3339(),
            "retiredAt": key.retired.map(|(at, _)| at.rfc3339()),
            "expiresAt": key.retired.map(|(_, at)| at.rfc3339()),
        })
    });
    json!({ "keys": keys.collect::<Vec<_>>(), "now": wires.service.clock.now().rfc3339_precise() })
}
