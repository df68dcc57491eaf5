//! Scopes, as Compass names them (contracts: "Scope lists per consumer type").

use std::fmt;

use super::system_auth::Kind;
use crate::store::system_auth::Owner;

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

/// What a runtime may do.
pub(crate) const RUNTIME: [&str; 7] = [
    "runtime:read",
    "runtime:write",
    "application:read",
    "runtime.auths:read",
    "bundle.instance_auths:read",
    "runtime.webhooks:read",
    "webhook:write",
];

/// What an integration system may do.
pub(crate) const INTEGRATION_SYSTEM: [&str; 22] = [
    "application:read",
    "application:write",
    "application.local_tenant_id:write",
    "application.application_template:read",
    "application_template:read",
    "application_template:write",
    "runtime:read",
    "runtime:write",
    "integration_system:read",
    "label_definition:read",
    "label_definition:write",
    "automatic_scenario_assignment:read",
    "integration_system.auths:read",
    "application_template.webhooks:read",
    "formation.state:write",
    "formation:write",
    "formation:read",
    "internal_visibility:read",
    "application.auths:read",
    "webhook:write",
    "formation_template:read",
    "formation_template.webhooks:read",
];

/// What an OAuth2 client of this owner is registered with.
pub(crate) const fn of_owner(owner: &Owner) -> &'static [&'static str] {
    match owner {
        Owner::Application(_) => &APPLICATION,
        Owner::Runtime(_) => &RUNTIME,
        Owner::IntegrationSystem(_) => &INTEGRATION_SYSTEM,
    }
}

/// Without this scope nobody sees what a system auth of this kind holds.
pub(crate) const fn auths_read(kind: Kind) -> &'static str {
    match kind {
        Kind::Application => "application.auths:read",
        Kind::Runtime => "runtime.auths:read",
        Kind::IntegrationSystem => "integration_system.auths:read",
    }
}

/// Every scope that some client is registered with, once, for the metadata.
pub(crate) fn all() -> Vec<&'static str> {
    let mut all: Vec<_> = APPLICATION.iter().chain(&RUNTIME).chain(&INTEGRATION_SYSTEM).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

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

    pub(crate) fn runtime() -> Self {
        Self::Some(RUNTIME.iter().map(|scope| (*scope).to_owned()).collect())
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
