//! Tokens with the links that carry them, as the Connector Service hands them out.

use pairing::{ErrorCode, Failure, Secret};

use super::token::{Context, Generation};
use crate::{
    service::{Service, one_time_token::IssuedToken},
    store::system_auth::Owner,
};

impl Service {
    /// A token of the first generation for whoever has this name; `family` is the middle of the link's path.
    ///
    /// # Errors
    /// Of [`Service::application_to_pair`].
    pub(crate) async fn token_of_first_generation(
        &self,
        family: &str,
        name: &str,
    ) -> Result<(Secret, IssuedToken), Failure> {
        let id = self.application_to_pair(name, &Context::default()).await?;
        self.link_of_first_generation(family, id).await
    }

    /// A token of the second generation for whoever has this name.
    ///
    /// # Errors
    /// Of [`Service::application_to_pair`].
    pub(crate) async fn token_of_second_generation(
        &self,
        name: &str,
        context: Context,
    ) -> Result<(Secret, IssuedToken), Failure> {
        let id = self.application_to_pair(name, &context).await?;
        self.link_of_second_generation(id, context).await
    }

    /// A token of the first generation for an application, in whatever tenant.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; a name that does not fit.
    pub(crate) async fn link_of_first_generation(
        &self,
        family: &str,
        id: String,
    ) -> Result<(Secret, IssuedToken), Failure> {
        let name = self.connector_service_name(&id).await?;
        let owner = Owner::Application(id);
        let issued = self.connection_token(owner, Generation::First, Context::default(), None).await?;
        let base = &self.settings.addresses.issuer;
        Ok((issued.link(&format!("{base}/v1/{family}/{name}/info")), issued))
    }

    /// A token of the second generation for an application, in whatever tenant.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`]; a name that does not fit.
    pub(crate) async fn link_of_second_generation(
        &self,
        id: String,
        context: Context,
    ) -> Result<(Secret, IssuedToken), Failure> {
        self.connector_service_name(&id).await?;
        let issued = self.connection_token(Owner::Application(id), Generation::Second, context, None).await?;
        Ok((issued.link(&self.settings.addresses.legacy_info), issued))
    }

    /// Tenant and group for a token that the administrator asks for here, where nobody sends headers: the default labels
    /// say them in central mode.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidOperation`] where they do not.
    pub(crate) fn default_context(&self) -> Result<Context, Failure> {
        let settings = &self.kyma.settings;
        if !settings.central_mode {
            return Ok(Context::default());
        }
        let label = |key: &str| settings.default_labels.get(key).cloned();
        match (label("tenant"), label("group")) {
            (Some(tenant), Some(group)) => Context { tenant: Some(tenant), group: Some(group) }.check(),
            _ => {
                let message = "In central mode a token needs a tenant and a group. Ask for it on the internal port, or give \
                               the server the default labels tenant and group.";
                Err(Failure::new(ErrorCode::InvalidOperation, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Config, KeyProtection, Seed, Server,
        store::{application, system_auth, tenant},
    };

    #[tokio::test]
    async fn a_link_is_for_the_application_that_was_meant_and_not_for_its_namesake_in_another_tenant() {
        let dir = tempfile::tempdir().unwrap();
        let seed = dir.path().join("seed.json");
        let landscape = r#"{"tenants": [{"id": "one", "name": "One"}, {"id": "two", "name": "Two"}],
            "applications": [{"name": "shop"}, {"name": "shop", "tenant": "two"}]}"#;
        std::fs::write(&seed, landscape).unwrap();
        let config = Config {
            data_dir: dir.path().join("data"),
            port: 0,
            mtls_port: 0,
            seed: Seed::File(seed),
            ca_key_protection: Some(KeyProtection::Plain),
            ..Config::default()
        };
        let running = Server::start(config).await.unwrap();
        let service = running.center();
        let mut connection = service.store.read().await.unwrap();
        let two = tenant::by_external_id(&mut connection, "two").await.unwrap().unwrap();
        let (shop, _, _) = application::named(&mut connection, &two.id, "shop").await.unwrap().unwrap();
        drop(connection);
        let first = service.link_of_first_generation("applications", shop.clone()).await.unwrap();
        let second = service.link_of_second_generation(shop.clone(), Context::default()).await.unwrap();
        for (_, issued) in [first, second] {
            let mut connection = service.store.read().await.unwrap();
            let auth = system_auth::find_any(&mut connection, &issued.system_auth_id).await.unwrap().unwrap();
            assert_eq!((auth.owner, auth.tenant_id), (Owner::Application(shop.clone()), Some(two.id.clone())));
        }
        drop(service);
        running.stop().await;
    }
}
