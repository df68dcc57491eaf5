//! What clients find out for themselves: RFC 8414 metadata, under OpenID Connect's name as well because libraries
//! look there first, and the public keys.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::{http::Wires, service::scopes};

/// Short enough that a replaced key is found soon, in seconds.
const FRESH: &str = "max-age=60";

/// `GET /.well-known/oauth-authorization-server` and `/.well-known/openid-configuration`
pub(super) async fn document(State(wires): State<Wires>) -> Response {
    let addresses = &wires.service.settings.addresses;
    let (issuer, secured) = (&addresses.issuer, &addresses.secured);
    let secret = ["client_secret_basic", "client_secret_post"];
    let methods = ["client_secret_basic", "client_secret_post", "tls_client_auth"];
    let document = json!({
        "issuer": issuer,
        "token_endpoint": addresses.oauth_token,
        "token_endpoint_auth_methods_supported": methods,
        "introspection_endpoint": format!("{issuer}/oauth2/introspect"),
        "introspection_endpoint_auth_methods_supported": secret,
        "revocation_endpoint": format!("{issuer}/oauth2/revoke"),
        "revocation_endpoint_auth_methods_supported": secret,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "grant_types_supported": ["client_credentials"],
        // Required by RFC 8414, and there is no authorization endpoint that would answer.
        "response_types_supported": [],
        "scopes_supported": scopes::all(),
        // Required by OpenID Connect Discovery §3 and read by libraries that know only that document; no ID token is
        // ever made here.
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "tls_client_certificate_bound_access_tokens": true,
        "mtls_endpoint_aliases": {
            "token_endpoint": format!("{secured}/oauth2/token"),
            "introspection_endpoint": format!("{secured}/oauth2/introspect"),
            "revocation_endpoint": format!("{secured}/oauth2/revoke"),
        },
    });
    ([(header::CACHE_CONTROL, FRESH)], Json(document)).into_response()
}

/// `GET /.well-known/jwks.json`
pub(super) async fn key_set(State(wires): State<Wires>) -> Response {
    let keys = wires.service.oauth.tokens.keys();
    ([(header::CACHE_CONTROL, FRESH)], Json(&keys.key_set)).into_response()
}
