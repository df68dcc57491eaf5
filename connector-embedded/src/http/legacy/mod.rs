//! The legacy REST dialects (contracts/legacy-connector.md): the Connector Service of both generations, and Compass'
//! connectivity adapter, which has the second generation's paths and rules of its own. Which of them answers depends on
//! who made the token, or the token that bought the certificate.

mod certificates;
mod dialect;
mod error;
mod info;
mod internal;
mod management;
mod present;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{Html, IntoResponse as _, Response},
    routing::{MethodRouter, get, post},
};
use serde_json::{Value, json};

use super::{
    Wires,
    kyma_answer::{self, answer},
};
use crate::service::kyma::Role;
use dialect::Who;

/// What needs a token. `central_mode`: runtimes pair too.
pub(super) fn token_routes(role: Role, central_mode: bool) -> Router<Wires> {
    let mut routes = Router::new()
        .route("/v1/applications/signingRequests/info", get_only(info::of_application))
        .route("/v1/applications/certificates", post(certificates::for_application))
        .merge(health());
    if role != Role::Runtime {
        routes = routes
            .route("/v1", get(to_specification))
            .route("/v1/api.yaml", get(specification))
            .route("/v1/remoteenvironments/{name}/info", get_only(info::of_remote_environment))
            .route("/v1/remoteenvironments/{name}/client-certs", post(certificates::for_name))
            .route("/v1/applications/{name}/info", get_only(info::of_name))
            .route("/v1/applications/{name}/client-certs", post(certificates::for_name));
        if central_mode {
            routes = routes
                .route("/v1/runtimes/signingRequests/info", get_only(info::of_runtime))
                .route("/v1/runtimes/certificates", post(certificates::for_runtime));
        }
    }
    routes
}

/// What needs a certificate.
pub(super) fn certificate_routes(role: Role, central_mode: bool) -> Router<Wires> {
    let family = |who: Who| {
        let (info, renew, revoke) = match who {
            Who::Application => (
                get_only(management::of_application),
                post(certificates::renew_application),
                post(certificates::revoke_application),
            ),
            Who::Runtime => (
                get_only(management::of_runtime),
                post(certificates::renew_runtime),
                post(certificates::revoke_runtime),
            ),
        };
        let path = |rest: &str| format!("/v1/{}/{rest}", who.plural());
        Router::new()
            .route(&path("management/info"), info)
            .route(&path("certificates/renewals"), renew)
            .route(&path("certificates/revocations"), revoke)
    };
    let routes = family(Who::Application).merge(health());
    if central_mode && role != Role::Runtime { routes.merge(family(Who::Runtime)) } else { routes }
}

/// What needs nothing but to be on this machine.
pub(super) fn internal_routes(central_mode: bool) -> Router<Wires> {
    let routes = Router::new()
        .route("/v1/remoteenvironments/{name}/tokens", post(internal::token_for_remote_environment))
        .route("/v1/applications/{name}/tokens", post(internal::token_for_name))
        .route("/v1/applications/tokens", post(internal::token_for_application))
        .route("/v1/applications/certificates/revocations", post(internal::revoke));
    if central_mode {
        return routes
            .route("/v1/runtimes/tokens", post(internal::token_for_runtime))
            .route("/v1/runtimes/certificates/revocations", post(internal::revoke));
    }
    routes
}

fn health() -> Router<Wires> {
    Router::new().route("/v1/health", get(|| async { StatusCode::OK }))
}

async fn to_specification() -> Response {
    // A permanent redirect of today would be 308, which clients of that time do not know.
    (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, "/v1/api.yaml")]).into_response()
}

async fn specification() -> Response {
    ([(header::CONTENT_TYPE, "application/yaml")], include_str!("api.yaml")).into_response()
}

/// Whether a path is one of these dialects or of the application gateway, whose clients expect JSON in every case.
fn is_spoken_at(path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let gateway = matches!(second, Some("v1" | "v2")) || second == Some("events") && parts.next().is_none();
    first == "v1" || first != "console" && gateway
}

/// No such path.
pub(super) async fn not_found(uri: Uri) -> Response {
    if is_spoken_at(uri.path()) {
        return plain(StatusCode::NOT_FOUND, "Requested resource could not be found.");
    }
    (StatusCode::NOT_FOUND, "Nothing is served at this address.\n").into_response()
}

/// No such method.
pub(super) async fn method_not_allowed(uri: Uri) -> Response {
    if is_spoken_at(uri.path()) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed.");
    }
    let words = "This address answers to another method; see the header Allow.\n";
    (StatusCode::METHOD_NOT_ALLOWED, words).into_response()
}

/// An error in the words of these dialects.
pub(super) fn plain(status: StatusCode, error: &str) -> Response {
    answer(status, &kyma_answer::refusal(status, error))
}

/// A person opened the link: what it is for is said, and the token stays unused.
fn page(headers: &HeaderMap) -> Option<Response> {
    is_browser(headers).then(|| Html(include_str!("link.html")).into_response())
}

/// Browsers say that they navigate, or accept XHTML. Java's own client accepts HTML and then anything, and wants JSON.
fn is_browser(headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let accept = value("accept").to_ascii_lowercase();
    let ranges: Vec<(&str, &str)> = accept
        .split(',')
        .map(|range| range.split_once(';').map_or((range.trim(), ""), |(range, weight)| (range.trim(), weight.trim())))
        .collect();
    let wants = |wanted: &[&str]| {
        ranges.iter().any(|(range, weight)| wanted.contains(range) && !matches!(*weight, "q=0" | "q=0.0"))
    };
    let page = wants(&["text/html"]) && (wants(&["application/xhtml+xml"]) || !wants(&["*", "*/*"]));
    page || value("sec-fetch-mode") == "navigate"
}

/// GET and nothing else: who only looks at the headers must not spend a token.
fn get_only<H, T>(handler: H) -> MethodRouter<Wires>
where
    H: axum::handler::Handler<T, Wires>,
    T: 'static,
{
    get(handler).head(|uri: Uri| async {
        let mut response = method_not_allowed(uri).await;
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
        response
    })
}

/// What requests must look like.
fn certificate(subject: &str) -> Value {
    json!({ "subject": subject, "extensions": "", "key-algorithm": "rsa2048" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_for_people_only() {
        let accepts = |accept: &'static str| {
            is_browser(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        for browser in ["text/html", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "TEXT/HTML"] {
            assert!(accepts(browser), "{browser}");
        }
        for program in [
            "*/*",
            "application/json",
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
            "application/json, text/html;q=0",
            "text/htmlx",
        ] {
            assert!(!accepts(program), "{program}");
        }
    }

    #[test]
    fn old_clients_get_json_where_they_call() {
        for path in ["/v1", "/v1/applications/x", "/v1/nothing", "/shop/v1/events", "/shop/v2/events", "/shop/events"] {
            assert!(is_spoken_at(path), "{path}");
        }
        for path in ["/", "/director/graphql", "/oauth2/token", "/console/v1/kyma", "/ca.pem", "/a/events/b"] {
            assert!(!is_spoken_at(path), "{path}");
        }
    }
}
