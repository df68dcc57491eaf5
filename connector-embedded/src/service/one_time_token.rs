//! Handing out one-time tokens.

use pairing::{Failure, Moment, OneTimeToken, PairingData, Secret, SecretHash, SystemAuthId, TokenKind};
use sqlx::SqliteConnection;

use super::{
    Addresses, Service,
    application::{found, not_found},
    identity::View,
    runtime, seconds,
};
use crate::store::{
    application::Application,
    integration_system,
    one_time_token::{self, NewToken},
    system_auth::{self, Owner, SystemAuth},
};

/// A token just made: the only moment at which its value exists outside the peer's hands.
#[derive(Clone, Debug)]
pub(crate) struct IssuedToken {
    pub(crate) token: OneTimeToken,
    pub(crate) system_auth_id: String,
    pub(crate) created_at: Moment,
    pub(crate) expires_at: Moment,
    kind: TokenKind,
    /// It comes as from a pairing adapter of Compass: without an address to go with it.
    from_adapter: bool,
}

impl IssuedToken {
    /// Where it is good; empty when it came from an adapter, which alone knows.
    pub(crate) fn connector_url<'a>(&self, addresses: &'a Addresses) -> &'a str {
        if self.from_adapter { "" } else { &addresses.connector }
    }

    /// An address that carries the token.
    pub(crate) fn link(&self, address: &str) -> Secret {
        Secret::new(format!("{address}?token={}", self.token.expose()))
    }

    pub(crate) fn pairing_data(&self, addresses: &Addresses) -> PairingData {
        let make = match self.kind {
            TokenKind::Application => PairingData::for_application,
            TokenKind::Runtime => PairingData::for_runtime,
        };
        make(&self.token, self.connector_url(addresses), self.created_at, self.expires_at)
    }
}

/// Lifetime of a runtime's token: an hour, as in Compass (`connector`'s chart, `runtimeExpiration`).
const RUNTIME_TOKEN: i64 = 3600;

impl Service {
    /// Issues a token for an application: into a new system auth, or into the given one, whose earlier token dies.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`] when the application, or a system auth of *that* application, does not
    /// exist for this caller (upstream checks neither, defect D9).
    pub(crate) async fn request_one_time_token(
        &self,
        view: &View,
        application_id: &str,
        system_auth_id: Option<&str>,
    ) -> Result<IssuedToken, Failure> {
        self.issue_token(view, Owner::Application(application_id.to_owned()), system_auth_id).await
    }

    /// The same for a runtime.
    ///
    /// # Errors
    /// As for applications.
    pub(crate) async fn request_one_time_token_for_runtime(
        &self,
        view: &View,
        runtime_id: &str,
        system_auth_id: Option<&str>,
    ) -> Result<IssuedToken, Failure> {
        self.issue_token(view, Owner::Runtime(runtime_id.to_owned()), system_auth_id).await
    }

    async fn issue_token(
        &self,
        view: &View,
        owner: Owner,
        system_auth_id: Option<&str>,
    ) -> Result<IssuedToken, Failure> {
        let id = system_auth_id.map_or_else(|| SystemAuthId::random().to_string(), str::to_owned);
        let mut issued = self.fresh_token(id, &owner);
        let (view, renew) = (view.clone(), system_auth_id.is_some());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let tenant_id = match &owner {
                        Owner::Runtime(id) => runtime::found(connection, &view, id).await?.tenant_id,
                        Owner::Application(id) | Owner::IntegrationSystem(id) => {
                            let application = found(connection, &view, id).await?;
                            issued.from_adapter = has_adapter(connection, &application).await?;
                            application.tenant_id
                        }
                    };
                    if renew {
                        let auth = system_auth::find(connection, &view.tenant.id, &issued.system_auth_id).await?;
                        auth.filter(|auth| auth.owner == owner).ok_or_else(|| not_found("systemAuth"))?;
                        system_auth::await_certificate(connection, &issued.system_auth_id).await?;
                    } else {
                        let (id, at) = (issued.system_auth_id.clone(), issued.created_at);
                        system_auth::insert(connection, &SystemAuth::new(id, Some(tenant_id), owner, at)).await?;
                    }
                    store_token(connection, &issued).await?;
                    Ok(issued)
                })
            })
            .await
    }

    pub(crate) fn fresh_token(&self, system_auth_id: String, owner: &Owner) -> IssuedToken {
        let created_at = self.clock.now();
        let (kind, lifetime) = match owner {
            Owner::Runtime(_) => (TokenKind::Runtime, RUNTIME_TOKEN),
            Owner::Application(_) | Owner::IntegrationSystem(_) => {
                (TokenKind::Application, seconds(self.settings.token_ttl))
            }
        };
        let expires_at = created_at.plus_seconds(lifetime);
        IssuedToken {
            token: OneTimeToken::generate(),
            system_auth_id,
            created_at,
            expires_at,
            kind,
            from_adapter: false,
        }
    }
}

/// Whether tokens of this application come from its integration system's pairing adapter.
async fn has_adapter(connection: &mut SqliteConnection, application: &Application) -> Result<bool, Failure> {
    let Some(id) = &application.integration_system_id else { return Ok(false) };
    let system = integration_system::find(connection, id).await?;
    Ok(system.is_some_and(|system| system.pairing_adapter))
}

/// Stores a token of the Director's and retires the one before.
pub(super) async fn store_token(connection: &mut SqliteConnection, issued: &IssuedToken) -> Result<(), Failure> {
    let hash: SecretHash = issued.token.hash();
    one_time_token::retire(connection, &issued.system_auth_id, None, issued.created_at).await?;
    let row = NewToken {
        hash,
        system_auth_id: &issued.system_auth_id,
        created_at: issued.created_at,
        expires_at: issued.expires_at,
        generation: None,
        polled: false,
        fetched_with: None,
        from_adapter: issued.from_adapter,
    };
    one_time_token::insert(connection, &row).await
}
