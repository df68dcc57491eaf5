//! Which tenant of the environment in force: looked for at the Director, never a list of ten thousand.

use super::{file::Content, read_capabilities_in_background};
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
        session.tenants(input.text.trim(), input.after.map(Text::into_inner), PAGE).await
    }

    pub(crate) async fn use_tenant(&self, call: CallContext, input: UseTenant) -> Result<AppState, Problem> {
        let (id, name) = (input.id.trim().to_owned(), input.name.trim().to_owned());
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
