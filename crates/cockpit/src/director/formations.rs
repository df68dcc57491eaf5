//! Formations at the Director: which applications and runtimes belong together.

use super::{Noun, Session, operations::*};
use crate::{
    Problem,
    calls::{Formation, FormationPage, Owner, OwnerKind},
};

macro_rules! formations {
    ($($operation:ident)*) => {$(
        impl From<$operation::FormationRow> for Formation {
            fn from(row: $operation::FormationRow) -> Self {
                let condition = row.status.map(|status| status.condition);
                Self { id: row.id, name: row.name, state: row.state, condition }
            }
        }
    )*};
}

formations! { list_formations create_formation create_formation_of_template }

impl Session {
    pub(crate) async fn formations(&self, after: Option<String>, first: u32) -> Result<FormationPage, Problem> {
        let variables = list_formations::Variables { after, first: Some(first.into()) };
        let page = self.about(Noun::Formation).ask::<ListFormations>(variables).await?.value.formations;
        Ok(FormationPage {
            formations: page.data.into_iter().map(Formation::from).collect(),
            end_cursor: Some(page.page_info.end_cursor).filter(|cursor| !cursor.is_empty()),
            has_next_page: page.page_info.has_next_page,
            total_count: u32::try_from(page.total_count).unwrap_or(0),
        })
    }

    pub(crate) async fn create_formation(&self, name: String, template: Option<String>) -> Result<Formation, Problem> {
        let session = self.about(Noun::Formation);
        // Not every Director knows formation templates: they are only named when one is wanted.
        if let Some(template) = template {
            let variables = create_formation_of_template::Variables { name, template_name: Some(template) };
            return Ok(session.ask::<CreateFormationOfTemplate>(variables).await?.value.create_formation.into());
        }
        Ok(session.ask::<CreateFormation>(create_formation::Variables { name }).await?.value.create_formation.into())
    }

    pub(crate) async fn assign(&self, formation: String, owner: Owner) -> Result<(), Problem> {
        let session = self.about(Noun::Formation);
        let id = owner.id;
        match owner.kind {
            OwnerKind::Application => {
                session.ask::<AssignApplication>(assign_application::Variables { id, formation }).await?;
            }
            OwnerKind::Runtime => {
                session.ask::<AssignRuntime>(assign_runtime::Variables { id, formation }).await?;
            }
            OwnerKind::IntegrationSystem => return Err(no_member()),
        }
        Ok(())
    }

    pub(crate) async fn unassign(&self, formation: String, owner: Owner) -> Result<(), Problem> {
        let session = self.about(Noun::Formation);
        let id = owner.id;
        match owner.kind {
            OwnerKind::Application => {
                session.ask::<UnassignApplication>(unassign_application::Variables { id, formation }).await?;
            }
            OwnerKind::Runtime => {
                session.ask::<UnassignRuntime>(unassign_runtime::Variables { id, formation }).await?;
            }
            OwnerKind::IntegrationSystem => return Err(no_member()),
        }
        Ok(())
    }
}

fn no_member() -> Problem {
    Problem::invalid("Only applications and runtimes can be in a formation.")
}
