//! The one client for Director GraphQL. Embedded or remote, every Director is asked the same way: HTTPS, the
//! environment's own CA, the administrator's bearer token, the `Tenant` header, a correlation id.

mod applications;
mod asking;
mod capabilities;
mod credentials;
mod formations;
mod integration_systems;
mod leaner;
mod noun;
mod operations;
mod pairing_data;
mod refusal;
mod runtimes;
mod server_clock;
mod templates;
mod tenants;
mod token;
mod watching;
mod wire;

use std::{
    fmt,
    sync::{Arc, atomic::AtomicU32},
    time::Instant,
};

use pairing::{Moment, Secret};
use reqwest::{Response, header::DATE};
use tokio::sync::OwnedMutexGuard;

use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, Owner},
    channel::Channel,
    https,
    turns::Turns,
};
use capabilities::Learnt;
use leaner::Leaner;
use refusal::Asked;
use server_clock::ServerClock;

pub(crate) use applications::ApplicationFields;
pub(crate) use credentials::NewCredentials;
pub(crate) use noun::Noun;
pub(crate) use pairing_data::NewAuth;
pub(crate) use token::NewToken;
pub(crate) use watching::Watched;
pub(crate) use wire::Auth;
pub(crate) use wire::Token;

/// A Director, and what is needed to ask it.
pub(crate) struct Director {
    channel: Arc<Channel>,
    url: String,
    host: String,
    tenant: String,
    clock: ServerClock,
    /// What it offers, as far as that was learnt.
    learnt: Learnt,
    leaner: Leaner,
    /// How many applications come through in one answer.
    rows_at_once: AtomicU32,
    /// What is done to the system auths of an owner happens one after the other.
    turns: Turns<Owner>,
}

impl fmt::Debug for Director {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Director").field("url", &self.url).finish_non_exhaustive()
    }
}

/// One call's use of the Director: every request carries its correlation id.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    director: Arc<Director>,
    call: CallContext,
    noun: Noun,
}

/// An answer and when it was given, by the server's clock.
#[derive(Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) moment: Moment,
}

impl Director {
    pub(crate) fn new(environment: &EnvironmentConfig, channel: Arc<Channel>) -> Result<Self, Problem> {
        let url = reqwest::Url::parse(&environment.director_url).map_err(|cause| https::unusable(cause.to_string()))?;
        Ok(Self {
            channel,
            host: url.host_str().unwrap_or_default().to_owned(),
            url: url.into(),
            tenant: environment.tenant.clone(),
            clock: ServerClock::default(),
            learnt: Learnt::new(environment.has_proposal_operations),
            leaner: Leaner::default(),
            rows_at_once: AtomicU32::new(u32::MAX),
            turns: Turns::default(),
        })
    }

    /// The server's clock; `None` until it has answered once.
    pub(crate) fn now(&self) -> Option<Moment> {
        self.clock.now()
    }

    pub(crate) fn session(self: &Arc<Self>, call: CallContext) -> Session {
        Session { director: Arc::clone(self), call, noun: Noun::Application }
    }

    /// When an answer was given, by the clock of the environment.
    pub(crate) fn observe(&self, response: &Response) -> Moment {
        let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
        let now = date.and_then(|date| self.clock.observe(date, Instant::now()));
        // A server without a clock is worth a countdown by ours, not a failure.
        now.unwrap_or_else(https::local_time)
    }
}

impl Session {
    /// Waits until nobody else changes the system auths of this owner, and keeps others waiting for as long as the answer is
    /// held.
    pub(crate) async fn turn_of(&self, owner: &Owner) -> OwnedMutexGuard<()> {
        self.director.turns.take(owner).await
    }

    /// The same call, asking about something else.
    pub(crate) fn about(&self, noun: Noun) -> Self {
        Self { noun, ..self.clone() }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { host: &self.director.host, tenant: &self.director.tenant, noun: self.noun }
    }
}

/// A page size that every Director accepts (contracts/compass.md §1.7).
///
/// # Errors
/// Not from 1 to 200.
pub(crate) fn page_size(first: u32) -> Result<u32, Problem> {
    if PAGE_SIZES.contains(&first) { Ok(first) } else { Err(Problem::invalid("A page has 1 to 200 entries.")) }
}

const PAGE_SIZES: std::ops::RangeInclusive<u32> = 1..=200;

/// A secret that arrived on the wire.
fn secret(value: String) -> Secret {
    Secret::new(value)
}
