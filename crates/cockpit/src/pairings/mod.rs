//! Pairings that are under way. The secrets live here and nowhere else: the page gets a receipt, and a value only
//! when *Show* is pressed.

mod caution;
mod client_secrets;
mod credentials_progress;
mod due;
mod forms;
mod hand_over;
mod in_waves;
mod made;
mod offers;
mod progress;
mod request;
mod trial;
mod watching;

use std::path::PathBuf;

use pairing::{ErrorCode, Moment, Secret};
use uuid::Uuid;

use crate::{
    Problem,
    calls::{AuthType, Form, Owner, PairingReceipt, TokenAuthMethod},
    environment::LOCAL,
    frame::{Connection, Place},
};
pub(crate) use in_waves::Facts;
pub(crate) use request::{Wanted, request};
use watching::Seen;
pub(crate) use watching::Watch;

pub(crate) use client_secrets::NewSecret;

/// One pairing: what was asked for, what is still to be handed over, and what progress is measured against.
#[derive(Clone, Debug)]
pub(crate) struct Pairing {
    id: String,
    /// Where it was requested, and where it is watched.
    place: Place,
    /// The environment may get another address under the same id; what was begun at the old one has no business there.
    director_url: String,
    environment_name: String,
    tenant_name: String,
    /// `None`: the client of a rotated secret belongs to nobody here.
    owner: Option<Owner>,
    owner_name: String,
    /// `None`: the Director does not tell.
    system_auth_id: Option<String>,
    /// By the server's clock.
    requested_at: Moment,
    expires_at: Option<Moment>,
    /// Of the token that was handed out: when another one sits in its place, `configuration` was called.
    token_created_at: Option<Moment>,
    /// The system auth had a certificate before: seeing one does not mean that a new one was issued.
    had_certificate: bool,
    /// Before: being connected proves nothing then.
    was_connected: bool,
    /// How often this program got an access token with the credentials; others than those were the application's.
    own_uses: u64,
    /// Put into a system auth that was left behind.
    reused: bool,
    /// The integration system whose adapter made the token.
    issued_by: Option<String>,
    suggested: Option<Form>,
    /// What looks wrong about where it leads.
    caution: Option<String>,
    /// One of many that are handed over as files: its run tells of it, and it is in no list.
    in_wave: bool,
    seen: Option<Seen>,
    handed_over: bool,
    origin: Origin,
    subject: Subject,
    /// Gone after it was acknowledged, used up or has expired.
    secret: Option<Handed>,
}

/// How a secret came to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// With a new system auth, which can be watched and cancelled.
    Requested,
    /// A further secret of an OAuth client that was there before.
    Rotated,
}

/// The values that are not secret.
#[derive(Clone, Debug)]
enum Subject {
    Certificate {
        connector_url: Option<String>,
        ca_file: Option<PathBuf>,
    },
    Credentials {
        client_id: String,
        token_url: String,
        scopes: Vec<String>,
        auth_method: TokenAuthMethod,
        ca_file: Option<PathBuf>,
    },
}

/// The values that are.
#[derive(Clone, Debug)]
enum Handed {
    Token { token: Secret, raw_encoded: Option<Secret>, legacy_url: Option<Secret> },
    ClientSecret(Secret),
}

/// All pairings of this run, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Pairings {
    list: Vec<Pairing>,
}

/// Far more than anybody hands over in one sitting; the oldest are forgotten beyond it.
const MAX_PAIRINGS: usize = 1000;

impl Pairings {
    fn add(&mut self, pairing: Pairing) {
        // A re-issue killed the token before; its page follows the new receipt.
        let same = |old: &Pairing| old.place == pairing.place && old.system_auth_id == pairing.system_auth_id;
        self.list.retain(|old| old.system_auth_id.is_none() || !same(old));
        self.push(pairing);
    }

    fn push(&mut self, pairing: Pairing) {
        if self.list.len() >= MAX_PAIRINGS {
            // What is over goes first; a client secret that nobody has yet is the last that may be forgotten.
            let over = self.list.iter().position(|old| old.secret.is_none());
            let token = || self.list.iter().position(|old| matches!(old.secret, Some(Handed::Token { .. })));
            self.list.remove(over.or_else(token).unwrap_or(0));
        }
        self.list.push(pairing);
    }

    /// For which system auth the data of a pairing is.
    pub(crate) fn system_auth_of(&self, id: &str) -> Option<&str> {
        self.find(id).and_then(|pairing| pairing.system_auth_id.as_deref())
    }

    fn find(&self, id: &str) -> Option<&Pairing> {
        self.list.iter().find(|pairing| pairing.id == id)
    }

    fn change(&mut self, id: &str, change: impl FnOnce(&mut Pairing)) {
        if let Some(pairing) = self.list.iter_mut().find(|pairing| pairing.id == id) {
            change(pairing);
        }
    }

    fn remove(&mut self, id: &str) {
        self.list.retain(|pairing| pairing.id != id);
    }

    /// Forgets what belonged to an environment that was removed.
    fn forget_place(&mut self, place: &Place) {
        self.list.retain(|pairing| pairing.place != *place);
    }

    /// Forgets what belonged to an application that was deleted.
    pub(crate) fn forget_application(&mut self, place: &Place, application_id: &str) {
        let gone = Owner::application(application_id);
        self.list.retain(|pairing| pairing.place != *place || pairing.owner.as_ref() != Some(&gone));
    }

    /// Forgets the pairing whose system auth was removed.
    pub(crate) fn forget_system_auth(&mut self, place: &Place, id: &str) {
        self.list.retain(|pairing| pairing.place != *place || pairing.system_auth_id.as_deref() != Some(id));
    }

    /// This program got an access token with the credentials of a client.
    pub(crate) fn note_own_use(&mut self, environment: &str, client_id: &str) {
        for pairing in self.list.iter_mut().filter(|pairing| pairing.is_of_client(environment, client_id)) {
            pairing.own_uses += 1;
        }
    }

    /// Tokens can be asked for again; a client secret cannot.
    pub(crate) fn hold_unhanded_secret(&self) -> bool {
        self.list.iter().any(|pairing| matches!(pairing.secret, Some(Handed::ClientSecret(_))) && !pairing.handed_over)
    }

    /// Receipts of the secrets that are still held and worth something, newest first. Without a server there is no
    /// clock to expire by; what is held is then simply shown.
    fn open(&self, now: impl Fn(&Pairing) -> Option<Moment>) -> Vec<PairingReceipt> {
        let alive = |pairing: &&Pairing| {
            let expired = now(pairing).zip(pairing.expires_at).is_some_and(|(now, expires_at)| expires_at <= now);
            pairing.secret.is_some() && !expired && !pairing.in_wave
        };
        let receipt = |pairing: &Pairing| pairing.receipt(now(pairing).unwrap_or(pairing.requested_at));
        self.list.iter().rev().filter(alive).map(receipt).collect()
    }
}

impl Pairing {
    fn new_id() -> String {
        Uuid::new_v4().to_string()
    }

    /// Whether it was begun where this connection leads. The server of this computer gets another port with every start.
    fn is_of(&self, connection: &Connection) -> bool {
        let same_address = self.place.environment == LOCAL || self.director_url == connection.environment.director_url;
        self.place == connection.place && same_address
    }

    /// # Errors
    /// It was rotated: the message says what that rules out.
    fn check_requested(&self, message: &str) -> Result<(), Problem> {
        match self.origin {
            Origin::Requested => Ok(()),
            Origin::Rotated => Err(Problem::new(ErrorCode::InvalidOperation, message)
                .hint("Open the OAuth client: there secrets are retired, and it says when they were used.")),
        }
    }

    const fn auth_type(&self) -> AuthType {
        match self.subject {
            Subject::Certificate { .. } => AuthType::ClientCertificate,
            Subject::Credentials { .. } => AuthType::ClientCredentials,
        }
    }

    fn receipt(&self, now: Moment) -> PairingReceipt {
        let (connector_url, client_id, token_url, scopes) = match &self.subject {
            Subject::Certificate { connector_url, .. } => (connector_url.clone(), None, None, Vec::new()),
            Subject::Credentials { client_id, token_url, scopes, .. } => {
                (None, Some(client_id.clone()), Some(token_url.clone()), scopes.clone())
            }
        };
        PairingReceipt {
            pairing_id: self.id.clone(),
            owner: self.owner.clone(),
            owner_name: self.owner_name.clone(),
            environment: self.environment_name.clone(),
            tenant: self.place.tenant.clone(),
            tenant_name: self.tenant_name.clone(),
            auth_type: self.auth_type(),
            system_auth_id: self.system_auth_id.clone(),
            requested_at: self.requested_at.rfc3339(),
            server_now: now.rfc3339(),
            expires_at: self.expires_at.map(Moment::rfc3339),
            connector_url,
            client_id,
            token_url,
            scopes,
            forms: self.forms(),
            handed_over: self.handed_over,
            rotated: self.origin == Origin::Rotated,
            reused: self.reused,
            issued_by: self.issued_by.clone(),
            suggested_form: self.suggested,
            caution: self.caution.clone(),
            // A real Compass keeps secrets in clear text, readable through `auths` (contracts/compass.md §4.1).
            readable_later: self.place.environment != LOCAL && self.auth_type() == AuthType::ClientCredentials,
            clipboard: None,
        }
    }
}

#[cfg(test)]
impl Pairing {
    /// Requested at `requested_at` from the server of this computer, with a token that lives for five minutes.
    fn sample(subject: Subject, requested_at: Moment) -> Self {
        Self {
            id: "p".into(),
            place: Place { environment: LOCAL.into(), tenant: "t".into() },
            director_url: String::new(),
            environment_name: "Local simulator".into(),
            tenant_name: "default".into(),
            owner: Some(Owner::application("a")),
            owner_name: "shop".into(),
            system_auth_id: Some("auth".into()),
            requested_at,
            expires_at: Some(requested_at.plus_seconds(300)),
            token_created_at: Some(requested_at),
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
            origin: Origin::Requested,
            subject,
            secret: None,
        }
    }
}
