//! Formations: which applications and runtimes belong together.

use crate::{
    Cockpit, Problem,
    calls::{
        CallContext, CreateFormation, ErrorAction, Formation, FormationMember, FormationPage, ListPage, Nothing, Text,
    },
    director::page_size,
};

impl Cockpit {
    pub(crate) async fn list_formations(&self, call: CallContext, input: ListPage) -> Result<FormationPage, Problem> {
        self.session(call)?.formations(input.after.map(Text::into_inner), page_size(input.first)?).await
    }

    pub(crate) async fn create_formation(
        &self,
        call: CallContext,
        input: CreateFormation,
    ) -> Result<Formation, Problem> {
        let name = input.name.into_inner();
        if name.trim().is_empty() {
            return Err(Problem::invalid("Name: a formation needs one.").action(ErrorAction::CorrectInput));
        }
        let template = input.template_name.map(Text::into_inner).filter(|name| !name.is_empty());
        self.session(call)?.create_formation(name, template).await
    }

    pub(crate) async fn assign_formation(&self, call: CallContext, input: FormationMember) -> Result<Nothing, Problem> {
        self.session(call)?.assign(input.formation.into_inner(), input.owner).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn unassign_formation(
        &self,
        call: CallContext,
        input: FormationMember,
    ) -> Result<Nothing, Problem> {
        self.session(call)?.unassign(input.formation.into_inner(), input.owner).await?;
        Ok(Nothing {})
    }
}
