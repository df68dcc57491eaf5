//! What can be read in an access token. For a person to look at: nothing is verified here, and nothing may be decided
//! by it. The signature stays behind, so that what the page receives is no token any more.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use pairing::{Moment, Secret};
use serde_json::{Map, Value};

/// The two readable parts of a signed JWT (RFC 7519).
#[derive(Debug, PartialEq)]
pub(super) struct TokenContent {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
}

impl TokenContent {
    /// Decodes a token without verifying it; `None` when it is opaque.
    pub(super) fn of(token: &Secret) -> Option<Self> {
        let mut parts = token.expose().split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self { header: object(header)?, claims: object(claims)? })
    }

    pub(super) fn issued_at(&self) -> Option<Moment> {
        self.moment("iat")
    }

    pub(super) fn expires_at(&self) -> Option<Moment> {
        self.moment("exp")
    }

    /// A NumericDate may have a fraction (RFC 7519 §2); a time outside of the calendar is none.
    fn moment(&self, claim: &str) -> Option<Moment> {
        let seconds = self.claims.get(claim)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are what is shown; `as` saturates")]
        let seconds = seconds.as_i64().or_else(|| seconds.as_f64().map(|seconds| seconds as i64))?;
        Moment::at_unix_seconds(seconds)
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token(header: &Value, claims: &Value) -> Secret {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        Secret::new(format!("{}.{}.c2lnbmF0dXJl", part(header), part(claims)))
    }

    #[test]
    fn a_signed_token_can_be_read() {
        let claims = json!({ "sub": "c-1", "iat": 1_720_089_840, "exp": 1_720_093_440.9, "cnf": { "x5t#S256": "x" } });
        let content = TokenContent::of(&token(&json!({ "alg": "ES256", "typ": "at+jwt" }), &claims)).unwrap();
        assert_eq!(content.header["typ"], "at+jwt");
        assert_eq!(content.claims["cnf"]["x5t#S256"], "x");
        assert_eq!(content.issued_at(), Some(Moment::from_unix_seconds(1_720_089_840)));
        assert_eq!(content.expires_at(), Some(Moment::from_unix_seconds(1_720_093_440)));
    }

    #[test]
    fn times_outside_of_the_calendar_are_none() {
        for odd in [json!(i64::MAX), json!(1e300), json!(-1), json!("soon"), json!(null), json!({})] {
            let content = TokenContent::of(&token(&json!({}), &json!({ "exp": odd }))).unwrap();
            assert_eq!(content.expires_at(), None, "{odd}");
            assert_eq!(content.issued_at(), None);
        }
    }

    #[test]
    fn anything_else_is_opaque() {
        let (object, list) = (URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode("[]"));
        let opaque = [
            "ory_at_0123".to_owned(),
            String::new(),
            format!("{object}.{object}"),
            format!("{object}.{list}.x"),
            format!("{object}.!.x"),
            format!("{object}.{object}.x.y.z"),
        ];
        for token in opaque {
            assert_eq!(TokenContent::of(&Secret::new(token.clone())), None, "{token}");
        }
    }
}
