//! What was handed out for an application, a runtime or an integration system, as it may be seen again: never a token,
//! never a secret.

use std::fmt;

use pairing::Failure;

use super::{
    Service,
    application::not_found,
    identity::{Reach, View},
};
use crate::store::{
    application,
    certificate::{self, Revocation, Revoked},
    oauth_client,
    one_time_token::{self, OneTimeToken},
    system_auth::{self, Owner, SystemAuth},
};

/// Whose system auths are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Application,
    Runtime,
    IntegrationSystem,
}

impl Kind {
    pub(crate) const fn of(owner: &Owner) -> Self {
        match owner {
            Owner::Application(_) => Self::Application,
            Owner::Runtime(_) => Self::Runtime,
            Owner::IntegrationSystem(_) => Self::IntegrationSystem,
        }
    }

    /// "a" or "an", for sentences.
    pub(super) const fn article(self) -> &'static str {
        match self {
            Self::Runtime => "a",
            Self::Application | Self::IntegrationSystem => "an",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Application => "application",
            Self::Runtime => "runtime",
            Self::IntegrationSystem => "integration system",
        })
    }
}

/// A system auth and the state of what it holds.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) auth: SystemAuth,
    /// The newest token, until the first Director call with the certificate hides it, as in Compass.
    pub(crate) token: Option<OneTimeToken>,
    /// Whether an OAuth2 client is registered under this id.
    pub(crate) client: bool,
}

impl Service {
    pub(crate) async fn system_auths(&self, owner: &Owner) -> Result<Vec<Held>, Failure> {
        let mut connection = self.store.read().await?;
        let mut held = Vec::new();
        for auth in system_auth::of_owner(&mut connection, owner).await? {
            held.push(hold(&mut connection, auth).await?);
        }
        Ok(held)
    }

    /// Removes a system auth of an application or a runtime: its tokens, its OAuth2 client and its certificates stop
    /// working with the same commit.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`], also for a system auth of another kind.
    pub(crate) async fn delete_system_auth(&self, view: &View, kind: Kind, id: &str) -> Result<Held, Failure> {
        self.remove(view.reach.clone(), Some(view.tenant.id.clone()), kind, id.to_owned()).await
    }

    /// Removes a system auth of an integration system.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`], also for a system auth of another kind.
    pub(crate) async fn delete_integration_system_auth(&self, reach: &Reach, id: &str) -> Result<Held, Failure> {
        self.remove(reach.clone(), None, Kind::IntegrationSystem, id.to_owned()).await
    }

    async fn remove(&self, reach: Reach, tenant: Option<String>, kind: Kind, id: String) -> Result<Held, Failure> {
        let now = self.clock.now();
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let auth = system_auth::find_any(connection, &id).await?.filter(|auth| {
                        auth.tenant_id == tenant && Kind::of(&auth.owner) == kind && reach.shows(kind, auth.owner.id())
                    });
                    let auth = auth.ok_or_else(|| not_found("systemAuth"))?;
                    let held = hold(connection, auth).await?;
                    let which = Revoked::SystemAuth(&id);
                    let why = Revocation::ended(&reach.actor, "pairing removed", now);
                    certificate::revoke(connection, which, &why).await?;
                    system_auth::delete(connection, &id).await?;
                    // What runtimes gave out for the pairings of an application ends with the last of them.
                    if let Owner::Application(application) = &held.auth.owner
                        && !system_auth::has_certificate(connection, application).await?
                    {
                        application::end_pairings(connection, application, now).await?;
                    }
                    Ok(held)
                })
            })
            .await
    }
}

async fn hold(connection: &mut sqlx::SqliteConnection, auth: SystemAuth) -> Result<Held, Failure> {
    let token = match auth.certificate_used_at {
        Some(_) => None,
        None => one_time_token::newest(connection, &auth.id).await?,
    };
    let client = oauth_client::find(connection, &auth.id).await?.is_some();
    Ok(Held { auth, token, client })
}
