//! Pairings that are under way. The secrets live here and nowhere else: the page gets a receipt, and a value only
//! when *Show* is pressed.

mod client_secrets;
mod forms;
mod hand_over;
mod progress;
mod request;
mod trial;

use std::path::PathBuf;

use pairing::{ErrorCode, Moment, Secret};
use uuid::Uuid;

use crate::{
    Problem,
    calls::{AuthType, PairingReceipt, TokenAuthMethod},
};

pub(crate) use client_secrets::NewSecret;

/// One pairing: what was asked for, what is still to be handed over, and what progress is measured against.
#[derive(Clone, Debug)]
pub(crate) struct Pairing {
    id: String,
    application_id: String,
    application_name: String,
    tenant: String,
    system_auth_id: String,
    /// By the server's clock.
    requested_at: Moment,
    expires_at: Option<Moment>,
    /// Of the token that was handed out: when another one sits in its place, `configuration` was called.
    token_created_at: Option<Moment>,
    /// The system auth had a certificate before: seeing one does not mean that a new one was issued.
    had_certificate: bool,
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
const MAX_PAIRINGS: usize = 500;

impl Pairings {
    fn add(&mut self, pairing: Pairing) {
        // A re-issue killed the token before; its page follows the new receipt.
        self.list.retain(|old| old.system_auth_id.is_empty() || old.system_auth_id != pairing.system_auth_id);
        self.push(pairing);
    }

    fn push(&mut self, pairing: Pairing) {
        if self.list.len() >= MAX_PAIRINGS {
            self.list.remove(0);
        }
        self.list.push(pairing);
    }

    /// For which system auth the data of a pairing is.
    pub(crate) fn system_auth_of(&self, id: &str) -> Option<&str> {
        self.find(id).map(|pairing| pairing.system_auth_id.as_str())
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

    /// Forgets what belonged to an application that was deleted.
    pub(crate) fn forget_application(&mut self, application_id: &str) {
        self.list.retain(|pairing| pairing.application_id != application_id);
    }

    /// Tokens can be asked for again; a client secret cannot.
    pub(crate) fn hold_unhanded_secret(&self) -> bool {
        self.list.iter().any(|pairing| matches!(pairing.secret, Some(Handed::ClientSecret(_))) && !pairing.handed_over)
    }

    /// Receipts of the secrets that are still held and worth something, newest first. Without a server there is no
    /// clock to expire by; what is held is then simply shown.
    fn open(&self, now: Option<Moment>) -> Vec<PairingReceipt> {
        let alive = |pairing: &&Pairing| {
            let expired = now.zip(pairing.expires_at).is_some_and(|(now, expires_at)| expires_at <= now);
            pairing.secret.is_some() && !expired
        };
        let receipt = |pairing: &Pairing| pairing.receipt(now.unwrap_or(pairing.requested_at));
        self.list.iter().rev().filter(alive).map(receipt).collect()
    }
}

impl Pairing {
    fn new_id() -> String {
        Uuid::new_v4().to_string()
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
            application_id: self.application_id.clone(),
            application_name: self.application_name.clone(),
            tenant: self.tenant.clone(),
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
            clipboard: None,
        }
    }
}
