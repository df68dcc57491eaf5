//! Who a client is: by a secret, or by its certificate on the certificate listener (RFC 6749 §2.3, RFC 8705 §2.1).

use std::{net::IpAddr, sync::Arc};

use pairing::{Failure, Secret, SecretHash};
use x509_parser::{certificate::X509Certificate, prelude::FromDer as _};

use super::{
    super::{Service, identity::CertificateHolder},
    Refusal,
};
use crate::store::{
    certificate,
    client_index::Client,
    oauth_client::{SecretRow, Stored},
};

/// How a client presented itself; the names are those of `token_endpoint_auth_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Basic,
    Post,
    /// By its id alone, and by its certificate where there is one.
    IdAlone,
}

/// What a client presented.
#[derive(Clone, Debug)]
pub(crate) struct Presented {
    pub(crate) method: Method,
    pub(crate) id: String,
    /// With [`Method::Basic`] and [`Method::Post`].
    pub(crate) secret: Option<Secret>,
    /// Of the connection, on the certificate listener.
    pub(crate) certificate: Option<CertificateHolder>,
    pub(crate) source: IpAddr,
}

impl Client {
    pub(crate) fn is_public(&self) -> bool {
        self.registration.token_endpoint_auth_method.as_deref() == Some("none")
    }

    fn takes(&self, method: Method) -> bool {
        let registered = self.registration.token_endpoint_auth_method.as_deref();
        match method {
            Method::Basic => matches!(registered, None | Some("client_secret_basic")),
            Method::Post => matches!(registered, None | Some("client_secret_post")),
            Method::IdAlone => registered == Some("tls_client_auth"),
        }
    }

    /// The secrets that are accepted at this time, newest first.
    pub(crate) fn accepted_secrets(&self, now_millis: i64) -> impl Iterator<Item = &SecretRow> {
        self.secrets.iter().filter(move |secret| secret.retires_at.is_none_or(|at| at > now_millis))
    }
}

impl Service {
    /// Authenticates a client and counts the attempt.
    ///
    /// # Errors
    /// [`Refusal::InvalidClient`], the same in the same time for an unknown client and a wrong secret;
    /// [`Refusal::TooManyFailures`]; [`Refusal::UnauthorizedClient`] for a public client, which has nothing to prove.
    pub(crate) async fn authenticate_client(&self, presented: &Presented) -> Result<Arc<Client>, Refusal> {
        let now = self.clock.now().unix_millis();
        let client = self.store.clients().find(&presented.id)?;
        if presented.method == Method::IdAlone && client.as_ref().is_some_and(|client| client.is_public()) {
            return Err(Refusal::UnauthorizedClient("a public client cannot use this grant: it proves nothing"));
        }
        let mut key = match &presented.secret {
            Some(secret) => self.fitting_secret(client.as_deref(), secret, now),
            None => self.certificate_fits(client.as_deref(), presented).await?.then_some(Key { secret_id: None }),
        };
        // Where any client has a chosen secret, every failure takes as long as checking one; but not for a source
        // that has failed too often, or anybody could make us compute without end.
        let may = |client: &Client| client.takes(presented.method) && client.row.disabled_at.is_none();
        let fails = key.is_none() || !client.as_deref().is_some_and(may);
        let slow = fails && presented.secret.is_some() && self.store.clients().any_chosen();
        if slow && self.oauth.guessing.allowed(presented.source, self.clock.now()).is_ok() {
            key = self.fitting_chosen_secret(client.as_deref(), presented, now).await?;
        }
        match (client, key) {
            (Some(client), Some(key)) if may(&client) => {
                self.store.clients().used(&client, key.secret_id.as_deref(), now, presented.source);
                Ok(client)
            }
            (client, _) => {
                if let Some(client) = client {
                    self.store.clients().failed(&client, now, presented.source);
                }
                self.count_stranger(presented.source)?;
                Err(Refusal::InvalidClient)
            }
        }
    }

    /// Counts a failed attempt of somebody who is no client, such as a wrong administrator's token.
    ///
    /// # Errors
    /// [`Refusal::TooManyFailures`].
    pub(crate) fn count_stranger(&self, source: IpAddr) -> Result<(), Refusal> {
        let counted = self.oauth.guessing.failed(source, self.clock.now());
        counted.map_err(|retry_after| Refusal::TooManyFailures { retry_after })
    }

    /// The generated or remembered secret that fits. An unknown client is compared with something too.
    fn fitting_secret(&self, client: Option<&Client>, presented: &Secret, now: i64) -> Option<Key> {
        let hash = presented.hash();
        let Some(client) = client else {
            let _ = std::hint::black_box(hash.matches(NO_CLIENT.as_bytes()));
            return None;
        };
        client.accepted_secrets(now).fold(None, |found, secret| {
            let fits = match &secret.stored {
                Stored::Generated(stored) => hash.matches(stored.as_bytes()),
                Stored::Chosen(_) => self.oauth.chosen.remembers(&secret.id, presented),
            };
            if fits { Some(Key { secret_id: Some(secret.id.clone()) }) } else { found }
        })
    }

    async fn fitting_chosen_secret(
        &self,
        client: Option<&Client>,
        presented: &Presented,
        now: i64,
    ) -> Result<Option<Key>, Refusal> {
        let Some(secret) = &presented.secret else { return Ok(None) };
        let chosen =
            client.into_iter().flat_map(|client| client.accepted_secrets(now)).find_map(|row| match &row.stored {
                Stored::Chosen(verifier) => Some((row.id.as_str(), verifier.as_str())),
                Stored::Generated(_) => None,
            });
        let fits = self.oauth.chosen.fits(chosen, secret).await?;
        Ok(chosen.filter(|_| fits).map(|(id, _)| Key { secret_id: Some(id.to_owned()) }))
    }

    /// Whether the certificate of the connection has the subject that the client was registered with.
    async fn certificate_fits(&self, client: Option<&Client>, presented: &Presented) -> Result<bool, Failure> {
        let expected = client.and_then(|client| client.registration.tls_client_auth_subject_dn.as_deref());
        let (Some(expected), Some(holder)) = (expected, &presented.certificate) else { return Ok(false) };
        let der = {
            let mut connection = self.store.read().await?;
            certificate::der(&mut connection, &holder.fingerprint).await?
        };
        let Some(der) = der else { return Ok(false) };
        let (_, certificate) = X509Certificate::from_der(&der).map_err(Failure::internal)?;
        Ok(attributes(expected) == attributes(&certificate.subject().to_string()))
    }
}

/// What opened the door.
struct Key {
    secret_id: Option<String>,
}

const NO_CLIENT: SecretHash = SecretHash::from_bytes([0; 32]);

/// A distinguished name without its order, which tools write in both directions.
fn attributes(name: &str) -> Vec<(String, &str)> {
    let pairs = name.split(',').filter_map(|part| part.split_once('='));
    let mut attributes: Vec<_> = pairs.map(|(key, value)| (key.trim().to_uppercase(), value.trim())).collect();
    attributes.sort();
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_distinguished_name_does_not_matter() {
        assert_eq!(attributes("CN=x, O=Org,C=DE"), attributes("C=DE,O=Org,cn=x"));
        assert_ne!(attributes("CN=x,O=Org"), attributes("CN=y,O=Org"));
        assert_ne!(attributes("CN=x"), attributes("CN=x,O=Org"));
    }
}
