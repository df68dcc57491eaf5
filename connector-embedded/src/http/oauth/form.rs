//! Parameters of an OAuth2 request: application/x-www-form-urlencoded, each at most once (RFC 6749 §3.2), but for
//! the two that may name several targets.

use std::collections::HashMap;

use axum::http::{HeaderMap, header};

use super::error::OAuthError;

/// RFC 8707 §2 and Hydra's counterpart.
const REPEATABLE: [&str; 2] = ["resource", "audience"];

pub(super) struct Form(HashMap<String, Vec<String>>);

impl Form {
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, OAuthError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request("send the parameters as application/x-www-form-urlencoded"));
        }
        if !is_encoded(body) {
            return Err(OAuthError::invalid_request("the parameters are not properly percent-encoded UTF-8"));
        }
        let mut parameters: HashMap<String, Vec<String>> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            // An empty parameter counts as absent (RFC 6749 §3.1).
            if value.is_empty() {
                continue;
            }
            let values = parameters.entry(name.clone().into_owned()).or_default();
            if !values.is_empty() && !REPEATABLE.contains(&&*name) {
                let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
                return Err(OAuthError::invalid_request(format!("the parameter {name} appears more than once")));
            }
            values.push(value.into_owned());
        }
        Ok(Self(parameters))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(String::as_str)
    }

    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Whether every `%` has its two digits and the whole is UTF-8 when decoded. A lenient decoder would make another
/// secret of a broken one.
pub(super) fn is_encoded(text: &[u8]) -> bool {
    if !text.contains(&b'%') {
        return std::str::from_utf8(text).is_ok();
    }
    let mut rest = text;
    let mut decoded = Vec::with_capacity(text.len());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = rest.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let Some(value) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) else { return false };
        // `from_str_radix` takes a sign as well.
        if rest[0] == b'+' {
            return false;
        }
        decoded.push(value);
        rest = &rest[2..];
    }
    std::str::from_utf8(&decoded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_are_found() {
        for good in ["", "a=b", "a=%20+%C3%A4", "%25"] {
            assert!(is_encoded(good.as_bytes()), "{good}");
        }
        for bad in ["%", "%4", "%zz", "%+1", "a=%C3", "%ff"] {
            assert!(!is_encoded(bad.as_bytes()), "{bad}");
        }
        assert!(!is_encoded(b"\xff"));
    }
}
