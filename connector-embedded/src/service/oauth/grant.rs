//! The grant client_credentials: what a client gets for its proof (RFC 6749 §4.4, RFC 8707, RFC 8705 §3).

use pairing::Failure;

use super::{
    super::{Service, identity::CertificateHolder},
    Refusal,
    access_token::{AccessToken, Contents, LIFETIME},
};
use crate::store::client_index::Client;

const GRANT: &str = "client_credentials";

/// What a client asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    /// Space separated.
    pub(crate) scope: String,
    /// Hydra's parameter: names that the client was registered with.
    pub(crate) audience: Vec<String>,
    /// RFC 8707: addresses.
    pub(crate) resource: Vec<String>,
}

impl Client {
    /// Lifetime of its access tokens, in seconds.
    pub(crate) fn token_lifetime(&self) -> i64 {
        let lifespan = self.registration.lifespans.client_credentials_grant_access_token_lifespan;
        lifespan.map_or(LIFETIME, |lifespan| i64::try_from(lifespan.seconds()).unwrap_or(LIFETIME))
    }

    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.row.scope.split_ascii_whitespace()
    }

    /// Clients that pairing made have this grant; others as registered.
    fn has_grant(&self) -> bool {
        let registered = self.registration.grant_types.as_ref();
        registered.map_or(self.row.system_auth_id.is_some(), |grants| grants.iter().any(|grant| grant == GRANT))
    }
}

impl Service {
    /// An access token with the scopes asked for, and only those; bound to the certificate of the connection.
    ///
    /// # Errors
    /// [`Refusal::UnauthorizedClient`], [`Refusal::InvalidScope`], [`Refusal::InvalidRequest`] for an audience,
    /// [`Refusal::InvalidTarget`] for a resource.
    pub(crate) fn grant(
        &self,
        client: &Client,
        wish: &Wish,
        certificate: Option<&CertificateHolder>,
    ) -> Result<AccessToken, Refusal> {
        if !client.has_grant() {
            return Err(Refusal::UnauthorizedClient("the client is not registered for the grant client_credentials"));
        }
        let contents = Contents {
            client_id: &client.row.id,
            epoch: &client.row.epoch,
            scope: granted_scope(client, &wish.scope)?,
            audience: self.granted_audience(client, wish)?,
            certificate: certificate.map(|holder| holder.fingerprint),
            lifetime: client.token_lifetime(),
        };
        self.oauth.tokens.issue(contents, self.clock.now()).map_err(|failure: Failure| failure.into())
    }

    fn granted_audience(&self, client: &Client, wish: &Wish) -> Result<Vec<String>, Refusal> {
        let registered = |name: &String| client.registration.audience.contains(name) || self.oauth.tokens.is_own(name);
        let mut granted: Vec<String> = Vec::new();
        for name in wish.audience.iter().flat_map(|names| names.split_ascii_whitespace()).map(str::to_owned) {
            if !registered(&name) {
                let words = format!("the client is not registered for the audience {name:.200}");
                return Err(Refusal::InvalidRequest(words));
            }
            granted.push(name);
        }
        for name in &wish.resource {
            let absolute = url::Url::parse(name).is_ok_and(|url| url.fragment().is_none());
            if !absolute || !registered(name) {
                let words = format!("the client may not ask for tokens for the resource {name:.200}");
                return Err(Refusal::InvalidTarget(words));
            }
            granted.push(name.clone());
        }
        granted.sort();
        granted.dedup();
        Ok(granted)
    }
}

/// Each scope once, in the order asked for.
fn granted_scope(client: &Client, asked: &str) -> Result<String, Refusal> {
    let mut granted: Vec<&str> = Vec::new();
    // RFC 6749 §3.3: scopes are separated by spaces; anything else is part of one, and none was registered like that.
    for scope in asked.split(' ').filter(|scope| !scope.is_empty()) {
        if !client.scopes().any(|registered| registered == scope) {
            return Err(Refusal::InvalidScope(format!("the client is not registered with the scope {scope:.200}")));
        }
        if !granted.contains(&scope) {
            granted.push(scope);
        }
    }
    Ok(granted.join(" "))
}
