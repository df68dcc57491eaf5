//! From the generated types of each operation to ours. The generator makes one set per operation, hence the macros.

use pairing::Moment;

use super::operations::{
    get_application, list_applications, register_application, update_application, watch_application,
};
use crate::calls::{ApplicationRow, AuthKind, AuthSummary, TokenSummary};

/// One system auth, as far as anybody may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Auth {
    pub(crate) id: String,
    /// False when the caller lacks `application.auths:read`: then the rest is empty without meaning anything.
    pub(crate) readable: bool,
    pub(crate) client_id: Option<String>,
    pub(crate) cert_common_name: Option<String>,
    pub(crate) token: Option<Token>,
}

/// A one-time token without its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) used: bool,
    pub(crate) used_at: Option<Moment>,
    pub(crate) created_at: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
}

/// Reads a `Timestamp`. Go's zero time (year 1) means: not yet.
pub(super) fn moment(text: &str) -> Option<Moment> {
    Moment::parse(text).filter(|moment| moment.unix_millis() > 0)
}

impl Token {
    pub(crate) fn is_expired(&self, now: Moment) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    fn summary(&self, now: Moment) -> TokenSummary {
        TokenSummary {
            used: self.used,
            used_at: self.used_at.map(Moment::rfc3339),
            created_at: self.created_at.map(Moment::rfc3339),
            expires_at: self.expires_at.map(Moment::rfc3339).unwrap_or_default(),
            expired: self.is_expired(now),
        }
    }
}

impl Auth {
    /// What it is. A shipped Director does not tell that a certificate was issued: an auth with nothing in it, on
    /// an application that has called, is the best hint there is (contracts/compass.md §1.16).
    pub(crate) fn kind(&self, connected: bool) -> AuthKind {
        if !self.readable {
            AuthKind::Unknown
        } else if self.client_id.is_some() {
            AuthKind::Credentials
        } else if self.cert_common_name.is_some() {
            AuthKind::Certificate
        } else if self.token.is_some() {
            AuthKind::Token
        } else if connected {
            AuthKind::Certificate
        } else {
            AuthKind::Unknown
        }
    }

    pub(crate) fn summary(&self, connected: bool, now: Moment) -> AuthSummary {
        AuthSummary {
            id: self.id.clone(),
            kind: self.kind(connected),
            client_id: self.client_id.clone(),
            cert_common_name: self.cert_common_name.clone(),
            token: self.token.as_ref().map(|token| token.summary(now)),
            certificate: None,
            // As far as can be said here: nothing came of it so far. Whether anything still can: system_auths.rs.
            orphaned: self.readable && self.client_id.is_none() && self.cert_common_name.is_none(),
        }
    }
}

macro_rules! rows {
    ($($operation:ident)*) => {$(
        impl From<$operation::Row> for ApplicationRow {
            fn from(row: $operation::Row) -> Self {
                Self {
                    id: row.id,
                    name: row.name,
                    condition: row.status.condition,
                    status_at: row.status.timestamp,
                    provider_name: row.provider_name,
                    description: row.description,
                    base_url: row.base_url,
                    created_at: row.created_at,
                    updated_at: row.updated_at,
                }
            }
        }
    )*};
}

rows! { list_applications get_application register_application update_application }

macro_rules! auths {
    ($($operation:ident)*) => {$(
        impl From<$operation::AuthsAuths> for Auth {
            fn from(auth: $operation::AuthsAuths) -> Self {
                use $operation::AuthsAuthsAuthCredential as Credential;
                let readable = auth.auth.is_some();
                let (credential, name, token) =
                    auth.auth.map(|auth| (auth.credential, auth.cert_common_name, auth.one_time_token)).unwrap_or_default();
                let client_id = match credential {
                    Some(Credential::OAuthCredentialData(data)) => Some(data.client_id),
                    Some(Credential::BasicCredentialData | Credential::CertificateOAuthCredentialData) | None => None,
                };
                Self {
                    id: auth.id,
                    readable,
                    client_id,
                    cert_common_name: name.filter(|name| !name.is_empty()),
                    token: token.map(|token| Token {
                        used: token.used,
                        used_at: token.used_at.as_deref().and_then(moment),
                        created_at: token.created_at.as_deref().and_then(moment),
                        expires_at: moment(&token.expires_at),
                    }),
                }
            }
        }
    )*};
}

auths! { get_application watch_application }
