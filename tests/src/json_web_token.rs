//! An access token as anybody can read it, and its check with the published keys.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// A JWT in its three parts.
#[derive(Clone, Debug)]
pub struct JsonWebToken {
    pub header: Value,
    pub claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl JsonWebToken {
    /// Takes it apart; anything else than a signed JWT is a panic.
    #[track_caller]
    pub fn read(token: &str) -> Self {
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let (header, claims) = signed.split_once('.').expect("three parts");
        let json = |part: &str| serde_json::from_slice(&unbase64url(part)).expect("JSON");
        Self {
            header: json(header),
            claims: json(claims),
            signed: signed.to_owned(),
            signature: unbase64url(signature),
        }
    }

    /// Whether a key of this set has signed it: the one with its `kid`, on P-256.
    pub fn is_signed_by(&self, key_set: &Value) -> bool {
        let keys = key_set["keys"].as_array().expect("a list of keys");
        let Some(key) = keys.iter().find(|key| key["kid"] == self.header["kid"]) else { return false };
        let half = |name: &str| unbase64url(key[name].as_str().expect("a coordinate"));
        let point = [vec![4], half("x"), half("y")].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        key.verify(self.signed.as_bytes(), &self.signature).is_ok()
    }

    /// The same signature below other content.
    pub fn with(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.{}", part(header), part(claims), URL_SAFE_NO_PAD.encode(&self.signature))
    }
}

/// Unpadded base64url.
#[track_caller]
pub fn unbase64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// Unpadded base64url.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
