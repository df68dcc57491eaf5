//! What every request goes through before its wire: a number and a line in the log, the whole body, and whether the
//! caller may talk to us at all. Not layers of the router, because each of those costs every request.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::Request,
    response::{IntoResponse as _, Response},
};
use tower::ServiceExt as _;

use super::{
    body::{self, BodyError},
    guard::Guard,
    observe::Observed,
};

/// One listener's way in. Cloning shares it.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    guard: Arc<Guard>,
    router: Router,
}

impl Edge {
    pub(super) const fn new(guard: Arc<Guard>, router: Router) -> Self {
        Self { guard, router }
    }

    pub(super) async fn answer(self, request: Request<Body>) -> Response {
        let observed = Observed::begin(&request);
        let answer = async {
            // Read before anything is answered, a refusal included.
            let request = body::receive(request).await;
            if body::read(request.extensions(), usize::MAX) == Err(BodyError::Broken) {
                // RFC 9112 §8: half a message asks for nothing.
                return (BodyError::Broken.status(), BodyError::Broken.message(0)).into_response();
            }
            match self.guard.check(&request) {
                Ok(()) => self.router.oneshot(request).await.unwrap_or_else(|never| match never {}),
                Err(refused) => refused,
            }
        };
        observed.answered(answer).await
    }
}
