//! A second secret for a client. Both work until the old one is retired, by hand or by its date.

use pairing::{ErrorCode, Moment};

use super::wire::Rotated;
use crate::{
    Cockpit, Problem,
    calls::{CallContext, OAuthOwnerKind, Owner, OwnerKind, RotateOAuthSecret, RotatedOAuthSecret},
    cockpit::lock,
    frame::Place,
    https,
    pairings::NewSecret,
};

impl Cockpit {
    pub(crate) async fn rotate_oauth_secret(
        &self,
        call: CallContext,
        input: RotateOAuthSecret,
    ) -> Result<RotatedOAuthSecret, Problem> {
        let (connection, registry) = self.registry(call)?;
        let rotated = registry.rotate(&input.client_id, input.retire_old_after_seconds).await;
        let Rotated { one, client_secret } = rotated.map_err(not_rotated)?;
        tracing::info!(client_id = &*input.client_id, "client secret rotated");
        let environment = &connection.environment;
        let tenant = one.tenant().unwrap_or(&environment.tenant).to_owned();
        // The secret must be held before the detail is made, which says under what id it is.
        let (row, now) = one.clone().into_row();
        let made_by_pairing = row.owner_kind != OAuthOwnerKind::None;
        let kind = match row.owner_kind {
            OAuthOwnerKind::Application => Some(OwnerKind::Application),
            OAuthOwnerKind::Runtime => Some(OwnerKind::Runtime),
            OAuthOwnerKind::IntegrationSystem => Some(OwnerKind::IntegrationSystem),
            OAuthOwnerKind::None => None,
        };
        let owner = kind.zip(row.owner_id.clone()).map(|(kind, id)| Owner { kind, id });
        let receipt = lock(&self.pairings).hold_rotated(NewSecret {
            name: row.spoken_name().to_owned(),
            auth_method: row.auth_method(),
            owner,
            place: Place { environment: environment.id.clone(), tenant },
            director_url: environment.director_url.clone(),
            environment_name: environment.name.clone(),
            tenant_name: environment.tenant_name.clone(),
            // As in Compass, the one is the other.
            system_auth_id: made_by_pairing.then(|| row.client_id.clone()),
            client_id: row.client_id,
            token_url: environment.oauth_token_url.clone(),
            scopes: row.scopes,
            ca_file: environment.ca_file.clone(),
            secret: client_secret,
            // A clock that cannot be read must not cost the secret.
            at: Moment::parse(&now).unwrap_or_else(https::local_time),
        });
        Ok(RotatedOAuthSecret { receipt, client: self.oauth_client_detail(&connection, one) })
    }
}

fn not_rotated(problem: Problem) -> Problem {
    if problem.code != ErrorCode::InvalidOperation {
        return problem;
    }
    let message = "This client can't get another secret now: it has as many as may work at a time.";
    Problem { message: message.into(), ..problem }.hint("Retire one that nobody uses, then rotate again.")
}
