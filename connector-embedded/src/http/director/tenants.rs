//! The tenants of this server.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use pairing::{ErrorCode, Failure};

use super::{
    error::graphql,
    page::{PageInfo, Start, invalid},
    scalar::{Labels, PageCursor},
    schema::{caller, service},
};
use crate::{
    service::{
        Service,
        identity::{Caller, CallerKind},
    },
    store::tenant::ListedTenant,
};

/// Compass knows no limit; whoever asks for more gets this many and a next page.
const LARGEST_PAGE: usize = 5000;

#[derive(Debug, Default)]
pub(crate) struct TenantQueries;

#[Object]
impl TenantQueries {
    /// The tenants of this server, in the order of their names; `searchTerm` is looked for in names and external ids.
    async fn tenants(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(500)", desc = "at least 1")] first: Option<i32>,
        after: Option<PageCursor>,
        search_term: Option<String>,
    ) -> Result<TenantPage> {
        let page = tenants(service(context)?, caller(context)?, first, after, search_term).await;
        page.map_err(|failure| graphql(&failure))
    }

    /// One tenant, by the id that the header `Tenant` carries.
    #[graphql(name = "tenantByExternalID")]
    async fn tenant_by_external_id(&self, context: &Context<'_>, id: ID) -> Result<Option<Tenant>> {
        may_read(caller(context)?).map_err(|failure| graphql(&failure))?;
        let found = service(context)?.listed_tenant(&id).await.map_err(|failure| graphql(&failure))?;
        let missing = || format!("Object not found [ID={}; object=tenant]", *id);
        found.map(|found| Some(Tenant(found))).ok_or_else(|| graphql(&Failure::new(ErrorCode::NotFound, missing())))
    }
}

#[derive(Debug)]
pub(crate) struct Tenant(ListedTenant);

#[Object]
impl Tenant {
    /// The external id: what the header `Tenant` carries.
    async fn id(&self) -> ID {
        ID(self.0.tenant.external_id.clone())
    }

    #[graphql(name = "internalID")]
    async fn internal_id(&self) -> ID {
        ID(self.0.tenant.id.clone())
    }

    async fn name(&self) -> Option<&str> {
        Some(&self.0.tenant.name)
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> &str {
        &self.0.description.kind
    }

    /// Internal ids.
    async fn parents(&self) -> &[String] {
        &self.0.description.parents
    }

    /// Whether it owns an application or a runtime.
    async fn initialized(&self) -> Option<bool> {
        Some(self.0.initialized)
    }

    /// All labels, or the one with this key; a key that does not exist gives an empty object.
    async fn labels(&self, key: Option<String>) -> Option<Labels> {
        let mut labels = self.0.description.labels.clone();
        if let Some(key) = key {
            labels.retain(|have, _| *have == key);
        }
        Some(Labels(labels))
    }

    async fn provider(&self) -> &'static str {
        "embedded"
    }
}

#[derive(Debug, SimpleObject)]
pub(crate) struct TenantPage {
    data: Vec<Tenant>,
    page_info: PageInfo,
    total_count: i64,
}

async fn tenants(
    service: &Service,
    caller: &Caller,
    first: Option<i32>,
    after: Option<PageCursor>,
    search_term: Option<String>,
) -> Result<TenantPage, Failure> {
    may_read(caller)?;
    let first = first.and_then(|first| usize::try_from(first).ok()).filter(|first| *first > 0);
    let first = first.ok_or_else(|| invalid("page size must be at least 1"))?.min(LARGEST_PAGE);
    let start = Start::read(after)?;
    let page = service.tenants(&search_term.unwrap_or_default(), first, start.after.as_deref()).await?;
    Ok(TenantPage {
        page_info: start.info(page.end.as_deref()),
        data: page.rows.into_iter().map(Tenant).collect(),
        total_count: page.total,
    })
}

fn may_read(caller: &Caller) -> Result<(), Failure> {
    if matches!(caller.kind, CallerKind::Administrator { .. }) {
        return Ok(());
    }
    let message = format!("insufficient scopes provided [actual={}; required=tenant:read]", caller.scopes);
    Err(Failure::new(ErrorCode::InsufficientScopes, message))
}
