//! Handing out what an application proves itself with, and taking it back.

use async_graphql::{Context, ID, Object, Result};
use serde_json::Value;

use super::{
    SuggestToken,
    applications::WRITE,
    error::graphql,
    one_time_token::{OneTimeTokenForApplication, Suggestion},
    schema::{service, view},
    system_auth::{self, SystemAuth},
};
use crate::service::{identity::View, system_auth::Kind};

#[derive(Debug, Default)]
pub(crate) struct HandingOut;

#[Object]
impl HandingOut {
    /// A one-time token: into a new system auth, or into the given one, whose earlier token dies.
    async fn request_one_time_token_for_application(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(name = "systemAuthID")] system_auth_id: Option<ID>,
    ) -> Result<OneTimeTokenForApplication> {
        let view = view(context, WRITE)?;
        let auth = system_auth_id.as_ref().map(|id| id.as_str());
        let issued = service(context)?.request_one_time_token(&view, &id, auth).await;
        let issued = issued.map_err(|failure| graphql(&failure))?;
        // Upstream ignores the wish when it re-issues into a system auth.
        let wished = context.data::<SuggestToken>()?.0 && auth.is_none();
        let suggestion = if wished { suggestion(context, &view, &id).await? } else { Suggestion::Plain };
        Ok(OneTimeTokenForApplication::issued(&issued, suggestion, &service(context)?.settings.addresses))
    }

    /// An OAuth2 client; its secret is in this answer and nowhere else.
    async fn request_client_credentials_for_application(&self, context: &Context<'_>, id: ID) -> Result<SystemAuth> {
        let view = view(context, WRITE)?;
        system_auth::must_be_visible(context, Kind::Application)?;
        let issued = service(context)?.request_client_credentials(&view, &id).await;
        SystemAuth::issued(context, issued.map_err(|failure| graphql(&failure))?)
    }

    /// Removes what was handed out: its tokens, its OAuth2 client and its certificates stop working at once.
    async fn delete_system_auth_for_application(
        &self,
        context: &Context<'_>,
        #[graphql(name = "authID")] auth_id: ID,
    ) -> Result<SystemAuth> {
        let view = view(context, WRITE)?;
        let removed = service(context)?.delete_system_auth(&view, Kind::Application, &auth_id).await;
        SystemAuth::held(context, removed.map_err(|failure| graphql(&failure))?)
    }
}

/// `director/internal/domain/onetimetoken/token.go`: what an integration system manages gets the plain token, a legacy
/// application the link, any other the bundle.
async fn suggestion(context: &Context<'_>, view: &View, id: &ID) -> Result<Suggestion> {
    let service = service(context)?;
    let application = service.application(view, id).await.map_err(|failure| graphql(&failure))?;
    if application.is_some_and(|application| application.integration_system_id.is_some()) {
        return Ok(Suggestion::Plain);
    }
    let labels = service.labels(id).await.map_err(|failure| graphql(&failure))?;
    let legacy = labels.get("legacy").and_then(Value::as_bool).unwrap_or(false);
    Ok(if legacy { Suggestion::LegacyUrl } else { Suggestion::RawEncoded })
}
