//! Ory Hydra's administration of OAuth2 clients (`client/handler.go` upstream), as far as Compass' Director and Hydra's
//! generated clients use it. Served with and without the prefix `/admin`, to the administrator.

mod client_json;
mod error;
mod patch;

use axum::{
    Json, Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post, put},
};
use pairing::ErrorCode;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    PeerAddress, Wires,
    body::{self, GRAPHQL},
    console::{read_cursor, write_cursor},
    oauth,
};
use crate::{
    service::oauth::{registration::NewRegistration, registry::Overflow},
    store::{oauth_client::Selection, registration::Lifespans},
};
use client_json::{ClientJson, Rendering, render};
use error::HydraError;

pub(super) fn routes(wires: &Wires) -> Router<Wires> {
    let clients = Router::new()
        .route("/clients", get(list).merge(post(create)))
        .route("/clients/{id}", get(show).merge(put(replace)).merge(axum::routing::patch(patch)).merge(delete(remove)))
        .route("/clients/{id}/lifespans", put(set_lifespans))
        .route("/clients/{id}/secrets/rotate", post(rotate).merge(delete(forget_rotated)))
        .route("/oauth2/tokens", delete(revoke_tokens));
    let introspection = post(oauth::introspect_as_administrator);
    Router::new()
        .merge(clients.clone())
        .nest("/admin", clients.route("/oauth2/introspect", introspection))
        .route_layer(middleware::from_fn_with_state(wires.clone(), administrator))
}

type Answer = Result<Response, HydraError>;

async fn administrator(State(wires): State<Wires>, request: Request, next: Next) -> Response {
    if let Err(refusal) = wires.admit(request.headers(), PeerAddress::of(request.extensions())).await {
        return HydraError::from(refusal).into_response();
    }
    match body::read(request.extensions(), GRAPHQL) {
        Ok(_) => next.run(request).await,
        Err(error) => HydraError::unreadable(error.status(), error.message(GRAPHQL)).into_response(),
    }
}

async fn create(State(wires): State<Wires>, request: Request) -> Answer {
    let client: ClientJson = read(&request)?;
    let new = client.into_new()?;
    let (id, secret) = wires.service.register_client(new).await?;
    let mut response = shown(&wires, &id, StatusCode::CREATED, Rendering { secret, created: true }).await?;
    let location = HeaderValue::from_str(&format!("/admin/clients/{}", path_segment(&id)));
    response.headers_mut().insert(header::LOCATION, location.map_err(|_| HydraError::internal())?);
    Ok(response)
}

async fn show(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    shown(&wires, &id, StatusCode::OK, Rendering::default()).await
}

async fn shown(wires: &Wires, id: &str, status: StatusCode, rendering: Rendering) -> Answer {
    let found = wires.service.oauth_client(id).await?;
    Ok((status, Json(render(&found.client, &rendering))).into_response())
}

/// Replaces everything that is sent and everything that is not, but for the secret.
async fn replace(State(wires): State<Wires>, Path(id): Path<String>, request: Request) -> Answer {
    let client: ClientJson = read(&request)?;
    wires.service.oauth_client(&id).await?;
    // The id of the address wins.
    let new = NewRegistration { client_id: id.clone(), ..client.into_new()? };
    let secret = new.secret.clone();
    wires.service.replace_client(new, None).await?;
    shown(&wires, &id, StatusCode::OK, Rendering { secret, created: false }).await
}

/// How often a patch is applied again because the client changed under it.
const ATTEMPTS: usize = 100;

/// RFC 6902, all of it or nothing (RFC 5789 §2): what it was applied to is still there when it is written.
async fn patch(State(wires): State<Wires>, Path(id): Path<String>, request: Request) -> Answer {
    let patch: json_patch::Patch = parse(&document(&request)?)?;
    for _ in 0..ATTEMPTS {
        let found = wires.service.oauth_client(&id).await?;
        let document = patch::apply(render(&found.client, &Rendering::default()), &patch)?;
        if document["client_id"] != id.as_str() {
            return Err(HydraError::invalid_request("client_id cannot be changed"));
        }
        let new = parse::<ClientJson>(&document)?.into_new()?;
        let secret = new.secret.clone();
        if wires.service.replace_client(new, Some(&found.client.row)).await? {
            return shown(&wires, &id, StatusCode::OK, Rendering { secret, created: false }).await;
        }
    }
    Err(HydraError::busy())
}

async fn remove(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.delete_client(&id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn set_lifespans(State(wires): State<Wires>, Path(id): Path<String>, request: Request) -> Answer {
    let lifespans: Lifespans = read(&request)?;
    wires.service.set_lifespans(&id, lifespans).await?;
    shown(&wires, &id, StatusCode::OK, Rendering::default()).await
}

/// A new secret; the earlier ones stay valid, five in all.
async fn rotate(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    let secret = wires.service.rotate_client_secret(&id, None, Overflow::DropOldest).await?;
    let secret = Some(secret.value.secret().clone());
    shown(&wires, &id, StatusCode::OK, Rendering { secret, created: false }).await
}

async fn forget_rotated(State(wires): State<Wires>, Path(id): Path<String>) -> Answer {
    wires.service.forget_rotated_secrets(&id).await?;
    shown(&wires, &id, StatusCode::OK, Rendering::default()).await
}

#[derive(Debug, Deserialize)]
struct Page {
    page_size: Option<usize>,
    page_token: Option<String>,
    client_name: Option<String>,
    owner: Option<String>,
}

/// Compass' Director asks for one page and takes it for the whole list, so the whole list it is, up to this many.
const PAGE: usize = 10_000;

async fn list(State(wires): State<Wires>, page: Result<Query<Page>, QueryRejection>) -> Answer {
    let Query(page) = page.map_err(|error| HydraError::invalid_request(error.body_text()))?;
    let size = page.page_size.filter(|size| *size > 0).unwrap_or(PAGE).min(PAGE);
    let after = page.page_token.filter(|token| !token.is_empty());
    let after = after.map(|token| {
        read_cursor(&token).ok_or_else(|| HydraError::invalid_request("page_token is not one of this list"))
    });
    let after = after.transpose()?;
    let selection = Selection { client_name: page.client_name, owner: page.owner, ..Selection::default() };
    let query = query_of(size, &selection);
    let found = wires.service.oauth_clients(&selection, size, after.as_ref()).await?;
    let clients: Vec<Value> = found.clients.iter().map(|shown| render(&shown.client, &Rendering::default())).collect();
    let mut links = format!("</admin/clients?{query}>; rel=\"first\"");
    if let Some(end) = &found.end {
        let next = format!(",</admin/clients?{query}&page_token={}>; rel=\"next\"", write_cursor(end));
        links.push_str(&next);
    }
    let link = HeaderValue::from_str(&links).map_err(|_| HydraError::internal())?;
    Ok(([(header::LINK, link)], Json(clients)).into_response())
}

/// The query of the same list, before the page.
fn query_of(size: usize, selection: &Selection) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("page_size", &size.to_string());
    for (name, value) in [("client_name", &selection.client_name), ("owner", &selection.owner)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

#[derive(Debug, Deserialize)]
struct OfClient {
    client_id: Option<String>,
}

/// Voids all access tokens of a client.
async fn revoke_tokens(State(wires): State<Wires>, of: Result<Query<OfClient>, QueryRejection>) -> Answer {
    let id = of.ok().and_then(|Query(of)| of.client_id).filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| HydraError::invalid_request("the parameter client_id is missing"))?;
    match wires.service.revoke_client_tokens(&id).await {
        // As upstream: nothing to revoke is no error.
        Err(failure) if failure.code != ErrorCode::NotFound => Err(failure.into()),
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// The members of the JSON object that is the body.
fn read<T: DeserializeOwned>(request: &Request) -> Result<T, HydraError> {
    let document = document(request)?;
    if !document.is_object() {
        return Err(HydraError::invalid_request("the body must be a JSON object"));
    }
    parse(&document)
}

fn document(request: &Request) -> Result<Value, HydraError> {
    let bytes = body::read(request.extensions(), GRAPHQL);
    let bytes = bytes.map_err(|error| HydraError::unreadable(error.status(), error.message(GRAPHQL)))?;
    serde_json::from_slice(&bytes)
        .map_err(|error| HydraError::invalid_request(format!("the body is not JSON: {error}")))
}

/// A member of a wrong type is refused here, by its name, so that no list can ever carry it.
fn parse<T: DeserializeOwned>(document: &Value) -> Result<T, HydraError> {
    let error = match T::deserialize(document) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    let members = document.as_object().into_iter().flatten();
    let wrong = members.filter_map(|(name, value)| {
        let alone = Value::Object([(name.clone(), value.clone())].into_iter().collect());
        let error = serde_json::from_value::<T>(alone).err()?;
        // The error shows the value, and this one might be a secret all the same.
        Some(if name == "client_secret" { format!("{name}: must be a string") } else { format!("{name}: {error}") })
    });
    let wrong: Vec<String> = wrong.collect();
    Err(HydraError::invalid_metadata(if wrong.is_empty() { error.to_string() } else { wrong.join("; ") }))
}

fn path_segment(id: &str) -> String {
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => segment.push(char::from(byte)),
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    segment
}
