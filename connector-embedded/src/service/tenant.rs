//! The tenants of this server.

use pairing::Failure;

use super::Service;
use crate::store::{
    selection::Page,
    tenant::{self, ListedTenant, Tenant},
};

impl Service {
    /// Up to `first` tenants after the one with the id `after`, in the order of their names; those that have `search` in
    /// their name or external id.
    pub(crate) async fn tenants(
        &self,
        search: &str,
        first: usize,
        after: Option<&str>,
    ) -> Result<Page<ListedTenant>, Failure> {
        let mut connection = self.store.read().await?;
        // One more than asked for tells whether there is a next page.
        let mut rows = tenant::page(&mut connection, search, after, first + 1).await?;
        let more = rows.len() > first;
        rows.truncate(first);
        let end = rows.last().filter(|_| more).map(|row| row.tenant.id.clone());
        let total = tenant::count(&mut connection, search).await?;
        Ok(Page { rows, end, total })
    }

    /// One tenant, by its external id.
    pub(crate) async fn listed_tenant(&self, external_id: &str) -> Result<Option<ListedTenant>, Failure> {
        let mut connection = self.store.read().await?;
        tenant::listed(&mut connection, external_id).await
    }

    /// The one that a new data directory begins with; the Connector Service knows no others.
    pub(crate) async fn default_tenant(&self) -> Result<Tenant, Failure> {
        let first = self.first_tenant().await?;
        first.ok_or_else(|| Failure::internal("there is no tenant"))
    }

    /// `None` before the first start has made one.
    pub(super) async fn first_tenant(&self) -> Result<Option<Tenant>, Failure> {
        let mut connection = self.store.read().await?;
        tenant::first(&mut connection).await
    }

    /// Whether the store answers and the clients in memory are what it says.
    ///
    /// # Errors
    /// Why not.
    pub(crate) async fn is_ready(&self) -> Result<(), Failure> {
        self.store.clients().find("")?;
        self.first_tenant().await.map(drop)
    }
}
