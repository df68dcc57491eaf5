//! The tenants that a sign-in may see (contracts/compass.md §1.18).

use std::collections::BTreeMap;

use super::{At, Session, operations::*};
use crate::{
    Problem,
    calls::{TenantRow, Tenants},
};

impl Session {
    /// Those with the text in their name or external id; all, where it is empty.
    pub(crate) async fn tenants(&self, text: &str, after: Option<String>, first: u32) -> Result<Tenants, Problem> {
        let search_term = (!text.is_empty()).then(|| text.to_owned());
        let variables = list_tenants::Variables { first: Some(first.into()), after, search_term };
        let At { value, .. } = self.ask::<ListTenants>(variables).await?;
        let page = value.tenants;
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for tenant in &page.data {
            *names.entry(tenant.name.clone().unwrap_or_default()).or_default() += 1;
        }
        let rows = page.data.into_iter().map(|tenant| {
            let name = tenant.name.unwrap_or_default();
            let repeats = names.get(&name).is_some_and(|count| *count > 1);
            let initialized = tenant.initialized.unwrap_or_default();
            TenantRow { id: tenant.id, name, kind: tenant.type_, initialized, repeats }
        });
        Ok(Tenants {
            tenants: rows.collect(),
            total_count: u32::try_from(page.total_count).unwrap_or(0),
            end_cursor: Some(page.page_info.end_cursor).filter(|cursor| !cursor.is_empty()),
            has_next_page: page.page_info.has_next_page,
        })
    }
}
