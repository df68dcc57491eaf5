//! What an application is told of its runtimes, and what became of it there.

use std::sync::Arc;

use pairing::{ErrorCode, Failure, Moment, Secret};
use url::Url;

use super::{Flavour, Generation, Role};
use crate::{
    service::{Service, identity::CertificateHolder, one_time_token::IssuedToken, revocation::Meant},
    store::{
        certificate::{self, Newest, Revocation, Revoked},
        one_time_token::{self, OneTimeToken},
        system_auth::Owner,
    },
};

/// The addresses of one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Urls {
    /// What the addresses and `clientIdentity` call it.
    pub(crate) app_name: String,
    pub(crate) events: String,
    pub(crate) events_info: String,
    pub(crate) metadata: String,
}

/// A runtime, and what is needed to pair with it.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) runtime: String,
    pub(crate) token: IssuedToken,
    /// With the token.
    pub(crate) connector_url: Secret,
    /// Where its management info will be.
    pub(crate) info_url: String,
    pub(crate) urls: Urls,
}

/// What became of an application at one runtime.
#[derive(Clone, Debug)]
pub(crate) struct ApplicationRuntime {
    pub(crate) name: String,
    /// It is this server itself.
    pub(crate) own: bool,
    /// Before `?token=`.
    pub(crate) connector_url: String,
    pub(crate) urls: Urls,
    /// The newest that an answer of management/info brought.
    pub(crate) token: Option<OneTimeToken>,
    pub(crate) certificate: Option<Newest>,
}

impl Service {
    /// The addresses of an application, with its events at the first runtime.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`]; a name that does not fit.
    pub(crate) async fn urls(self: &Arc<Self>, application_id: &str, flavour: Flavour) -> Result<Urls, Failure> {
        let first = self.event_runtimes().into_iter().next();
        self.urls_at(&first.unwrap_or_else(|| Arc::clone(self)), application_id, flavour).await
    }

    async fn urls_at(
        self: &Arc<Self>,
        runtime: &Arc<Self>,
        application_id: &str,
        flavour: Flavour,
    ) -> Result<Urls, Failure> {
        let center = self.center()?;
        let app_name = match flavour {
            Flavour::Adapter => center.application_name(application_id).await?,
            Flavour::Kyma => center.connector_service_name(application_id).await?,
        };
        let part = path_part(&app_name);
        let events = format!("{}/{part}/v1/events", runtime.events_base());
        Ok(Urls {
            events_info: format!("{events}/subscribed"),
            events,
            metadata: format!("{}/{part}/v1/metadata/services", center.settings.addresses.secured),
            app_name,
        })
    }

    /// The runtimes that the holder of a certificate can pair with, each with a fresh token. In two phases everybody is
    /// told; where one Connector plays both parts, only who knows the Connector Service, because Compass' adapter has no
    /// such thing. A runtime tells nobody.
    ///
    /// # Errors
    /// Of the store; a name that does not fit.
    pub(crate) async fn offers(self: &Arc<Self>, holder: &CertificateHolder) -> Result<Vec<Offer>, Failure> {
        let Owner::Application(id) = &holder.owner else { return Ok(Vec::new()) };
        match (self.kyma.settings.role, holder.flavour) {
            (Role::Runtime, _) | (Role::Single, Flavour::Adapter) => return Ok(Vec::new()),
            (Role::Central, _) | (Role::Single, Flavour::Kyma) => {}
        }
        // A token is a way to renew, which neither of them has.
        if holder.revoked || holder.for_test {
            return Ok(Vec::new());
        }
        // A runtime has one tenant, in which names are unique.
        if self.kyma.settings.role == Role::Central && holder.tenant_id != self.default_tenant().await?.id {
            return Ok(Vec::new());
        }
        let mut offers = Vec::new();
        for runtime in self.event_runtimes() {
            if self.kyma.settings.role == Role::Central {
                let name = self.connector_service_name(id).await?;
                runtime.mirror_application(id, &name).await?;
            }
            let owner = Owner::Application(id.clone());
            let (context, with) = (holder.context.clone(), Some(holder.fingerprint));
            let token = runtime.connection_token(owner, Generation::Second, context, with).await?;
            let addresses = &runtime.settings.addresses;
            offers.push(Offer {
                runtime: runtime.kyma.settings.runtime.clone(),
                connector_url: token.link(&addresses.legacy_info),
                token,
                info_url: format!("{}/v1/applications/management/info", addresses.secured),
                urls: self.urls_at(&runtime, id, Flavour::Kyma).await?,
            });
        }
        Ok(offers)
    }

    /// What became of an application at each runtime, for the administrator.
    ///
    /// # Errors
    /// [`pairing::ErrorCode::NotFound`].
    pub(crate) async fn application_runtimes(
        self: &Arc<Self>,
        application_id: &str,
    ) -> Result<Vec<ApplicationRuntime>, Failure> {
        let mut all = Vec::new();
        for runtime in self.event_runtimes() {
            // What does not fit into a certificate is shown as the adapter calls it.
            let urls = match self.urls_at(&runtime, application_id, Flavour::Kyma).await {
                Ok(urls) => urls,
                Err(_) => self.urls_at(&runtime, application_id, Flavour::Adapter).await?,
            };
            let mut connection = runtime.store.read().await?;
            all.push(ApplicationRuntime {
                name: runtime.kyma.settings.runtime.clone(),
                own: Arc::ptr_eq(&runtime, self),
                connector_url: runtime.settings.addresses.legacy_info.clone(),
                urls,
                token: one_time_token::newest_polled(&mut connection, application_id).await?,
                certificate: certificate::newest_of(&mut connection, application_id).await?,
            });
        }
        Ok(all)
    }

    /// What an application holds at the runtimes ends with what it holds here. A crash in between leaves certificates
    /// that no runtime accepts, because each asks the center whether the application is still there.
    pub(crate) async fn end_at_runtimes(&self, application_id: &str, actor: &str, note: &str) {
        for runtime in self.kyma.runtimes() {
            let why = Revocation::ended(actor, note, runtime.clock.now());
            let id = application_id.to_owned();
            let ended = runtime.store.write(move |connection| {
                Box::pin(async move {
                    certificate::revoke(connection, Revoked::Owner(&id), &why).await?;
                    crate::store::application::delete(connection, &id).await
                })
            });
            if let Err(failure) = ended.await {
                let name = &runtime.kyma.settings.runtime;
                tracing::warn!(
                    detail = failure.detail,
                    "the pairing with runtime {name} could not be ended: {failure}"
                );
            }
        }
    }
}

impl Service {
    /// Revokes by fingerprint, here or at a runtime; says whether there is such a certificate.
    ///
    /// # Errors
    /// Of the store.
    pub(crate) async fn revoke_by_fingerprint(&self, fingerprint: &[u8; 32]) -> Result<bool, Failure> {
        let runtimes = self.kyma.runtimes().iter().map(AsRef::as_ref);
        for connector in [self].into_iter().chain(runtimes) {
            let note = Some("revoked on the internal port".to_owned());
            match connector.revoke(Meant::Certificate(*fingerprint), "unspecified", note).await {
                Ok(_) => return Ok(true),
                Err(failure) if failure.code == ErrorCode::NotFound => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(false)
    }
}

impl ApplicationRuntime {
    /// Whether the newest certificate counts now.
    pub(crate) fn certificate_state(certificate: &Newest, now: Moment) -> &'static str {
        if certificate.revoked_at.is_some() {
            "revoked"
        } else if certificate.ends_at <= now.unix_millis() {
            "expired"
        } else {
            "valid"
        }
    }
}

/// A name as one part of a path: the label `name`, which the adapter goes by, may be anything.
fn path_part(name: &str) -> String {
    let mut url = Url::parse("https://localhost/").expect("a literal that is a URL");
    if let Ok(mut parts) = url.path_segments_mut() {
        parts.clear().push(name);
    }
    url.path().trim_start_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_part_of_a_path_whatever_is_in_it() {
        assert_eq!(path_part("mp-shop"), "mp-shop");
        assert_eq!(path_part("a/b ü?c#d"), "a%2Fb%20%C3%BC%3Fc%23d");
    }
}
