//! Asking for pairing data, and giving it back.

use pairing::{ErrorCode, Moment};

use super::{Handed, Origin, Pairing, Subject};
use crate::{
    Cockpit, Problem,
    applications::application_gone,
    calls::{
        ApplicationPairing, AuthType, AuthTypeOffer, CorrelationId, Nothing, PairingReceipt, PairingRef,
        RequestPairing, Text, TokenAuthMethod,
    },
    cockpit::{Connection, lock},
    director::{NewAuth, NewCredentials, NewToken, Watched},
};

impl Cockpit {
    pub(crate) async fn auth_types(
        &self,
        call: CorrelationId,
        input: ApplicationPairing,
    ) -> Result<Vec<AuthTypeOffer>, Problem> {
        let Connection { environment, director, .. } = self.connection()?;
        let offered = director.session(call).auth_types(input.application_id.into_inner()).await?;
        let offer = |auth_type| {
            // A Director that cannot be asked has both mutations: every one that shipped does.
            let available = offered.as_ref().is_none_or(|offered| offered.contains(&auth_type));
            let reason = (!available).then(|| format!("Not offered by {} for this application.", environment.name));
            AuthTypeOffer { auth_type, available, reason }
        };
        Ok(vec![offer(AuthType::ClientCertificate), offer(AuthType::ClientCredentials)])
    }

    pub(crate) async fn request_pairing(
        &self,
        call: CorrelationId,
        input: RequestPairing,
    ) -> Result<PairingReceipt, Problem> {
        let connection = self.connection()?;
        let session = connection.director.session(call);
        let id = input.application_id.into_inner();
        let watched = session.watch(id.clone()).await?.value.ok_or_else(application_gone)?;
        let reissue = input.system_auth_id.map(Text::into_inner);
        let pairing = match (input.auth_type, reissue) {
            (AuthType::ClientCertificate, None) => {
                let new = session.new_token(&id, watched.auths.as_deref()).await?;
                certificate(&connection, id, &watched, new)
            }
            (AuthType::ClientCertificate, Some(system_auth_id)) => {
                check_owner(&watched, &system_auth_id)?;
                let new = session.replace_token(&id, &system_auth_id).await?;
                certificate(&connection, id, &watched, new)
            }
            (AuthType::ClientCredentials, None) => {
                let new = session.new_credentials(&id).await?;
                credentials(&connection, id, &watched, new)
            }
            (AuthType::ClientCredentials, Some(_)) => {
                return Err(Problem::new(ErrorCode::InvalidOperation, "A client secret can't be issued again.")
                    .hint("Request new credentials, then remove the old ones."));
            }
        };
        let now = pairing.requested_at;
        let pairing_id = pairing.id.clone();
        tracing::info!(
            application_id = pairing.application_id,
            system_auth_id = pairing.system_auth_id,
            "pairing data requested"
        );
        lock(&self.pairings).add(pairing);
        // A clipboard that cannot be written is part of the receipt: failing here would mint a second token.
        let clipboard = match input.copy {
            Some(form) => Some(self.copy_form(&pairing_id, form).await?),
            None => None,
        };
        let pairings = lock(&self.pairings);
        let mut receipt = pairings.find(&pairing_id).ok_or_else(Problem::secret_gone)?.receipt(now);
        receipt.clipboard = clipboard;
        Ok(receipt)
    }

    pub(crate) async fn open_pairings(&self, _: CorrelationId, _: Nothing) -> Result<Vec<PairingReceipt>, Problem> {
        let now = self.connection().ok().and_then(|connection| connection.director.now());
        Ok(lock(&self.pairings).open(now))
    }

    pub(crate) async fn cancel_pairing(&self, call: CorrelationId, input: PairingRef) -> Result<Nothing, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        // It would take the client away, with the secrets that others use.
        pairing.check_requested("A rotated secret can't be cancelled.")?;
        if pairing.system_auth_id.is_empty() {
            return Err(Problem::new(
                ErrorCode::InvalidOperation,
                "This environment doesn't say which entry was created.",
            )
            .hint("The token expires by itself."));
        }
        match self.session(call)?.delete_auth(pairing.system_auth_id.clone()).await {
            // Gone is what was wanted.
            Err(problem) if problem.code != ErrorCode::NotFound => return Err(problem),
            Ok(()) | Err(_) => {}
        }
        lock(&self.pairings).remove(&pairing.id);
        self.desktop.clear_if_ours().await;
        Ok(Nothing {})
    }

    pub(crate) async fn acknowledge_pairing(&self, _: CorrelationId, input: PairingRef) -> Result<Nothing, Problem> {
        lock(&self.pairings).change(&input.pairing_id, |pairing| {
            pairing.handed_over = true;
            pairing.secret = None;
        });
        Ok(Nothing {})
    }

    /// A copy of one pairing, so that no lock is held while something is awaited.
    pub(super) fn pairing(&self, id: &str) -> Result<Pairing, Problem> {
        lock(&self.pairings).find(id).cloned().ok_or_else(Problem::secret_gone)
    }
}

/// A shipped Director looks the system auth up without its application or tenant (contracts/compass.md §1.21).
fn check_owner(watched: &Watched, system_auth_id: &str) -> Result<(), Problem> {
    match &watched.auths {
        Some(auths) if auths.iter().all(|auth| auth.id != system_auth_id) => {
            Err(Problem::new(ErrorCode::NotFound, "This pairing was removed in the meantime.")
                .hint("Request new pairing data."))
        }
        Some(_) | None => Ok(()),
    }
}

fn certificate(connection: &Connection, application_id: String, watched: &Watched, new: NewAuth<NewToken>) -> Pairing {
    let NewAuth { system_auth_id, handed, at } = new;
    let auths = watched.auths.as_deref().unwrap_or_default();
    let before = auths.iter().find(|auth| auth.id == system_auth_id);
    Pairing {
        had_certificate: before.is_some_and(|auth| auth.cert_common_name.is_some()),
        expires_at: handed.expires_at,
        token_created_at: handed.created_at,
        subject: Subject::Certificate {
            connector_url: handed.connector_url,
            ca_file: connection.environment.ca_file.clone(),
        },
        secret: Some(Handed::Token {
            token: handed.token,
            raw_encoded: handed.raw_encoded,
            legacy_url: handed.legacy_url,
        }),
        ..empty(connection, application_id, watched, system_auth_id, at)
    }
}

fn credentials(
    connection: &Connection,
    application_id: String,
    watched: &Watched,
    new: NewAuth<NewCredentials>,
) -> Pairing {
    let NewAuth { system_auth_id, handed, at } = new;
    Pairing {
        subject: Subject::Credentials {
            client_id: handed.client_id,
            token_url: handed.token_url,
            scopes: handed.scopes,
            auth_method: TokenAuthMethod::Basic,
            ca_file: connection.environment.ca_file.clone(),
        },
        secret: Some(Handed::ClientSecret(handed.client_secret)),
        ..empty(connection, application_id, watched, system_auth_id, at)
    }
}

fn empty(
    connection: &Connection,
    application_id: String,
    watched: &Watched,
    system_auth_id: String,
    requested_at: Moment,
) -> Pairing {
    Pairing {
        id: Pairing::new_id(),
        application_id,
        application_name: watched.name.clone(),
        tenant: connection.environment.tenant.clone(),
        system_auth_id,
        requested_at,
        expires_at: None,
        token_created_at: None,
        had_certificate: false,
        handed_over: false,
        origin: Origin::Requested,
        subject: Subject::Certificate { connector_url: None, ca_file: None },
        secret: None,
    }
}
