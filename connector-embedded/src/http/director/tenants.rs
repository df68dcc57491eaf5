//! The tenants of this server.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use pairing::{ErrorCode, Failure};

use super::{
    error::graphql,
    page::{PageInfo, Start, invalid},
    scalar::{Labels, PageCursor},
    schema::{caller, service},
};
use crate::service::{
    Service,
    identity::{Caller, CallerKind},
};

#[derive(Debug, Default)]
pub(crate) struct TenantQueries;

#[Object]
impl TenantQueries {
    /// The tenants of this server.
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
}

#[derive(Debug, SimpleObject)]
pub(crate) struct Tenant {
    /// The external id: what the header `Tenant` carries.
    id: ID,
    #[graphql(name = "internalID")]
    internal_id: ID,
    name: Option<String>,
    #[graphql(name = "type")]
    kind: String,
    parents: Vec<String>,
    initialized: Option<bool>,
    labels: Option<Labels>,
    provider: String,
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
    if caller.kind != CallerKind::Administrator {
        let message = format!("insufficient scopes provided [actual={}; required=tenant:read]", caller.scopes);
        return Err(Failure::new(ErrorCode::InsufficientScopes, message));
    }
    let first = first.and_then(|first| usize::try_from(first).ok()).filter(|first| *first > 0);
    let first = first.ok_or_else(|| invalid("page size must be at least 1"))?;
    let start = Start::read(after)?;
    let wanted = search_term.unwrap_or_default().to_lowercase();
    let mut rows = service.tenants().await?;
    rows.retain(|row| row.name.to_lowercase().contains(&wanted) || row.external_id.contains(&wanted));
    let total_count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let skip = start
        .after
        .as_ref()
        .and_then(|after| rows.iter().position(|row| row.id == *after))
        .map_or(0, |index| index + 1);
    let mut rows = rows.split_off(skip.min(rows.len()));
    let has_next_page = rows.len() > first;
    rows.truncate(first);
    let end = rows.last().filter(|_| has_next_page).map(|row| row.id.clone());
    let data = rows.into_iter().map(|row| Tenant {
        id: ID(row.external_id),
        internal_id: ID(row.id),
        name: Some(row.name),
        kind: "account".into(),
        parents: Vec::new(),
        initialized: Some(true),
        labels: Some(Labels(serde_json::Map::new())),
        provider: "embedded".into(),
    });
    Ok(TenantPage { data: data.collect(), page_info: start.info(end.as_deref()), total_count })
}
