//! Client id and client secret as a way of pairing: an OAuth2 client for an application, a runtime or an
//! integration system.

use futures_util::future::BoxFuture;
use pairing::{ClientSecret, Failure, Moment, SystemAuthId};
use sqlx::SqliteConnection;

use super::{
    Service, application,
    identity::{Reach, View},
    integration_system,
    oauth::registry::{random_id, secret_row},
    runtime, scopes,
};
use crate::store::{
    oauth_client::{self, ClientRow, Stored},
    system_auth::{self, Owner, SystemAuth},
};

/// Credentials just made: the only moment at which the secret exists outside the peer's hands.
#[derive(Clone, Debug)]
pub(crate) struct IssuedCredentials {
    /// Also the id of the system auth, as in Compass.
    pub(crate) client_id: String,
    pub(crate) client_secret: ClientSecret,
    pub(crate) scopes: Vec<String>,
    pub(crate) token_url: String,
    pub(crate) auth: SystemAuth,
}

impl Service {
    /// Registers an OAuth2 client for an application.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn request_client_credentials(&self, view: &View, id: &str) -> Result<IssuedCredentials, Failure> {
        let (view, id) = (view.clone(), id.to_owned());
        self.hand_out(move |connection| {
            Box::pin(async move {
                let application = application::found(connection, &view, &id).await?;
                Ok((Some(application.tenant_id), Owner::Application(application.id)))
            })
        })
        .await
    }

    /// Registers an OAuth2 client for a runtime.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn request_runtime_credentials(
        &self,
        view: &View,
        id: &str,
    ) -> Result<IssuedCredentials, Failure> {
        let (view, id) = (view.clone(), id.to_owned());
        self.hand_out(move |connection| {
            Box::pin(async move {
                let runtime = runtime::found(connection, &view, &id).await?;
                Ok((Some(runtime.tenant_id), Owner::Runtime(runtime.id)))
            })
        })
        .await
    }

    /// Registers an OAuth2 client for an integration system.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn request_integration_system_credentials(
        &self,
        reach: &Reach,
        id: &str,
    ) -> Result<IssuedCredentials, Failure> {
        let (reach, id) = (reach.clone(), id.to_owned());
        self.hand_out(move |connection| {
            Box::pin(async move {
                let system = integration_system::found(connection, &reach, &id).await?;
                Ok((None, Owner::IntegrationSystem(system.id)))
            })
        })
        .await
    }

    /// Makes a secret and registers it for the owner that `find` gives, together with the tenant.
    async fn hand_out<F>(&self, find: F) -> Result<IssuedCredentials, Failure>
    where
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<(Option<String>, Owner), Failure>>
            + Send
            + 'static,
    {
        let now = self.clock.now();
        let client_secret = ClientSecret::generate();
        let secret = client_secret.clone();
        let auth = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let (tenant_id, owner) = find(&mut *connection).await?;
                    register(connection, tenant_id, owner, &secret, now).await
                })
            })
            .await?;
        Ok(self.issued_credentials(auth, client_secret))
    }

    fn issued_credentials(&self, auth: SystemAuth, client_secret: ClientSecret) -> IssuedCredentials {
        IssuedCredentials {
            client_id: auth.id.clone(),
            client_secret,
            scopes: scopes::of_owner(&auth.owner).iter().map(|scope| (*scope).to_owned()).collect(),
            token_url: self.settings.addresses.oauth_token.clone(),
            auth,
        }
    }
}

/// Writes a system auth and the OAuth2 client of the same id, with the scopes of the owner's kind.
async fn register(
    connection: &mut SqliteConnection,
    tenant_id: Option<String>,
    owner: Owner,
    secret: &ClientSecret,
    now: Moment,
) -> Result<SystemAuth, Failure> {
    let scope = scopes::of_owner(&owner).join(" ");
    let auth = SystemAuth::new(SystemAuthId::random().to_string(), tenant_id, owner, now);
    system_auth::insert(connection, &auth).await?;
    let client = ClientRow {
        id: auth.id.clone(),
        system_auth_id: Some(auth.id.clone()),
        tenant_id: auth.tenant_id.clone(),
        owner: Some(auth.owner.clone()),
        scope,
        epoch: random_id(),
        // What Compass' Director sends when it registers a client.
        registration: r#"{"grant_types":["client_credentials"]}"#.into(),
        created_at: now.unix_millis(),
        updated_at: now.unix_millis(),
        rotated_at: None,
        disabled_at: None,
    };
    oauth_client::insert(connection, &client).await?;
    let row = secret_row(&random_id(), &auth.id, Stored::Generated(secret.hash()), now);
    oauth_client::insert_secret(connection, &row).await?;
    Ok(auth)
}
