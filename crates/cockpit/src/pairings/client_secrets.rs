//! Client secrets that are held without a pairing that is under way: a rotated one, and the one that *Get a token*
//! may use without typing.

use std::path::PathBuf;

use pairing::{Moment, Secret};

use super::{Handed, Origin, Pairing, Pairings, Subject};
use crate::{
    calls::{Owner, PairingReceipt, TokenAuthMethod},
    frame::Place,
};

/// A further secret of an OAuth client.
#[derive(Debug)]
pub(crate) struct NewSecret {
    pub(crate) place: Place,
    pub(crate) director_url: String,
    pub(crate) environment_name: String,
    pub(crate) tenant_name: String,
    pub(crate) owner: Option<Owner>,
    /// Whom to hand it to, for the page.
    pub(crate) name: String,
    /// `None`: the client was not made by pairing.
    pub(crate) system_auth_id: Option<String>,
    pub(crate) client_id: String,
    pub(crate) token_url: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) auth_method: TokenAuthMethod,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) secret: Secret,
    /// When the registry answered, by its clock.
    pub(crate) at: Moment,
}

impl Pairings {
    /// Holds a rotated secret like a pairing's. What was held for the same client is the older secret and is let go;
    /// the progress of its pairing can still be asked for.
    pub(crate) fn hold_rotated(&mut self, new: NewSecret) -> PairingReceipt {
        let environment = new.place.environment.clone();
        let client = new.client_id.clone();
        let same = |pairing: &Pairing| pairing.is_of_client(&environment, &client);
        self.list.retain(|old| !(same(old) && old.origin == Origin::Rotated));
        for older in self.list.iter_mut().filter(|old| same(old)) {
            older.secret = None;
        }
        let NewSecret {
            place,
            director_url,
            environment_name,
            tenant_name,
            owner,
            name,
            system_auth_id,
            client_id,
            token_url,
            scopes,
            auth_method,
            ca_file,
            secret,
            at,
        } = new;
        let pairing = Pairing {
            id: Pairing::new_id(),
            place,
            director_url,
            environment_name,
            tenant_name,
            owner,
            owner_name: name,
            system_auth_id,
            requested_at: at,
            expires_at: None,
            token_created_at: None,
            had_certificate: false,
            was_connected: false,
            own_uses: 0,
            reused: false,
            issued_by: None,
            suggested: None,
            caution: None,
            in_wave: false,
            seen: None,
            handed_over: false,
            origin: Origin::Rotated,
            subject: Subject::Credentials { client_id, token_url, scopes, auth_method, ca_file },
            secret: Some(Handed::ClientSecret(secret)),
        };
        let receipt = pairing.receipt(at);
        self.push(pairing);
        receipt
    }

    /// The secret of a client that is still held, and the id of the pairing that holds it.
    pub(crate) fn held_secret(&self, environment: &str, client_id: &str) -> Option<(&str, &Secret)> {
        let of_client = self.list.iter().rev().filter(|pairing| pairing.is_of_client(environment, client_id));
        of_client.into_iter().find_map(|pairing| match &pairing.secret {
            Some(Handed::ClientSecret(secret)) => Some((pairing.id.as_str(), secret)),
            Some(Handed::Token { .. }) | None => None,
        })
    }

    /// Forgets everything about a client that was deleted.
    pub(crate) fn forget_client(&mut self, environment: &str, client_id: &str) {
        self.list.retain(|pairing| !pairing.is_of_client(environment, client_id));
    }
}

impl Pairing {
    /// Two environments may have clients with the same id; a secret of the one is nothing for the other.
    pub(super) fn is_of_client(&self, environment: &str, client_id: &str) -> bool {
        self.place.environment == environment && self.client_id() == Some(client_id)
    }

    pub(super) fn client_id(&self) -> Option<&str> {
        match &self.subject {
            Subject::Credentials { client_id, .. } => Some(client_id),
            Subject::Certificate { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use pairing::ErrorCode;

    use super::*;
    use crate::calls::Form;

    fn rotated(client_id: &str, secret: &str) -> NewSecret {
        NewSecret {
            place: Place { environment: "local".into(), tenant: "t".into() },
            director_url: String::new(),
            environment_name: "Local simulator".into(),
            tenant_name: "default".into(),
            owner: Some(Owner::application("app")),
            name: "shop".into(),
            system_auth_id: Some(client_id.into()),
            client_id: client_id.into(),
            token_url: "https://localhost:8443/oauth2/token".into(),
            scopes: vec!["application:read".into()],
            auth_method: TokenAuthMethod::Basic,
            ca_file: None,
            secret: Secret::new(secret),
            at: Moment::from_unix_seconds(1_720_089_840),
        }
    }

    fn held<'a>(pairings: &'a Pairings, client_id: &str) -> Option<&'a str> {
        pairings.held_secret("local", client_id).map(|(_, secret)| secret.expose())
    }

    #[test]
    fn a_rotated_secret_is_handed_over_like_any_other() {
        let mut pairings = Pairings::default();
        let receipt = pairings.hold_rotated(rotated("c", "one"));
        assert!(receipt.rotated && !receipt.handed_over && pairings.hold_unhanded_secret());
        assert_eq!((receipt.client_id.as_deref(), receipt.owner_name.as_str()), (Some("c"), "shop"));
        let forms: Vec<_> = receipt.forms.iter().map(|info| info.form).collect();
        assert_eq!(forms, [Form::ClientId, Form::ClientSecret, Form::TokenUrl, Form::All, Form::CurlToken]);
        assert_eq!(pairings.held_secret("local", "c").map(|(id, _)| id.to_owned()), Some(receipt.pairing_id.clone()));
        pairings.change(&receipt.pairing_id, |pairing| pairing.secret = None);
        assert_eq!(held(&pairings, "c"), None, "acknowledged");
    }

    #[test]
    fn the_newest_secret_of_a_client_is_the_one_that_is_held() {
        let mut pairings = Pairings::default();
        let first = pairings.hold_rotated(rotated("c", "one"));
        pairings.change(&first.pairing_id, |pairing| pairing.origin = Origin::Requested);
        pairings.hold_rotated(rotated("other", "else"));
        let second = pairings.hold_rotated(rotated("c", "two"));
        pairings.hold_rotated(rotated("c", "three"));
        assert_eq!((held(&pairings, "c"), held(&pairings, "other")), (Some("three"), Some("else")));
        assert!(pairings.find(&second.pairing_id).is_none());
        let paired = pairings.find(&first.pairing_id).unwrap();
        assert_eq!(paired.render(Form::ClientSecret).unwrap_err().code, ErrorCode::SecretGone);
        assert!(paired.check_requested("").is_ok(), "its progress can still be asked for");
        pairings.forget_client("local", "c");
        assert_eq!((held(&pairings, "c"), held(&pairings, "other")), (None, Some("else")));
        assert!(pairings.find(&first.pairing_id).is_none());
    }

    #[test]
    fn only_a_requested_pairing_can_be_watched_or_cancelled() {
        let mut pairings = Pairings::default();
        let receipt = pairings.hold_rotated(rotated("c", "one"));
        let refusal = pairings.find(&receipt.pairing_id).unwrap().check_requested("No.").unwrap_err();
        assert_eq!((refusal.code, refusal.message.as_str()), (ErrorCode::InvalidOperation, "No."));
    }
}
