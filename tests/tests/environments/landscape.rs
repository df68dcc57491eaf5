//! What a Director has that is not ours.

use blackbox::Server;
use serde_json::{Value, json};

/// One of the two that everything is done in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landscape {
    /// With everything that the embedded server has.
    Complete,
    /// As a released Compass for somebody without the scopes to read credentials, behind an operator who switched off
    /// introspection.
    Shipped,
}

impl Landscape {
    pub(crate) const fn options(self) -> &'static [&'static str] {
        match self {
            Self::Complete => &[],
            Self::Shipped => &["--proposal-api", "off", "--auths-readable", "off", "--introspection", "off"],
        }
    }

    pub(crate) fn start(self) -> Server {
        Server::start(self.options())
    }

    pub(crate) fn seeded(self, seed: &Value) -> Server {
        Server::seeded(seed, self.options())
    }

    /// Two tenants of one name, one with applications.
    pub(crate) fn with_tenants(self) -> Server {
        self.seeded(&json!({
            "tenants": [
                { "id": "east", "name": "Acme" },
                { "id": "west", "name": "Acme" },
                { "id": "north", "name": "Nordwind" },
            ],
            "applications": [{ "name": "east-shop" }, { "name": "west-crm", "tenant": "west" }],
        }))
    }

    pub(crate) const fn is_readable(self) -> bool {
        matches!(self, Self::Complete)
    }
}
