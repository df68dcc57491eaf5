//! Scopes, as Compass names them (contracts: "Scope lists per consumer type").

use std::fmt;

/// What an application may do with its certificate, and what its OAuth2 client is registered with.
pub(crate) const APPLICATION: [&str; 11] = [
    "application:read",
    "application:write",
    "application.auths:read",
    "application.webhooks:read",
    "application.application_template:read",
    "bundle.instance_auths:read",
    "document.fetch_request:read",
    "event_spec.fetch_request:read",
    "api_spec.fetch_request:read",
    "fetch-request.auth:read",
    "webhook:write",
];

/// A set of scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scopes {
    /// The administrator of this server.
    All,
    Some(Vec<String>),
}

impl Scopes {
    pub(crate) fn application() -> Self {
        Self::Some(APPLICATION.iter().map(|scope| (*scope).to_owned()).collect())
    }

    /// Reads a space-separated list (RFC 6749 §3.3).
    pub(crate) fn parse(text: &str) -> Self {
        Self::Some(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(scopes) => scopes.iter().any(|have| have == scope),
        }
    }
}

impl fmt::Display for Scopes {
    /// As Compass lists them in its refusals: separated by `;`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Some(scopes) => f.write_str(&scopes.join(";")),
        }
    }
}
