//! A provider on loopback whose keys change, and tokens that are right but for one thing.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use axum::{Json, Router, extract::State, routing::get};
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header};
use pairing::ErrorCode;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};
use serde_json::{Value, json};

use super::*;

const NOW: i64 = 1_800_000_000;

/// An OpenID provider with one key.
struct Provider {
    issuer: String,
    key_set: Arc<Mutex<Value>>,
    asked: Arc<AtomicUsize>,
    now: Arc<AtomicI64>,
}

struct Key {
    id: &'static str,
    signing: EncodingKey,
    published: Value,
}

fn key(id: &'static str) -> Key {
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let point = pair.der_bytes();
    assert_eq!(point.len(), 65, "an uncompressed point");
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let published = json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
        "x": part(&point[1..33]), "y": part(&point[33..]) });
    Key { id, signing: EncodingKey::from_ec_der(pair.serialized_der()), published }
}

type Served = (Arc<Mutex<Value>>, Arc<AtomicUsize>, String);

impl Provider {
    async fn start(keys: &[&Key]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let provider =
            Self { issuer, key_set: Arc::default(), asked: Arc::default(), now: Arc::new(AtomicI64::new(NOW)) };
        provider.publish(keys);
        let metadata = |State((_, asked, issuer)): State<Served>| async move {
            asked.fetch_add(1, Ordering::SeqCst);
            Json(json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }))
        };
        let keys = |State((keys, _, _)): State<Served>| async move { Json(keys.lock().unwrap().clone()) };
        let router = Router::new().route("/.well-known/openid-configuration", get(metadata)).route("/keys", get(keys));
        let state = (Arc::clone(&provider.key_set), Arc::clone(&provider.asked), provider.issuer.clone());
        tokio::spawn(async move { axum::serve(listener, router.with_state(state)).await });
        provider
    }

    /// Beside a key that nobody can read.
    fn publish(&self, keys: &[&Key]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.published.clone()).chain([json!({ "kty": "?" })]).collect();
        *self.key_set.lock().unwrap() = json!({ "keys": keys });
    }

    fn trusted(&self, issuer: &str) -> UserTokens {
        let now = Arc::clone(&self.now);
        let clock = Clock::of_test(move || Moment::from_unix_seconds(now.load(Ordering::SeqCst)));
        let configured = AdministratorIssuer {
            issuer: issuer.to_owned(),
            audiences: vec!["one".into(), "two".into()],
            ca_file: None,
        };
        UserTokens::new(&configured, clock).unwrap()
    }

    fn claims(&self) -> Value {
        json!({ "iss": self.issuer, "aud": "two", "sub": "s", "name": "Ada\u{7} L.", "exp": NOW + 60, "iat": NOW })
    }
}

fn header(key: &Key) -> Header {
    Header { kid: Some(key.id.to_owned()), ..Header::new(Algorithm::ES256) }
}

fn sign(header: &Header, claims: &Value, key: &Key) -> Secret {
    Secret::new(jsonwebtoken::encode(header, claims, &key.signing).unwrap())
}

fn changed(claims: &Value, change: &Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn a_token_counts_when_all_of_it_is_right() {
    let (good, other) = (key("a"), key("a"));
    let provider = Provider::start(&[&good]).await;
    let users = provider.trusted(&provider.issuer);
    let claims = provider.claims();
    let token = sign(&header(&good), &claims, &good);
    assert!(users.claims_to_be_ours(&token));
    assert_eq!(users.user(&token).await.unwrap(), "Ada L.");
    for fine in [
        json!({ "aud": ["x", "one"] }),
        json!({ "exp": NOW - 29 }),
        json!({ "exp": NOW as f64 + 0.5 }),
        json!({ "nbf": NOW + 30 }),
        json!({ "name": " ", "email": "ada@example.com" }),
    ] {
        let token = sign(&header(&good), &changed(&claims, &fine), &good);
        assert!(users.user(&token).await.is_ok(), "{fine}");
    }
    for bad in [
        json!({ "aud": "three" }),
        json!({ "aud": null }),
        json!({ "aud": [] }),
        json!({ "iss": "http://localhost:1" }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "exp": NOW - 30 }),
        json!({ "exp": null }),
        json!({ "exp": "soon" }),
        json!({ "nbf": NOW + 31 }),
        json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }),
    ] {
        let token = sign(&header(&good), &changed(&claims, &bad), &good);
        let refusal = users.user(&token).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::Unauthorized, "{bad}");
    }
    assert!(users.user(&sign(&header(&good), &claims, &other)).await.is_err(), "signed by somebody else");
    let logout = Header { typ: Some("logout+jwt".into()), ..header(&good) };
    assert!(users.user(&sign(&logout, &claims, &good)).await.is_err());
    // Neither nothing nor a MAC with what is published is a signature.
    let encoded = |header: &str| {
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        Secret::new(format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(header)))
    };
    assert!(users.user(&encoded(r#"{"alg":"none"}"#)).await.is_err());
    let mac = Header { kid: Some("a".into()), ..Header::new(Algorithm::HS256) };
    let secret = EncodingKey::from_secret(good.published.to_string().as_bytes());
    assert!(users.user(&Secret::new(jsonwebtoken::encode(&mac, &claims, &secret).unwrap())).await.is_err());
    assert!(!users.claims_to_be_ours(&Secret::new("x.y.z")));
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1, "the keys are remembered");
}

#[tokio::test]
async fn keys_follow_the_provider_and_strangers_cannot_make_us_ask_at_will() {
    let (first, second) = (key("a"), key("b"));
    let provider = Provider::start(&[&first]).await;
    let users = provider.trusted(&provider.issuer);
    let of = |key| sign(&header(key), &changed(&provider.claims(), &json!({ "exp": NOW + 9999 })), key);
    assert!(users.user(&of(&first)).await.is_ok());
    // A key that is not there yet: asked for once, not with every try.
    for _ in 0..5 {
        assert!(users.user(&of(&second)).await.is_err());
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1, "a moment ago it was not there");
    provider.publish(&[&second]);
    provider.now.store(NOW + 11, Ordering::SeqCst);
    assert!(users.user(&of(&second)).await.is_ok());
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
    assert!(users.user(&of(&first)).await.is_err(), "it was withdrawn");
    // While the provider talks nonsense, what it said counts for an hour.
    *provider.key_set.lock().unwrap() = json!([]);
    provider.now.store(NOW + 11 + 3599, Ordering::SeqCst);
    assert!(users.user(&of(&second)).await.is_ok());
    provider.now.store(NOW + 11 + 3600, Ordering::SeqCst);
    assert_eq!(users.user(&of(&second)).await.unwrap_err().code, ErrorCode::Unavailable);
}

#[tokio::test]
async fn a_provider_that_calls_itself_something_else_is_not_believed() {
    let good = key("a");
    let provider = Provider::start(&[&good]).await;
    let configured = format!("{}/", provider.issuer);
    let users = provider.trusted(&configured);
    let claims = changed(&provider.claims(), &json!({ "iss": configured }));
    let refusal = users.user(&sign(&header(&good), &claims, &good)).await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Unavailable);
}

#[test]
fn an_issuer_is_https_or_on_this_machine_and_has_an_audience() {
    let check = |issuer: &str, audiences: &[&str]| {
        let audiences = audiences.iter().map(|&name| name.to_owned()).collect();
        let issuer = AdministratorIssuer { issuer: issuer.to_owned(), audiences, ca_file: None };
        crate::Config { administrator_issuer: Some(issuer), ..crate::Config::default() }.check()
    };
    for good in
        ["https://id.example.com", "https://id.example.com/realms/a/", "http://localhost:1", "http://127.0.0.1:1"]
    {
        assert!(check(good, &["a"]).is_ok(), "{good}");
    }
    for bad in
        ["", "id.example.com", "http://id.example.com", "https://u:p@id.example.com", "https://id/?a", "file:///x"]
    {
        assert!(check(bad, &["a"]).is_err(), "{bad}");
    }
    assert!(check("https://id.example.com", &[]).is_err());
}
