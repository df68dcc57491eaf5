//! A paired application: what it holds when everything went well.

use rcgen::KeyPair;
use reqwest::{ClientBuilder, Identity};
use serde_json::{Value, json};

use crate::{Caller, CertificateRequest, Reply, Server, der, hex, key, sha256, unbase64};

/// What a client asks for first. With the parentheses that Compass' own clients write.
const CONFIGURATION: &str = "query { result: configuration() { token { token }
    certificateSigningRequestInfo { subject keyAlgorithm }
    managementPlaneInfo { directorURL certificateSecuredConnectorURL } } }";

const SIGN: &str = "mutation($csr: String!) { result: signCertificateSigningRequest(csr: $csr) {
    certificateChain caCertificate clientCertificate } }";

impl Caller {
    /// Asks the Connector for its configuration.
    pub async fn configuration(&self) -> Reply {
        self.graphql(CONFIGURATION, Value::Null).await
    }

    /// The token and the subject that `configuration` gives; an error is a panic.
    pub async fn token_and_subject(&self) -> (String, String) {
        let given = self.data(CONFIGURATION, Value::Null).await;
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&given["token"]["token"]), text(&given["certificateSigningRequestInfo"]["subject"]))
    }

    /// Asks the Connector to sign the content of the field `csr`.
    pub async fn sign(&self, csr: &str) -> Reply {
        self.graphql(SIGN, json!({ "csr": csr })).await
    }

    /// Asks the Connector to revoke the certificate of the call.
    pub async fn revoke(&self) -> Reply {
        self.graphql("mutation { result: revokeCertificate }", Value::Null).await
    }

    /// Asks the Director who is calling.
    pub async fn viewer(&self) -> Reply {
        self.graphql("query { result: viewer { id type } }", Value::Null).await
    }
}

/// A certificate, its key, and whom it stands for.
#[derive(Clone, Debug)]
pub struct Pairing {
    pub application: String,
    /// Also the certificate's common name.
    pub system_auth: String,
    pub subject: String,
    pub key_pem: String,
    /// Leaf, then CA.
    pub chain_pem: String,
    director: String,
    connector: String,
}

impl Pairing {
    /// Redeems a token of an application.
    pub async fn of(server: &Server, application: &str, token: &str) -> Self {
        let (token, subject) = server.connector(token).token_and_subject().await;
        let key = key();
        let request = CertificateRequest::new(&subject, &key);
        let reply = server.connector(&token).sign(&request.field()).await;
        Self::from_reply(server, application, &subject, key.serialize_pem(), &reply)
    }

    /// From an answer that holds a certificate.
    pub fn from_reply(server: &Server, application: &str, subject: &str, key_pem: String, reply: &Reply) -> Self {
        let addresses = ["certificateSecuredDirectorUrl", "certificateSecuredConnectorUrl"];
        Self::issued(addresses.map(|field| server.ready(field)), application, subject, key_pem, reply)
    }

    /// The same where there is no ready line: Director and Connector of the certificate listener.
    pub(crate) fn issued(
        [director, connector]: [&str; 2],
        application: &str,
        subject: &str,
        key_pem: String,
        reply: &Reply,
    ) -> Self {
        let common_name = subject.split_once("CN=").expect("a common name in the subject").1;
        Self {
            application: application.to_owned(),
            system_auth: common_name.to_owned(),
            subject: subject.to_owned(),
            key_pem,
            chain_pem: chain(reply),
            director: director.to_owned(),
            connector: connector.to_owned(),
        }
    }

    /// What a client shows.
    pub(crate) fn identity(&self) -> Identity {
        let identity = format!("{}{}", self.chain_pem, self.key_pem);
        Identity::from_pem(identity.as_bytes()).expect("a certificate and its key")
    }

    /// A client that shows the certificate, with connections of its own.
    pub fn client(&self, server: &Server) -> ClientBuilder {
        server.client().identity(self.identity())
    }

    /// At the Director's certificate listener.
    pub fn director(&self, server: &Server) -> Caller {
        Caller::new(self.client(server).build().expect("a client"), &self.director)
    }

    /// At the Connector's certificate listener.
    pub fn connector(&self, server: &Server) -> Caller {
        Caller::new(self.client(server).build().expect("a client"), &self.connector)
    }

    /// The same at a server that was started again and listens elsewhere.
    #[must_use]
    pub fn at(&self, server: &Server) -> Self {
        Self {
            director: server.ready("certificateSecuredDirectorUrl").to_owned(),
            connector: server.ready("certificateSecuredConnectorUrl").to_owned(),
            ..self.clone()
        }
    }

    /// Renews the certificate over its own listener.
    pub async fn renewed(&self, server: &Server, key: &KeyPair) -> Self {
        let request = CertificateRequest::new(&self.subject, key);
        let reply = self.connector(server).sign(&request.field()).await;
        Self::from_reply(server, &self.application, &self.subject, key.serialize_pem(), &reply)
    }

    /// SHA-256 of the leaf.
    pub fn fingerprint(&self) -> Vec<u8> {
        sha256(&der(&self.chain_pem))
    }

    /// The same as 64 digits, as the console API names a certificate.
    pub fn name(&self) -> String {
        hex(&self.fingerprint())
    }

    /// The leaf alone, in PEM.
    pub fn leaf_pem(&self) -> &str {
        let end = "-----END CERTIFICATE-----\n";
        let length = self.chain_pem.find(end).expect("a certificate ends") + end.len();
        &self.chain_pem[..length]
    }
}

/// The chain in PEM that an answer of `signCertificateSigningRequest` holds.
fn chain(reply: &Reply) -> String {
    let chain = reply.result()["certificateChain"].as_str().map(unbase64);
    String::from_utf8(chain.unwrap_or_else(|| panic!("a chain in {reply:?}"))).expect("PEM is text")
}
