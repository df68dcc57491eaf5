//! One after the other, for each of many things: who waits for one keeps nobody waiting for another.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, Weak},
};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::cockpit::lock;

/// Whose turn it is, by what it is about. What nobody waits for is forgotten.
#[derive(Debug)]
pub(crate) struct Turns<K>(Mutex<BTreeMap<K, Weak<AsyncMutex<()>>>>);

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord + Clone> Turns<K> {
    /// Waits for those who came before. The turn is over when the answer is dropped.
    pub(crate) async fn take(&self, key: &K) -> OwnedMutexGuard<()> {
        self.queue(key).lock_owned().await
    }

    fn queue(&self, key: &K) -> Arc<AsyncMutex<()>> {
        let mut queues = lock(&self.0);
        if let Some(queue) = queues.get(key).and_then(Weak::upgrade) {
            return queue;
        }
        queues.retain(|_, queue| queue.strong_count() > 0);
        let queue = Arc::<AsyncMutex<()>>::default();
        queues.insert(key.clone(), Arc::downgrade(&queue));
        queue
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn only_the_same_thing_is_waited_for() {
        let turns = Turns::default();
        let first = turns.take(&"shop").await;
        let other = turns.take(&"crm").await;
        let waits = tokio::time::timeout(Duration::from_millis(20), turns.take(&"shop"));
        assert!(waits.await.is_err());
        drop(first);
        let next = turns.take(&"shop").await;
        drop((next, other));
        let _fresh = turns.take(&"new").await;
        assert_eq!(lock(&turns.0).len(), 1, "what nobody has or waits for is forgotten");
    }
}
