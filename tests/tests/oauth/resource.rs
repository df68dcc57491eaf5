//! RFC 6750: what the Director says to a token that it does not take.

use blackbox::{JsonWebToken, Server, basic};
use serde_json::{Value, json};

#[tokio::test]
async fn every_token_that_is_not_taken() {
    let server = Server::start(&["--failure-limit", "0"]);
    let client = server.oauth_client("client").await;
    let token = client.token(&server, "application:read").await;
    let jwt = JsonWebToken::read(&token);
    let header = |member: &str, value: &str| {
        let mut header = jwt.header.clone();
        header[member] = json!(value);
        jwt.with(&header, &jwt.claims)
    };
    let claim = |member: &str, value: Value| {
        let mut claims = jwt.claims.clone();
        claims[member] = value;
        jwt.with(&jwt.header, &claims)
    };
    let revoked = client.token(&server, "application:read").await;
    assert_eq!(client.at(&server, "/oauth2/revoke").form(&[("token", &revoked)]).await.status, 200);
    for (row, bearer) in [
        ("garbage", "garbage".to_owned()),
        ("three parts of nothing", "a.b.c".to_owned()),
        ("alg none", header("alg", "none")),
        ("alg none, no signature", header("alg", "none").rsplit_once('.').unwrap().0.to_owned() + "."),
        ("alg HS256", header("alg", "HS256")),
        ("another type", header("typ", "JWT")),
        ("an unknown key", header("kid", "0000000000000000")),
        ("another key", {
            let mut header = jwt.header.clone();
            header.as_object_mut().unwrap().remove("kid");
            jwt.with(&header, &jwt.claims)
        }),
        ("another issuer", claim("iss", json!("https://elsewhere.example"))),
        ("another audience", claim("aud", json!("https://elsewhere.example"))),
        ("another client", claim("client_id", json!("00000000-0000-4000-8000-000000000000"))),
        ("more scope", claim("scope", json!("application:read application:write"))),
        ("a longer life", claim("exp", json!(4_000_000_000_i64))),
        ("revoked", revoked),
        ("a client secret", client.secret.clone()),
        ("a one-time token", server.token(&client.application).await),
    ] {
        let reply = server.bearer(&bearer).viewer().await;
        assert_eq!((reply.refusal().0, reply.refusal().1), (401, 26), "{row}: {reply:?}");
        let challenge = reply.header("www-authenticate").unwrap_or_default();
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""),
            "{row}: {challenge:?}"
        );
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{row}");
    }
    assert_eq!(server.bearer(&token).viewer().await.status, 200, "the token itself is good");

    // Never from the address or from a form, and never beside another proof.
    let address = format!("{}?access_token={token}", server.ready("directorUrl"));
    let refused = server.stranger("directorUrl").at(&address).viewer().await;
    assert_eq!((refused.refusal().0, refused.refusal().1), (400, 26), "{refused:?}");
    let form = server.stranger("directorUrl").form(&[("access_token", &token)]).await;
    assert!(form.status >= 400, "{form:?}");
    let header = basic(&client.id, &client.secret);
    assert_eq!(server.stranger("directorUrl").with("authorization", &header).viewer().await.status, 401);
    // OAuth tokens are not accepted by the Connector (contracts §4.3).
    let connector = server.stranger("connectorUrl").with("authorization", &format!("Bearer {token}"));
    assert!(connector.configuration().await.message().starts_with("Failed to authenticate"));
}
