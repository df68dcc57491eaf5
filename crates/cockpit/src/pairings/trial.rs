//! Trying new credentials at the token endpoint, as the application would. The access token is thrown away.

use super::{Handed, Subject};
use crate::{
    Cockpit, Problem,
    calls::{CallContext, PairingRef, TestedCredentials},
    cockpit::lock,
    oauth_clients::{TokenRequest, request_token},
};

impl Cockpit {
    pub(crate) async fn test_credentials(
        &self,
        call: CallContext,
        input: PairingRef,
    ) -> Result<TestedCredentials, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        let Subject::Credentials { client_id, token_url, scopes, auth_method, .. } = &pairing.subject else {
            return Err(Problem::invalid("Only a client ID and its secret can be tested."));
        };
        let Some(Handed::ClientSecret(secret)) = &pairing.secret else { return Err(Problem::secret_gone()) };
        let request = TokenRequest { token_url, client_id, secret, scopes, auth_method: *auth_method };
        let granted = request_token(&self.connection_at(&pairing.place)?, call, request).await?;
        lock(&self.pairings).note_own_use(&pairing.place.environment, client_id);
        Ok(TestedCredentials { scopes: granted.scopes, expires_in_seconds: granted.expires_in.unwrap_or(0) })
    }
}
