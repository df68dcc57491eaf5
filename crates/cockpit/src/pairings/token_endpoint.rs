//! Trying new credentials at the OAuth2 token endpoint, as the application would: client credentials, HTTP Basic,
//! every scope asked for by name. The access token is thrown away.

use std::fmt::Write as _;

use pairing::{ErrorCode, Secret};
use reqwest::StatusCode;
use serde::Deserialize;

use super::{Handed, Subject};
use crate::{
    Cockpit, Problem,
    calls::{CorrelationId, PairingRef, TestedCredentials},
    cockpit::Connection,
    director::{causes, http_client},
};

/// RFC 6749 §5.1. The access token itself is not read.
#[derive(Deserialize)]
struct Granted {
    #[serde(default)]
    expires_in: u32,
    scope: Option<String>,
}

/// RFC 6749 §5.2; `error` is a code.
#[derive(Default, Deserialize)]
struct Refused {
    #[serde(default)]
    error: String,
}

impl Cockpit {
    pub(crate) async fn test_credentials(
        &self,
        call: CorrelationId,
        input: PairingRef,
    ) -> Result<TestedCredentials, Problem> {
        let pairing = self.pairing(&input.pairing_id)?;
        let Subject::Credentials { client_id, token_url, scopes, .. } = &pairing.subject else {
            return Err(Problem::invalid("Only a client ID and its secret can be tested."));
        };
        let Some(Handed::ClientSecret(secret)) = &pairing.secret else { return Err(Problem::secret_gone()) };
        let Connection { environment, .. } = self.connection()?;
        let http = http_client(&environment).and_then(reqwest::ClientBuilder::build);
        let unreachable = |error: &reqwest::Error| {
            let code = if error.is_timeout() { ErrorCode::TimedOut } else { ErrorCode::Unreachable };
            Problem::new(code, "The token endpoint can't be reached.")
                .hint("Check that the server runs, then try again. The credentials are not affected.")
                .detail(causes(error))
        };
        let http = http.map_err(|error| unreachable(&error))?;
        let request = http
            .post(token_url)
            .header("x-request-id", call.to_string())
            .basic_auth(form_encoded(client_id), Some(form_encoded(secret.expose())))
            .form(&[("grant_type", "client_credentials"), ("scope", &scopes.join(" "))]);
        let response = request.send().await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        // Wiped when dropped: the body of a success is an access token.
        let body = Secret::new(response.text().await.map_err(|error| unreachable(&error))?);
        if status != StatusCode::OK {
            return Err(refused(status, &serde_json::from_str(body.expose()).unwrap_or_default()));
        }
        let granted: Granted = serde_json::from_str(body.expose()).map_err(|cause| {
            Problem::new(ErrorCode::Protocol, "The token endpoint's answer is not an access token.")
                .hint("Check the token URL of this environment.")
                .detail(format!("{:?}", cause.classify()))
        })?;
        let scope = granted.scope.unwrap_or_else(|| scopes.join(" "));
        Ok(TestedCredentials {
            scopes: scope.split_whitespace().map(str::to_owned).collect(),
            expires_in_seconds: granted.expires_in,
        })
    }
}

fn refused(status: StatusCode, refused: &Refused) -> Problem {
    // A code of the registry is a word of lower-case letters; anything else is not repeated.
    let is_code = !refused.error.is_empty()
        && refused.error.len() <= 40
        && refused.error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let code = if is_code { refused.error.clone() } else { format!("HTTP {}", status.as_u16()) };
    match status.as_u16() {
        400 | 401 | 403 => Problem::new(ErrorCode::ClientNotAccepted, format!("The token endpoint refused: {code}."))
            .hint("The client may take a few seconds to be known. Try again."),
        429 => Problem::new(ErrorCode::RateLimited, "The token endpoint asks us to slow down.")
            .hint("Try again in a moment."),
        _ => Problem::new(ErrorCode::Unavailable, format!("The token endpoint had a problem of its own: {code}."))
            .hint("Try again. The credentials are not affected."),
    }
}

/// Both halves are form-encoded before they go into HTTP Basic (RFC 6749 §2.3.1).
fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_http_basic_is_encoded() {
        assert_eq!(form_encoded("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(form_encoded("a:b %ä"), "a%3Ab%20%25%C3%A4");
    }

    #[test]
    fn a_refusal_repeats_codes_and_nothing_else() {
        let message = |error: &str| refused(StatusCode::UNAUTHORIZED, &Refused { error: error.into() }).message;
        assert_eq!(message("invalid_client"), "The token endpoint refused: invalid_client.");
        assert_eq!(message("<b>Hello"), "The token endpoint refused: HTTP 401.");
        assert_eq!(refused(StatusCode::BAD_GATEWAY, &Refused::default()).code, ErrorCode::Unavailable);
    }
}
