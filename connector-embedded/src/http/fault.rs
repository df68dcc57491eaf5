//! Faults of our own: the peer gets an id, the log gets the cause under the same id.

use pairing::Failure;
use uuid::Uuid;

/// Logs the cause and returns the id to tell the peer.
pub(super) fn report(failure: &Failure) -> Uuid {
    let id = Uuid::new_v4();
    tracing::error!(error_id = %id, code = %failure.code, detail = failure.detail, "{}", failure.message);
    id
}
