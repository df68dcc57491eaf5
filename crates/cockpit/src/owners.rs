//! Runtimes and integration systems: who they are, and what was handed out to them.

use pairing::ErrorCode;

use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, CreateRuntime, DeleteRuntime, DeleteSystemAuth, DirectorRef, ErrorAction, IntegrationSystemDetail,
        IntegrationSystemPage, ListPage, Nothing, OwnerKind, RuntimeDetail, RuntimePage, RuntimeRow, Text,
    },
    cockpit::lock,
    director::page_size,
};

impl Cockpit {
    pub(crate) async fn list_runtimes(&self, call: CallContext, input: ListPage) -> Result<RuntimePage, Problem> {
        self.session(call)?.runtimes(input.after.map(Text::into_inner), page_size(input.first)?).await
    }

    pub(crate) async fn get_runtime(
        &self,
        call: CallContext,
        input: DirectorRef,
    ) -> Result<Option<RuntimeDetail>, Problem> {
        self.session(call)?.runtime(input.id.into_inner()).await
    }

    pub(crate) async fn create_runtime(&self, call: CallContext, input: CreateRuntime) -> Result<RuntimeRow, Problem> {
        let name = input.name.into_inner();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() || name.len() > 256 || !name.chars().all(fits) {
            return Err(Problem::invalid("Name: 1 to 256 letters, digits, \"-\", \".\" and \"_\".")
                .action(ErrorAction::CorrectInput));
        }
        let description = input.description.map(Text::into_inner).filter(|text| !text.is_empty());
        self.session(call)?.register_runtime(name, description).await
    }

    pub(crate) async fn delete_runtime(&self, call: CallContext, input: DeleteRuntime) -> Result<Nothing, Problem> {
        let session = self.session(call)?;
        let found = session.runtime(input.id.into_inner()).await?.ok_or_else(|| gone(OwnerKind::Runtime))?;
        if found.row.name != *input.confirm_name {
            return Err(Problem::invalid("The name that was typed is not the runtime's name; nothing was deleted.")
                .hint("Type the name exactly as it is shown, with capitals."));
        }
        session.unregister_runtime(found.row.id).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn list_integration_systems(
        &self,
        call: CallContext,
        input: ListPage,
    ) -> Result<IntegrationSystemPage, Problem> {
        self.session(call)?.integration_systems(input.after.map(Text::into_inner), page_size(input.first)?).await
    }

    pub(crate) async fn get_integration_system(
        &self,
        call: CallContext,
        input: DirectorRef,
    ) -> Result<Option<IntegrationSystemDetail>, Problem> {
        self.session(call)?.integration_system(input.id.into_inner()).await
    }

    /// What was handed out stops working. The Director looks a system auth up by its id alone, so whether it belongs to the
    /// owner is looked at here.
    pub(crate) async fn delete_system_auth(
        &self,
        call: CallContext,
        input: DeleteSystemAuth,
    ) -> Result<Nothing, Problem> {
        let connection = self.connection(call)?;
        let session = connection.director.session(call);
        let owner = input.owner;
        let watched = session.watch(&owner).await?.value.ok_or_else(|| gone(owner.kind))?;
        let id = input.system_auth_id.into_inner();
        if watched.auths.as_ref().is_some_and(|auths| auths.iter().all(|auth| auth.id != id)) {
            return Err(Problem::new(ErrorCode::NotFound, "This entry was removed in the meantime.")
                .hint("Reload the page.")
                .action(ErrorAction::Reload));
        }
        session.delete_auth(owner.kind, id.clone()).await?;
        tracing::info!(owner = ?owner, system_auth_id = id, "system auth removed");
        lock(&self.pairings).forget_system_auth(&connection.place, &id);
        Ok(Nothing {})
    }
}

/// It was there when the page was painted.
pub(crate) fn gone(kind: OwnerKind) -> Problem {
    let noun = match kind {
        OwnerKind::Application => "application",
        OwnerKind::Runtime => "runtime",
        OwnerKind::IntegrationSystem => "integration system",
    };
    Problem::new(ErrorCode::NotFound, format!("This {noun} no longer exists, or not in this tenant."))
        .hint("Go back to the list and reload it.")
        .action(ErrorAction::Reload)
}
