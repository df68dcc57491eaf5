//! Where secrets must not be: in the log at its loudest, in the store and its companions, in anything that a crash leaves.

use std::{fs, path::Path};

use blackbox::{Canaries, CertificateRequest, EC_P256, OpenSsl, Pairing, Ports, Program, Server, base64, key};
use reqwest::Method;
use serde_json::{Value, json};

/// Everything that carries a secret, the ways that fail included, over HTTP/1 and HTTP/2.
async fn full_run(server: &Server, canaries: &mut Canaries) {
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
        at.clone().at(&format!("{link}?token={legacy}")).send(Method::GET, None).await;
        at.clone().at(&format!("{link}?token={legacy}")).send(Method::GET, None).await;
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

/// The life of an OAuth2 client: what is shown once, chosen, mistyped, put in the wrong place, revoked, rotated.
async fn oauth_run(server: &Server, application: &str, canaries: &mut Canaries) {
    let client = server.oauth_client(application).await;
    canaries.add("a client secret", &client.secret);
    let token = canaries.add("an access token", &client.token(server, "application:read").await);
    let revoked = canaries.add("a revoked access token", &client.token(server, "application:read").await);
    for path in ["/oauth2/introspect", "/oauth2/revoke"] {
        assert_eq!(client.at(server, path).form(&[("token", &revoked)]).await.status, 200);
    }
    assert_eq!(server.bearer(&revoked).viewer().await.status, 401);
    let of_administrator = server.administrator_at("/admin/oauth2/introspect").form(&[("token", &token)]).await;
    assert_eq!(of_administrator.status, 200);

    // Mistakes: in the address, as a parameter's name, as another parameter, in a body that is no form.
    let secret = client.secret.as_str();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let ask = async |body: String| client.at(server, "/oauth2/token").with(form.0, form.1).post(body).await;
    let address = format!("/oauth2/token?client_id={}&client_secret={secret}", client.id);
    assert!(server.at(&address).with(form.0, form.1).post("grant_type=client_credentials").await.status >= 400);
    for body in [
        format!("{secret}=1&{secret}=2"),
        format!("grant_type={secret}"),
        format!("grant_type=client_credentials&scope={secret}"),
        format!("grant_type=client_credentials&audience={token}"),
        format!("grant_type=client_credentials&resource={token}"),
        format!("grant_type=client_credentials&client_id={secret}"),
        format!("grant_type=client_credentials&client_secret={secret}"),
        format!("grant_type=client_credentials&scope=%zz{secret}"),
    ] {
        let refused = ask(body.clone()).await;
        assert!(refused.status >= 400, "{body}: {refused:?}");
    }
    let swapped = blackbox::OAuthClient { id: client.secret.clone(), secret: client.id.clone(), ..client.clone() };
    assert_eq!(swapped.ask(server, "").await.status, 401);

    // Rotated, chosen, replaced, patched; and refused beside something wrong.
    let json = |path: &str| server.administrator_at(path).with("content-type", "application/json");
    let rotate = json(&format!("/console/v1/oauth-clients/{}/rotate", client.id));
    let rotated = rotate.post(r#"{"retireOldAfterSeconds":0}"#).await.json();
    let next = canaries.add("a rotated secret", rotated["clientSecret"].as_str().unwrap());
    let client = blackbox::OAuthClient { secret: next, ..client };
    canaries.add("an access token", &client.token(server, "application:write").await);
    let keys = json("/console/v1/access-token-keys/rotate").post("").await;
    assert_eq!(keys.status, 201);
    canaries.add("an access token", &client.token(server, "application:write").await);

    let chosen = canaries.add("a chosen secret", "chosen-by-an-administrator-0001");
    let registered = json!({ "client_secret": chosen, "grant_types": ["client_credentials"], "scope": "a" });
    let registered = server.register_client(registered).await;
    let path = format!("/admin/clients/{}", registered["client_id"].as_str().unwrap());
    let put = canaries.add("a replaced secret", "chosen-by-an-administrator-0002");
    let put = json!({ "client_secret": put, "grant_types": ["client_credentials"], "scope": "a" });
    assert_eq!(json(&path).send(Method::PUT, Some(put.to_string().into())).await.status, 200);
    let patch = canaries.add("a patched secret", "chosen-by-an-administrator-0003");
    let patch = json!([{ "op": "add", "path": "/client_secret", "value": patch }]);
    assert_eq!(json(&path).send(Method::PATCH, Some(patch.to_string().into())).await.status, 200);
    let wrong = canaries.add("a refused secret", "chosen-by-an-administrator-0004");
    for body in [
        json!({ "client_secret": wrong, "scope": 1 }).to_string(),
        json!({ "client_secret": [wrong] }).to_string(),
        json!({ "token_endpoint_auth_method": wrong }).to_string(),
        format!("{{\"client_secret\": \"{wrong}\""),
    ] {
        assert_eq!(json("/admin/clients").post(body.clone()).await.status, 400, "{body}");
    }
}

/// What the administrator hands over for the authority: somebody's key, its passphrase, the passphrase of a backup; and
/// each of them in a place where it does not belong.
async fn authority_run(server: &Server, canaries: &mut Canaries) {
    let openssl = OpenSsl::new();
    openssl.key("ca", EC_P256);
    openssl.run("req -x509 -new -key ca.key -days 90 -subj /CN=canary -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem");
    let passphrase = canaries.add("the passphrase of a key", "a passphrase that opens a key");
    let encrypt = openssl.tool("pkcs8 -topk8 -v2 aes-256-cbc -in ca.key -out encrypted.key -passout");
    encrypt.argument(&format!("pass:{passphrase}")).run();
    let [certificate, key] = ["ca.pem", "encrypted.key"].map(|name| openssl.text(name));
    canaries.add("an encrypted key", key.lines().nth(2).unwrap());
    let backup = canaries.add("the passphrase of a backup", "a passphrase that opens a backup");
    let post = async |path: &str, body: Value| server.console(Method::POST, path, &body).await;
    let import = |texts: Value, passphrase: Value| json!({ "texts": texts, "passphrase": passphrase, "oldTrustedForSeconds": 60 });
    for (path, body) in [
        ("/authority/import", import(json!([certificate, key]), json!(backup))),
        ("/authority/import", import(json!(key), json!(passphrase))),
        ("/authority/import", import(json!([passphrase, key]), json!([passphrase]))),
        ("/authority/backup", json!({ "passphrase": [backup] })),
        ("/authority/backup", json!({ "password": backup })),
    ] {
        let refused = post(path, body).await;
        assert_eq!(refused.status, 400, "{refused:?}");
        canaries.absent_from(path, refused.text.as_bytes());
    }
    let imported = post("/authority/import", import(json!([certificate, key]), json!(passphrase))).await;
    assert_eq!(imported.status, 201, "{imported:?}");
    assert_eq!(post("/authority/backup", json!({ "passphrase": backup })).await.status, 200);
}

/// The keys that are there now, each only in its own file.
fn add_keys(canaries: &mut Canaries, data_dir: &Path) {
    let mut found = 0;
    for entry in fs::read_dir(data_dir).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().contains("-key") {
            canaries.add_key("a private key", &path);
            found += 1;
        }
    }
    assert!(found >= 2, "the CA's key and the one that signs access tokens");
}

/// Killed in the middle, so that everything is as a crash leaves it; then started again and ended in order.
#[tokio::test]
async fn no_secret_is_in_a_log_or_in_a_file() {
    for fidelity in ["strict", "lenient"] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let place = |name: &str| {
            let path = root.join(name);
            fs::create_dir(&path).unwrap();
            path
        };
        let (data_dir, temporary, working) = (root.join("data"), place("temporary"), place("working"));
        let start = |ports: &Ports| {
            let mut command = Program::serve_on(&data_dir, ports, &["--log", "trace", "--fidelity", fidelity]);
            // Whatever a crash leaves would be here.
            Server::run({
                command.env("TMPDIR", &temporary).current_dir(&working).env("RUST_BACKTRACE", "full");
                command
            })
        };
        let server = start(&Ports::default());
        let ports = server.ports();
        let mut canaries = Canaries::default();
        canaries.add_file("the administrator's token", Path::new(server.ready("adminTokenFile")));
        add_keys(&mut canaries, server.data_dir());
        full_run(&server, &mut canaries).await;
        oauth_run(&server, "before the crash", &mut canaries).await;
        authority_run(&server, &mut canaries).await;
        add_keys(&mut canaries, server.data_dir());
        let write_ahead = fs::metadata(data_dir.join("store.sqlite-wal")).unwrap().len();
        assert!(write_ahead > 4096, "there was a log of writes to look at");
        canaries.absent_below(&root);
        let killed = server.end("KILL");
        assert!(data_dir.join("store.sqlite-wal").exists(), "as a crash leaves it");
        assert!(canaries.absent_below(&root) >= 7);

        let server = start(&ports);
        oauth_run(&server, "after the crash", &mut canaries).await;
        add_keys(&mut canaries, server.data_dir());
        let (ended, stopped) = server.stop().await;
        assert_eq!(ended.code, Some(0));
        canaries.absent_below(&root);
        for log in [&killed.log, &ended.log] {
            assert!(log.contains("/oauth2/token"), "requests are in the log");
            assert!(log.contains("TRACE") && log.len() > 10_000, "it was loud: {} bytes", log.len());
            canaries.absent_from("the log", log.as_bytes());
        }
        assert!(killed.log.contains("/connector/graphql"), "requests are in the log");
        drop(stopped);
    }
}
