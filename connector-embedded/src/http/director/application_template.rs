//! Application templates: the types, and what can be asked and done about them. They are in no tenant, so only making an
//! application from one needs the header `Tenant`.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use pairing::Failure;
use serde_json::{Map, Value};

use super::{
    application::Application,
    applications,
    error::{graphql, graphql_of_named},
    input::{ApplicationStatusCondition, LabelFilterInput},
    page::{self, PageInfo, Start},
    scalar::{Labels, PageCursor, Timestamp},
    schema::{reach, service, view},
};
use crate::{
    service::application_template::{FromTemplate, Placeholder, TemplateApplication, TemplateInput},
    store::application_template::ApplicationTemplate as Row,
};

const READ: &str = "application_template:read";
const WRITE: &str = "application_template:write";

#[derive(Clone, Debug)]
pub(crate) struct ApplicationTemplate {
    row: Row,
    placeholders: Vec<Placeholder>,
    labels: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ApplicationTemplateAccessLevel {
    Global,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct PlaceholderDefinition {
    name: String,
    description: Option<String>,
    json_path: Option<String>,
    optional: Option<bool>,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct ApplicationTemplatePage {
    data: Vec<ApplicationTemplate>,
    page_info: PageInfo,
    total_count: i64,
}

impl ApplicationTemplate {
    pub(super) fn of(row: Row) -> std::result::Result<Self, Failure> {
        let placeholders = serde_json::from_str(&row.placeholders).map_err(Failure::internal)?;
        let labels = serde_json::from_str(&row.labels).map_err(Failure::internal)?;
        Ok(Self { row, placeholders, labels })
    }
}

#[Object]
impl ApplicationTemplate {
    async fn id(&self) -> ID {
        ID(self.row.id.clone())
    }

    async fn name(&self) -> &str {
        &self.row.name
    }

    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    async fn application_namespace(&self) -> Option<&str> {
        self.row.application_namespace.as_deref()
    }

    /// JSON: what the application is registered with, with placeholders.
    async fn application_input(&self) -> &str {
        &self.row.application_input
    }

    async fn placeholders(&self) -> Vec<PlaceholderDefinition> {
        let definition = |placeholder: &Placeholder| PlaceholderDefinition {
            name: placeholder.name.clone(),
            description: placeholder.description.clone(),
            json_path: placeholder.json_path.clone(),
            optional: Some(placeholder.optional),
        };
        self.placeholders.iter().map(definition).collect()
    }

    /// All labels, or the one with this key; a key that does not exist gives an empty object.
    async fn labels(&self, key: Option<String>) -> Labels {
        let mut labels = self.labels.clone();
        if let Some(key) = key {
            labels.retain(|have, _| *have == key);
        }
        Labels(labels)
    }

    async fn access_level(&self) -> ApplicationTemplateAccessLevel {
        ApplicationTemplateAccessLevel::Global
    }

    async fn created_at(&self) -> Timestamp {
        Timestamp::from_millis(self.row.created_at)
    }

    async fn updated_at(&self) -> Option<Timestamp> {
        Some(Timestamp::from_millis(self.row.updated_at))
    }
}

/// As an application is registered; every text may hold placeholders, `{{name}}`.
#[derive(Debug, InputObject)]
#[graphql(name = "ApplicationJSONInput")]
pub(crate) struct ApplicationJsonInput {
    name: String,
    provider_name: Option<String>,
    description: Option<String>,
    labels: Option<Labels>,
    #[graphql(name = "healthCheckURL")]
    health_check_url: Option<String>,
    base_url: Option<String>,
    application_namespace: Option<String>,
    #[graphql(name = "integrationSystemID")]
    integration_system_id: Option<ID>,
    status_condition: Option<ApplicationStatusCondition>,
    #[graphql(name = "localTenantID")]
    local_tenant_id: Option<String>,
}

#[derive(Debug, InputObject)]
pub(crate) struct PlaceholderDefinitionInput {
    /// A DNS name of at most 36 lower case letters, digits, `-` and `.`, not starting with a digit; unique.
    name: String,
    /// At most 2000 characters.
    description: Option<String>,
    /// `$.a.b`: where the value is in `placeholdersPayload`.
    json_path: Option<String>,
    optional: Option<bool>,
}

macro_rules! template_inputs {
    ($($name:ident,)*) => {
        $(
            /// Placeholders are used in `applicationInput`, and those used there are declared.
            #[derive(Debug, InputObject)]
            pub(crate) struct $name {
                /// 1 to 100 printable ASCII characters; unique.
                name: String,
                /// At most 2000 characters.
                description: Option<String>,
                /// Keys: 1 to 256 letters, digits and underscores.
                labels: Option<Labels>,
                application_input: ApplicationJsonInput,
                placeholders: Option<Vec<PlaceholderDefinitionInput>>,
                access_level: ApplicationTemplateAccessLevel,
                application_namespace: Option<String>,
            }

            impl From<$name> for TemplateInput {
                fn from(input: $name) -> Self {
                    let _there_is_but_one = input.access_level;
                    Self {
                        name: input.name,
                        description: input.description,
                        application_namespace: input.application_namespace,
                        application_input: input.application_input.into(),
                        placeholders: input.placeholders.into_iter().flatten().map(Placeholder::from).collect(),
                        labels: input.labels.map(|labels| labels.0).unwrap_or_default(),
                    }
                }
            }
        )*
    };
}

template_inputs! {
    ApplicationTemplateInput,
    ApplicationTemplateUpdateInput,
}

impl From<PlaceholderDefinitionInput> for Placeholder {
    fn from(input: PlaceholderDefinitionInput) -> Self {
        Self {
            name: input.name,
            description: input.description,
            json_path: input.json_path,
            optional: input.optional.unwrap_or(false),
        }
    }
}

impl From<ApplicationJsonInput> for TemplateApplication {
    fn from(input: ApplicationJsonInput) -> Self {
        Self {
            name: input.name,
            provider_name: input.provider_name,
            description: input.description,
            base_url: input.base_url,
            health_check_url: input.health_check_url,
            local_tenant_id: input.local_tenant_id,
            application_namespace: input.application_namespace,
            integration_system_id: input.integration_system_id.map(|id| id.0),
            status_condition: input.status_condition.map(|condition| condition.as_str().into()),
            labels: input.labels.map(|labels| labels.0).unwrap_or_default(),
        }
    }
}

#[derive(Debug, InputObject)]
pub(crate) struct TemplateValueInput {
    placeholder: String,
    /// At most 128 characters.
    value: String,
}

/// One of `values` and `placeholdersPayload` is given.
#[derive(Debug, InputObject)]
pub(crate) struct ApplicationFromTemplateInput {
    /// Used where there is no `id`.
    template_name: String,
    id: Option<ID>,
    values: Option<Vec<TemplateValueInput>>,
    /// JSON, in which the placeholders' `jsonPath` is looked up.
    placeholders_payload: Option<String>,
    /// Added to those of the template.
    labels: Option<Labels>,
}

#[derive(Debug, Default)]
pub(crate) struct TemplateQueries;

#[Object]
impl TemplateQueries {
    /// The templates of this server, in the order of their ids.
    async fn application_templates(
        &self,
        context: &Context<'_>,
        filter: Option<Vec<LabelFilterInput>>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<ApplicationTemplatePage> {
        reach(context, READ)?;
        let service = service(context)?;
        let asked = async {
            let (first, start) = (page::size(first)?, Start::read(after)?);
            let filters = filter.unwrap_or_default().into_iter().map(LabelFilterInput::into_filter);
            let filters = filters.collect::<std::result::Result<Vec<_>, _>>()?;
            let page = service.application_templates(&filters, first, start.after.as_deref()).await?;
            let data = page.rows.into_iter().map(ApplicationTemplate::of).collect::<std::result::Result<_, _>>()?;
            Ok(ApplicationTemplatePage { page_info: start.info(page.end.as_deref()), data, total_count: page.total })
        };
        asked.await.map_err(|failure: Failure| graphql(&failure))
    }

    async fn application_template(&self, context: &Context<'_>, id: ID) -> Result<ApplicationTemplate> {
        reach(context, READ)?;
        let row = service(context)?.application_template(&id).await;
        row.and_then(ApplicationTemplate::of).map_err(|failure| graphql(&failure))
    }
}

#[derive(Debug, Default)]
pub(crate) struct TemplateMutations;

#[Object]
impl TemplateMutations {
    async fn create_application_template(
        &self,
        context: &Context<'_>,
        #[graphql(name = "in")] input: ApplicationTemplateInput,
    ) -> Result<ApplicationTemplate> {
        reach(context, WRITE)?;
        let row = service(context)?.create_application_template(input.into()).await;
        row.and_then(ApplicationTemplate::of).map_err(|failure| graphql_of_named(&failure))
    }

    /// Replaces everything.
    async fn update_application_template(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "override", desc = "taken and not used")] unused: Option<bool>,
        #[graphql(name = "in")] input: ApplicationTemplateUpdateInput,
    ) -> Result<ApplicationTemplate> {
        let _everything_is_replaced = unused;
        reach(context, WRITE)?;
        let row = service(context)?.update_application_template(&id, input.into()).await;
        row.and_then(ApplicationTemplate::of).map_err(|failure| graphql_of_named(&failure))
    }

    /// Applications that were made from it stay.
    async fn delete_application_template(&self, context: &Context<'_>, id: ID) -> Result<ApplicationTemplate> {
        reach(context, WRITE)?;
        let row = service(context)?.delete_application_template(&id).await;
        row.and_then(ApplicationTemplate::of).map_err(|failure| graphql(&failure))
    }

    async fn register_application_from_template(
        &self,
        context: &Context<'_>,
        #[graphql(name = "in")] input: ApplicationFromTemplateInput,
    ) -> Result<Application> {
        let view = view(context, applications::WRITE)?;
        let values = input.values.map(|values| {
            values.into_iter().map(|TemplateValueInput { placeholder, value }| (placeholder, value)).collect()
        });
        let new = FromTemplate {
            template_name: input.template_name,
            id: input.id.map(|id| id.0),
            values,
            payload: input.placeholders_payload,
            labels: input.labels.map(|labels| labels.0).unwrap_or_default(),
        };
        let row = service(context)?.register_from_template(&view, new).await;
        row.map(Application).map_err(|failure| graphql(&failure))
    }
}
