//! One span and one line per request: method, path without query, status, milliseconds. Never a header, a
//! query or a body, because those carry tokens.

use std::time::Instant;

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, Method, Uri},
    response::Response,
};
use tracing::{Instrument as _, Span};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// With an answer whose status says 5xx because its wire has always said so where the client is to blame.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientFault;

/// A request that is being answered.
pub(super) struct Observed {
    id: HeaderValue,
    span: Span,
    method: Method,
    uri: Uri,
    started: Instant,
}

impl Observed {
    pub(super) fn begin(request: &Request) -> Self {
        let given = request.headers().get(&REQUEST_ID).filter(|id| is_plain(id.as_bytes()));
        // Who sends a number wants to find it in the log. Ours is there when something is worth looking up.
        let (id, span) = match given {
            Some(id) => (id.clone(), tracing::info_span!("request", id = id.to_str().unwrap_or_default())),
            None => {
                let mut number = [0; 36];
                let number = uuid::Uuid::new_v4().hyphenated().encode_lower(&mut number);
                let id = HeaderValue::from_str(number).unwrap_or(HeaderValue::from_static("none"));
                (id, tracing::debug_span!("request", id = &*number))
            }
        };
        let (method, uri) = (request.method().clone(), request.uri().clone());
        Self { id, span, method, uri, started: Instant::now() }
    }

    /// Waits for the answer, notes it, and adds the headers that every answer has.
    pub(super) async fn answered(self, answer: impl Future<Output = Response>) -> Response {
        let mut response = answer.instrument(self.span.clone()).await;
        let status = response.status().as_u16();
        self.span.in_scope(|| {
            let (method, path, ms) = (&self.method, self.uri.path(), self.started.elapsed().as_millis());
            if status >= 500 && response.extensions().get::<ClientFault>().is_none() {
                tracing::error!(%method, path, status, ms, id = ?self.id, "answered");
            } else {
                tracing::debug!(%method, path, status, ms, "answered");
            }
        });
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, self.id);
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        headers.entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
        response
    }
}

/// An id that is safe to repeat in a log and a header.
fn is_plain(id: &[u8]) -> bool {
    (1..=128).contains(&id.len()) && id.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}
