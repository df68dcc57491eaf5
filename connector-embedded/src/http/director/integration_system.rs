//! Integration systems: the type, and what can be asked and done about them. They are in no tenant, so none of this
//! needs the header `Tenant`.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use pairing::Failure;

use super::{
    error::{graphql, graphql_of_named},
    input::IntegrationSystemInput,
    page::{self, PageInfo, Start},
    scalar::PageCursor,
    schema::{reach, service},
    system_auth::{self, IntSysSystemAuth, SystemAuth},
};
use crate::{
    service::{Service, identity::Reach, system_auth::Kind},
    store::integration_system::IntegrationSystem as Row,
};

const READ: &str = "integration_system:read";
const WRITE: &str = "integration_system:write";

#[derive(Clone, Debug)]
pub(crate) struct IntegrationSystem(Row);

#[derive(Debug, SimpleObject)]
pub(crate) struct IntegrationSystemPage {
    data: Vec<IntegrationSystem>,
    page_info: PageInfo,
    total_count: i64,
}

#[Object]
impl IntegrationSystem {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What was handed out for this integration system. Secrets are shown once, when they are made.
    async fn auths(&self, context: &Context<'_>) -> Result<Vec<IntSysSystemAuth>> {
        IntSysSystemAuth::all_of(context, &self.0.id).await
    }
}

#[derive(Debug, Default)]
pub(crate) struct IntegrationSystemQueries;

#[Object]
impl IntegrationSystemQueries {
    /// The integration systems of this server, in the order of their ids.
    async fn integration_systems(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<IntegrationSystemPage> {
        let reach = reach(context, READ)?;
        let page = integration_systems(service(context)?, &reach, first, after).await;
        page.map_err(|failure| graphql(&failure))
    }

    /// One integration system; null when it does not exist.
    async fn integration_system(&self, context: &Context<'_>, id: ID) -> Result<Option<IntegrationSystem>> {
        let reach = reach(context, READ)?;
        let found = service(context)?.integration_system(&reach, &id).await.map_err(|failure| graphql(&failure))?;
        Ok(found.map(IntegrationSystem))
    }
}

#[derive(Debug, Default)]
pub(crate) struct IntegrationSystemMutations;

#[Object]
impl IntegrationSystemMutations {
    async fn register_integration_system(
        &self,
        context: &Context<'_>,
        #[graphql(name = "in")] input: IntegrationSystemInput,
    ) -> Result<IntegrationSystem> {
        let reach = reach(context, WRITE)?;
        let row = service(context)?.register_integration_system(&reach, input.into()).await;
        row.map(IntegrationSystem).map_err(|failure| graphql_of_named(&failure))
    }

    /// Replaces name and description.
    async fn update_integration_system(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "in")] input: IntegrationSystemInput,
    ) -> Result<IntegrationSystem> {
        let reach = reach(context, WRITE)?;
        let row = service(context)?.update_integration_system(&reach, &id, input.into()).await;
        row.map(IntegrationSystem).map_err(|failure| graphql_of_named(&failure))
    }

    /// What was handed out for it stops working at once; the applications that it manages stay.
    async fn unregister_integration_system(&self, context: &Context<'_>, id: ID) -> Result<IntegrationSystem> {
        let reach = reach(context, WRITE)?;
        let row = service(context)?.unregister_integration_system(&reach, &id).await;
        row.map(IntegrationSystem).map_err(|failure| graphql(&failure))
    }

    /// An OAuth2 client; its secret is in this answer and nowhere else.
    async fn request_client_credentials_for_integration_system(
        &self,
        context: &Context<'_>,
        id: ID,
    ) -> Result<SystemAuth> {
        let reach = reach(context, WRITE)?;
        system_auth::must_be_visible(context, Kind::IntegrationSystem)?;
        let issued = service(context)?.request_integration_system_credentials(&reach, &id).await;
        SystemAuth::issued(context, issued.map_err(|failure| graphql(&failure))?)
    }

    /// Removes what was handed out: its OAuth2 client stops working at once.
    async fn delete_system_auth_for_integration_system(
        &self,
        context: &Context<'_>,
        #[graphql(name = "authID")] auth_id: ID,
    ) -> Result<SystemAuth> {
        let reach = reach(context, WRITE)?;
        let removed = service(context)?.delete_integration_system_auth(&reach, &auth_id).await;
        SystemAuth::held(context, removed.map_err(|failure| graphql(&failure))?)
    }
}

async fn integration_systems(
    service: &Service,
    reach: &Reach,
    first: Option<i32>,
    after: Option<PageCursor>,
) -> Result<IntegrationSystemPage, Failure> {
    let first = page::size(first)?;
    let start = Start::read(after)?;
    let page = service.integration_systems(reach, first, start.after.as_deref()).await?;
    Ok(IntegrationSystemPage {
        page_info: start.info(page.end.as_deref()),
        data: page.rows.into_iter().map(IntegrationSystem).collect(),
        total_count: page.total,
    })
}
