//! A company with a sign-in service of its own, and a landscape whose administrators are those who sign in there.

use std::fs;

use blackbox::{OpenIdProvider, Person, Server};
use serde_json::{Value, json};

use super::{Desk, Landscape, desk::definition_at};

/// A provider, a server that trusts it, and what has to be trusted to talk to both.
pub(crate) struct Company {
    pub(crate) provider: OpenIdProvider,
    pub(crate) server: Server,
    ca: String,
}

impl Company {
    pub(crate) fn start(landscape: Landscape, settings: &Value) -> Self {
        let provider = OpenIdProvider::start_with_tls(settings);
        let ca_file = provider.ca_file();
        let trusting = [
            "--administrator-issuer",
            provider.issuer(),
            "--administrator-audience",
            provider.client_id(),
            "--administrator-issuer-ca",
            ca_file.to_str().unwrap(),
        ];
        let server = Server::start(&[landscape.options(), &trusting].concat());
        let ca = format!("{}{}", fs::read_to_string(server.ready("caFile")).unwrap(), provider.ca_pem().unwrap());
        Self { provider, server, ca }
    }

    pub(crate) fn definition(&self) -> Value {
        self.definition_at(self.server.ready("directorUrl"), &self.ca)
    }

    pub(crate) fn definition_at(&self, director: &str, ca: &str) -> Value {
        let mut wanted = definition_at(director, ca, self.server.ready("tenant"), "Company");
        wanted["signIn"] = json!({ "kind": "oidc", "issuer": self.provider.issuer(), "clientId": self.provider.client_id(),
            "scopes": ["profile", "groups", "offline_access"] });
        wanted
    }

    /// A desk where somebody has signed in.
    pub(crate) async fn desk(&self, definition: Value) -> (Desk, String) {
        let desk = Desk::new();
        let id = desk.add(definition).await;
        desk.call("use_environment", json!({ "id": id })).await;
        self.sign_in(&desk, &id).await;
        (desk, id)
    }

    pub(crate) async fn sign_in(&self, desk: &Desk, id: &str) {
        desk.desktop.browse_with(self.provider.browser(Person::SignsIn));
        desk.call("start_sign_in", json!({ "id": id, "keep": "session" })).await;
        desk.signed(id, "signed_in").await;
    }
}
