//! OAuth 2.0: the token endpoint for the client_credentials grant (RFC 6749 §4.4).

mod client_authentication;
mod error;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use super::{
    Wires,
    body::{self, FORM},
};
use client_authentication::{Form, authenticate};
use error::OAuthError;

/// `POST /oauth2/token`
pub(super) async fn token(State(wires): State<Wires>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = match body::read(&parts.extensions, body, FORM).await {
        Ok(bytes) => bytes,
        Err(error) => return (error.status(), error.message(FORM)).into_response(),
    };
    match exchange(&wires, &parts.headers, &bytes).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn exchange(wires: &Wires, headers: &HeaderMap, body: &[u8]) -> Result<Response, OAuthError> {
    let form = Form::read(headers, body)?;
    match form.get("grant_type") {
        None => return Err(OAuthError::invalid_request("the parameter grant_type is missing")),
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthError::unsupported_grant_type()),
    }
    let client = authenticate(headers, &form)?;
    let scope = form.get("scope").unwrap_or_default();
    let granted = wires.service.grant_access_token(&client.id, &client.secret, scope).await?;
    let body = json!({
        "access_token": granted.value.expose(),
        "token_type": "bearer",
        "expires_in": granted.expires_in,
        "scope": granted.scope,
    });
    Ok(([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], Json(body)).into_response())
}
