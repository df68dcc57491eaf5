//! The rules. No HTTP, no SQL text: wires call in here, and here the store and the CA are asked.

pub(crate) mod application;
pub(crate) mod application_template;
pub(crate) mod authority;
pub(crate) mod backup;
pub(crate) mod credentials;
pub(crate) mod enrolment;
pub(crate) mod events;
pub(crate) mod formation;
pub(crate) mod identity;
pub(crate) mod input_rule;
pub(crate) mod integration_system;
pub(crate) mod inventory;
mod kubernetes_application;
pub(crate) mod kyma;
pub(crate) mod latest_time;
pub(crate) mod oauth;
pub(crate) mod one_time_token;
pub(crate) mod policy;
pub(crate) mod presentations;
pub(crate) mod registry;
pub(crate) mod revocation;
pub(crate) mod runtime;
pub(crate) mod scopes;
pub(crate) mod seed;
pub(crate) mod system_auth;
pub(crate) mod tenant;
mod upkeep;
pub(crate) mod user_token;

use std::{path::PathBuf, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use crate::{DirectorShape, Fidelity, ca::Authorities, clock::Clock, store::Store};

use events::Courier;
use kyma::Kyma;
use latest_time::LatestTime;
use oauth::OAuth;
use policy::{Fixed, Policy};
use presentations::Presentations;
use user_token::UserTokens;

/// Everything the rules need, shared by all wires.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) store: Store,
    pub(crate) authorities: Arc<Authorities>,
    pub(crate) presentations: Arc<Presentations>,
    pub(crate) latest_time: LatestTime,
    pub(crate) policy: ArcSwap<Policy>,
    /// Held while authorities, lists or the policy change: one change at a time.
    pub(crate) changing: Mutex<()>,
    pub(crate) oauth: OAuth,
    pub(crate) kyma: Kyma,
    /// Where users may sign in.
    pub(crate) users: Option<UserTokens>,
    pub(crate) courier: Courier,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
}

/// The part of the configuration that rules depend on.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) token_ttl: Duration,
    pub(crate) fidelity: Fidelity,
    /// The file of everything that was taken back.
    pub(crate) journal: PathBuf,
    /// What the command line set of the policy.
    pub(crate) fixed: Fixed,
    pub(crate) director: DirectorShape,
    pub(crate) addresses: Addresses,
}

/// The addresses that are handed out.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    /// Scheme, host and port of the token listener; also what access tokens name as their issuer.
    pub(crate) issuer: String,
    /// Scheme, host and port of the certificate listener.
    pub(crate) secured: String,
    pub(crate) director: String,
    pub(crate) connector: String,
    pub(crate) certificate_secured_director: String,
    pub(crate) certificate_secured_connector: String,
    pub(crate) oauth_token: String,
    pub(crate) oauth_admin: String,
    /// Before the addresses of the administrator's own API.
    pub(crate) console: String,
    /// Before `?token=`.
    pub(crate) legacy_info: String,
}

/// Seconds of a configured duration.
fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX / 2000)
}
