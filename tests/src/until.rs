//! Waiting for what somebody else does, bounded.

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer; after `patience` it is a panic that says what was waited for.
pub async fn until<T>(what: &str, patience: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < patience, "{what}: not within {patience:?}");
        // Leaves the processor to whom is waited for.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
