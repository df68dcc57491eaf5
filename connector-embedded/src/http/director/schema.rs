//! Queries and mutations, named and shaped as in Compass (`director/pkg/graphql/schema.graphql`), plus the two of
//! the pairing proposal.

use std::sync::Arc;

use async_graphql::{Context, EmptySubscription, Enum, ID, Object, Result, Schema, SimpleObject};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::{ErrorCode, Failure};

use super::{
    SuggestToken,
    application::{Application, ApplicationPage, PageInfo},
    error::graphql,
    input::{ApplicationRegisterInput, ApplicationUpdateInput, Label, LabelFilterInput, OperationMode},
    pairing_result::{AuthType, CLIENT_CERTIFICATE, CLIENT_CREDENTIALS, PairingAuthResult},
    scalar::{Any, AuthTypeInput, JsonText, Labels, PageCursor},
    system_auth::{AppSystemAuth, OneTimeToken, OneTimeTokenForApplication, Suggestion, SystemAuth},
};
use crate::service::{
    Service,
    identity::{Caller, CallerKind, View},
    one_time_token::IssuedToken,
};

pub(crate) type DirectorSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema; without a service it can only be printed.
pub(crate) fn build(service: Option<Arc<Service>>) -> DirectorSchema {
    // Introspection by common clients nests 13 deep; the deepest query of a Cockpit 7.
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .register_output_type::<SystemAuth>()
        .register_output_type::<OneTimeToken>()
        .limit_depth(15)
        .limit_complexity(2000)
        .limit_directives(4)
        .disable_suggestions();
    match service {
        Some(service) => schema.data(service).finish(),
        None => schema.finish(),
    }
}

pub(super) fn service<'c>(context: &Context<'c>) -> Result<&'c Arc<Service>> {
    context.data::<Arc<Service>>()
}

pub(super) fn caller<'c>(context: &Context<'c>) -> Result<&'c Caller> {
    context.data::<Caller>()
}

fn view(context: &Context<'_>, scope: &str) -> Result<View> {
    caller(context)?.view(scope).map_err(|failure| graphql(&failure))
}

const READ: &str = "application:read";
const WRITE: &str = "application:write";

#[derive(Debug)]
pub(crate) struct Query;

#[Object]
impl Query {
    /// The applications of the tenant, in the order of their ids.
    async fn applications(
        &self,
        context: &Context<'_>,
        filter: Option<Vec<LabelFilterInput>>,
        #[graphql(default_with = "Some(200)", desc = "1 to 200")] first: Option<i32>,
        after: Option<PageCursor>,
    ) -> Result<ApplicationPage> {
        let view = view(context, READ)?;
        let page = applications(context, &view, filter.unwrap_or_default(), first, after).await;
        page.map_err(|failure| graphql(&failure))
    }

    /// One application; null when it does not exist.
    async fn application(&self, context: &Context<'_>, id: ID) -> Result<Option<Application>> {
        let view = view(context, READ)?;
        let found = service(context)?.application(&view, &id).await.map_err(|failure| graphql(&failure))?;
        Ok(found.map(Application))
    }

    /// The ways in which an application can prove who it is (pairing proposal). The application may be named by
    /// `appId`, `appID` or `id`, because the proposal's pages differ.
    async fn get_auth_types_for_application(
        &self,
        context: &Context<'_>,
        #[graphql(name = "appId")] app_id: Option<ID>,
        #[graphql(name = "appID")] app_id_capital: Option<ID>,
        id: Option<ID>,
    ) -> Result<Vec<AuthType>> {
        let view = view(context, READ)?;
        let id = one_of([app_id, app_id_capital, id])?;
        let found = service(context)?.application(&view, &id).await.map_err(|failure| graphql(&failure))?;
        found
            .map(|_| AuthType::all())
            .ok_or_else(|| graphql(&Failure::new(ErrorCode::NotFound, "Object not found [object=application]")))
    }

    /// Who is asking.
    async fn viewer(&self, context: &Context<'_>) -> Result<Viewer> {
        Ok(match &caller(context)?.kind {
            CallerKind::Administrator => Viewer { id: ID("administrator".into()), kind: ViewerType::User },
            CallerKind::Application { id } => Viewer { id: ID(id.clone()), kind: ViewerType::Application },
        })
    }

    /// The tenants of this server.
    async fn tenants(
        &self,
        context: &Context<'_>,
        #[graphql(default_with = "Some(500)", desc = "at least 1")] first: Option<i32>,
        after: Option<PageCursor>,
        search_term: Option<String>,
    ) -> Result<TenantPage> {
        let page = tenants(context, first, after, search_term).await;
        page.map_err(|failure| graphql(&failure))
    }
}

#[derive(Debug)]
pub(crate) struct Mutation;

#[Object]
impl Mutation {
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

    /// A one-time token: into a new system auth, or into the given one, whose earlier token dies.
    async fn request_one_time_token_for_application(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "systemAuthID")] system_auth_id: Option<ID>,
    ) -> Result<OneTimeTokenForApplication> {
        let view = view(context, WRITE)?;
        let auth = system_auth_id.as_ref().map(|id| id.as_str());
        let issued = one_time_token(context, &view, &id, auth).await.map_err(|failure| graphql(&failure))?;
        // Upstream ignores the wish when it re-issues into a system auth.
        let wished = context.data::<SuggestToken>()?.0 && auth.is_none();
        let suggestion = if wished { suggestion(context, &id).await? } else { Suggestion::Plain };
        Ok(OneTimeTokenForApplication::issued(&issued, suggestion, &service(context)?.settings.addresses))
    }

    /// An OAuth2 client; its secret is in this answer and nowhere else.
    async fn request_client_credentials_for_application(&self, context: &Context<'_>, id: ID) -> Result<SystemAuth> {
        let view = view(context, WRITE)?;
        let issued = service(context)?.request_client_credentials(&view, &id).await;
        let issued = issued.map_err(|failure| graphql(&failure))?;
        Ok(SystemAuth::Application(AppSystemAuth::issued(issued)))
    }

    /// Removes what was handed out: its tokens, its OAuth2 client and its certificates stop working at once.
    async fn delete_system_auth_for_application(
        &self,
        context: &Context<'_>,
        #[graphql(name = "authID")] auth_id: ID,
    ) -> Result<SystemAuth> {
        let view = view(context, WRITE)?;
        let visible = caller(context)?.scopes.has("application.auths:read");
        let service = service(context)?;
        let held = service.delete_system_auth(&view, &auth_id).await.map_err(|failure| graphql(&failure))?;
        Ok(SystemAuth::Application(AppSystemAuth::held(held, visible, &service.settings.addresses)))
    }

    /// Makes what an application needs to pair in the chosen way (pairing proposal). The application may be named
    /// by `id`, `appID` or `appId`. No way here needs `inputParams`.
    async fn generate_auth_for_application(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
        #[graphql(name = "appID")] app_id_capital: Option<ID>,
        #[graphql(name = "appId")] app_id: Option<ID>,
        #[graphql(name = "type")] kind: AuthTypeInput,
        input_params: Option<JsonText>,
    ) -> Result<PairingAuthResult> {
        let _no_way_needs_them = input_params;
        let view = view(context, WRITE)?;
        let id = one_of([id, app_id_capital, app_id])?;
        let service = service(context)?;
        match kind.0.as_str() {
            CLIENT_CERTIFICATE => {
                let issued = one_time_token(context, &view, &id, None).await.map_err(|failure| graphql(&failure))?;
                let token = OneTimeTokenForApplication::issued(&issued, Suggestion::Plain, &service.settings.addresses);
                let lifetime = service.settings.certificate_ttl.as_secs();
                Ok(PairingAuthResult::certificate(issued.system_auth_id, token, lifetime))
            }
            CLIENT_CREDENTIALS => {
                let issued = service.request_client_credentials(&view, &id).await;
                let issued = issued.map_err(|failure| graphql(&failure))?;
                Ok(PairingAuthResult::credentials(&issued))
            }
            other => {
                let message = format!(
                    "Invalid data AuthTypeInput [type=must be {CLIENT_CERTIFICATE} or {CLIENT_CREDENTIALS}, not {other:.100}]"
                );
                Err(graphql(&Failure::new(ErrorCode::InvalidData, message)))
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ViewerType {
    Runtime,
    Application,
    IntegrationSystem,
    User,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct Viewer {
    id: ID,
    #[graphql(name = "type")]
    kind: ViewerType,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct Tenant {
    /// The external id: what the header `Tenant` carries.
    id: ID,
    #[graphql(name = "internalID")]
    internal_id: ID,
    name: Option<String>,
    #[graphql(name = "type")]
    kind: String,
    parents: Vec<String>,
    initialized: Option<bool>,
    labels: Option<Labels>,
    provider: String,
}

#[derive(Debug, SimpleObject)]
pub(crate) struct TenantPage {
    data: Vec<Tenant>,
    page_info: PageInfo,
    total_count: i64,
}

async fn applications(
    context: &Context<'_>,
    view: &View,
    filter: Vec<LabelFilterInput>,
    first: Option<i32>,
    after: Option<PageCursor>,
) -> Result<ApplicationPage, Failure> {
    let invalid = |reason: &str| Failure::new(ErrorCode::InvalidData, format!("Invalid data [reason={reason}]"));
    let first = first.ok_or_else(|| invalid("missing required parameter 'first'"))?;
    let first = usize::try_from(first).ok().filter(|first| (1..=200).contains(first));
    let first = first.ok_or_else(|| invalid("page size must be between 1 and 200"))?;
    let cursor = after.map(|cursor| cursor.0).unwrap_or_default();
    let after = read_cursor(&cursor).ok_or_else(|| invalid("cursor is not correct"))?;
    let filters = filter.into_iter().map(LabelFilterInput::into_filter).collect::<Result<_, _>>()?;
    let service = context.data::<Arc<Service>>().map_err(|error| Failure::internal(error.message))?;
    let page = service.applications(view, filters, first, after.as_deref()).await?;
    Ok(ApplicationPage {
        page_info: PageInfo {
            start_cursor: PageCursor(cursor),
            has_next_page: page.end.is_some(),
            end_cursor: PageCursor(page.end.map(|id| write_cursor(&id)).unwrap_or_default()),
        },
        data: page.rows.into_iter().map(Application).collect(),
        total_count: page.total,
    })
}

/// Opaque to clients: the id after which the next page starts.
fn write_cursor(id: &str) -> String {
    STANDARD.encode(format!("after:{id}"))
}

/// `Some(None)` for the first page, `None` for something that is not one of our cursors.
fn read_cursor(cursor: &str) -> Option<Option<String>> {
    if cursor.is_empty() {
        return Some(None);
    }
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:").map(|id| Some(id.to_owned()))
}

async fn tenants(
    context: &Context<'_>,
    first: Option<i32>,
    after: Option<PageCursor>,
    search_term: Option<String>,
) -> Result<TenantPage, Failure> {
    let caller = context.data::<Caller>().map_err(|error| Failure::internal(error.message))?;
    if caller.kind != CallerKind::Administrator {
        let message = format!("insufficient scopes provided [actual={}; required=tenant:read]", caller.scopes);
        return Err(Failure::new(ErrorCode::InsufficientScopes, message));
    }
    let invalid = |reason: &str| Failure::new(ErrorCode::InvalidData, format!("Invalid data [reason={reason}]"));
    let first = first.and_then(|first| usize::try_from(first).ok()).filter(|first| *first > 0);
    let first = first.ok_or_else(|| invalid("page size must be at least 1"))?;
    let cursor = after.map(|cursor| cursor.0).unwrap_or_default();
    let after = read_cursor(&cursor).ok_or_else(|| invalid("cursor is not correct"))?;
    let service = context.data::<Arc<Service>>().map_err(|error| Failure::internal(error.message))?;
    let wanted = search_term.unwrap_or_default().to_lowercase();
    let mut rows = service.tenants().await?;
    rows.retain(|row| row.name.to_lowercase().contains(&wanted) || row.external_id.contains(&wanted));
    let total_count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let skip = after.and_then(|after| rows.iter().position(|row| row.id == after)).map_or(0, |index| index + 1);
    let mut rows = rows.split_off(skip.min(rows.len()));
    let has_next_page = rows.len() > first;
    rows.truncate(first);
    let end = rows.last().filter(|_| has_next_page).map(|row| write_cursor(&row.id)).unwrap_or_default();
    let data = rows.into_iter().map(|row| Tenant {
        id: ID(row.external_id),
        internal_id: ID(row.id),
        name: Some(row.name),
        kind: "account".into(),
        parents: Vec::new(),
        initialized: Some(true),
        labels: Some(Labels(serde_json::Map::new())),
        provider: "embedded".into(),
    });
    let page_info = PageInfo { start_cursor: PageCursor(cursor), end_cursor: PageCursor(end), has_next_page };
    Ok(TenantPage { data: data.collect(), page_info, total_count })
}

async fn one_time_token(
    context: &Context<'_>,
    view: &View,
    id: &ID,
    system_auth_id: Option<&str>,
) -> Result<IssuedToken, Failure> {
    let service = context.data::<Arc<Service>>().map_err(|error| Failure::internal(error.message))?;
    service.request_one_time_token(view, id, system_auth_id).await
}

/// `director/internal/domain/onetimetoken/service.go`: a legacy application gets the link, any other the bundle.
async fn suggestion(context: &Context<'_>, id: &ID) -> Result<Suggestion> {
    let labels = service(context)?.labels(id).await.map_err(|failure| graphql(&failure))?;
    let legacy = labels.get("legacy").and_then(serde_json::Value::as_bool).unwrap_or(false);
    Ok(if legacy { Suggestion::LegacyUrl } else { Suggestion::RawEncoded })
}

fn one_of(names: [Option<ID>; 3]) -> Result<ID> {
    let mut given = names.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(id), None) => Ok(id),
        _ => {
            let message = "Invalid data [reason=name the application once, by id, appID or appId]";
            Err(graphql(&Failure::new(ErrorCode::InvalidData, message)))
        }
    }
}
