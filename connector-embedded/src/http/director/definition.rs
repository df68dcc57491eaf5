//! API definitions, event definitions and documents of bundles.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use pairing::Failure;

use super::{
    error::graphql,
    page::{self, PageInfo, Start},
    scalar::{Clob, PageCursor, Timestamp},
    schema::service,
};
use crate::{
    service::registry::SPECIFICATION,
    store::registered_service::{Document as DocumentRow, RegisteredService, SpecKind},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "APISpecType")]
pub(crate) enum ApiSpecType {
    #[graphql(name = "ODATA")]
    OData,
    #[graphql(name = "OPEN_API")]
    OpenApi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum EventSpecType {
    AsyncApi,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(rename_items = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SpecFormat {
    Yaml,
    Json,
    Xml,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DocumentFormat {
    Markdown,
}

/// An API of a bundle.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "APIDefinition")]
pub(crate) struct ApiDefinition {
    id: ID,
    name: String,
    description: Option<String>,
    /// Null when the application named only an address for it: nothing is fetched here.
    spec: Option<ApiSpec>,
    #[graphql(name = "targetURL")]
    target_url: String,
    group: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    error: Option<String>,
}

/// The events of a bundle.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct EventDefinition {
    id: ID,
    name: String,
    description: Option<String>,
    group: Option<String>,
    spec: Option<EventSpec>,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    error: Option<String>,
}

/// A specification; its text is read when it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct ApiSpec {
    service_id: String,
    kind: ApiSpecType,
    format: SpecFormat,
    bytes: usize,
}

/// A specification; its text is read when it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct EventSpec {
    service_id: String,
    bytes: usize,
}

#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Document {
    id: ID,
    title: String,
    display_name: String,
    description: String,
    format: DocumentFormat,
    kind: Option<String>,
    data: Option<Clob>,
    created_at: Timestamp,
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
    error: Option<String>,
}

#[derive(Debug, SimpleObject)]
#[graphql(name = "APIDefinitionPage")]
pub(crate) struct ApiDefinitionPage {
    pub(super) data: Vec<ApiDefinition>,
    pub(super) page_info: PageInfo,
    pub(super) total_count: i64,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct EventDefinitionPage {
    pub(super) data: Vec<EventDefinition>,
    pub(super) page_info: PageInfo,
    pub(super) total_count: i64,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct DocumentPage {
    data: Vec<Document>,
    page_info: PageInfo,
    total_count: i64,
}

impl ApiDefinition {
    /// The one that a service has, if it has one.
    pub(super) fn of(row: &RegisteredService) -> Result<Option<Self>, Failure> {
        let (Some(id), Some(api)) = (&row.api_definition_id, row.read_api()?) else { return Ok(None) };
        let kind = if api.api_type == "ODATA" { ApiSpecType::OData } else { ApiSpecType::OpenApi };
        let format = if row.api_spec_format.as_deref() == Some("XML") { SpecFormat::Xml } else { SpecFormat::Json };
        let bytes = usize::try_from(row.api_spec_bytes).unwrap_or(usize::MAX);
        let spec = (bytes > 0).then(|| ApiSpec { service_id: row.id.clone(), kind, format, bytes });
        Ok(Some(Self {
            id: ID(id.clone()),
            name: row.name.clone(),
            description: Some(row.description.clone()),
            spec,
            target_url: api.target_url,
            group: None,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
            deleted_at: None,
            error: None,
        }))
    }

    pub(super) fn has_id(&self, id: &ID) -> bool {
        self.id == *id
    }
}

impl EventDefinition {
    /// The one that a service has, if it has one.
    pub(super) fn of(row: &RegisteredService) -> Option<Self> {
        let bytes = usize::try_from(row.event_spec_bytes).unwrap_or(usize::MAX);
        Some(Self {
            id: ID(row.event_definition_id.clone()?),
            name: row.name.clone(),
            description: Some(row.description.clone()),
            group: None,
            spec: (bytes > 0).then(|| EventSpec { service_id: row.id.clone(), bytes }),
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
            deleted_at: None,
            error: None,
        })
    }

    pub(super) fn has_id(&self, id: &ID) -> bool {
        self.id == *id
    }
}

impl Document {
    pub(super) fn all(service: &RegisteredService, rows: Vec<DocumentRow>) -> Result<Vec<Self>, Failure> {
        let documentation = service.read_documentation()?;
        let (display_name, description) =
            documentation.map(|all| (all.display_name, all.description)).unwrap_or_default();
        let document = |row: DocumentRow| Self {
            id: ID(row.id),
            title: row.title,
            display_name: display_name.clone(),
            description: description.clone(),
            format: DocumentFormat::Markdown,
            kind: Some(row.kind).filter(|kind| !kind.is_empty()),
            data: Some(Clob(row.source)),
            created_at: Timestamp::from_millis(service.created_at),
            updated_at: Timestamp::from_millis(service.updated_at),
            deleted_at: None,
            error: None,
        };
        Ok(rows.into_iter().map(document).collect())
    }

    pub(super) fn has_id(&self, id: &ID) -> bool {
        self.id == *id
    }
}

impl DocumentPage {
    /// Some of the documents of a service, in their order.
    pub(super) fn new(
        documents: Vec<Document>,
        first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<Self, Failure> {
        let first = page::size(first)?;
        let start = Start::read(after)?;
        let skipped = match &start.after {
            Some(number) => number.parse().map_err(|_| page::invalid("cursor is not correct"))?,
            None => 0,
        };
        let total_count = i64::try_from(documents.len()).map_err(Failure::internal)?;
        let end = skipped + first;
        let end = (end < documents.len()).then(|| end.to_string());
        let data = documents.into_iter().skip(skipped).take(first).collect();
        Ok(Self { data, page_info: start.info(end.as_deref()), total_count })
    }
}

/// How much of specifications one answer may still carry, in bytes: a page of bundles could have a gigabyte of them.
#[derive(Debug)]
pub(super) struct SpecificationBudget(AtomicUsize);

impl Default for SpecificationBudget {
    fn default() -> Self {
        Self(AtomicUsize::new(3 * SPECIFICATION))
    }
}

impl SpecificationBudget {
    fn take(&self, bytes: usize) -> Result<(), Failure> {
        let taken = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes));
        taken.map(drop).map_err(|_| {
            let message = format!(
                "one answer carries specifications of up to {} bytes; ask for the definitions one by one",
                3 * SPECIFICATION
            );
            page::invalid(&message)
        })
    }
}

/// The text of a specification.
async fn text(context: &Context<'_>, service_id: &str, kind: SpecKind, bytes: usize) -> Result<Option<Clob>> {
    // Before it is read.
    context.data::<SpecificationBudget>()?.take(bytes).map_err(|failure| graphql(&failure))?;
    let found = service(context)?.specification(service_id, kind).await.map_err(|failure| graphql(&failure))?;
    Ok(found.map(|found| Clob(found.text)))
}

#[Object(name = "APISpec")]
impl ApiSpec {
    async fn id(&self) -> ID {
        ID(format!("{}-api", self.service_id))
    }

    async fn data(&self, context: &Context<'_>) -> Result<Option<Clob>> {
        text(context, &self.service_id, SpecKind::Api, self.bytes).await
    }

    async fn format(&self) -> SpecFormat {
        self.format
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> ApiSpecType {
        self.kind
    }
}

#[Object]
impl EventSpec {
    async fn id(&self) -> ID {
        ID(format!("{}-events", self.service_id))
    }

    async fn data(&self, context: &Context<'_>) -> Result<Option<Clob>> {
        text(context, &self.service_id, SpecKind::Events, self.bytes).await
    }

    /// Always JSON.
    async fn format(&self) -> SpecFormat {
        SpecFormat::Json
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> EventSpecType {
        EventSpecType::AsyncApi
    }
}
