//! Applications at the Director.

use std::sync::atomic::Ordering;

use serde_json::{Map, Value};

use super::{At, Auth, Session, asking::Failed, operations::*, wire};
use crate::{
    Problem,
    applications::application_gone,
    calls::{ApplicationDetail, ApplicationPage, ApplicationRow},
};

/// What a person may set on an application.
#[derive(Clone, Debug, Default)]
pub(crate) struct ApplicationFields {
    pub(crate) provider_name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) health_check_url: Option<String>,
}

pub(super) const CONNECTED: &str = "CONNECTED";

impl Session {
    pub(crate) async fn applications(&self, after: Option<String>, first: u32) -> Result<ApplicationPage, Problem> {
        let At { value, moment } = self.application_page(after, first).await?;
        let page = value.applications;
        Ok(ApplicationPage {
            rows: page.data.into_iter().map(ApplicationRow::from).collect(),
            end_cursor: Some(page.page_info.end_cursor).filter(|cursor| !cursor.is_empty()),
            has_next_page: page.page_info.has_next_page,
            total_count: u32::try_from(page.total_count).unwrap_or(0),
            server_now: Some(moment.rfc3339()),
        })
    }

    /// At most `first` of them; fewer where their labels are so long that no more come through at a time.
    async fn application_page(
        &self,
        after: Option<String>,
        first: u32,
    ) -> Result<At<list_applications::ResponseData>, Problem> {
        loop {
            let rows = first.min(self.director.rows_at_once.load(Ordering::Relaxed));
            let variables = list_applications::Variables { after: after.clone(), first: Some(rows.into()) };
            match self.ask::<ListApplications>(variables).await {
                Err(Failed::TooLong(_)) if rows > 1 => {
                    self.director.rows_at_once.fetch_min(rows / 2, Ordering::Relaxed);
                }
                page => return Ok(page?),
            }
        }
    }

    pub(crate) async fn application(&self, id: String) -> Result<Option<ApplicationDetail>, Problem> {
        let At { value, moment } = self.ask::<GetApplication>(get_application::Variables { id }).await?;
        Ok(value.application.map(|application| {
            let labels = application.row.labels.clone();
            let row = ApplicationRow::from(application.row);
            let connected = row.condition == CONNECTED;
            let auths: Option<Vec<Auth>> =
                application.auths.auths.map(|auths| auths.into_iter().map(Auth::from).collect());
            self.director.learnt.auths(auths.as_deref());
            ApplicationDetail {
                health_check_url: application.health_check_url,
                formations: wire::formations(labels.as_ref()),
                labels: labels.unwrap_or_default().into_iter().collect(),
                integration_system: None,
                template_id: application.application_template_id,
                eventing_url: None,
                auths: auths.map(|auths| auths.iter().map(|auth| auth.summary(connected, moment)).collect()),
                row,
            }
        }))
    }

    /// Where the application sends its events; `None`: nowhere yet. Asking may make the Director choose a runtime.
    pub(crate) async fn eventing_url(&self, id: String) -> Result<Option<String>, Problem> {
        let At { value, .. } = self.ask::<GetEventingUrl>(get_eventing_url::Variables { id }).await?;
        let eventing = value.application.ok_or_else(application_gone)?.eventing_configuration;
        Ok(eventing.map(|eventing| eventing.default_url).filter(|url| !url.is_empty()))
    }

    pub(crate) async fn register(
        &self,
        name: String,
        fields: ApplicationFields,
        labels: Map<String, Value>,
    ) -> Result<ApplicationRow, Problem> {
        let input = register_application::ApplicationRegisterInput {
            name,
            provider_name: fields.provider_name,
            description: fields.description,
            base_url: fields.base_url,
            health_check_url: fields.health_check_url,
            labels: (!labels.is_empty()).then_some(labels),
        };
        let answer = self.ask::<RegisterApplication>(register_application::Variables { in_: input }).await?;
        Ok(answer.value.register_application.into())
    }

    pub(crate) async fn update(
        &self,
        id: String,
        fields: ApplicationFields,
        condition: String,
    ) -> Result<ApplicationRow, Problem> {
        let input = update_application::ApplicationUpdateInput {
            provider_name: fields.provider_name,
            description: fields.description,
            base_url: fields.base_url,
            health_check_url: fields.health_check_url,
            status_condition: Some(condition),
        };
        let answer = self.ask::<UpdateApplication>(update_application::Variables { id, in_: input }).await?;
        Ok(answer.value.update_application.into())
    }

    pub(crate) async fn unregister(&self, id: String) -> Result<(), Problem> {
        self.ask::<UnregisterApplication>(unregister_application::Variables { id }).await?;
        Ok(())
    }
}
