//! Handing out what an application proves itself with, and taking it back.

use async_graphql::{Context, ID, Object, Result};
use pairing::{ErrorCode, Failure};
use serde_json::Value;

use super::{
    SuggestToken,
    applications::WRITE,
    error::graphql,
    one_time_token::{OneTimeTokenForApplication, Suggestion},
    pairing_result::{CLIENT_CERTIFICATE, CLIENT_CREDENTIALS, PairingAuthResult},
    scalar::{AuthTypeInput, JsonText},
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
        issued.map(SystemAuth::issued).map_err(|failure| graphql(&failure))
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
                let issued = service.request_one_time_token(&view, &id, None).await;
                let issued = issued.map_err(|failure| graphql(&failure))?;
                let token = OneTimeTokenForApplication::issued(&issued, Suggestion::Plain, &service.settings.addresses);
                let lifetime = service.policy().lifetimes.application_seconds.unsigned_abs();
                Ok(PairingAuthResult::certificate(issued.system_auth_id, token, lifetime))
            }
            CLIENT_CREDENTIALS => {
                system_auth::must_be_visible(context, Kind::Application)?;
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

/// The application, which must be named exactly once.
pub(super) fn one_of(names: [Option<ID>; 3]) -> Result<ID> {
    let mut given = names.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(id), None) => Ok(id),
        _ => {
            let message = "Invalid data [reason=name the application once, by id, appID or appId]";
            Err(graphql(&Failure::new(ErrorCode::InvalidData, message)))
        }
    }
}
