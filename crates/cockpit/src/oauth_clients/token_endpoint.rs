//! The one place that talks to an OAuth2 token endpoint, as an application would: client credentials, the secret in
//! HTTP Basic or in the body (RFC 6749 §2.3.1), every scope asked for by name.

use std::fmt::Write as _;

use pairing::{ErrorCode, Moment, Secret};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::token_refusal::{NotGranted, Refusal};
use crate::{
    EnvironmentConfig, Problem,
    calls::{CallContext, TokenAuthMethod},
    frame::Connection,
    https::{self, REQUEST_ID, Unread, shape},
};

/// Who asks, how, and for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) token_url: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) secret: &'a Secret,
    /// Empty: the parameter is left out, and the server decides.
    pub(crate) scopes: &'a [String],
    pub(crate) auth_method: TokenAuthMethod,
}

/// An access token, and what the endpoint said about it.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) token: Secret,
    pub(crate) token_type: String,
    /// What was granted; what was asked for, where the endpoint says nothing (RFC 6749 §5.1).
    pub(crate) scopes: Vec<String>,
    /// Seconds from `at`.
    pub(crate) expires_in: Option<u32>,
    /// When the endpoint answered, by the clock of the environment.
    pub(crate) at: Moment,
}

/// RFC 6749 §5.1.
#[derive(Deserialize)]
struct Success {
    #[serde(deserialize_with = "secret")]
    access_token: Secret,
    #[serde(default)]
    token_type: String,
    #[serde(default, deserialize_with = "lifetime")]
    expires_in: Option<u32>,
    scope: Option<String>,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// Whole seconds. Some endpoints write them as text or with a fraction; what is no lifetime at all is none that is known, and
/// no reason to throw the token away.
fn lifetime<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    let seconds = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let seconds = seconds.filter(|seconds: &f64| (0.0..f64::from(u32::MAX)).contains(seconds));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range, rounded down")]
    Ok(seconds.map(|seconds| seconds as u32))
}

/// Gets an access token.
///
/// # Errors
/// As [`request_token_of`].
pub(crate) async fn request_token(
    connection: &Connection,
    call: CallContext,
    asked: TokenRequest<'_>,
) -> Result<Granted, NotGranted> {
    request_token_of(&connection.environment, |response| connection.director.observe(response), call, asked).await
}

/// Gets an access token; `moment_of` tells when the endpoint answered.
///
/// # Errors
/// The endpoint refused, with a code that the caller may know more about; or there was no usable answer.
pub(crate) async fn request_token_of(
    environment: &EnvironmentConfig,
    moment_of: impl Fn(&Response) -> Moment + Send,
    call: CallContext,
    asked: TokenRequest<'_>,
) -> Result<Granted, NotGranted> {
    let url = Url::parse(asked.token_url).map_err(|cause| https::unusable(cause.to_string()))?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let transport = |error: &reqwest::Error| unreachable(&host, error);
    let http = https::build(https::client(environment)?)?;
    let request = asked.authenticate(http.post(url)).header(REQUEST_ID, call.to_string());
    let response = request.send().await.map_err(|error| transport(&error))?;
    let (status, retry_after) = (response.status(), https::retry_after(&response));
    let at = moment_of(&response);
    tracing::debug!(status = status.as_u16(), "asked the token endpoint");
    let body = https::read(response).await.map_err(|unread| match unread {
        Unread::Transport(error) => transport(&error),
        Unread::TooLong => not_a_token("the answer is longer than 8 MiB"),
    })?;
    // Wiped when dropped: the body of a success is an access token.
    let body = Secret::new(String::from_utf8(body).map_err(|_| not_a_token("the answer is not UTF-8"))?);
    if status != StatusCode::OK {
        return Err(NotGranted::Refused(Refusal::read(&host, status, retry_after, body.expose())));
    }
    let success: Success = serde_json::from_str(body.expose()).map_err(|cause| not_a_token(shape(&cause)))?;
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Ok(Granted {
        token: success.access_token,
        token_type: if success.token_type.is_empty() { "Bearer".to_owned() } else { success.token_type },
        scopes: success.scope.as_deref().map_or_else(|| asked.scopes.to_vec(), words),
        expires_in: success.expires_in,
        at,
    })
}

impl TokenRequest<'_> {
    fn authenticate(&self, request: RequestBuilder) -> RequestBuilder {
        let scope = self.scopes.join(" ");
        let mut form = vec![("grant_type", "client_credentials")];
        if !scope.is_empty() {
            form.push(("scope", &scope));
        }
        match self.auth_method {
            TokenAuthMethod::Basic => {
                request.basic_auth(form_encoded(self.client_id), Some(form_encoded(self.secret.expose()))).form(&form)
            }
            TokenAuthMethod::Post => {
                form.extend([("client_id", self.client_id), ("client_secret", self.secret.expose())]);
                request.form(&form)
            }
        }
    }
}

/// As for every server, but nothing was being created and nothing is lost.
fn unreachable(host: &str, error: &reqwest::Error) -> Problem {
    let problem = https::transport(host, error);
    if matches!(problem.code, ErrorCode::TimedOut | ErrorCode::Protocol) {
        problem.hint("Try again. The credentials are not affected.")
    } else {
        problem
    }
}

fn not_a_token(cause: impl Into<String>) -> Problem {
    Problem::new(ErrorCode::Protocol, "The token endpoint's answer is not an access token.")
        .hint("Check the token URL of this environment.")
        .detail(cause)
}

/// Both halves are form-encoded before they go into HTTP Basic (RFC 6749 §2.3.1).
pub(crate) fn form_encoded(text: &str) -> String {
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
    use reqwest::{Client, Request, header::AUTHORIZATION};

    use super::*;

    fn request(auth_method: TokenAuthMethod, scopes: &[&str]) -> Request {
        let scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let secret = Secret::new("s%:~");
        let asked = TokenRequest {
            token_url: "https://h/oauth2/token",
            client_id: "c:1",
            secret: &secret,
            scopes: &scopes,
            auth_method,
        };
        asked.authenticate(Client::new().post(asked.token_url)).build().unwrap()
    }

    fn body(request: &Request) -> &str {
        std::str::from_utf8(request.body().unwrap().as_bytes().unwrap()).unwrap()
    }

    #[test]
    fn a_lifetime_is_read_in_every_spelling() {
        let read = |json: &str| {
            let answer = format!(r#"{{"access_token":"t","expires_in":{json}}}"#);
            serde_json::from_str::<Success>(&answer).unwrap().expires_in
        };
        assert_eq!(["3600", "\"3600\"", " 3600.7", "0"].map(read), [Some(3600), Some(3600), Some(3600), Some(0)]);
        assert_eq!(["-5", "99999999999", "null", "\"soon\"", "{}"].map(read), [None; 5]);
        assert_eq!(serde_json::from_str::<Success>(r#"{"access_token":"t"}"#).unwrap().expires_in, None);
    }

    #[test]
    fn the_secret_travels_in_exactly_one_place() {
        let basic = request(TokenAuthMethod::Basic, &["a:read", "b"]);
        // "c%3A1:s%25%3A~"
        assert_eq!(basic.headers()[AUTHORIZATION], "Basic YyUzQTE6cyUyNSUzQX4=");
        assert!(basic.headers()[AUTHORIZATION].is_sensitive());
        assert_eq!(body(&basic), "grant_type=client_credentials&scope=a%3Aread+b");
        let post = request(TokenAuthMethod::Post, &[]);
        assert!(!post.headers().contains_key(AUTHORIZATION));
        assert_eq!(body(&post), "grant_type=client_credentials&client_id=c%3A1&client_secret=s%25%3A%7E");
    }

    #[test]
    fn what_would_break_http_basic_is_encoded() {
        assert_eq!(form_encoded("aZ09-_.~"), "aZ09-_.~");
        assert_eq!(form_encoded("a:b %ä"), "a%3Ab%20%25%C3%A4");
    }
}
