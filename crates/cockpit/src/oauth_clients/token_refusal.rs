//! Why a token endpoint gave no token, in the words of the window. The endpoint says the same to a wrong secret, a
//! disabled client and one that does not exist; the administrator may be told which, from the registry.

use pairing::ErrorCode;
use reqwest::StatusCode;
use serde::Deserialize;

use super::wire::{IN_BODY, IN_HEADER};
use crate::{
    Problem,
    calls::{OAuthClientRow, TokenAuthMethod},
    https,
};

/// How asking for a token fails.
#[derive(Debug)]
pub(crate) enum NotGranted {
    /// The endpoint's own no.
    Refused(Refusal),
    /// No usable answer.
    Problem(Problem),
}

impl From<Problem> for NotGranted {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<NotGranted> for Problem {
    fn from(not_granted: NotGranted) -> Self {
        match not_granted {
            NotGranted::Refused(refusal) => refusal.problem(),
            NotGranted::Problem(problem) => problem,
        }
    }
}

/// A refusal by RFC 6749 §5.2.
#[derive(Debug)]
pub(crate) struct Refusal {
    host: String,
    status: StatusCode,
    retry_after: Option<u32>,
    /// A code of the registry of OAuth errors; `None` where the answer has none.
    error: Option<String>,
}

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: String,
}

/// What the registry says about the client that was refused.
#[derive(Debug)]
pub(super) enum Known<'a> {
    /// It could not be asked.
    Nothing,
    NoSuchClient,
    Client(&'a OAuthClientRow),
}

impl Refusal {
    pub(super) fn read(host: &str, status: StatusCode, retry_after: Option<u32>, body: &str) -> Self {
        let Body { error } = serde_json::from_str(body).unwrap_or_default();
        // A code is a word of lower-case letters; anything else is not repeated.
        let is_code = !error.is_empty()
            && error.len() <= 40
            && error.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        Self { host: host.to_owned(), status, retry_after, error: is_code.then_some(error) }
    }

    /// Whether more can be said by somebody who knows the client.
    pub(super) fn is_about_the_client(&self) -> bool {
        matches!(self.error.as_deref(), Some("invalid_client" | "invalid_scope"))
    }

    /// The same client will not be accepted next time either.
    pub(crate) fn is_for_good(&self) -> bool {
        matches!(self.status.as_u16(), 400 | 401 | 403)
    }

    /// As far as the endpoint tells.
    fn problem(&self) -> Problem {
        let code = self.error.clone().unwrap_or_else(|| format!("HTTP {}", self.status.as_u16()));
        match self.status.as_u16() {
            400 | 401 | 403 if self.error.as_deref() == Some("invalid_scope") => {
                Problem::new(ErrorCode::InsufficientScopes, "This client may not have one of these scopes.")
                    .hint("Ask only for scopes that it was registered with.")
            }
            400 | 401 | 403 => {
                Problem::new(ErrorCode::ClientNotAccepted, format!("The token endpoint refused: {code}."))
                    .hint("The client may take a few seconds to be known. Try again.")
            }
            429 => https::slow_down(&self.host, self.retry_after),
            _ => Problem::new(ErrorCode::Unavailable, format!("The token endpoint had a problem of its own: {code}."))
                .hint("Try again. The credentials are not affected."),
        }
    }

    /// With what the registry knows of the client, for the administrator's eyes only.
    pub(super) fn explained(&self, known: &Known<'_>, scopes: &[String], auth_method: TokenAuthMethod) -> Problem {
        let problem = match self.error.as_deref() {
            Some("invalid_client") => not_accepted(known, auth_method),
            Some("invalid_scope") => match known {
                Known::Client(client) => missing_scopes(client, scopes).unwrap_or_else(|| self.problem()),
                Known::Nothing | Known::NoSuchClient => self.problem(),
            },
            Some(_) | None => return self.problem(),
        };
        problem.detail(format!("HTTP {}: {}", self.status.as_u16(), self.error.as_deref().unwrap_or_default()))
    }
}

fn not_accepted(known: &Known<'_>, auth_method: TokenAuthMethod) -> Problem {
    let refused = |message: &str| Problem::new(ErrorCode::ClientNotAccepted, message);
    let client = match known {
        Known::Nothing => {
            return refused("The token endpoint doesn't accept this client ID and secret.").hint(
                "The secret is wrong or retired, or the client is disabled or deleted: the endpoint says the same to all.",
            );
        }
        Known::NoSuchClient => {
            return refused("There is no OAuth client with this ID.")
                .hint("It was deleted in the meantime. Go back to the list and reload it.");
        }
        Known::Client(client) => client,
    };
    let (wanted, message) = match auth_method {
        TokenAuthMethod::Basic => (IN_HEADER, "This client may not send its secret in the header."),
        TokenAuthMethod::Post => (IN_BODY, "This client may not send its secret in the body."),
    };
    if client.disabled_at.is_some() {
        refused("This client is disabled.").hint("Enable it, then try again.")
    } else if !client.accepts(IN_HEADER) && !client.accepts(IN_BODY) {
        refused("This client doesn't prove who it is with a secret.")
            .hint("It has to ask with its certificate, from where the key is.")
    } else if !client.accepts(wanted) {
        refused(message).hint("Choose the other way to send it.")
    } else {
        refused("This is not a secret that the client may use: it is wrong, or it was retired.")
            .hint("Use the newest secret. If nobody has it any more, rotate to make another.")
    }
}

fn missing_scopes(client: &OAuthClientRow, asked: &[String]) -> Option<Problem> {
    let missing: Vec<_> = asked.iter().filter(|scope| !client.scopes.contains(scope)).map(String::as_str).collect();
    let what = match missing.as_slice() {
        [] => return None,
        [one] => format!("the scope {one}"),
        many => format!("the scopes {}", many.join(", ")),
    };
    Some(
        Problem::new(ErrorCode::InsufficientScopes, format!("This client was not registered with {what}."))
            .hint("Ask only for scopes that are listed with the client."),
    )
}

#[cfg(test)]
mod tests {
    use super::{super::wire::tests, *};

    fn refusal(status: u16, error: &str) -> Refusal {
        let body = serde_json::json!({ "error": error }).to_string();
        Refusal::read("localhost", StatusCode::from_u16(status).unwrap(), Some(3), &body)
    }

    #[test]
    fn a_refusal_repeats_codes_and_nothing_else() {
        let message = |error| refusal(401, error).problem().message;
        assert_eq!(message("invalid_client"), "The token endpoint refused: invalid_client.");
        assert_eq!(message("<b>Hello"), "The token endpoint refused: HTTP 401.");
        assert_eq!(refusal(502, "").problem().code, ErrorCode::Unavailable);
        assert_eq!(refusal(400, "invalid_scope").problem().code, ErrorCode::InsufficientScopes);
        let limited = refusal(429, "temporarily_unavailable").problem();
        assert_eq!((limited.code, limited.hint.as_deref()), (ErrorCode::RateLimited, Some("Try again in 3 s.")));
    }

    #[test]
    fn the_administrator_is_told_which_of_the_reasons_it_is() {
        let enabled = tests::row(tests::client());
        let disabled = OAuthClientRow { disabled_at: Some("2024-07-05T11:00:00Z".into()), ..enabled.clone() };
        let only_header = OAuthClientRow { auth_methods: vec![IN_HEADER.into()], ..enabled.clone() };
        let certificate = OAuthClientRow { auth_methods: vec!["tls_client_auth".into()], ..enabled.clone() };
        let cases = [
            (Known::Nothing, "doesn't accept"),
            (Known::NoSuchClient, "no OAuth client"),
            (Known::Client(&disabled), "disabled"),
            (Known::Client(&only_header), "in the body"),
            (Known::Client(&certificate), "with a secret"),
            (Known::Client(&enabled), "wrong, or it was retired"),
        ];
        for (known, words) in cases {
            let problem = refusal(401, "invalid_client").explained(&known, &[], TokenAuthMethod::Post);
            assert!(problem.message.contains(words) && problem.hint.is_some(), "{known:?}: {problem:?}");
            assert_eq!(problem.code, ErrorCode::ClientNotAccepted);
            assert_eq!(problem.detail.as_deref(), Some("HTTP 401: invalid_client"));
        }
    }

    #[test]
    fn the_scopes_that_are_missing_are_named() {
        let client = tests::row(tests::client());
        let explained = |scopes: &[&str]| {
            let scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            refusal(400, "invalid_scope").explained(&Known::Client(&client), &scopes, TokenAuthMethod::Basic)
        };
        let one = explained(&["application:read", "runtime:write"]);
        assert_eq!(one.message, "This client was not registered with the scope runtime:write.");
        assert_eq!(one.code, ErrorCode::InsufficientScopes);
        assert!(explained(&["a", "b"]).message.ends_with("the scopes a, b."));
        assert_eq!(explained(&["application:read"]).code, ErrorCode::InsufficientScopes, "scopes changed meanwhile");
    }
}
