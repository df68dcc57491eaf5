//! What a success looks like (RFC 6749 §5.1), what the token is (RFC 9068), and the keys that sign it (RFC 7517).

use blackbox::{GRANT, JsonWebToken, Program, READ, Server, access_token, assert_members, unbase64url};
use reqwest::Method;
use serde_json::{Value, json};

use super::{holds, is_text, names};

#[tokio::test]
async fn every_member_of_a_success() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    for (parameters, scope) in [
        (vec![GRANT], ""),
        (vec![GRANT, ("scope", "")], ""),
        (vec![GRANT, READ], "application:read"),
        (vec![GRANT, ("scope", "application:write application:read")], "application:write application:read"),
        (vec![GRANT, READ, ("unknown", "parameters are ignored")], "application:read"),
        (vec![GRANT, READ, ("client_id", &client.id)], "application:read"),
    ] {
        let reply = client.at(&server, "/oauth2/token").form(&parameters).await;
        assert_eq!(reply.status, 200, "{parameters:?}: {reply:?}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("pragma"), Some("no-cache"));
        let content_type = reply.header("content-type").unwrap().to_lowercase().replace(' ', "");
        assert!(["application/json", "application/json;charset=utf-8"].contains(&content_type.as_str()), "{reply:?}");
        assert_members(
            "RFC 6749 §5.1",
            &reply.json(),
            &[
                ("access_token", &|value| is_text(value)),
                ("token_type", &|value| value.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))),
                ("expires_in", &|value| value == 3600),
                // Present even when it is empty.
                ("scope", &|value| words(value) == words(&json!(scope))),
            ],
        );
    }
}

fn words(scope: &Value) -> Vec<&str> {
    let mut words: Vec<_> = scope.as_str().unwrap_or("?").split(' ').collect();
    words.sort_unstable();
    words
}

#[tokio::test]
async fn every_member_of_the_token_and_of_the_key_set() {
    let server = Server::start(&[]);
    let client = server.oauth_client("client").await;
    let reply = client.ask(&server, "application:read").await;
    let given = reply.json();
    let token = JsonWebToken::read(&access_token(&reply));
    assert_members(
        "the header of RFC 9068 §2.1",
        &token.header,
        &[("typ", &|value| value == "at+jwt"), ("alg", &|value| value == "ES256"), ("kid", &|value| is_text(value))],
    );
    let claims = &token.claims;
    let number = |name: &str| claims[name].as_i64().unwrap_or_default();
    let director = server.ready("directorUrl");
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    assert_members(
        "the claims of RFC 9068 §2.2",
        claims,
        &[
            ("iss", &|value| *value == server.issuer()),
            ("sub", &|value| *value == client.id),
            ("aud", &|value| names(value, director)),
            ("client_id", &|value| *value == client.id),
            ("scope", &|value| value == "application:read"),
            ("iat", &|value| value.as_i64().is_some_and(|at| (now - 60..=now + 60).contains(&at))),
            ("nbf", &|value| value.as_i64().is_some_and(|at| at <= number("iat"))),
            ("exp", &|value| value.as_i64() == given["expires_in"].as_i64().map(|lifetime| number("iat") + lifetime)),
            ("jti", &|value| is_text(value)),
            // Ours: everything issued before is void when the client gets a new one.
            ("epoch", &|value| !value.is_null()),
        ],
    );
    let next = JsonWebToken::read(&client.token(&server, "application:read").await);
    assert_ne!(next.claims["jti"], claims["jti"], "no two tokens have one id");

    let reply = server.at("/.well-known/jwks.json").send(Method::GET, None).await;
    let content_type = reply.header("content-type").unwrap_or_default();
    assert!(content_type.starts_with("application/json") || content_type == "application/jwk-set+json", "{reply:?}");
    let key_set = reply.json();
    assert_members("the key set", &key_set, &[("keys", &|value| value.as_array().is_some_and(|keys| keys.len() == 1))]);
    let coordinate = |value: &Value| value.as_str().is_some_and(|text| unbase64url(text).len() == 32);
    assert_members(
        "a key of RFC 7517",
        &key_set["keys"][0],
        &[
            ("kty", &|value| value == "EC"),
            ("crv", &|value| value == "P-256"),
            ("x", &coordinate),
            ("y", &coordinate),
            ("alg", &|value| value == "ES256"),
            ("use", &|value| value == "sig"),
            ("kid", &|value| *value == token.header["kid"]),
        ],
    );
    assert!(token.is_signed_by(&key_set));
}

#[tokio::test]
async fn a_registered_audience_can_be_asked_for() {
    let server = Server::start(&[]);
    let (shop, stock) = ("https://shop.example/api", "https://stock.example/api");
    let metadata = json!({ "grant_types": ["client_credentials"], "scope": "a", "audience": [shop, stock] });
    let client = server.register_client(metadata).await;
    let text = |member: &str| client[member].as_str().unwrap().to_owned();
    let ask =
        server.at("/oauth2/token").with("authorization", &blackbox::basic(&text("client_id"), &text("client_secret")));
    let claims = JsonWebToken::read(&access_token(&ask.form(&[GRANT, ("audience", shop)]).await)).claims;
    assert!(names(&claims["aud"], shop) && !names(&claims["aud"], stock), "{claims}");
    let both = format!("{shop} {stock}");
    let claims = JsonWebToken::read(&access_token(&ask.form(&[GRANT, ("audience", &both)]).await)).claims;
    assert!(holds(&claims["aud"], &[shop, stock]), "{claims}");
    let refused = ask.form(&[GRANT, ("audience", &format!("{shop} https://elsewhere.example"))]).await;
    assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_request")));
    // A token for somebody else's resource is not the Director's business.
    let foreign = access_token(&ask.form(&[GRANT, ("audience", shop)]).await);
    assert_eq!(server.bearer(&foreign).viewer().await.status, 401);
}

#[tokio::test]
async fn old_tokens_outlive_the_key_that_signed_them() {
    let temporary = tempfile::tempdir().unwrap();
    let data_dir = temporary.path().join("data");
    let mut server = Server::start_in(&data_dir, &[]);
    let client = server.oauth_client("client").await;
    let old = client.token(&server, "application:read").await;
    let rotated = server.administrator_at("/console/v1/access-token-keys/rotate").post("").await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    let new = client.token(&server, "application:read").await;
    let kid = |token: &str| JsonWebToken::read(token).header["kid"].clone();
    assert_ne!(kid(&old), kid(&new));

    let ports = server.ports();
    for start in 0..2 {
        let key_set = server.at("/.well-known/jwks.json").send(Method::GET, None).await.json();
        for token in [&old, &new] {
            assert!(JsonWebToken::read(token).is_signed_by(&key_set), "start {start}: {key_set}");
            assert_eq!(server.bearer(token).viewer().await.status, 200, "start {start}");
        }
        let (ended, _) = server.stop().await;
        assert_eq!(ended.code, Some(0), "{}", ended.log);
        server = Server::run(Program::serve_on(&data_dir, &ports, &[]));
    }
    let keys = server.administrator_at("/console/v1/access-token-keys").send(Method::GET, None).await.json();
    for key in keys["keys"].as_array().unwrap() {
        let retired = key["kid"] != kid(&new);
        assert_eq!((key["retiredAt"].is_string(), key["expiresAt"].is_string()), (retired, retired), "{keys}");
        assert!(key["algorithm"] == "ES256" && is_text(&key["createdAt"]), "{keys}");
    }
    assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2), "{keys}");
}
