//! The two operations of the pairing proposal: which ways to authenticate there are, and choosing one. No released
//! Compass has them, so they can be left out of the schema.

use async_graphql::{Context, ID, Object, Result};
use pairing::{ErrorCode, Failure};

use super::{
    applications::{READ, WRITE},
    error::graphql,
    one_time_token::{OneTimeTokenForApplication, Suggestion},
    pairing_result::{AuthType, CLIENT_CERTIFICATE, CLIENT_CREDENTIALS, PairingAuthResult},
    scalar::{AuthTypeInput, JsonText},
    schema::{service, view},
    system_auth,
};
use crate::service::system_auth::Kind;

#[derive(Debug, Default)]
pub(crate) struct ProposalQueries;

#[Object]
impl ProposalQueries {
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
}

#[derive(Debug, Default)]
pub(crate) struct ProposalMutations;

#[Object]
impl ProposalMutations {
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

/// The application, which must be named exactly once.
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
