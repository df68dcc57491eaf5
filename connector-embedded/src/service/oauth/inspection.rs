//! What an access token is worth now (RFC 7662), and taking it back (RFC 7009).

use std::sync::Arc;

use pairing::{Failure, Moment, Secret};

use super::{
    super::{Service, identity::unauthorized},
    access_token::Claims,
};
use crate::store::{access_token, client_index::Client};

impl Service {
    /// A token that counts now, and its client. Asked anew for every request, so that taking back a token, or
    /// disabling or removing a client, counts at once.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::Unauthorized`].
    pub(crate) fn counting_token(&self, token: &Secret) -> Result<(Arc<Claims>, Arc<Client>), Failure> {
        let claims = self.oauth.tokens.check(token, self.clock.now())?;
        if self.oauth.is_revoked(&claims.jti) {
            return Err(unauthorized("the access token was revoked"));
        }
        let client = self.store.clients().find(&claims.client_id)?;
        let client = client.filter(|client| client.row.disabled_at.is_none());
        let client = client.ok_or_else(|| unauthorized("the client of this access token was removed or disabled"))?;
        if client.row.epoch != claims.epoch {
            return Err(unauthorized("the access tokens of this client were revoked"));
        }
        Ok((claims, client))
    }

    /// The claims of a token that counts now and has all of these scopes (space separated); else nothing.
    pub(crate) fn introspect(&self, token: &Secret, scope: &str) -> Option<Arc<Claims>> {
        let (claims, _) = self.counting_token(token).ok()?;
        let covered = scope.split_ascii_whitespace().all(|scope| claims.scope.split(' ').any(|have| have == scope));
        covered.then_some(claims)
    }

    /// Revokes a token of this client. One that is not a token, has expired or is somebody else's changes nothing
    /// and is no error (RFC 7009 §2.2).
    pub(crate) async fn revoke_access_token(&self, client: &Client, token: &Secret) -> Result<(), Failure> {
        let Ok(claims) = self.oauth.tokens.check(token, self.clock.now()) else { return Ok(()) };
        if claims.client_id != client.row.id {
            tracing::info!(client = client.row.id, "a client wanted to revoke an access token of another client");
            return Ok(());
        }
        let (token_id, expires_at) = (claims.jti.clone(), Moment::from_unix_seconds(claims.exp));
        self.store
            .write(move |connection| {
                Box::pin(async move { access_token::revoke(connection, &token_id, expires_at).await })
            })
            .await?;
        self.oauth.note_revoked(&claims.jti, expires_at);
        Ok(())
    }
}
