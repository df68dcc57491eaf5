//! The five ways to a link, and what follows from each.

use blackbox::{ConnectionToken, Server};
use serde_json::{Value, json};

use super::{ok, text};

/// Who hands out the link, and which paths it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// The first generation by its first name.
    RemoteEnvironments,
    /// The first generation by its later name.
    ApplicationsByName,
    /// The second generation.
    Second,
    /// The second generation with tenants and groups.
    Central,
    /// The link of the Director, answered as Compass' adapter does.
    Adapter,
}

pub(crate) const TENANT: &str = "acme";
pub(crate) const GROUP: &str = "sales";

/// A server, and an application that is known to it.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) flavour: Flavour,
    pub(crate) name: String,
    pub(crate) id: String,
}

impl World {
    pub(crate) async fn start(flavour: Flavour, options: &[&str]) -> Self {
        Self::named(flavour, "shop", options).await
    }

    pub(crate) async fn named(flavour: Flavour, name: &str, options: &[&str]) -> Self {
        let all: &[&str] = match flavour {
            // Nobody there can have a token of the Connector Service, so every refusal is in the adapter's words.
            Flavour::Adapter => &[],
            Flavour::Central => &["--internal-port", "0", "--central"],
            Flavour::RemoteEnvironments | Flavour::ApplicationsByName | Flavour::Second => &["--internal-port", "0"],
        };
        let server = Server::start(&[all, options].concat());
        let id = server.register(name).await;
        Self { server, flavour, name: name.to_owned(), id }
    }

    /// A new link.
    pub(crate) async fn link(&self) -> ConnectionToken {
        if self.flavour == Flavour::Adapter {
            return super::link(&self.server, &self.id).await;
        }
        let internal = self.server.internal();
        match self.flavour {
            Flavour::RemoteEnvironments => internal.first_generation("remoteenvironments", &self.name),
            Flavour::ApplicationsByName => internal.first_generation("applications", &self.name),
            Flavour::Second => internal.second_generation(&self.name),
            Flavour::Central => {
                let application = format!("Application: {}", self.name);
                let (tenant, group) = (format!("Tenant: {TENANT}"), format!("Group: {GROUP}"));
                let reply = internal.post("/v1/applications/tokens", &[&application, &tenant, &group]);
                ConnectionToken::of(&reply)
            }
            Flavour::Adapter => unreachable!("answered above"),
        }
    }

    /// What a new link answers.
    pub(crate) async fn info(&self) -> Value {
        ok(&self.server.curl().get(&self.link().await.url), 200)
    }

    /// Where to send a request, and the subject that it must have.
    pub(crate) async fn ready_to_sign(&self) -> (String, String) {
        let info = self.info().await;
        (text(&info["csrUrl"]).to_owned(), text(&info["certificate"]["subject"]).to_owned())
    }

    /// Where the token listener is.
    pub(crate) fn open(&self) -> String {
        self.server.ready("connectorUrl").trim_end_matches("/connector/graphql").to_owned()
    }

    /// Where the certificate listener is.
    pub(crate) fn secured(&self) -> String {
        self.server.ready("certificateSecuredConnectorUrl").trim_end_matches("/connector/graphql").to_owned()
    }

    /// The path of the info call.
    pub(crate) fn info_path(&self) -> String {
        match self.flavour {
            Flavour::RemoteEnvironments => format!("/v1/remoteenvironments/{}/info", self.name),
            Flavour::ApplicationsByName => format!("/v1/applications/{}/info", self.name),
            Flavour::Second | Flavour::Central | Flavour::Adapter => "/v1/applications/signingRequests/info".to_owned(),
        }
    }

    /// The path of the signing call.
    pub(crate) fn signing_path(&self) -> String {
        match self.flavour {
            Flavour::RemoteEnvironments => format!("/v1/remoteenvironments/{}/client-certs", self.name),
            Flavour::ApplicationsByName => format!("/v1/applications/{}/client-certs", self.name),
            Flavour::Second | Flavour::Central | Flavour::Adapter => "/v1/applications/certificates".to_owned(),
        }
    }

    /// The system auths of the application, as the Director shows them.
    pub(crate) async fn auths(&self) -> Vec<Value> {
        let query = "query($id: ID!) { result: application(id: $id) { auths { id auth { certCommonName oneTimeToken { used } } } } }";
        self.server.director(query, json!({ "id": self.id })).await["auths"].as_array().unwrap().clone()
    }
}
