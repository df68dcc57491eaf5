//! Runtimes: the type, and what can be asked and done about them.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use pairing::Failure;
use serde_json::Value;

use super::{
    error::{graphql, graphql_of_named},
    input::{Label, LabelFilterInput, RuntimeRegisterInput, RuntimeStatusCondition, RuntimeUpdateInput},
    one_time_token::OneTimeTokenForRuntime,
    page::{self, PageInfo, Start},
    scalar::{Any, Labels, PageCursor, Timestamp},
    schema::{service, view},
    system_auth::{self, RuntimeSystemAuth, SystemAuth},
};
use crate::{
    service::{Service, identity::View, system_auth::Kind},
    store::runtime::Runtime as Row,
};

const READ: &str = "runtime:read";
const WRITE: &str = "runtime:write";

/// The label in which a runtime says where it takes events, as in Compass.
const EVENTING_LABEL: &str = "runtime_eventServiceUrl";

#[derive(Clone, Debug)]
pub(crate) struct Runtime(Row);

#[derive(Debug, SimpleObject)]
pub(crate) struct RuntimeMetadata {
    creation_timestamp: Timestamp,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct RuntimeStatus {
    condition: RuntimeStatusCondition,
    timestamp: Timestamp,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct RuntimeEventingConfiguration {
    /// The label `runtime_eventServiceUrl`; empty without it.
    #[graphql(name = "defaultURL")]
    default_url: String,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct RuntimePage {
    data: Vec<Runtime>,
    page_info: PageInfo,
    total_count: i64,
}

#[Object]
impl Runtime {
    async fn id(&self) -> ID {
        ID(self.0.id.clone())
    }

    async fn metadata(&self) -> RuntimeMetadata {
        RuntimeMetadata { creation_timestamp: Timestamp::from_millis(self.0.created_at) }
    }

    async fn name(&self) -> &str {
        &self.0.name
    }

    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// All labels, or the one with this key; a key that does not exist gives an empty object.
    async fn labels(&self, context: &Context<'_>, key: Option<String>) -> Result<Labels> {
        let labels = service(context)?.runtime_labels(&self.0.id).await;
        let mut labels = labels.map_err(|failure| graphql(&failure))?;
        if let Some(key) = key {
            labels.retain(|have, _| *have == key);
        }
        Ok(Labels(labels))
    }

    async fn status(&self) -> RuntimeStatus {
        RuntimeStatus {
            condition: RuntimeStatusCondition::of(&self.0.status_condition),
            timestamp: Timestamp::from_millis(self.0.status_at),
        }
    }

    /// What was handed out for this runtime. Secrets are shown once, when they are made.
    async fn auths(&self, context: &Context<'_>) -> Result<Vec<RuntimeSystemAuth>> {
        RuntimeSystemAuth::all_of(context, &self.0.id).await
    }

    async fn eventing_configuration(&self, context: &Context<'_>) -> Result<RuntimeEventingConfiguration> {
        let labels = service(context)?.runtime_labels(&self.0.id).await.map_err(|failure| graphql(&failure))?;
        let default_url = labels.get(EVENTING_LABEL).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(RuntimeEventingConfiguration { default_url })
    }

    async fn application_namespace(&self) -> Option<&str> {
        self.0.application_namespace.as_deref()
    }
}

#[derive(Debug, Default)]
pub(crate) struct RuntimeQueries;

#[Object]
impl RuntimeQueries {
    /// The runtimes of the tenant, in the order of their names.
    async fn runtimes(
        &self,
        context: &Context<'_>,
        filter: Option<Vec<LabelFilterInput>>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<RuntimePage> {
        let view = view(context, READ)?;
        let page = runtimes(service(context)?, &view, filter.unwrap_or_default(), first, after).await;
        page.map_err(|failure| graphql(&failure))
    }

    /// One runtime; null when it does not exist.
    async fn runtime(&self, context: &Context<'_>, id: ID) -> Result<Option<Runtime>> {
        let view = view(context, READ)?;
        let found = service(context)?.runtime(&view, &id).await.map_err(|failure| graphql(&failure))?;
        Ok(found.map(Runtime))
    }
}

#[derive(Debug, Default)]
pub(crate) struct RuntimeMutations;

#[Object]
impl RuntimeMutations {
    async fn register_runtime(
        &self,
        context: &Context<'_>,
        #[graphql(name = "in")] input: RuntimeRegisterInput,
    ) -> Result<Runtime> {
        let view = view(context, WRITE)?;
        let row = service(context)?.register_runtime(&view, input.into()).await;
        row.map(Runtime).map_err(|failure| graphql_of_named(&failure))
    }

    /// Replaces name, description and labels.
    async fn update_runtime(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "in")] input: RuntimeUpdateInput,
    ) -> Result<Runtime> {
        let view = view(context, WRITE)?;
        let row = service(context)?.update_runtime(&view, &id, input.into()).await;
        row.map(Runtime).map_err(|failure| graphql_of_named(&failure))
    }

    /// What was handed out for it stops working at once.
    async fn unregister_runtime(&self, context: &Context<'_>, id: ID) -> Result<Runtime> {
        let view = view(context, WRITE)?;
        let row = service(context)?.unregister_runtime(&view, &id).await;
        row.map(Runtime).map_err(|failure| graphql(&failure))
    }

    async fn set_runtime_label(
        &self,
        context: &Context<'_>,
        #[graphql(name = "runtimeID")] runtime_id: ID,
        key: String,
        value: Any,
    ) -> Result<Label> {
        let view = view(context, WRITE)?;
        let done = service(context)?.set_runtime_label(&view, &runtime_id, &key, value.0.clone()).await;
        done.map(|()| Label::new(key, value.0)).map_err(|failure| graphql(&failure))
    }

    async fn delete_runtime_label(
        &self,
        context: &Context<'_>,
        #[graphql(name = "runtimeID")] runtime_id: ID,
        key: String,
    ) -> Result<Label> {
        let view = view(context, WRITE)?;
        let value = service(context)?.delete_runtime_label(&view, &runtime_id, &key).await;
        value.map(|value| Label::new(key, value)).map_err(|failure| graphql(&failure))
    }

    /// A one-time token: into a new system auth, or into the given one, whose earlier token dies.
    async fn request_one_time_token_for_runtime(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "systemAuthID")] system_auth_id: Option<ID>,
    ) -> Result<OneTimeTokenForRuntime> {
        let view = view(context, WRITE)?;
        let service = service(context)?;
        let auth = system_auth_id.as_ref().map(|id| id.as_str());
        let issued = service.request_one_time_token_for_runtime(&view, &id, auth).await;
        let issued = issued.map_err(|failure| graphql(&failure))?;
        Ok(OneTimeTokenForRuntime::issued(&issued, &service.settings.addresses))
    }

    /// An OAuth2 client; its secret is in this answer and nowhere else.
    async fn request_client_credentials_for_runtime(&self, context: &Context<'_>, id: ID) -> Result<SystemAuth> {
        let view = view(context, WRITE)?;
        system_auth::must_be_visible(context, Kind::Runtime)?;
        let issued = service(context)?.request_runtime_credentials(&view, &id).await;
        SystemAuth::issued(context, issued.map_err(|failure| graphql(&failure))?)
    }

    /// Removes what was handed out: its OAuth2 client stops working at once.
    async fn delete_system_auth_for_runtime(
        &self,
        context: &Context<'_>,
        #[graphql(name = "authID")] auth_id: ID,
    ) -> Result<SystemAuth> {
        let view = view(context, WRITE)?;
        let removed = service(context)?.delete_system_auth(&view, Kind::Runtime, &auth_id).await;
        SystemAuth::held(context, removed.map_err(|failure| graphql(&failure))?)
    }
}

async fn runtimes(
    service: &Service,
    view: &View,
    filter: Vec<LabelFilterInput>,
    first: Option<i32>,
    after: Option<PageCursor>,
) -> Result<RuntimePage, Failure> {
    let first = page::size(first)?;
    let start = Start::read(after)?;
    let filters = filter.into_iter().map(LabelFilterInput::into_filter).collect::<Result<_, _>>()?;
    let page = service.runtimes(view, filters, first, start.after.as_deref()).await?;
    Ok(RuntimePage {
        page_info: start.info(page.end.as_deref()),
        data: page.rows.into_iter().map(Runtime).collect(),
        total_count: page.total,
    })
}
