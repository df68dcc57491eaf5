//! What can be asked and done about applications.

use async_graphql::{Context, ID, Object, Result};
use pairing::Failure;

use super::{
    application::{Application, ApplicationPage},
    error::graphql,
    input::{ApplicationRegisterInput, ApplicationUpdateInput, Label, LabelFilterInput, OperationMode},
    page::{self, Start},
    scalar::{Any, PageCursor},
    schema::{service, view},
};
use crate::service::{Service, identity::View};

pub(super) const READ: &str = "application:read";
pub(super) const WRITE: &str = "application:write";

#[derive(Debug, Default)]
pub(crate) struct ApplicationQueries;

#[Object]
impl ApplicationQueries {
    /// The applications of the tenant, in the order of their ids.
    async fn applications(
        &self,
        context: &Context<'_>,
        filter: Option<Vec<LabelFilterInput>>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<ApplicationPage> {
        let view = view(context, READ)?;
        let page = applications(service(context)?, &view, filter.unwrap_or_default(), first, after).await;
        page.map_err(|failure| graphql(&failure))
    }

    /// The applications that share a formation with a runtime, by their normalized names unless the runtime's label
    /// `isNormalized` says otherwise.
    async fn applications_for_runtime(
        &self,
        context: &Context<'_>,
        #[graphql(name = "runtimeID")] runtime_id: ID,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<ApplicationPage> {
        let (view, service) = (view(context, READ)?, service(context)?);
        let asked = async {
            let (first, start) = (page::size(first)?, Start::read(after)?);
            let page = service.applications_for_runtime(&view, &runtime_id, first, start.after.as_deref()).await?;
            Ok(ApplicationPage::new(start, page))
        };
        asked.await.map_err(|failure: Failure| graphql(&failure))
    }

    /// One application; null when it does not exist.
    async fn application(&self, context: &Context<'_>, id: ID) -> Result<Option<Application>> {
        let view = view(context, READ)?;
        let found = service(context)?.application(&view, &id).await.map_err(|failure| graphql(&failure))?;
        Ok(found.map(Application))
    }
}

#[derive(Debug, Default)]
pub(crate) struct ApplicationMutations;

#[Object]
impl ApplicationMutations {
    async fn register_application(
        &self,
        context: &Context<'_>,
        #[graphql(name = "in")] input: ApplicationRegisterInput,
        #[graphql(default_with = "Some(OperationMode::Sync)")] mode: Option<OperationMode>,
    ) -> Result<Application> {
        let _everything_is_done_at_once = mode;
        let view = view(context, WRITE)?;
        let row = service(context)?.register_application(&view, input.into_new()).await;
        row.map(Application).map_err(|failure| graphql(&failure))
    }

    async fn update_application(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "in")] input: ApplicationUpdateInput,
    ) -> Result<Application> {
        let view = view(context, WRITE)?;
        let row = service(context)?.update_application(&view, &id, input.into_change()).await;
        row.map(Application).map_err(|failure| graphql(&failure))
    }

    async fn unregister_application(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(default_with = "Some(OperationMode::Sync)")] mode: Option<OperationMode>,
    ) -> Result<Application> {
        let _everything_is_done_at_once = mode;
        let view = view(context, WRITE)?;
        let row = service(context)?.unregister_application(&view, &id).await;
        row.map(Application).map_err(|failure| graphql(&failure))
    }

    /// Takes back everything that was handed out for an application; the application stays.
    async fn unpair_application(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(default_with = "Some(OperationMode::Sync)")] mode: Option<OperationMode>,
    ) -> Result<Application> {
        let _everything_is_done_at_once = mode;
        let view = view(context, WRITE)?;
        let row = service(context)?.unpair_application(&view, &id).await;
        row.map(Application).map_err(|failure| graphql(&failure))
    }

    async fn set_application_label(
        &self,
        context: &Context<'_>,
        #[graphql(name = "applicationID")] application_id: ID,
        key: String,
        value: Any,
    ) -> Result<Label> {
        let view = view(context, WRITE)?;
        let done = service(context)?.set_label(&view, &application_id, &key, value.0.clone()).await;
        done.map(|()| Label::new(key, value.0)).map_err(|failure| graphql(&failure))
    }

    async fn delete_application_label(
        &self,
        context: &Context<'_>,
        #[graphql(name = "applicationID")] application_id: ID,
        key: String,
    ) -> Result<Label> {
        let view = view(context, WRITE)?;
        let value = service(context)?.delete_label(&view, &application_id, &key).await;
        value.map(|value| Label::new(key, value)).map_err(|failure| graphql(&failure))
    }
}

async fn applications(
    service: &Service,
    view: &View,
    filter: Vec<LabelFilterInput>,
    first: Option<i32>,
    after: Option<PageCursor>,
) -> Result<ApplicationPage, Failure> {
    let first = page::size(first)?;
    let start = Start::read(after)?;
    let filters = filter.into_iter().map(LabelFilterInput::into_filter).collect::<Result<_, _>>()?;
    let page = service.applications(view, filters, first, start.after.as_deref()).await?;
    Ok(ApplicationPage::new(start, page))
}
