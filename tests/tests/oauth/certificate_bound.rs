//! RFC 8705: a token that was got with a certificate is good with that certificate only.

use blackbox::{
    Caller, CertificateRequest, GRANT, JsonWebToken, OAuthClient, Pairing, READ, Server, Tool, access_token, base64url,
    der,
};
use serde_json::{Value, json};

/// A pairing whose key and request openssl made, RSA as Compass suggests.
async fn pair_with_openssl(server: &Server, application: &str) -> Pairing {
    let folder = tempfile::tempdir().unwrap();
    let (token, subject) = server.connector(&server.token(application).await).token_and_subject().await;
    let mut parts: Vec<_> = subject.split(',').map(str::to_owned).collect();
    parts.insert(0, String::new());
    Tool::new("openssl", folder.path())
        .words("req -new -sha256 -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj")
        .argument(&parts.join("/"))
        .run();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let request = CertificateRequest { der: der(&read("request.pem")), pem: read("request.pem") };
    let reply = server.connector(&token).sign(&request.field()).await;
    Pairing::from_reply(server, application, &subject, read("key.pem"), &reply)
}

/// Somebody with this certificate, at a path of the certificate listener.
fn with_certificate(server: &Server, pairing: &Pairing, path: &str) -> Caller {
    pairing.director(server).at(&format!("{}{path}", server.certificate_secured()))
}

#[tokio::test]
async fn a_token_of_the_certificate_listener_is_bound_to_the_certificate() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let own = pair_with_openssl(&server, &client.application).await;
    let other = server.pair(&client.application).await;
    let OAuthClient { id, secret, .. } = &client;
    let thumbprint = base64url(own.fingerprint());
    let confirmation = json!({ "x5t#S256": thumbprint });

    let in_header =
        with_certificate(&server, &own, "/oauth2/token").with("authorization", &blackbox::basic(id, secret));
    let in_body = with_certificate(&server, &own, "/oauth2/token");
    let body = [GRANT, READ, ("client_id", id), ("client_secret", secret)];
    for reply in [in_header.form(&[GRANT, READ]).await, in_body.form(&body).await] {
        let token = access_token(&reply);
        let jwt = JsonWebToken::read(&token);
        assert_eq!(jwt.claims["cnf"], confirmation);
        assert_eq!(jwt.claims["iss"], server.issuer(), "the issuer has one name");
        let seen = client.at(&server, "/oauth2/introspect").form(&[("token", &token)]).await.json();
        assert_eq!((&seen["active"], &seen["cnf"]), (&json!(true), &confirmation), "{seen}");

        let director = |pairing: &Pairing| {
            with_certificate(&server, pairing, "/director/graphql").with("authorization", &format!("Bearer {token}"))
        };
        let viewer = director(&own).viewer().await;
        assert_eq!(viewer.result()["id"], client.application, "{viewer:?}");
        for (who, reply) in
            [("another certificate", director(&other).viewer().await), ("none", server.bearer(&token).viewer().await)]
        {
            assert_eq!(reply.status, 401, "{who}: {reply:?}");
            assert!(reply.header("www-authenticate").unwrap_or_default().contains("invalid_token"), "{who}: {reply:?}");
        }
        // It can be given back without the certificate.
        assert_eq!(client.at(&server, "/oauth2/revoke").form(&[("token", &token)]).await.status, 200);
        assert_eq!(director(&own).viewer().await.status, 401);
    }
    // What was got without a certificate has no binding.
    let plain = JsonWebToken::read(&client.token(&server, "application:read").await);
    assert_eq!(plain.claims.get("cnf"), None);
}

#[tokio::test]
async fn a_revoked_certificate_takes_its_tokens_along() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let pairing = server.pair(&client.application).await;
    let ask = with_certificate(&server, &pairing, "/oauth2/token")
        .with("authorization", &blackbox::basic(&client.id, &client.secret));
    let token = access_token(&ask.form(&[GRANT, READ]).await);
    let director =
        with_certificate(&server, &pairing, "/director/graphql").with("authorization", &format!("Bearer {token}"));
    assert_eq!(director.viewer().await.status, 200);
    assert_eq!(pairing.connector(&server).revoke().await.result(), Value::Bool(true));
    assert_eq!(director.viewer().await.status, 401);
    let refused = ask.form(&[GRANT, READ]).await;
    assert!(refused.status == 401 || refused.status == 403, "{refused:?}");
}

/// RFC 8705 §2.1: the certificate is the credential.
#[tokio::test]
async fn a_certificate_can_be_all_that_a_client_proves() {
    let server = Server::start(&[]);
    let application = server.register("client").await;
    let (own, other) = (server.pair(&application).await, server.pair(&application).await);
    let metadata = json!({ "grant_types": ["client_credentials"], "scope": "a", "token_endpoint_auth_method":
        "tls_client_auth", "tls_client_auth_subject_dn": own.subject });
    let client = server.register_client(metadata).await;
    let id = client["client_id"].as_str().unwrap();
    let form = [GRANT, ("scope", "a"), ("client_id", id)];
    let token = access_token(&with_certificate(&server, &own, "/oauth2/token").form(&form).await);
    let confirmation = json!({ "x5t#S256": base64url(own.fingerprint()) });
    assert_eq!(JsonWebToken::read(&token).claims["cnf"], confirmation);
    let unknown = [GRANT, ("client_id", "nobody")];
    let with_secret = [GRANT, ("client_id", id), ("client_secret", "a secret that nobody has")];
    for (who, reply) in [
        ("another certificate", with_certificate(&server, &other, "/oauth2/token").form(&form).await),
        ("no certificate", server.at("/oauth2/token").form(&form).await),
        ("another client", with_certificate(&server, &own, "/oauth2/token").form(&unknown).await),
        ("a secret", with_certificate(&server, &own, "/oauth2/token").form(&with_secret).await),
    ] {
        assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("invalid_client")), "{who}: {reply:?}");
    }
}

#[tokio::test]
async fn the_certificate_listener_has_the_same_rules() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let pairing = server.pair(&client.application).await;
    let at = |path: &str| with_certificate(&server, &pairing, path);
    let authorization = blackbox::basic(&client.id, &client.secret);
    // A certificate is not a client's credential here.
    let alone = at("/oauth2/token").form(&[GRANT, ("client_id", &client.id)]).await;
    assert_eq!((alone.status, &alone.json()["error"]), (401, &json!("invalid_client")));
    let twice = at("/oauth2/token").with("authorization", &authorization).form(&[GRANT, GRANT]).await;
    assert_eq!((twice.status, &twice.json()["error"]), (400, &json!("invalid_request")));
    let token = client.token(&server, "application:read").await;
    let seen = at("/oauth2/introspect").with("authorization", &authorization).form(&[("token", &token)]).await;
    assert_eq!(seen.json()["active"], true, "{seen:?}");
    let gone = at("/oauth2/revoke").with("authorization", &authorization).form(&[("token", &token)]).await;
    assert_eq!(gone.status, 200, "{gone:?}");
    assert_eq!(server.bearer(&token).viewer().await.status, 401);
    // Administration is not for those with certificates.
    for path in ["/admin/clients", "/console/v1/oauth-clients"] {
        let reply = at(path).send(reqwest::Method::GET, None).await;
        assert!([401, 404].contains(&reply.status), "{path}: {reply:?}");
    }
}
