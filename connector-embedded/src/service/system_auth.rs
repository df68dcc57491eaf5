//! What was handed out for an application, as the administrator may see it again: never a token, never a secret.

use pairing::Failure;

use super::{Service, application::not_found, identity::View};
use crate::store::{
    certificate::{self, Revoked},
    oauth_client,
    one_time_token::{self, OneTimeToken},
    system_auth::{self, SystemAuth},
};

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
    pub(crate) async fn system_auths(&self, application_id: &str) -> Result<Vec<Held>, Failure> {
        let mut connection = self.store.read().await?;
        let mut held = Vec::new();
        for auth in system_auth::of_application(&mut connection, application_id).await? {
            held.push(hold(&mut connection, auth).await?);
        }
        Ok(held)
    }

    /// Removes a system auth: its tokens, its OAuth2 client and its certificates stop working with the same commit.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn delete_system_auth(&self, view: &View, id: &str) -> Result<Held, Failure> {
        let (view, id, now) = (view.clone(), id.to_owned(), self.clock.now());
        self.store
            .write(move |connection| {
                Box::pin(async move {
                    let auth = system_auth::find(connection, &view.tenant.id, &id).await?;
                    let auth =
                        auth.filter(|auth| view.shows(&auth.application_id)).ok_or_else(|| not_found("systemAuth"))?;
                    let held = hold(connection, auth).await?;
                    let which = Revoked::SystemAuth(&id);
                    certificate::revoke(connection, which, &view.actor, "pairing removed", now).await?;
                    system_auth::delete(connection, &id).await?;
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
