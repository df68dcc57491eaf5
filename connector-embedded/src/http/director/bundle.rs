//! What an application registered, as the Director shows it: a service of the Application Registry is a bundle. Read only:
//! the registry is the one place to change it.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use pairing::Failure;

use super::{
    definition::{ApiDefinition, ApiDefinitionPage, Document, DocumentPage, EventDefinition, EventDefinitionPage},
    error::graphql,
    page::{self, PageInfo, Start},
    scalar::{JsonSchema, PageCursor, Timestamp},
    schema::{caller, service},
    system_auth::Auth,
};
use crate::{service::Service, store::registered_service::RegisteredService};

#[derive(Clone, Debug)]
pub(crate) struct Bundle(pub(super) RegisteredService);

/// Without this scope nobody sees how the application's API is called.
const CREDENTIALS: &str = "bundle.instance_auths:read";

#[Object]
impl Bundle {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> Option<&str> {
        Some(&self.0.description)
    }

    /// The registry knows no schema of this kind.
    async fn instance_auth_request_input_schema(&self) -> Option<JsonSchema> {
        None
    }

    /// What the application registered as its credentials, with masks for what they are: they are not kept. Null without
    /// the scope `bundle.instance_auths:read`.
    async fn default_instance_auth(&self, context: &Context<'_>) -> Result<Option<Auth>> {
        if !caller(context)?.scopes.has(CREDENTIALS) {
            return Ok(None);
        }
        let api = self.0.read_api().map_err(|failure| graphql(&failure))?;
        Ok(api.and_then(|api| api.credentials).and_then(|credentials| Auth::of_api(&credentials)))
    }

    async fn api_definitions(
        &self,
        group: Option<String>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<ApiDefinitionPage> {
        let data = ApiDefinition::of(&self.0).map_err(|failure| graphql(&failure))?;
        let (data, page_info, total_count) = single(data, group.as_deref(), first, after)?;
        Ok(ApiDefinitionPage { data, page_info, total_count })
    }

    async fn event_definitions(
        &self,
        group: Option<String>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<EventDefinitionPage> {
        let (data, page_info, total_count) = single(EventDefinition::of(&self.0), group.as_deref(), first, after)?;
        Ok(EventDefinitionPage { data, page_info, total_count })
    }

    async fn documents(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<DocumentPage> {
        let documents = self.all_documents(context).await?;
        DocumentPage::new(documents, first, after).map_err(|failure| graphql(&failure))
    }

    async fn api_definition(&self, id: ID) -> Result<Option<ApiDefinition>> {
        let found = ApiDefinition::of(&self.0).map_err(|failure| graphql(&failure))?;
        Ok(found.filter(|found| found.has_id(&id)))
    }

    async fn event_definition(&self, id: ID) -> Option<EventDefinition> {
        EventDefinition::of(&self.0).filter(|found| found.has_id(&id))
    }

    async fn document(&self, context: &Context<'_>, id: ID) -> Result<Option<Document>> {
        Ok(self.all_documents(context).await?.into_iter().find(|document| document.has_id(&id)))
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

    async fn error(&self) -> Option<&str> {
        None
    }
}

impl Bundle {
    async fn all_documents(&self, context: &Context<'_>) -> Result<Vec<Document>> {
        let rows = service(context)?.documents(&self.0.id).await.map_err(|failure| graphql(&failure))?;
        Document::all(&self.0, rows).map_err(|failure| graphql(&failure))
    }
}

/// The page of a list that has one element at most. A group is something the registry does not have.
fn single<T>(
    one: Option<T>,
    group: Option<&str>,
    first: Option<i32>,
    after: Option<PageCursor>,
) -> Result<(Vec<T>, PageInfo, i64)> {
    let read = || {
        page::size(first)?;
        Start::read(after)
    };
    let start = read().map_err(|failure: Failure| graphql(&failure))?;
    let data: Vec<T> = one.into_iter().filter(|_| group.is_none() && start.after.is_none()).collect();
    let total = i64::try_from(data.len()).unwrap_or(i64::MAX);
    Ok((data, start.info(None), total))
}

#[derive(Debug, SimpleObject)]
pub(crate) struct BundlePage {
    data: Vec<Bundle>,
    page_info: PageInfo,
    total_count: i64,
}

impl BundlePage {
    pub(super) async fn of_application(
        service: &Service,
        application_id: &str,
        first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<Self, Failure> {
        let first = page::size(first)?;
        let start = Start::read(after)?;
        let number = match &start.after {
            Some(number) => number.parse().map_err(|_| page::invalid("cursor is not correct"))?,
            None => 0,
        };
        let (rows, end, total_count) = service.registered_services_after(application_id, number, first).await?;
        let end = end.map(|number| number.to_string());
        Ok(Self { data: rows.into_iter().map(Bundle).collect(), page_info: start.info(end.as_deref()), total_count })
    }
}
