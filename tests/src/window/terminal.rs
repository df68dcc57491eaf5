//! An application at the other end: a folder, openssl, curl, and what somebody pasted. It knows nothing else, but for
//! the CA file that vouches for the server.

use std::{fs, path::PathBuf};

use crate::{Tool, base64, text, unbase64};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Where the application runs.
#[derive(Debug)]
pub struct Terminal {
    folder: TempDir,
    ca_file: PathBuf,
}

impl Terminal {
    pub fn new(ca_file: PathBuf) -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), ca_file }
    }

    /// Swaps pairing data for a certificate. What comes back is where to call with it.
    pub fn obtain_certificate(&self, pairing_data: &str) -> String {
        let data: Value = serde_json::from_slice(&unbase64(pairing_data)).expect("pairing data is JSON");
        let connector = data["connectorURL"].as_str().expect("a Connector URL").to_owned();
        let token = |value: &Value| format!("Connector-Token: {}", value.as_str().expect("a token"));

        let query = json!({ "query": "query { result: configuration { token { token }
            certificateSigningRequestInfo { subject } managementPlaneInfo { directorURL } } }" });
        let configuration = self.curl(&connector, &[&token(&data["token"])], &query);
        let subject = configuration["certificateSigningRequestInfo"]["subject"].as_str().expect("a subject");

        self.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out own.key").run();
        let subject = format!("/{}", subject.replace(',', "/"));
        self.openssl("req -new -sha256 -key own.key -out own.csr -subj").argument(&subject).run();

        let csr = base64(fs::read(self.folder.path().join("own.csr")).expect("a request"));
        let query = json!({ "query": "mutation($csr: String!) { result: signCertificateSigningRequest(csr: $csr) {
            certificateChain } }", "variables": { "csr": csr } });
        let signed = self.curl(&connector, &[&token(&configuration["token"]["token"])], &query);
        let chain = unbase64(signed["certificateChain"].as_str().expect("a chain"));
        fs::write(self.folder.path().join("chain.pem"), chain).expect("written");
        let ca = self.ca_file.to_str().expect("a path in UTF-8");
        self.openssl("verify -purpose sslclient -CAfile").argument(ca).argument("chain.pem").run();
        configuration["managementPlaneInfo"]["directorURL"].as_str().expect("a Director URL").to_owned()
    }

    /// Asks the Director with the certificate who is calling.
    pub fn viewer_with_certificate(&self, director: &str) -> Value {
        self.curl(director, &["--cert", "chain.pem", "--key", "own.key"], &viewer())
    }

    /// Gets an access token for a client.
    pub fn access_token(&self, url: &str, client: &str, secret: &str, scopes: &str) -> String {
        let user = format!("user = \"{client}:{secret}\"");
        let curl = self.tool("curl").words("--silent --show-error --fail-with-body --config - --cacert");
        let curl = curl
            .argument(self.ca_file.to_str().expect("a path in UTF-8"))
            .words("--data grant_type=client_credentials");
        let output = curl.argument("--data-urlencode").argument(&format!("scope={scopes}")).argument(url).output(&user);
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
        let answer: Value = serde_json::from_slice(&output.stdout).expect("an answer in JSON");
        answer["access_token"].as_str().unwrap_or_else(|| panic!("no token in {answer}")).to_owned()
    }

    /// Asks the Director with an access token who is calling.
    pub fn viewer_with_token(&self, director: &str, token: &str) -> Value {
        self.curl(director, &[&format!("Authorization: Bearer {token}")], &viewer())
    }

    /// Pastes a script into a shell and returns what it printed.
    pub fn paste(&self, script: &str) -> String {
        let output = self.tool("bash").output(script);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{out}{err}");
        out
    }

    /// Posts a GraphQL document and returns the field `result`. A word with a colon is a header.
    fn curl(&self, url: &str, words: &[&str], body: &Value) -> Value {
        let curl = self.tool("curl").words("--silent --show-error --fail-with-body --data @- --cacert");
        let mut curl = curl
            .argument(self.ca_file.to_str().expect("a path in UTF-8"))
            .argument("--header")
            .argument(JSON)
            .argument(url);
        for word in words {
            curl = if word.contains(": ") { curl.argument("--header").argument(word) } else { curl.argument(word) };
        }
        let output = curl.output(&body.to_string());
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{url}: {out}{err}");
        let answer: Value = serde_json::from_str(&out).expect("an answer in JSON");
        assert!(answer.get("errors").is_none(), "{url}: {answer}");
        answer["data"]["result"].clone()
    }

    fn openssl(&self, words: &str) -> Tool {
        self.tool("openssl").words(words)
    }

    fn tool(&self, program: &str) -> Tool {
        Tool::new(program, self.folder.path())
    }
}

const JSON: &str = "Content-Type: application/json";

fn viewer() -> Value {
    json!({ "query": "query { result: viewer { id type } }" })
}
