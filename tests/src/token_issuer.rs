//! A sign-in service whose key is ours, so that tokens can be made that no honest one would: discovery and keys over
//! HTTP on loopback, tokens in this process.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
};

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use crate::base64url;

/// The service. It ends when this is dropped.
#[derive(Debug)]
pub struct TokenIssuer {
    address: SocketAddr,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    issuer: Mutex<String>,
    keys: Mutex<Vec<Key>>,
    key_requests: AtomicUsize,
}

/// A key of the service, or of somebody who would like to be it.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: String,
    pair: Arc<KeyPair>,
}

impl Default for Key {
    fn default() -> Self {
        Self::named("key-1")
    }
}

impl Key {
    pub fn named(id: &str) -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        Self { id: id.to_owned(), pair: Arc::new(pair) }
    }

    /// The same name for another key.
    #[must_use]
    pub fn called(&self, id: &str) -> Self {
        Self { id: id.to_owned(), pair: Arc::clone(&self.pair) }
    }

    fn public(&self) -> Value {
        let key = self.pair.public_key();
        let number = |bytes: &[u8]| base64url(bytes);
        json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id,
            "n": number(key.modulus().big_endian_without_leading_zero()),
            "e": number(key.exponent().big_endian_without_leading_zero()) })
    }

    /// RS256 over these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({ "alg": "RS256", "typ": "JWT", "kid": self.id }), claims)
    }

    /// An RSA signature below whatever the header says.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let signed = unsigned(header, claims);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).expect("a signature");
        format!("{signed}.{}", base64url(signature))
    }

    /// HS256 with the public key as the secret: what a verifier accepts that believes the header.
    pub fn sign_with_public_key(&self, claims: &Value) -> Vec<String> {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": self.id });
        let signed = unsigned(&header, claims);
        let modulus = self.pair.public_key().modulus().big_endian_without_leading_zero().to_vec();
        let secrets = [modulus.clone(), base64url(modulus).into_bytes(), self.pair.public_key().as_ref().to_vec()];
        let tag = |secret: &Vec<u8>| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
        secrets.iter().map(|secret| format!("{signed}.{}", base64url(tag(secret)))).collect()
    }
}

/// A token without a signature, in the ways that were once accepted somewhere.
pub fn without_signature(claims: &Value) -> Vec<String> {
    let token = |alg: &str| unsigned(&json!({ "alg": alg, "typ": "JWT" }), claims);
    vec![format!("{}.", token("none")), token("none"), format!("{}.", token("None")), format!("{}.", token("RS256"))]
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64url(header.to_string()), base64url(claims.to_string()))
}

impl TokenIssuer {
    pub fn start() -> Self {
        let shared = Arc::new(Shared {
            issuer: Mutex::default(),
            keys: Mutex::new(vec![Key::default()]),
            key_requests: AtomicUsize::new(0),
        });
        let (stop, stopped) = oneshot::channel::<()>();
        let (send_address, address) = mpsc::channel();
        let state = Arc::clone(&shared);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
                send_address.send(listener.local_addr().expect("an address")).expect("somebody waits for it");
                let router = Router::new()
                    .route("/.well-known/openid-configuration", get(discovery))
                    .route("/jwks", get(keys))
                    .with_state(state);
                tokio::select! {
                    served = axum::serve(listener, router) => served.expect("it serves"),
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("it listens");
        *shared.issuer.lock().expect("no panic while it was held") = format!("http://{address}");
        Self { address, shared, _stop: stop }
    }

    pub fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The key that it signs with.
    pub fn key(&self) -> Key {
        self.shared.keys.lock().expect("no panic while it was held")[0].clone()
    }

    /// From now on it has this key and no other.
    pub fn rotate(&self, key: Key) {
        *self.shared.keys.lock().expect("no panic while it was held") = vec![key];
    }

    /// How often it was asked for its keys.
    pub fn key_requests(&self) -> usize {
        self.shared.key_requests.load(Ordering::SeqCst)
    }

    /// What a token says that is right in every way: for this audience, an administrator, for five minutes.
    pub fn claims(&self, audience: &str) -> Value {
        let now = OffsetDateTime::now_utc().unix_timestamp();
        json!({ "iss": self.issuer(), "aud": audience, "sub": "ada", "name": "Ada Admin", "email": "ada@example.com",
            "groups": ["mps-superadmin"], "iat": now, "exp": now + 300 })
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let issuer = shared.issuer.lock().expect("no panic while it was held").clone();
    Json(json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/jwks"),
        "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": format!("{issuer}/token"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"] }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.key_requests.fetch_add(1, Ordering::SeqCst);
    let keys: Vec<_> = shared.keys.lock().expect("no panic while it was held").iter().map(Key::public).collect();
    Json(json!({ "keys": keys }))
}
