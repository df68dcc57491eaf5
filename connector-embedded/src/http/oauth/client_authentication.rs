//! How a client says who it is: HTTP Basic with form-encoded halves, two parameters in the body (RFC 6749 §2.3.1), or
//! its id alone where its certificate speaks for it (RFC 8705 §2).

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use pairing::Secret;

use super::{
    error::OAuthError,
    form::{Form, is_encoded},
};
use crate::service::oauth::authentication::Method;

/// What a client presented.
pub(super) struct Credentials {
    pub(super) method: Method,
    pub(super) id: String,
    pub(super) secret: Option<Secret>,
}

/// Reads the credentials of a request.
///
/// # Errors
/// `invalid_request` for two at once and for broken ones, `invalid_client` for none.
pub(super) fn read(headers: &HeaderMap, form: &Form) -> Result<Credentials, OAuthError> {
    let mut in_headers = headers.get_all(header::AUTHORIZATION).iter();
    let in_header = in_headers.next();
    if in_headers.next().is_some() {
        return Err(OAuthError::invalid_request("the header Authorization appears more than once"));
    }
    // RFC 7521 §4.2: another way of authenticating, which is not offered.
    let in_body = ["client_secret", "client_assertion"].iter().any(|name| form.get(name).is_some());
    match (in_header, in_body) {
        (Some(_), true) => {
            Err(OAuthError::invalid_request("send the client credentials once: by header or in the body"))
        }
        (Some(value), false) => {
            let credentials = basic(value.to_str().map_err(|_| malformed())?)?;
            if form.get("client_id").is_some_and(|id| id != credentials.id) {
                return Err(OAuthError::invalid_request("client_id in the body is not the one in the header"));
            }
            Ok(credentials)
        }
        (None, _) => {
            let id = form.get("client_id").ok_or_else(|| OAuthError::invalid_client("no client credentials were sent"));
            let secret = form.get("client_secret").map(Secret::new);
            let method = if secret.is_some() { Method::Post } else { Method::IdAlone };
            Ok(Credentials { method, id: id?.to_owned(), secret })
        }
    }
}

fn basic(value: &str) -> Result<Credentials, OAuthError> {
    let (scheme, encoded) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(OAuthError::invalid_client("only the scheme Basic is accepted here"));
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    Ok(Credentials { method: Method::Basic, id: form_decode(id)?, secret: Some(Secret::new(form_decode(secret)?)) })
}

/// Undoes application/x-www-form-urlencoded; a `%` without two hex digits is an error, not itself.
fn form_decode(half: &str) -> Result<String, OAuthError> {
    if !is_encoded(half.as_bytes()) {
        return Err(malformed());
    }
    // The parser splits at `&`, which an encoded half does not have; here it stands for itself.
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
        let credentials = basic(&format!("Basic {}", STANDARD.encode("a%3Ab+c:s%25&="))).ok().unwrap();
        assert_eq!(credentials.id, "a:b c");
        assert_eq!(credentials.secret.unwrap().expose(), "s%&=");
        assert!(basic(&format!("Basic {}", STANDARD.encode("a:%zz"))).is_err());
        assert!(basic("Basic !!!").is_err());
        assert!(basic("Bearer x").is_err());
    }
}
