//! Asking for pairing data, and giving it back.

use pairing::{ErrorCode, Moment};

use super::{
    Pairing,
    made::{certificate, credentials},
};
use crate::{
    Cockpit, Problem,
    calls::{
        AuthType, CallContext, Nothing, Owner, OwnerKind, PairingReceipt, PairingRef, RequestPairing, Text,
        view_changed,
    },
    cockpit::lock,
    director::{Auth, NewAuth, NewToken, Session, Watched},
    frame::Connection,
    owners::gone,
};

/// What is asked for, beside whom it is for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) auth_type: AuthType,
    /// Re-issue into this system auth: the token before is dead.
    pub(crate) system_auth_id: Option<String>,
    /// One of many that are handed over as files.
    pub(crate) in_wave: bool,
}

impl Cockpit {
    pub(crate) async fn request_pairing(
        &self,
        call: CallContext,
        input: RequestPairing,
    ) -> Result<PairingReceipt, Problem> {
        let connection = self.connection(call)?;
        let system_auth_id = input.system_auth_id.map(Text::into_inner);
        let wanted = Wanted { auth_type: input.auth_type, system_auth_id, in_wave: false };
        let pairing = request(&connection, call, input.owner, wanted).await?;
        let (now, pairing_id) = (pairing.requested_at, self.keep(pairing));
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

    /// Keeps a new pairing, and tells its id.
    pub(crate) fn keep(&self, pairing: Pairing) -> String {
        let id = pairing.id.clone();
        tracing::info!(owner = ?pairing.owner, system_auth_id = pairing.system_auth_id, "pairing data requested");
        lock(&self.pairings).add(pairing);
        id
    }

    pub(crate) async fn open_pairings(&self, _: CallContext, _: Nothing) -> Result<Vec<PairingReceipt>, Problem> {
        let now = |pairing: &Pairing| self.connection_at(&pairing.place).ok()?.director.now();
        Ok(lock(&self.pairings).open(now))
    }

    pub(crate) async fn cancel_pairing(&self, call: CallContext, input: PairingRef) -> Result<Nothing, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        // It would take the client away, with the secrets that others use.
        pairing.check_requested("A rotated secret can't be cancelled.")?;
        let connection = self.connection(call)?;
        // The guard that was asked is that of the environment in force.
        if !pairing.is_of(&connection) {
            return Err(view_changed());
        }
        let (Some(system_auth_id), Some(owner)) = (&pairing.system_auth_id, &pairing.owner) else {
            return Err(Problem::new(
                ErrorCode::InvalidOperation,
                "This environment doesn't say which entry was created.",
            )
            .hint("The token expires by itself."));
        };
        match connection.director.session(call).delete_auth(owner.kind, system_auth_id.clone()).await {
            // Gone is what was wanted.
            Err(problem) if problem.code != ErrorCode::NotFound => return Err(problem),
            Ok(()) | Err(_) => {}
        }
        lock(&self.pairings).remove(&pairing.id);
        self.desktop.clear_if_ours().await;
        Ok(Nothing {})
    }

    pub(crate) async fn acknowledge_pairing(&self, _: CallContext, input: PairingRef) -> Result<Nothing, Problem> {
        lock(&self.pairings).change(&input.pairing_id, |pairing| {
            pairing.handed_over = true;
            pairing.secret = None;
        });
        Ok(Nothing {})
    }

    /// A copy of one pairing, so that no lock is held while something is awaited.
    pub(crate) fn pairing(&self, id: &str) -> Result<Pairing, Problem> {
        lock(&self.pairings).find(id).cloned().ok_or_else(Problem::secret_gone)
    }
}

/// Asks the Director for pairing data. Nothing of it is kept yet.
pub(crate) async fn request(
    connection: &Connection,
    call: CallContext,
    owner: Owner,
    wanted: Wanted,
) -> Result<Pairing, Problem> {
    let session = connection.director.session(call);
    let _turn = session.turn_of(&owner).await;
    let watched = session.watch(&owner).await?;
    let (watched, now) = (watched.value.ok_or_else(|| gone(owner.kind))?, watched.moment);
    let mut pairing = match (wanted.auth_type, wanted.system_auth_id) {
        (AuthType::ClientCertificate, given) => {
            if let Some(given) = &given {
                check_owner(&watched, given)?;
            }
            let reusable = given.is_none().then(|| left_behind(&owner, &watched, now)).flatten();
            let made = token(&session, &owner, &watched, given, reusable).await;
            let (new, reused) = match made {
                Err(problem) => return Err(blame_adapter(&session, &watched, problem).await),
                Ok(made) => made,
            };
            let issued_by = issuer(&session, &watched, &new.handed).await;
            Pairing { reused, issued_by, ..certificate(connection, owner, &watched, new) }
        }
        (AuthType::ClientCredentials, None) => {
            let new = session.new_credentials(&owner).await?;
            credentials(connection, owner, &watched, new)
        }
        (AuthType::ClientCredentials, Some(_)) => {
            return Err(Problem::new(ErrorCode::InvalidOperation, "A client secret can't be issued again.")
                .hint("Request new credentials, then remove the old ones."));
        }
    };
    pairing.in_wave = wanted.in_wave;
    Ok(pairing)
}

/// A new token: into the system auth that was named, into one that was left behind, or into a further one. The second part
/// of the answer: it was left behind.
async fn token(
    session: &Session,
    owner: &Owner,
    watched: &Watched,
    given: Option<String>,
    reusable: Option<String>,
) -> Result<(NewAuth<NewToken>, bool), Problem> {
    if let Some(id) = given {
        return Ok((session.replace_token(owner, &id).await?, false));
    }
    if let Some(id) = reusable {
        match session.replace_token(owner, &id).await {
            // Somebody has cleaned up in the meantime.
            Err(problem) if problem.code == ErrorCode::NotFound => {}
            replaced => return Ok((replaced?, true)),
        }
    }
    Ok((session.new_token(owner, watched.auths.as_deref()).await?, false))
}

/// A system auth whose token expired before anybody used it: nothing came of it, and nobody can be waiting for it. Every
/// request without one leaves a further one behind (contracts/compass.md §1.21).
fn left_behind(owner: &Owner, watched: &Watched, now: Moment) -> Option<String> {
    let is_left = |auth: &&Auth| {
        let expired = auth.token.as_ref().is_some_and(|token| !token.used && token.is_expired(now));
        expired && auth.client_id.is_none() && auth.cert_common_name.is_none()
    };
    // What an adapter made has an end of its own, which is not told.
    let told = owner.kind == OwnerKind::Application && watched.integration_system.is_none();
    watched.auths.as_deref()?.iter().find(is_left).filter(|_| told).map(|auth| auth.id.clone())
}

/// A Director answers with a fault of its own when the adapter that it asked has one (contracts/compass.md §1.21).
async fn blame_adapter(session: &Session, watched: &Watched, problem: Problem) -> Problem {
    let Some(id) = watched.integration_system.clone().filter(|_| problem.code == ErrorCode::Internal) else {
        return problem;
    };
    let known = session.integration_system_name(id.clone()).await.ok().flatten();
    let name = known.map_or(id, |system| system.name);
    let message =
        format!("The pairing adapter of {name} didn't deliver a token. The rest of Compass may well be fine.");
    Problem { message, ..problem }.hint("Try again. If it stays, give the details to whoever runs the adapter.")
}

/// Who made a token that goes to no Connector.
async fn issuer(session: &Session, watched: &Watched, token: &NewToken) -> Option<String> {
    if token.connector_url.is_some() {
        return None;
    }
    let Some(id) = &watched.integration_system else { return Some("a pairing adapter".into()) };
    let known = session.integration_system_name(id.clone()).await.ok().flatten();
    Some(known.map_or_else(|| id.clone(), |system| system.name))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::director::Token;

    const NOW: Moment = Moment::from_unix_seconds(1_720_089_840);

    fn auth(id: &str, used: bool, expires_in: i64) -> Auth {
        let expires_at = Some(NOW.plus_seconds(expires_in));
        let token = Some(Token { used, used_at: None, created_at: None, expires_at });
        Auth { id: id.into(), readable: true, client_id: None, cert_common_name: None, token }
    }

    #[test]
    fn only_what_nobody_can_be_waiting_for_is_used_again() {
        let watched = |auths| Watched {
            name: "shop".into(),
            condition: "INITIAL".into(),
            status_at: None,
            auths: Some(auths),
            integration_system: None,
        };
        let found = |auths| left_behind(&Owner::application("a"), &watched(auths), NOW);
        let alive = auth("alive", false, 10);
        let used = auth("used", true, -10);
        let named = Auth { cert_common_name: Some("cn".into()), ..auth("named", false, -10) };
        let hidden = Auth { readable: false, token: None, ..auth("hidden", false, -10) };
        assert_eq!(found(vec![alive.clone(), used.clone(), named, hidden]), None);
        assert_eq!(found(vec![alive, used, auth("left", false, -10)]).as_deref(), Some("left"));
        let managed = Watched { integration_system: Some("i".into()), ..watched(vec![auth("left", false, -10)]) };
        assert_eq!(left_behind(&Owner::application("a"), &managed, NOW), None);
        let runtime = Owner { kind: OwnerKind::Runtime, id: "r".into() };
        assert_eq!(left_behind(&runtime, &watched(vec![auth("left", false, -10)]), NOW), None);
    }
}
