//! Integration systems at the Director. They belong to no tenant.

use super::{At, Auth, Noun, Session, operations::*};
use crate::{
    Problem,
    calls::{AuthSummary, IntegrationSystemDetail, IntegrationSystemPage, IntegrationSystemRow},
};

impl Session {
    pub(crate) async fn integration_systems(
        &self,
        after: Option<String>,
        first: u32,
    ) -> Result<IntegrationSystemPage, Problem> {
        let variables = list_integration_systems::Variables { after, first: Some(first.into()) };
        let session = self.about(Noun::IntegrationSystem);
        let page = session.ask::<ListIntegrationSystems>(variables).await?.value.integration_systems;
        let row = |system: list_integration_systems::ListIntegrationSystemsIntegrationSystemsData| {
            IntegrationSystemRow { id: system.id, name: system.name, description: system.description }
        };
        Ok(IntegrationSystemPage {
            rows: page.data.into_iter().map(row).collect(),
            end_cursor: Some(page.page_info.end_cursor).filter(|cursor| !cursor.is_empty()),
            has_next_page: page.page_info.has_next_page,
            total_count: u32::try_from(page.total_count).unwrap_or(0),
        })
    }

    pub(crate) async fn integration_system(&self, id: String) -> Result<Option<IntegrationSystemDetail>, Problem> {
        let session = self.about(Noun::IntegrationSystem);
        let At { value, moment } =
            session.ask::<GetIntegrationSystem>(get_integration_system::Variables { id }).await?;
        Ok(value.integration_system.map(|system| {
            let auths: Option<Vec<Auth>> = system.auths.auths.map(|auths| auths.into_iter().map(Auth::from).collect());
            let summary = |auth: &Auth| AuthSummary { orphaned: false, ..auth.summary(false, moment) };
            IntegrationSystemDetail {
                row: IntegrationSystemRow { id: system.id, name: system.name, description: system.description },
                auths: auths.map(|auths| auths.iter().map(summary).collect()),
                server_now: moment.rfc3339(),
            }
        }))
    }

    /// Only who it is: that needs fewer permissions.
    pub(crate) async fn integration_system_name(&self, id: String) -> Result<Option<IntegrationSystemRow>, Problem> {
        let session = self.about(Noun::IntegrationSystem);
        let answer = session.ask::<NameIntegrationSystem>(name_integration_system::Variables { id }).await?;
        Ok(answer.value.integration_system.map(|system| IntegrationSystemRow {
            id: system.id,
            name: system.name,
            description: system.description,
        }))
    }
}
