//! Applications that pair beside the window, as they do at any server.

use reqwest::{Client, ClientBuilder, Method};
use serde_json::{Value, json};

use super::Window;
use crate::{Caller, CertificateRequest, KymaApplication, Pairing, key, server};

const TOKEN: &str = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { token } }";

impl Window {
    /// Pairs an application, with a certificate.
    pub async fn pair(&self, application: &str) -> Pairing {
        let given = self.administrator().await.data(TOKEN, json!({ "id": application })).await;
        let token = given["token"].as_str().expect("a token").to_owned();
        let connector = Caller::new(self.stranger(), &self.address("connectorUrl").await);
        let first = connector.clone().with("connector-token", &token);
        let (token, subject) = first.token_and_subject().await;
        let key = key();
        let request = CertificateRequest::new(&subject, &key).field();
        let reply = connector.with("connector-token", &token).sign(&request).await;
        let (director, connector) = self.secured().await;
        Pairing::issued([&director, &connector], application, &subject, key.serialize_pem(), &reply)
    }

    /// Renews a certificate with a new key.
    pub async fn renew(&self, pairing: &Pairing) -> Pairing {
        let (director, connector) = self.secured().await;
        let key = key();
        let request = CertificateRequest::new(&pairing.subject, &key).field();
        let reply = Caller::new(self.with_certificate(pairing), &connector).sign(&request).await;
        Pairing::issued([&director, &connector], &pairing.application, &pairing.subject, key.serialize_pem(), &reply)
    }

    /// HTTP status of a call to the Director with this certificate, on a new connection; `None` without an answer.
    pub async fn status_with(&self, pairing: &Pairing) -> Option<u16> {
        let (director, _) = self.secured().await;
        let body = json!({ "query": "{ viewer { id } }" }).to_string();
        let caller = Caller::new(self.with_certificate(pairing), &director).with("content-type", "application/json");
        caller.try_send(Method::POST, Some(body.into())).await.ok().map(|reply| reply.status)
    }

    /// Revokes a certificate beside the window, as another administrator.
    pub async fn console_revoke(&self, pairing: &Pairing) {
        let path = format!("/certificates/{}/revoke", pairing.name());
        self.console(Method::POST, &path, &json!({ "reason": "superseded" })).await;
    }

    /// The administrator's own API beside the window; a refusal is a panic.
    pub async fn console(&self, method: Method, path: &str, body: &Value) -> Value {
        let base = self.address("connectorUrl").await.replace("/connector/graphql", "/console/v1");
        let caller = self.administrator().await.at(&format!("{base}{path}")).with("content-type", "application/json");
        let body = (!body.is_null()).then(|| body.to_string().into());
        let reply = caller.send(method, body).await;
        assert!([200, 201].contains(&reply.status), "{path}: {reply:?}");
        reply.json()
    }

    /// Pairs an application through a link of the Connector Service's second generation.
    pub async fn pair_by_link(&self, application: &str) -> KymaApplication {
        let path = format!("/applications/{application}/connection-token");
        let given = self.console(Method::POST, &path, &json!({ "generation": "second" })).await;
        let link = given["url"].as_str().unwrap_or_else(|| panic!("{given}"));
        KymaApplication::pair(self.ca_file(), application, link)
    }

    /// An address of the environment.
    pub async fn address(&self, name: &str) -> String {
        let environment = self.state().await["environment"].clone();
        environment[name].as_str().unwrap_or_else(|| panic!("{name} in {environment}")).to_owned()
    }

    async fn secured(&self) -> (String, String) {
        let environment: Value = self.state().await["environment"].clone();
        let text = |name: &str| environment[name].as_str().expect("an address").to_owned();
        (text("certificateSecuredDirectorUrl"), text("certificateSecuredConnectorUrl"))
    }

    fn stranger(&self) -> Client {
        self.trusting().build().expect("a client")
    }

    fn with_certificate(&self, pairing: &Pairing) -> Client {
        self.trusting().identity(pairing.identity()).build().expect("a client")
    }

    fn trusting(&self) -> ClientBuilder {
        server::client(&server::authorities(&self.ca_file()))
    }
}
