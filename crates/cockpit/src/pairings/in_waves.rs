//! Pairings that belong to a run of many: what the run keeps of one, and how one is watched again after a restart.

use pairing::{Moment, Secret};

use super::{Origin, Pairing, Pairings, Subject};
use crate::{
    Problem,
    calls::{Form, Owner, PairingReceipt, Progress},
    frame::Connection,
};

/// What a run keeps of one pairing. No secret.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) system_auth_id: Option<String>,
    pub(crate) requested_at: Moment,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) token_created_at: Option<Moment>,
    pub(crate) had_certificate: bool,
    pub(crate) was_connected: bool,
}

impl Pairing {
    pub(crate) fn facts(&self) -> Facts {
        Facts {
            system_auth_id: self.system_auth_id.clone(),
            requested_at: self.requested_at,
            expires_at: self.expires_at,
            token_created_at: self.token_created_at,
            had_certificate: self.had_certificate,
            was_connected: self.was_connected,
        }
    }

    /// What goes into a file: the pairing data, or the bare token of an adapter that has no more.
    pub(crate) fn for_file(&self) -> Result<Secret, Problem> {
        self.render(Form::PairingData).or_else(|_| self.render(Form::Token))
    }
}

impl Pairings {
    /// How far it is, and whether it was handed over; `None`: it is not remembered any more.
    pub(crate) fn seen(&self, id: &str) -> Option<(Option<Progress>, bool)> {
        let pairing = self.find(id)?;
        Some((pairing.seen.as_ref().map(|seen| seen.progress.clone()), pairing.handed_over))
    }

    pub(crate) fn receipt_of(&self, id: &str, now: Option<Moment>) -> Option<PairingReceipt> {
        let pairing = self.find(id)?;
        Some(pairing.receipt(now.unwrap_or(pairing.requested_at)))
    }

    /// Its run is gone; it stays here to be handed over like any other.
    pub(crate) fn leave_wave(&mut self, id: &str) {
        self.change(id, |pairing| pairing.in_wave = false);
    }

    /// The file is where it belongs; the token is not needed here any more.
    pub(crate) fn handed_over_as_file(&mut self, id: &str) {
        self.change(id, |pairing| {
            pairing.handed_over = true;
            pairing.secret = None;
        });
    }

    /// Watches again what was handed over before a restart.
    pub(crate) fn watch_again(&mut self, connection: &Connection, owner: Owner, name: String, facts: Facts) -> String {
        let pairing = Pairing {
            id: Pairing::new_id(),
            place: connection.place.clone(),
            director_url: connection.environment.director_url.clone(),
            environment_name: connection.environment.name.clone(),
            tenant_name: connection.environment.tenant_name.clone(),
            owner: Some(owner),
            owner_name: name,
            system_auth_id: facts.system_auth_id,
            requested_at: facts.requested_at,
            expires_at: facts.expires_at,
            token_created_at: facts.token_created_at,
            had_certificate: facts.had_certificate,
            was_connected: facts.was_connected,
            own_uses: 0,
            reused: false,
            issued_by: None,
            suggested: None,
            caution: None,
            in_wave: true,
            seen: None,
            handed_over: true,
            origin: Origin::Requested,
            subject: Subject::Certificate { connector_url: None, ca_file: None },
            secret: None,
        };
        let id = pairing.id.clone();
        self.add(pairing);
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{calls::TokenAuthMethod, frame::Place, pairings::Handed};

    fn in_environment(id: &str) -> Pairing {
        let subject = Subject::Credentials {
            client_id: "c".into(),
            token_url: "u".into(),
            scopes: Vec::new(),
            auth_method: TokenAuthMethod::Basic,
            ca_file: None,
        };
        Pairing {
            id: id.into(),
            place: Place { environment: id.into(), tenant: "t".into() },
            secret: Some(Handed::ClientSecret(Secret::new(id))),
            ..Pairing::sample(subject, Moment::from_unix_seconds(1_720_089_840))
        }
    }

    /// A landscape and its copy have the same ids.
    #[test]
    fn what_happens_in_one_environment_leaves_the_others_alone() {
        let mut pairings = Pairings::default();
        pairings.add(in_environment("one"));
        pairings.add(in_environment("two"));
        let held = |pairings: &Pairings, place: &str| {
            pairings.held_secret(place, "c").map(|(_, secret)| secret.expose().to_owned())
        };
        assert_eq!((held(&pairings, "one").as_deref(), held(&pairings, "two").as_deref()), (Some("one"), Some("two")));
        let two = in_environment("two").place;
        pairings.forget_application(&two, "a");
        assert!(pairings.find("one").is_some() && pairings.find("two").is_none());
        pairings.add(in_environment("two"));
        pairings.forget_system_auth(&two, "auth");
        assert!(pairings.find("one").is_some() && pairings.find("two").is_none());
        pairings.note_own_use("two", "c");
        assert_eq!(pairings.find("one").unwrap().own_uses, 0);
        pairings.forget_client("two", "c");
        assert_eq!(held(&pairings, "one").as_deref(), Some("one"));
        pairings.forget_client("one", "c");
        assert_eq!(held(&pairings, "one"), None);
    }
}
