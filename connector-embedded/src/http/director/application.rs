//! The type `Application` and its pages.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::{
    application_template::ApplicationTemplate,
    bundle::{Bundle, BundlePage},
    definition::{ApiDefinition, EventDefinition},
    error::graphql,
    input::ApplicationStatusCondition,
    page::{PageInfo, Start},
    scalar::{Labels, PageCursor, Timestamp},
    schema::{reach, service},
    system_auth::AppSystemAuth,
};
use crate::{
    service::kyma::Flavour,
    store::{
        application::Application as Row,
        registered_service::{By, RegisteredService},
        selection::Page,
    },
};

#[derive(Clone, Debug)]
pub(crate) struct Application(pub(super) Row);

#[derive(Debug, SimpleObject)]
pub(crate) struct ApplicationStatus {
    condition: ApplicationStatusCondition,
    timestamp: Timestamp,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ApplicationEventingConfiguration {
    /// Where its events go: to the first runtime.
    #[graphql(name = "defaultURL")]
    default_url: String,
}

#[Object]
impl Application {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn provider_name(&self) -> Option<&str> {
        self.0.provider_name.as_deref()
    }

    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    async fn base_url(&self) -> Option<&str> {
        self.0.base_url.as_deref()
    }

    #[graphql(name = "healthCheckURL")]
    async fn health_check_url(&self) -> Option<&str> {
        self.0.health_check_url.as_deref()
    }

    async fn system_number(&self) -> Option<&str> {
        self.0.system_number.as_deref()
    }

    #[graphql(name = "localTenantID")]
    async fn local_tenant_id(&self) -> Option<&str> {
        self.0.local_tenant_id.as_deref()
    }

    async fn application_namespace(&self) -> Option<&str> {
        self.0.application_namespace.as_deref()
    }

    /// The integration system that manages it.
    #[graphql(name = "integrationSystemID")]
    async fn integration_system_id(&self) -> Option<ID> {
        self.0.integration_system_id.clone().map(ID)
    }

    /// The template that it was made from.
    #[graphql(name = "applicationTemplateID")]
    async fn application_template_id(&self) -> Option<ID> {
        self.0.application_template_id.clone().map(ID)
    }

    /// The template that it was made from.
    async fn application_template(&self, context: &Context<'_>) -> Result<Option<ApplicationTemplate>> {
        reach(context, "application.application_template:read")?;
        let Some(id) = &self.0.application_template_id else { return Ok(None) };
        let row = service(context)?.application_template(id).await.map_err(|failure| graphql(&failure))?;
        ApplicationTemplate::of(row).map(Some).map_err(|failure| graphql(&failure))
    }

    async fn status(&self) -> ApplicationStatus {
        ApplicationStatus {
            condition: ApplicationStatusCondition::of(&self.0.status_condition),
            timestamp: Timestamp::from_millis(self.0.status_at),
        }
    }

    /// All labels, or the one with this key; a key that does not exist gives an empty object.
    async fn labels(&self, context: &Context<'_>, key: Option<String>) -> Result<Labels> {
        let mut labels = service(context)?.labels(&self.0.id).await.map_err(|failure| graphql(&failure))?;
        if let Some(key) = key {
            labels.retain(|have, _| *have == key);
        }
        Ok(Labels(labels))
    }

    /// What was handed out for this application. Tokens and secrets are shown once, when they are made.
    async fn auths(&self, context: &Context<'_>) -> Result<Vec<AppSystemAuth>> {
        AppSystemAuth::all_of(context, &self.0.id).await
    }

    async fn eventing_configuration(&self, context: &Context<'_>) -> Result<ApplicationEventingConfiguration> {
        let urls = service(context)?.urls(&self.0.id, Flavour::Adapter).await.map_err(|failure| graphql(&failure))?;
        Ok(ApplicationEventingConfiguration { default_url: urls.events })
    }

    /// What it registered, in the order of registration.
    async fn bundles(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<BundlePage> {
        BundlePage::of_application(service(context)?, &self.0.id, first, after)
            .await
            .map_err(|failure| graphql(&failure))
    }

    async fn bundle(&self, context: &Context<'_>, id: ID) -> Result<Option<Bundle>> {
        Ok(self.registered(context, By::Id, &id).await?.map(Bundle))
    }

    async fn api_definition(&self, context: &Context<'_>, id: ID) -> Result<Option<ApiDefinition>> {
        let row = self.registered(context, By::ApiDefinition, &id).await?;
        row.as_ref().map(ApiDefinition::of).transpose().map(Option::flatten).map_err(|failure| graphql(&failure))
    }

    async fn event_definition(&self, context: &Context<'_>, id: ID) -> Result<Option<EventDefinition>> {
        let row = self.registered(context, By::EventDefinition, &id).await?;
        Ok(row.as_ref().and_then(EventDefinition::of))
    }

    async fn created_at(&self) -> Timestamp {
        Timestamp::from_millis(self.0.created_at)
    }

    async fn updated_at(&self) -> Timestamp {
        Timestamp::from_millis(self.0.updated_at)
    }

    async fn deleted_at(&self) -> Option<Timestamp> {
        None
    }

    async fn system_status(&self) -> Option<&str> {
        None
    }

    async fn error(&self) -> Option<&str> {
        None
    }
}

impl Application {
    async fn registered(&self, context: &Context<'_>, by: By, id: &str) -> Result<Option<RegisteredService>> {
        service(context)?.registered_service(&self.0.id, by, id).await.map_err(|failure| graphql(&failure))
    }
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ApplicationPage {
    data: Vec<Application>,
    page_info: PageInfo,
    total_count: i64,
}

impl ApplicationPage {
    pub(super) fn new(start: Start, page: Page<Row>) -> Self {
        Self {
            page_info: start.info(page.end.as_deref()),
            data: page.rows.into_iter().map(Application).collect(),
            total_count: page.total,
        }
    }
}
