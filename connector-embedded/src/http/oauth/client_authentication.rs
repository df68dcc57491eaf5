//! How a client says who it is: HTTP Basic with form-encoded halves, or two parameters in the body (RFC 6749 §2.3.1).

use std::collections::HashMap;

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::Secret;

use super::error::OAuthError;

/// A form whose parameters each appear once (RFC 6749 §3.2).
pub(super) struct Form(HashMap<String, String>);

/// What a client presented.
pub(super) struct Presented {
    pub(super) id: String,
    pub(super) secret: Secret,
}

impl Form {
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, OAuthError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request("send the parameters as application/x-www-form-urlencoded"));
        }
        let mut parameters = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(body) {
            // An empty parameter counts as absent (RFC 6749 §3.1).
            if value.is_empty() {
                continue;
            }
            if parameters.insert(name.clone().into_owned(), value.into_owned()).is_some() {
                let name: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
                return Err(OAuthError::invalid_request(format!("the parameter {name} appears more than once")));
            }
        }
        Ok(Self(parameters))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

pub(super) fn authenticate(headers: &HeaderMap, form: &Form) -> Result<Presented, OAuthError> {
    let in_header = headers.get(header::AUTHORIZATION);
    let in_body = form.get("client_secret").is_some();
    match (in_header, in_body) {
        (Some(_), true) => {
            Err(OAuthError::invalid_request("send the client credentials once: by header or in the body"))
        }
        (Some(value), false) => {
            let value = value.to_str().map_err(|_| malformed())?;
            let presented = basic(value)?;
            if form.get("client_id").is_some_and(|id| id != presented.id) {
                return Err(OAuthError::invalid_request("client_id in the body is not the one in the header"));
            }
            Ok(presented)
        }
        (None, _) => match (form.get("client_id"), form.get("client_secret")) {
            (Some(id), Some(secret)) => Ok(Presented { id: id.to_owned(), secret: Secret::new(secret) }),
            _ => Err(OAuthError::invalid_client("no client credentials were sent")),
        },
    }
}

fn basic(value: &str) -> Result<Presented, OAuthError> {
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(OAuthError::invalid_client("only the scheme Basic is accepted here"));
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    Ok(Presented { id: form_decode(id)?, secret: Secret::new(form_decode(secret)?) })
}

/// Undoes application/x-www-form-urlencoded; a `%` without two hex digits is an error, not itself.
fn form_decode(half: &str) -> Result<String, OAuthError> {
    let bytes = half.as_bytes();
    let whole = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'%')
        .all(|(at, _)| bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    if !whole {
        return Err(malformed());
    }
    let with_name = format!("v={}", half.replace('&', "%26"));
    let decoded = url::form_urlencoded::parse(with_name.as_bytes()).next().map(|(_, value)| value.into_owned());
    decoded.ok_or_else(malformed)
}

fn malformed() -> OAuthError {
    OAuthError::invalid_request("the header Authorization is malformed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_halves_of_basic_are_form_decoded() {
        let presented = basic(&format!("Basic {}", STANDARD.encode("a%3Ab+c:s%25&="))).ok().unwrap();
        assert_eq!(presented.id, "a:b c");
        assert_eq!(presented.secret.expose(), "s%&=");
        assert!(basic(&format!("Basic {}", STANDARD.encode("a:%zz"))).is_err());
        assert!(basic("Basic !!!").is_err());
        assert!(basic("Bearer x").is_err());
    }
}
