//! Kyma as applications know it: which part this server plays, its runtimes, tokens by the Connector Service's rules, and
//! who is still there.
//!
//! In two-phase pairing every Connector is a [`Service`] of its own, with its own store and authority. The central one
//! knows its runtimes and hands out their tokens; a runtime knows its center, where events and heartbeats are kept.

mod declared_over;
mod gateway_application;
mod heartbeat;
mod link;
mod registration;
mod runtimes;
mod token;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, Weak},
};

use arc_swap::ArcSwapOption;
use pairing::{ErrorCode, Failure};

use super::Service;
use crate::store::{application, certificate, system_auth::Owner};

pub(crate) use declared_over::DeclaredOver;
pub(crate) use gateway_application::GatewayApplication;
pub(crate) use heartbeat::{BUCKET, Heartbeats};
pub(crate) use registration::RUNTIME_COMMON_NAME;
pub(crate) use runtimes::{ApplicationRuntime, Offer};
pub(crate) use token::{Context, Generation, Origin, RUNTIME_TOKEN, store_connection_token};

/// Which part a Connector plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Everything.
    Single,
    /// Of two phases the first: registry and management info.
    Central,
    /// Of two phases the second: events.
    Runtime,
}

/// Who makes the rules for a token and for the certificate it buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Compass and its connectivity adapter: the common name is the system auth's id.
    Adapter,
    /// Kyma's Connector Service: the common name is the application's name.
    Kyma,
}

impl Flavour {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Adapter => "adapter",
            Self::Kyma => "kyma",
        }
    }

    pub(crate) fn of(text: &str) -> Self {
        if text == Self::Kyma.as_str() { Self::Kyma } else { Self::Adapter }
    }
}

/// What the configuration says of it.
#[derive(Clone, Debug)]
pub(crate) struct KymaSettings {
    pub(crate) role: Role,
    /// The name of the runtime that this server plays.
    pub(crate) runtime: String,
    pub(crate) central_mode: bool,
    pub(crate) create_unknown_applications: bool,
    pub(crate) default_labels: BTreeMap<String, String>,
    pub(crate) event_subscriber: Option<url::Url>,
    pub(crate) internal_url: Option<String>,
}

/// The part that one Connector plays.
#[derive(Debug)]
pub(crate) struct Kyma {
    pub(crate) settings: KymaSettings,
    pub(crate) heartbeats: Heartbeats,
    pub(crate) declared_over: Arc<DeclaredOver>,
    /// Of a runtime.
    center: Option<Weak<Service>>,
    /// Of the center: set once, when they have started.
    runtimes: OnceLock<Vec<Arc<Service>>>,
    /// Where events go since they were moved: scheme, host and port.
    moved: ArcSwapOption<String>,
}

impl Kyma {
    pub(crate) fn new(settings: KymaSettings, center: Option<Weak<Service>>, declared_over: Arc<DeclaredOver>) -> Self {
        Self {
            settings,
            heartbeats: Heartbeats::default(),
            declared_over,
            center,
            runtimes: OnceLock::new(),
            moved: ArcSwapOption::empty(),
        }
    }

    /// The runtimes of two-phase pairing, by their services.
    pub(crate) fn runtimes(&self) -> &[Arc<Service>] {
        self.runtimes.get().map_or(&[], Vec::as_slice)
    }

    /// Tells the center of its runtimes; once.
    pub(crate) fn has_runtimes(&self, runtimes: Vec<Arc<Service>>) {
        // A second time would be a mistake of the start, which has none.
        let _ = self.runtimes.set(runtimes);
    }

    pub(crate) fn moved_to(&self) -> Option<String> {
        self.moved.load_full().map(|base| (*base).clone())
    }

    pub(crate) fn has_moved_to(&self, base: String) {
        self.moved.store(Some(Arc::new(base)));
    }
}

impl Service {
    /// Where events, heartbeats and the registry are kept.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] while the server stops.
    pub(crate) fn center(self: &Arc<Self>) -> Result<Arc<Self>, Failure> {
        match &self.kyma.center {
            None => Ok(Arc::clone(self)),
            Some(center) => {
                center.upgrade().ok_or_else(|| Failure::new(ErrorCode::Unavailable, "The server is stopping."))
            }
        }
    }

    /// Whether what a runtime gave out at a moment (milliseconds since 1970) still counts at the center: the application
    /// is there, and its pairings were not taken back since. Everywhere else than at a runtime: yes.
    pub(crate) async fn center_agrees(&self, owner: &Owner, given_out_at: i64) -> Result<bool, Failure> {
        let (Some(center), Owner::Application(id)) = (&self.kyma.center, owner) else { return Ok(true) };
        let Some(center) = center.upgrade() else { return Ok(false) };
        let mut connection = center.store.read().await?;
        let ended_at = application::pairings_ended_at(&mut connection, id).await?;
        Ok(ended_at.is_some_and(|ended_at| ended_at.is_none_or(|at| at < given_out_at)))
    }

    /// Whether the certificate that a token came to still counts at the center: it was not revoked, nor its pairing
    /// removed.
    pub(crate) async fn still_holds(&self, fetched_with: &[u8]) -> Result<bool, Failure> {
        let Ok(fingerprint) = <[u8; 32]>::try_from(fetched_with) else { return Ok(false) };
        let holder = match &self.kyma.center {
            None => certificate::holder(&mut *self.store.read().await?, &fingerprint).await?,
            Some(center) => {
                let Some(center) = center.upgrade() else { return Ok(false) };
                let mut connection = center.store.read().await?;
                certificate::holder(&mut connection, &fingerprint).await?
            }
        };
        Ok(holder.is_some_and(|holder| holder.revoked_at.is_none()))
    }

    /// The runtimes an application can pair with: this server itself unless there are two phases.
    pub(crate) fn event_runtimes(self: &Arc<Self>) -> Vec<Arc<Self>> {
        match self.kyma.settings.role {
            Role::Central => self.kyma.runtimes().to_vec(),
            Role::Single | Role::Runtime => vec![Arc::clone(self)],
        }
    }

    /// One of them by its name.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`].
    pub(crate) fn event_runtime(self: &Arc<Self>, name: &str) -> Result<Arc<Self>, Failure> {
        let named = self.event_runtimes().into_iter().find(|runtime| runtime.kyma.settings.runtime == name);
        named.ok_or_else(|| Failure::new(ErrorCode::NotFound, format!("There is no runtime {name:.64}.")))
    }

    /// Scheme, host and port that events are sent to.
    pub(crate) fn events_base(&self) -> String {
        self.kyma.moved_to().unwrap_or_else(|| self.settings.addresses.secured.clone())
    }
}
