//! A running server as its administrator sees it.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::{Certificate, Client, ClientBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Caller, Ended, Pairing, Ports, Program, Store};

/// A running server, and the folder it works in. Killed when it is dropped.
#[derive(Debug)]
pub struct Server {
    program: Program,
    ca: Vec<Certificate>,
    client: Client,
    data_dir: PathBuf,
    /// Removed with this.
    _temporary: Option<TempDir>,
}

impl Server {
    /// Starts a server on a new data directory.
    pub fn start(options: &[&str]) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let data_dir = temporary.path().join("data");
        let mut server = Self::start_in(&data_dir, options);
        server._temporary = Some(temporary);
        server
    }

    /// Starts a server on a new data directory that begins with what this seed file says.
    pub fn seeded(seed: &Value, options: &[&str]) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let file = temporary.path().join("seed.json");
        fs::write(&file, seed.to_string()).expect("the seed file");
        let seed = ["--seed", file.to_str().expect("a path in UTF-8")];
        let mut server = Self::start_in(&temporary.path().join("data"), &[options, &seed].concat());
        server._temporary = Some(temporary);
        server
    }

    /// Starts a server on this data directory.
    pub fn start_in(data_dir: &Path, options: &[&str]) -> Self {
        Self::run(Program::serve(data_dir, options))
    }

    /// Starts a command that serves.
    pub fn run(command: std::process::Command) -> Self {
        let program = Program::start(command).unwrap_or_else(|ended| panic!("it did not start: {ended:?}"));
        let ca_file = PathBuf::from(program.ready().text("caFile"));
        let data_dir = ca_file.parent().expect("ca.pem is in the data directory").to_owned();
        let ca = authorities(&ca_file);
        let client = client(&ca).build().expect("a client");
        Self { program, ca, client, data_dir, _temporary: None }
    }

    /// Reads the CA file again, as people do who hear of another authority.
    pub fn read_ca_file(&mut self) {
        self.ca = authorities(Path::new(self.ready("caFile")));
        self.client = client(&self.ca).build().expect("a client");
    }

    pub fn ready(&self, field: &str) -> &str {
        self.program.ready().text(field)
    }

    /// Where it listens.
    pub fn ports(&self) -> Ports {
        let port = |field: &str| {
            let url: reqwest::Url = self.ready(field).parse().expect("an address in the ready line");
            url.port().expect("a port in the ready line")
        };
        Ports { token: port("directorUrl"), certificate: port("certificateSecuredDirectorUrl") }
    }

    pub fn program(&self) -> &Program {
        &self.program
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// A client that trusts this server's CA file and nothing else, and opens its own connections.
    pub fn client(&self) -> ClientBuilder {
        client(&self.ca)
    }

    pub fn admin_token(&self) -> String {
        fs::read_to_string(self.ready("adminTokenFile")).expect("the administrator's token").trim().to_owned()
    }

    /// Somebody without any proof, at an address that the ready line names.
    pub fn stranger(&self, address: &str) -> Caller {
        Caller::new(self.client.clone(), self.ready(address))
    }

    pub fn administrator(&self) -> Caller {
        self.stranger("directorUrl")
            .with("authorization", &format!("Bearer {}", self.admin_token()))
            .with("tenant", self.ready("tenant"))
    }

    /// What the Director answers to the administrator; an error is a panic.
    pub async fn director(&self, query: &str, variables: Value) -> Value {
        self.administrator().data(query, variables).await
    }

    /// Registers an application and returns its id.
    pub async fn register(&self, name: &str) -> String {
        let query = "mutation($name: String!) { result: registerApplication(in: { name: $name }) { id } }";
        self.director(query, json!({ "name": name })).await["id"].as_str().expect("an id").to_owned()
    }

    /// A new one-time token for an application.
    pub async fn token(&self, application: &str) -> String {
        let query = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { token } }";
        self.director(query, json!({ "id": application })).await["token"].as_str().expect("a token").to_owned()
    }

    /// The status condition of an application.
    pub async fn condition(&self, application: &str) -> String {
        let query = "query($id: ID!) { result: application(id: $id) { status { condition } } }";
        let found = self.director(query, json!({ "id": application })).await;
        found["status"]["condition"].as_str().expect("a condition").to_owned()
    }

    /// Whoever holds this one-time token, at the Connector.
    pub fn connector(&self, token: &str) -> Caller {
        self.stranger("connectorUrl").with("connector-token", token)
    }

    /// Pairs an application: token, configuration, certificate.
    pub async fn pair(&self, application: &str) -> Pairing {
        Pairing::of(self, application, &self.token(application).await).await
    }

    /// Sends a signal and waits for the end; connections on this side are not served meanwhile.
    pub fn end(self, signal: &str) -> Ended {
        self.program.signal(signal)
    }

    /// Ends it with SIGTERM, while connections on this side can take their leave.
    pub async fn stop(self) -> (Ended, Stopped) {
        let program = self.program;
        let ended = tokio::task::spawn_blocking(|| program.signal("TERM")).await.expect("it ends");
        (ended, Stopped { data_dir: self.data_dir, _temporary: self._temporary })
    }
}

/// What a server leaves behind.
#[derive(Debug)]
pub struct Stopped {
    data_dir: PathBuf,
    _temporary: Option<TempDir>,
}

impl Stopped {
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub async fn store(&self) -> Store {
        Store::open(&self.data_dir).await
    }
}

impl crate::Ready {
    pub fn text(&self, field: &str) -> &str {
        self.json[field].as_str().unwrap_or_else(|| panic!("{field} in {}", self.line))
    }
}

/// What is in a CA file.
pub(crate) fn authorities(file: &Path) -> Vec<Certificate> {
    let pem = fs::read(file).expect("the ready line names a CA file that is there");
    Certificate::from_pem_bundle(&pem).expect("ca.pem holds certificates")
}

pub(crate) fn client(ca: &[Certificate]) -> ClientBuilder {
    Client::builder()
        .tls_certs_only(ca.to_vec())
        .https_only(true)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .resolve("localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .resolve("gateway.localhost", SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
        .timeout(Duration::from_secs(60))
}
