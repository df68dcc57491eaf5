//! An application that was paired by the Connector Service's rules, with no habits of its own.

use std::path::{Path, PathBuf};

use reqwest::{Client, Identity};
use serde_json::{Value, json};

use crate::{CertificateRequest, Curl, OpenSsl, Reply, Server, base64, key, server, text, unbase64};

/// The alert `certificate_expired`.
pub const CERTIFICATE_EXPIRED: u8 = 45;

/// Its certificate, and what management info said last.
#[derive(Debug)]
pub struct KymaApplication {
    pub id: String,
    pub name: String,
    pub managed: Value,
    pub files: OpenSsl,
    ca_file: PathBuf,
    info_url: String,
}

impl KymaApplication {
    /// Registers an application and pairs it through a token of the second generation.
    pub async fn join(server: &Server, name: &str) -> Self {
        let id = server.register(name).await;
        Self::pair(server.ready("caFile"), &id, &server.internal().second_generation(name).url)
    }

    /// Redeems a link at the Connector with this CA file.
    pub fn pair(ca_file: impl AsRef<Path>, id: &str, link: &str) -> Self {
        let ca_file = ca_file.as_ref().to_owned();
        let info = ok(&Curl::trusting(&ca_file).get(link), 200);
        let key = key();
        let files = OpenSsl::new();
        files.write("app.key", key.serialize_pem());
        let request = CertificateRequest::new(member(&info["certificate"], "subject"), &key);
        let body = json!({ "csr": base64(request.pem) }).to_string();
        let answer = ok(&Curl::trusting(&ca_file).post(member(&info, "csrUrl"), body), 201);
        files.write("app.pem", unbase64(member(&answer, "crt")));
        let info_url = member(&info["api"], "infoUrl").to_owned();
        let managed = ok(&files.curl(&ca_file, "app").get(&info_url), 200);
        let name = member(&managed["clientIdentity"], "application").to_owned();
        Self { id: id.to_owned(), name, managed, files, ca_file, info_url }
    }

    /// `curl` with its certificate, in a new connection each time.
    pub fn curl(&self) -> Curl {
        self.files.curl(&self.ca_file, "app")
    }

    /// The alert that ends a handshake at an address, by its number (RFC 8446 §6); a handshake that succeeds is a panic.
    /// With TLS 1.2, because the alert of TLS 1.3 comes after the client believes that it is connected.
    #[track_caller]
    pub fn alert(&self, url: &str) -> u8 {
        let url: reqwest::Url = url.parse().expect("an address");
        let place = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
        let output = self.files.output(&format!("s_client -connect {place} -tls1_2 -cert app.pem -key app.key"));
        let log = text(&output.stderr);
        let number = log.split_once("SSL alert number ").and_then(|(_, rest)| rest.lines().next());
        number
            .and_then(|number| number.trim().parse().ok())
            .unwrap_or_else(|| panic!("{url} with {}: {output:?}", self.name))
    }

    /// A client with its certificate that keeps its connections.
    pub fn client(&self) -> Client {
        let identity = [self.files.read("app.pem"), self.files.read("app.key")].concat();
        let identity = Identity::from_pem(&identity).expect("a certificate and its key");
        server::client(&server::authorities(&self.ca_file)).identity(identity).build().expect("a client")
    }

    /// An address of the last management info.
    #[track_caller]
    pub fn url(&self, name: &str) -> &str {
        member(&self.managed["urls"], name)
    }

    /// Where CloudEvents go.
    pub fn cloud_events_url(&self) -> String {
        self.url("eventsUrl").replace("/v1/events", "/events")
    }

    pub fn info_url(&self) -> &str {
        &self.info_url
    }

    /// Asks for management info, and takes over what it says; anything but 200 is a panic.
    #[track_caller]
    pub fn poll(&mut self) -> &Value {
        self.managed = ok(&self.curl().get(&self.info_url), 200);
        &self.managed
    }

    /// Posts a legacy event.
    #[track_caller]
    pub fn event(&self, body: &Value) -> Reply {
        self.curl().header("Content-Type: application/json").post(self.url("eventsUrl"), body.to_string())
    }

    /// The fingerprint of its certificate in lower-case digits.
    pub fn fingerprint(&self) -> String {
        crate::hex(&crate::sha256(&crate::der(&text(&self.files.read("app.pem")))))
    }
}

#[track_caller]
fn ok(reply: &Reply, status: u16) -> Value {
    assert_eq!(reply.status, status, "{reply:?}");
    reply.json()
}

#[track_caller]
fn member<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}
