//! Client id and client secret: registering them, and the access tokens they buy (RFC 6749 §4.4).

use pairing::{ClientSecret, ErrorCode, Failure, Secret, SecretHash, SystemAuthId};

use super::{
    Service,
    access_token::AccessToken,
    application::found,
    identity::View,
    scopes::{APPLICATION, Scopes},
};
use crate::store::{oauth_client, system_auth, system_auth::SystemAuth};

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
    /// [`ErrorCode::NotFound`].
    pub(crate) async fn request_client_credentials(
        &self,
        view: &View,
        application_id: &str,
    ) -> Result<IssuedCredentials, Failure> {
        let (view, application_id, now) = (view.clone(), application_id.to_owned(), self.clock.now());
        let (client_secret, scope) = (ClientSecret::generate(), APPLICATION.join(" "));
        let hash = client_secret.hash();
        let auth = self
            .store
            .write(move |connection| {
                Box::pin(async move {
                    let application = found(connection, &view, &application_id).await?;
                    let auth = SystemAuth {
                        id: SystemAuthId::random().to_string(),
                        tenant_id: application.tenant_id,
                        application_id: application.id,
                        created_at: now.unix_millis(),
                        cert_common_name: None,
                        certificate_used_at: None,
                    };
                    system_auth::insert(connection, &auth).await?;
                    oauth_client::insert(connection, &auth.id, &scope, hash, now).await?;
                    Ok(auth)
                })
            })
            .await?;
        Ok(IssuedCredentials {
            client_id: auth.id.clone(),
            client_secret,
            scopes: APPLICATION.iter().map(|scope| (*scope).to_owned()).collect(),
            token_url: self.settings.addresses.oauth_token.clone(),
            auth,
        })
    }

    /// Exchanges client id and secret for an access token with the scopes asked for, and only those.
    ///
    /// # Errors
    /// [`ErrorCode::ClientNotAccepted`], the same for an unknown client, a wrong secret and a disabled client;
    /// [`ErrorCode::InsufficientScopes`] for a scope the client was not registered with.
    pub(crate) async fn grant_access_token(
        &self,
        client_id: &str,
        client_secret: &Secret,
        scope: &str,
    ) -> Result<AccessToken, Failure> {
        let now = self.clock.now();
        let (client, secrets) = {
            let mut connection = self.store.read().await?;
            let client = oauth_client::find(&mut connection, client_id).await?;
            (client, oauth_client::secrets(&mut connection, client_id, now).await?)
        };
        let presented = client_secret.hash();
        let none = [SecretHash::of(b"no such client").as_bytes().to_vec()];
        // An unknown client is compared with something too, so that it takes as long as a wrong secret.
        let candidates = if secrets.is_empty() { &none[..] } else { &secrets[..] };
        let matched = candidates.iter().fold(false, |matched, stored| presented.matches(stored) | matched);
        let client = client.filter(|client| matched && client.disabled_at.is_none()).ok_or_else(|| {
            Failure::new(ErrorCode::ClientNotAccepted, "The client id or the client secret is wrong.")
        })?;
        let allowed = Scopes::parse(&client.scope);
        if let Some(refused) = scope.split_ascii_whitespace().find(|scope| !allowed.has(scope)) {
            let message = format!("The client is not registered with the scope {refused:.200}.");
            return Err(Failure::new(ErrorCode::InsufficientScopes, message));
        }
        let scope = scope.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        self.access_tokens.issue(&client.id, &scope, now)
    }
}
