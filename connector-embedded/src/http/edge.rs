//! What every request goes through, in one layer because each layer costs every request: a number and a line in the
//! log, the whole body, and whether the caller may talk to us at all.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};

use super::{body, guard::Guard, observe::Observed};

pub(super) async fn pass(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let observed = Observed::begin(&request);
    let answer = async {
        // Read before anything is answered, a refusal included.
        let request = body::receive(request).await;
        match guard.check(&request) {
            Ok(()) => next.run(request).await,
            Err(refused) => refused,
        }
    };
    observed.answered(answer).await
}
