//! What happens beside the requests: figures of use and presented certificates are written once a second, what has expired
//! is forgotten, `ca.pem` follows the authorities. Nothing that an answer has promised waits for it.

use std::{sync::Arc, time::Duration};

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{Service, kyma::Role};

/// How far the figures in the store may be behind.
const FLUSH: Duration = Duration::from_secs(1);
/// Ticks of [`FLUSH`] between two rounds of tidying: ten minutes.
const TIDY: u32 = 600;

impl Service {
    /// Runs until `stop`, then writes what is left.
    pub(crate) async fn upkeep(self: Arc<Self>, stop: CancellationToken) {
        // Events are kept at the center, and so is what became of them.
        match self.kyma.settings.role {
            Role::Runtime => self.round_after_round(&stop).await,
            Role::Single | Role::Central => {
                self.forget_former_subscriber().await;
                let deliver = self.courier.work(self.store.clone(), self.clock.clone(), stop.clone());
                tokio::join!(self.round_after_round(&stop), deliver);
            }
        }
    }

    async fn round_after_round(&self, stop: &CancellationToken) {
        let mut ticks = interval(FLUSH);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due = 0;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            self.write_usage().await;
            self.write_presentations().await;
            self.write_heartbeats().await;
            self.write_bundle();
            self.remember_time().await;
            if due == 0 {
                self.tidy_oauth().await;
                self.tidy_connection_tokens().await;
                self.tidy_heartbeats().await;
            }
            due = (due + 1) % TIDY;
        }
        self.write_usage().await;
        self.write_presentations().await;
        self.write_heartbeats().await;
        self.remember_time().await;
    }
}
