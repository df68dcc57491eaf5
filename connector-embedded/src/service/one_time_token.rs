//! Handing out one-time tokens.

use pairing::{Failure, Moment, OneTimeToken, PairingData, SecretHash, SystemAuthId};
use sqlx::SqliteConnection;

use super::{
    Service,
    application::{found, not_found},
    identity::View,
    seconds,
};
use crate::store::{
    one_time_token,
    system_auth::{self, Owner, SystemAuth},
};

/// A token just made: the only moment at which its value exists outside the peer's hands.
#[derive(Clone, Debug)]
pub(crate) struct IssuedToken {
    pub(crate) token: OneTimeToken,
    pub(crate) system_auth_id: String,
    pub(crate) created_at: Moment,
    pub(crate) expires_at: Moment,
}

impl IssuedToken {
    pub(crate) fn pairing_data(&self, connector_url: &str) -> PairingData {
        PairingData::for_application(&self.token, connector_url, self.created_at, self.expires_at)
    }
}

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
        let issued = self.fresh_token(system_auth_id.map_or_else(|| SystemAuthId::random().to_string(), str::to_owned));
        let (view, application_id, renew) = (view.clone(), application_id.to_owned(), system_auth_id.is_some());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let application = found(connection, &view, &application_id).await?;
                    if renew {
                        let auth = system_auth::find(connection, &view.tenant.id, &issued.system_auth_id).await?;
                        auth.filter(|auth| auth.owner.application() == Some(&application.id))
                            .ok_or_else(|| not_found("systemAuth"))?;
                        system_auth::await_certificate(connection, &issued.system_auth_id).await?;
                    } else {
                        let (id, at) = (issued.system_auth_id.clone(), issued.created_at);
                        let owner = Owner::Application(application.id);
                        let row = SystemAuth::new(id, Some(application.tenant_id), owner, at);
                        system_auth::insert(connection, &row).await?;
                    }
                    store_token(connection, &issued).await?;
                    Ok(issued)
                })
            })
            .await
    }

    pub(super) fn fresh_token(&self, system_auth_id: String) -> IssuedToken {
        let created_at = self.clock.now();
        let expires_at = created_at.plus_seconds(seconds(self.settings.token_ttl));
        IssuedToken { token: OneTimeToken::generate(), system_auth_id, created_at, expires_at }
    }
}

pub(super) async fn store_token(connection: &mut SqliteConnection, issued: &IssuedToken) -> Result<(), Failure> {
    let hash: SecretHash = issued.token.hash();
    one_time_token::replace(connection, &issued.system_auth_id, hash, issued.created_at, issued.expires_at).await
}
