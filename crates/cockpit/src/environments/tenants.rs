//! Which tenant of the environment in force: looked for at the Director, never a list of ten thousand.

use std::collections::BTreeMap;

use super::{
    definition::{as_seen, plain},
    file::Content,
    read_capabilities_in_background,
};
use crate::{
    Cockpit, Problem,
    calls::{AppState, CallContext, ErrorAction, SearchTenants, TenantRef, Tenants, Text, UseTenant},
    cockpit::lock,
    https,
};

/// A person reads no more before typing on.
const PAGE: u32 = 50;

impl Cockpit {
    pub(crate) async fn search_tenants(&self, call: CallContext, input: SearchTenants) -> Result<Tenants, Problem> {
        // One that is not known there would be in the way of finding another.
        let session = self.connection(call)?.with_tenant("", "")?.director.session(call);
        let found = session.tenants(input.text.trim(), input.after.map(Text::into_inner), PAGE).await?;
        Ok(told_apart(found))
    }

    pub(crate) async fn use_tenant(&self, call: CallContext, input: UseTenant) -> Result<AppState, Problem> {
        let (id, name) = (input.id.trim().to_owned(), plain(&input.name));
        if id.is_empty() {
            return Err(Problem::invalid("The tenant has no id.").action(ErrorAction::ChooseTenant));
        }
        let name = if name.is_empty() { id.clone() } else { name };
        let environment = self.connection(call)?;
        let connection = environment.with_tenant(&id, &name)?;
        lock(&self.frame).put_tenant_in_force(call, connection)?;
        let (used_in, tenant) = (environment.place.environment, TenantRef { id, name });
        tracing::info!(environment = used_in, tenant = tenant.id, "tenant in force");
        let at = https::local_time().rfc3339();
        let noted = self.environments.change(move |content: &mut Content| {
            if let Some(record) = content.environments.iter_mut().find(|record| record.id == used_in) {
                record.used(tenant, at);
            }
            Ok(())
        });
        // It is in force all the same; at the next start it has to be chosen again.
        if let Err(problem) = noted.await {
            tracing::warn!(code = %problem.code, detail = problem.detail, "the tenant could not be noted");
        }
        read_capabilities_in_background(&self.frame, &self.desktop);
        self.desktop.state_changed();
        Ok(self.state())
    }
}

/// Names as they are shown. Those that look alike are told apart by their ids.
fn told_apart(mut found: Tenants) -> Tenants {
    let mut alike: BTreeMap<String, u32> = BTreeMap::new();
    for tenant in &mut found.tenants {
        tenant.name = plain(&tenant.name);
        *alike.entry(as_seen(&tenant.name)).or_default() += 1;
    }
    for tenant in &mut found.tenants {
        tenant.repeats |= alike.get(&as_seen(&tenant.name)).is_some_and(|count| *count > 1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::TenantRow;

    #[test]
    fn what_looks_alike_is_told_apart() {
        let row = |name: &str| TenantRow {
            id: name.len().to_string(),
            name: name.into(),
            kind: String::new(),
            initialized: true,
            repeats: false,
        };
        let tenants = ["Acme", "A\u{200b}cme", "\u{202e}Acrne", "Other"].map(row).into();
        let found = told_apart(Tenants { tenants, total_count: 4, end_cursor: None, has_next_page: false });
        let shown: Vec<_> = found.tenants.iter().map(|tenant| (tenant.name.as_str(), tenant.repeats)).collect();
        assert_eq!(shown, [("Acme", true), ("Acme", true), ("Acrne", false), ("Other", false)]);
    }
}
