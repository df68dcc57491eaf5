//! The administrator who signed in elsewhere: `--administrator-issuer`, and everybody who only says so.

use blackbox::{
    Caller, Server, TokenIssuer,
    token_issuer::{Key, without_signature},
};
use serde_json::{Value, json};

const AUDIENCE: &str = "pairing-cockpit";
const LIST: &str = "query { result: applications { totalCount } }";

fn trusting(issuer: &TokenIssuer) -> Server {
    Server::start(&["--administrator-issuer", &issuer.issuer(), "--administrator-audience", AUDIENCE])
}

fn with(server: &Server, token: &str) -> Caller {
    server.administrator().with("authorization", &format!("Bearer {token}"))
}

async fn is_refused(server: &Server, token: &str, what: &str) {
    let reply = with(server, token).graphql(LIST, Value::Null).await;
    let refusal = reply.refusal();
    assert_eq!((refusal.0, refusal.1), (401, 26), "{what}: {reply:?}");
    assert!(refusal.2.starts_with("Unauthorized [reason="), "{what}: {reply:?}");
    assert_eq!(reply.json()["data"], Value::Null, "{what}");
}

#[tokio::test]
async fn who_signed_in_there_is_the_administrator() {
    let issuer = TokenIssuer::start();
    let server = trusting(&issuer);
    let token = issuer.key().sign(&issuer.claims(AUDIENCE));
    let caller = with(&server, &token);
    assert_eq!(caller.data(LIST, Value::Null).await["totalCount"], 0);
    let viewer = caller.viewer().await.result();
    assert_eq!(viewer["type"], "USER", "{viewer}");
    let made = "mutation { result: registerApplication(in: { name: \"made\" }) { id } }";
    let id = caller.data(made, Value::Null).await["id"].as_str().unwrap().to_owned();
    server.pair(&id).await;
    // One of several audiences, and the tenant as with every administrator.
    let mut claims = issuer.claims(AUDIENCE);
    claims["aud"] = json!(["other", AUDIENCE]);
    assert_eq!(with(&server, &issuer.key().sign(&claims)).graphql(LIST, Value::Null).await.status, 200);
    let elsewhere = caller.clone().with("tenant", "nowhere").graphql(LIST, Value::Null).await.refusal();
    assert_eq!((elsewhere.0, elsewhere.1), (400, 25));
    // The token in the file works as before.
    assert_eq!(server.administrator().graphql(LIST, Value::Null).await.status, 200);
    // Elsewhere it is worth nothing.
    let other = Server::start(&[]);
    is_refused(&other, &token, "a server that trusts nobody").await;
    let connector = server.stranger("connectorUrl").with("authorization", &format!("Bearer {token}"));
    assert!(connector.configuration().await.json().get("errors").is_some(), "the Connector wants its own proof");
}

#[tokio::test]
async fn tokens_that_say_something_else_are_refused() {
    let issuer = TokenIssuer::start();
    let server = trusting(&issuer);
    let right = issuer.claims(AUDIENCE);
    let now = right["iat"].as_i64().unwrap();
    let changed = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        claims
    };
    for (what, claims) in [
        ("expired", changed("exp", json!(now - 300))),
        ("another audience", changed("aud", json!("other"))),
        ("no audience", changed("aud", Value::Null)),
        ("an empty audience", changed("aud", json!([]))),
        ("another issuer", changed("iss", json!("https://issuer.example"))),
        ("the issuer with a slash more", changed("iss", json!(format!("{}/", issuer.issuer())))),
        ("no issuer", changed("iss", Value::Null)),
        ("no end", changed("exp", Value::Null)),
        ("an end that is no number", changed("exp", json!("never"))),
        ("not yet valid", changed("nbf", json!(now + 3600))),
    ] {
        is_refused(&server, &issuer.key().sign(&claims), what).await;
    }
    assert_eq!(with(&server, &issuer.key().sign(&right)).graphql(LIST, Value::Null).await.status, 200);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let issuer = TokenIssuer::start();
    let server = trusting(&issuer);
    let (key, claims) = (issuer.key(), issuer.claims(AUDIENCE));
    let stranger = Key::named("key-1");
    is_refused(&server, &stranger.sign(&claims), "another key with the same name").await;
    is_refused(&server, &stranger.called("key-2").sign(&claims), "another key").await;
    for token in without_signature(&claims) {
        is_refused(&server, &token, &format!("no signature: {token}")).await;
    }
    for token in key.sign_with_public_key(&claims) {
        is_refused(&server, &token, "HS256 with the public key").await;
    }
    // Where the key is to be found is not the token's to say.
    let own = json!({ "alg": "RS256", "kid": "own", "jku": format!("{}/jwks", issuer.issuer()),
        "jwk": { "kty": "RSA", "n": "AQAB", "e": "AQAB" } });
    is_refused(&server, &stranger.sign_as(&own, &claims), "a header with a key").await;
    for alg in ["RS512", "PS256", "ES256", "HS256", "none", ""] {
        let header = json!({ "alg": alg, "typ": "JWT", "kid": key.id });
        is_refused(&server, &key.sign_as(&header, &claims), &format!("RS256 that says {alg}")).await;
    }
    // The right signature below other words.
    let signed = key.sign(&claims);
    let mut parts: Vec<&str> = signed.split('.').collect();
    let other = blackbox::base64url(
        json!({ "iss": issuer.issuer(), "aud": AUDIENCE, "sub": "mallory", "exp": 4_000_000_000_u64 }).to_string(),
    );
    parts[1] = &other;
    is_refused(&server, &parts.join("."), "other claims").await;
    for token in ["", ".", "..", "a.b.c", "a.b.c.d", &signed[..signed.len() - 2], &format!("{signed}.x")] {
        let reply = with(&server, token).graphql(LIST, Value::Null).await;
        assert!([400, 401].contains(&reply.status), "{token}: {reply:?}");
    }
    assert_eq!(with(&server, &signed).graphql(LIST, Value::Null).await.status, 200);
}

#[tokio::test]
async fn a_new_key_is_found_and_nobody_makes_it_ask_all_the_time() {
    let issuer = TokenIssuer::start();
    let server = trusting(&issuer);
    let old = issuer.key();
    assert_eq!(with(&server, &old.sign(&issuer.claims(AUDIENCE))).graphql(LIST, Value::Null).await.status, 200);
    let before = issuer.key_requests();
    for number in 0..20 {
        let stranger = old.called(&format!("unknown-{number}"));
        is_refused(&server, &stranger.sign(&issuer.claims(AUDIENCE)), "an unknown name").await;
    }
    let asked = issuer.key_requests() - before;
    assert!(asked <= 2, "{asked} requests for 20 tokens of strangers");
}
