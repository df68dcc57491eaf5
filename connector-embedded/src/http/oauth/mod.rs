//! OAuth 2.0: the token endpoint for the grant client_credentials (RFC 6749 §4.4), introspection (RFC 7662),
//! revocation (RFC 7009), metadata (RFC 8414) and the key set (RFC 7517).

mod client_authentication;
mod error;
mod form;
mod metadata;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use pairing::{Failure, Secret};
use serde::Serialize;
use serde_json::json;

use super::{
    PeerAddress, PeerCertificate, Wires,
    administrator::Claim,
    body::{self, FORM},
};
use crate::{
    service::{
        identity::CertificateHolder,
        oauth::{
            Refusal,
            access_token::{Claims, Confirmation},
            authentication::Presented,
            grant::Wish,
        },
    },
    store::client_index::Client,
};
use error::OAuthError;
use form::Form;

pub(super) use error::sanitised;

/// On both listeners.
pub(super) fn endpoints() -> Router<Wires> {
    Router::new()
        .route("/oauth2/token", post(token))
        .route("/oauth2/introspect", post(introspect))
        .route("/oauth2/revoke", post(revoke))
}

/// On the token listener.
pub(super) fn discovery() -> Router<Wires> {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::document))
        .route("/.well-known/openid-configuration", get(metadata::document))
        .route("/.well-known/jwks.json", get(metadata::key_set))
}

/// A request whose parameters were read.
struct Call {
    parts: Parts,
    form: Form,
}

impl Call {
    async fn read(request: Request) -> Result<Self, Response> {
        let (parts, _) = request.into_parts();
        let bytes = body::read(&parts.extensions, FORM);
        let bytes =
            bytes.map_err(|error| OAuthError::unreadable(error.status(), error.message(FORM)).into_response())?;
        let form = Form::read(&parts.headers, &bytes).map_err(IntoResponse::into_response)?;
        Ok(Self { parts, form })
    }

    /// The client that this call proves to be, and its certificate on the certificate listener.
    async fn client(&self, wires: &Wires) -> Result<(Arc<Client>, Option<CertificateHolder>), OAuthError> {
        let credentials = client_authentication::read(&self.parts.headers, &self.form)?;
        let certificate = match self.parts.extensions.get::<PeerCertificate>() {
            Some(peer) => {
                let holder = wires.service.certificate_holder(peer.0, self.source()).await;
                Some(holder.map_err(|failure| refused_certificate(&failure))?)
            }
            None => None,
        };
        let presented = Presented {
            method: credentials.method,
            id: credentials.id,
            secret: credentials.secret,
            certificate,
            source: self.source(),
        };
        let client = wires.service.authenticate_client(&presented).await?;
        Ok((client, presented.certificate))
    }

    fn source(&self) -> std::net::IpAddr {
        PeerAddress::of(&self.parts.extensions)
    }
}

fn refused_certificate(failure: &Failure) -> OAuthError {
    tracing::info!(detail = failure.detail, "a client certificate was refused at an OAuth2 endpoint");
    OAuthError::invalid_client("the client certificate is not accepted")
}

/// `POST /oauth2/token`
async fn token(State(wires): State<Wires>, request: Request) -> Response {
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    exchange(&wires, &call).await.unwrap_or_else(IntoResponse::into_response)
}

async fn exchange(wires: &Wires, call: &Call) -> Result<Response, OAuthError> {
    match call.form.get("grant_type") {
        None => return Err(OAuthError::invalid_request("the parameter grant_type is missing")),
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthError::unsupported_grant_type()),
    }
    let (client, certificate) = call.client(wires).await?;
    let wish = Wish {
        scope: call.form.get("scope").unwrap_or_default().to_owned(),
        audience: call.form.all("audience").to_vec(),
        resource: call.form.all("resource").to_vec(),
    };
    let granted = wires.service.grant(&client, &wish, certificate.as_ref())?;
    Ok(answer(&Granted {
        access_token: granted.value.expose(),
        token_type: "bearer",
        expires_in: granted.expires_in,
        scope: &granted.scope,
    }))
}

/// RFC 6749 §5.1; the scope is always there, because it may be less than what was asked for.
#[derive(Serialize)]
struct Granted<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    scope: &'a str,
}

/// `POST /oauth2/introspect`, for the administrator and for every client; RFC 7662 §2.1 wants one of them.
async fn introspect(State(wires): State<Wires>, request: Request) -> Response {
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    let may = match wires.administrator(&call.parts.headers).await {
        Claim::Right if call.form.get("client_secret").is_some() => {
            Err(OAuthError::invalid_request("send one proof of who you are, not two"))
        }
        Claim::Right => Ok(()),
        Claim::Wrong => Err(wrong_bearer(&wires, &call)),
        Claim::Absent => call.client(&wires).await.map(drop),
    };
    match may {
        Ok(()) => inspected(&wires, &call),
        Err(error) => error.into_response(),
    }
}

/// `POST /admin/oauth2/introspect`, for the administrator, as Hydra has it; who that is was asked before.
pub(super) async fn introspect_as_administrator(State(wires): State<Wires>, request: Request) -> Response {
    match Call::read(request).await {
        Ok(call) => inspected(&wires, &call),
        Err(refused) => refused,
    }
}

fn wrong_bearer(wires: &Wires, call: &Call) -> OAuthError {
    match wires.service.count_stranger(call.source()) {
        Ok(()) => OAuthError::invalid_token("the bearer token is not the administrator's"),
        Err(refusal) => refusal.into(),
    }
}

fn inspected(wires: &Wires, call: &Call) -> Response {
    let Some(token) = call.form.get("token") else {
        return OAuthError::invalid_request("the parameter token is missing").into_response();
    };
    let scope = call.form.get("scope").unwrap_or_default();
    match wires.service.introspect(&Secret::new(token), scope) {
        Some(claims) => answer(&Active::of(&claims)),
        None => answer(&json!({ "active": false })),
    }
}

/// RFC 7662 §2.2, with Hydra's `token_use`.
#[derive(Serialize)]
struct Active<'a> {
    active: bool,
    scope: &'a str,
    client_id: &'a str,
    sub: &'a str,
    /// A list always, as Hydra has it.
    aud: &'a [String],
    iss: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: &'a str,
    token_type: &'static str,
    token_use: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<&'a Confirmation>,
}

impl<'a> Active<'a> {
    fn of(claims: &'a Claims) -> Self {
        Self {
            active: true,
            scope: &claims.scope,
            client_id: &claims.client_id,
            sub: &claims.sub,
            aud: claims.aud.names(),
            iss: &claims.iss,
            iat: claims.iat,
            nbf: claims.nbf,
            exp: claims.exp,
            jti: &claims.jti,
            token_type: "Bearer",
            token_use: "access_token",
            cnf: claims.cnf.as_ref(),
        }
    }
}

/// `POST /oauth2/revoke`: 200 whatever became of the token (RFC 7009 §2.2).
async fn revoke(State(wires): State<Wires>, request: Request) -> Response {
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(refused) => return refused,
    };
    match revoked(&wires, &call).await {
        Ok(()) => {
            let mut response = StatusCode::OK.into_response();
            not_stored(response.headers_mut());
            response
        }
        Err(error) => error.into_response(),
    }
}

async fn revoked(wires: &Wires, call: &Call) -> Result<(), OAuthError> {
    let (client, _) = call.client(wires).await?;
    let token = call.form.get("token").ok_or_else(|| OAuthError::invalid_request("the parameter token is missing"))?;
    let done = wires.service.revoke_access_token(&client, &Secret::new(token)).await;
    done.map_err(|failure| Refusal::from(failure).into())
}

fn answer(body: &impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    not_stored(response.headers_mut());
    response
}

/// RFC 6749 §5.1.
fn not_stored(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, header::HeaderValue::from_static("no-cache"));
}
