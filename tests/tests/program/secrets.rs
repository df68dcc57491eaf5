//! Where secrets must not be: in the log at its loudest, and in the store.

use std::fs;

use blackbox::{CertificateRequest, Pairing, Server, Tool, base64, key};
use serde_json::{Value, json};

/// What must not turn up, and what it is.
#[derive(Default)]
struct Canaries(Vec<(String, &'static str)>);

impl Canaries {
    fn add(&mut self, what: &'static str, secret: &str) -> String {
        // Base64 and percent-encoding change the end; a prefix this long is nobody else's.
        let kept = secret.trim_end_matches('=');
        assert!(kept.len() > 20, "{what} is long enough to be told from other text");
        self.0.push((kept.to_owned(), what));
        secret.to_owned()
    }

    fn absent_from(&self, place: &str, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        for (secret, what) in &self.0 {
            for form in [secret.as_str(), base64(secret).trim_end_matches('=')] {
                if let Some(at) = text.find(form) {
                    let before: String = text[..at].chars().rev().take(300).collect();
                    panic!("{what} is in {place}, after: {}", before.chars().rev().collect::<String>());
                }
            }
        }
    }
}

/// Everything that carries a secret, the ways that fail included, over HTTP/1 and HTTP/2.
async fn full_run(server: &Server, canaries: &mut Canaries) {
    canaries.add("the administrator's token", &server.admin_token());
    let application = server.register("canary").await;
    for client in [server.client().http1_only().build().unwrap(), server.client().build().unwrap()] {
        let administrator = server.administrator().through(client.clone());
        let query = "mutation($id: ID!) { result: requestOneTimeTokenForApplication(id: $id) { token } }";
        let token = async |canaries: &mut Canaries| {
            let given = administrator.data(query, json!({ "id": application })).await;
            canaries.add("a one-time token", given["token"].as_str().unwrap())
        };
        let first = token(canaries).await;
        let (next, subject) = server.connector(&first).through(client.clone()).token_and_subject().await;
        canaries.add("the token of the configuration", &next);
        let key = key();
        let request = CertificateRequest::new(&subject, &key);
        canaries.add("a certificate request", &base64(&request.der));
        let csr = canaries.add("the field csr", &request.field());
        let reply = server.connector(&next).through(client.clone()).sign(&csr).await;
        let pairing = Pairing::from_reply(server, &application, &subject, key.serialize_pem(), &reply);
        pairing.director(server).viewer().await;
        pairing.connector(server).sign(&csr).await;

        // As a parameter, used up, in a body that is no GraphQL, in a document that is wrong, in a refused request.
        let parameter = token(canaries).await;
        let at = server.stranger("connectorUrl").through(client.clone());
        at.clone().at(&format!("{}?token={parameter}", server.ready("connectorUrl"))).configuration().await;
        at.clone().at(&format!("{}?token={parameter}", server.ready("connectorUrl"))).configuration().await;
        let link = server.ready("connectorUrl").replace("/connector/graphql", "/v1/applications/signingRequests/info");
        let legacy = token(canaries).await;
        at.clone().at(&format!("{link}?token={legacy}")).send(reqwest::Method::GET, None).await;
        at.clone().at(&format!("{link}?token={legacy}")).send(reqwest::Method::GET, None).await;
        let misplaced = token(canaries).await;
        at.clone().with("content-type", "application/json").post(misplaced.clone()).await;
        at.graphql(&format!("{{ {misplaced} }}"), Value::Null).await;
        let wrong = token(canaries).await;
        let other = CertificateRequest::new(&subject.replace("CN=", "CN=x"), &key);
        let csr = canaries.add("a refused request", &other.field());
        server.connector(&wrong).through(client.clone()).sign(&csr).await;
        administrator.clone().with("authorization", &format!("Bearer {misplaced}")).viewer().await;

        let query = "mutation($id: ID!) { result: generateAuthForApplication(id: $id, type: \"CLIENT_CREDENTIALS\") {
            credential { ... on OAuthCredentialData { clientId clientSecret } } } }";
        let credential = administrator.data(query, json!({ "id": application })).await["credential"].clone();
        let (id, secret) = (credential["clientId"].as_str().unwrap(), credential["clientSecret"].as_str().unwrap());
        canaries.add("a client secret", secret);
        let oauth = server.stranger("oauthTokenUrl").through(client.clone());
        let form = [("grant_type", "client_credentials"), ("scope", "application:read")];
        let basic = canaries.add("a basic header", &base64(format!("{id}:{secret}")));
        let granted = oauth.clone().with("authorization", &format!("Basic {basic}")).form(&form).await.json();
        let access = canaries.add("an access token", granted["access_token"].as_str().unwrap());
        let own = [form[0], ("client_id", id), ("client_secret", secret)];
        assert_eq!(oauth.form(&own).await.status, 200);
        assert_eq!(oauth.form(&[form[0], ("client_id", &misplaced), ("client_secret", secret)]).await.status, 401);
        let bearer = server.stranger("directorUrl").through(client.clone());
        assert_eq!(bearer.clone().with("authorization", &format!("Bearer {access}")).viewer().await.status, 200);
        assert_eq!(bearer.with("authorization", &format!("Bearer {access}x")).viewer().await.status, 401);
    }
}

#[tokio::test]
async fn no_secret_is_in_the_log_or_in_the_store() {
    for fidelity in ["strict", "lenient"] {
        let server = Server::start(&["--log", "trace", "--fidelity", fidelity]);
        let mut canaries = Canaries::default();
        full_run(&server, &mut canaries).await;
        let data_dir = server.data_dir().to_owned();
        let stores = || {
            ["store.sqlite", "store.sqlite-wal", "store.sqlite-shm"]
                .map(|name| (name, fs::read(data_dir.join(name)).unwrap_or_default()))
        };
        let running = stores();
        let (ended, stopped) = server.stop().await;
        for (name, bytes) in running.iter().chain(&stores()) {
            canaries.absent_from(name, bytes);
        }
        assert!(running[1].1.len() > 4096, "there was a log of writes to look at");
        let keys = Tool::new("openssl", &data_dir)
            .words("pkey -in ca-key.pem -outform DER")
            .argument("-out")
            .argument("ca-key.der");
        keys.run();
        canaries.add("the CA's key", &base64(fs::read(data_dir.join("ca-key.der")).unwrap()));
        assert!(ended.log.contains("/connector/graphql"), "requests are in the log");
        assert!(ended.log.contains("TRACE") && ended.log.len() > 10_000, "it was loud: {} bytes", ended.log.len());
        canaries.absent_from("the log", ended.log.as_bytes());
        drop(stopped);
    }
}
