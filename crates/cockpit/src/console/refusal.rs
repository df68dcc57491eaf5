//! From what the console answered to the words of the window. Decided by its `code`, else by HTTP status: the
//! message of the other side is shown folded and never read.

use pairing::ErrorCode;
use reqwest::StatusCode;
use serde::Deserialize;

use super::About;
use crate::{Problem, https};

/// The body of every refusal.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Refused {
    code: Option<ErrorCode>,
    #[serde(default)]
    message: String,
}

impl Refused {
    /// A body that is none, as a gateway on the way sends it, says nothing.
    pub(super) fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    pub(super) fn problem(self, about: About, host: &str, status: StatusCode, retry_after: Option<u32>) -> Problem {
        let code = self.code.unwrap_or_else(|| by_status(status));
        let detail = if self.message.is_empty() { format!("HTTP {status}") } else { self.message };
        words(about, code, host, retry_after).detail(detail)
    }
}

/// An answer that is not what was agreed.
pub(super) fn protocol(about: About, host: &str, cause: impl Into<String>) -> Problem {
    words(about, ErrorCode::Protocol, host, None).detail(cause)
}

fn by_status(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        401 => ErrorCode::Unauthorized,
        403 => ErrorCode::InsufficientScopes,
        409 => ErrorCode::InvalidOperation,
        413 => ErrorCode::TooLarge,
        429 => ErrorCode::RateLimited,
        502..=504 => ErrorCode::Unavailable,
        507 => ErrorCode::StorageFull,
        500.. => ErrorCode::Internal,
        // A 404 without a code is not about an id: there is no console at this address.
        _ => ErrorCode::Protocol,
    }
}

fn words(about: About, code: ErrorCode, host: &str, retry_after: Option<u32>) -> Problem {
    let side = match about {
        About::OAuthClients => "client registry",
        About::Certificates => "certificate inventory",
        About::Authority => "certificate authority",
        About::Application | About::Runtimes => "Connector Service",
        About::Service => "application registry",
        About::Event | About::Subscription => "event gateway",
    };
    match code {
        ErrorCode::NotFound => about.gone(),
        ErrorCode::Unauthorized => Problem::new(code, format!("The {side} doesn't accept our sign-in."))
            .hint("Restart the local server, or sign in to this environment again."),
        ErrorCode::InsufficientScopes => Problem::new(code, "Your sign-in may not do this.")
            .hint("The details name the permission; ask your administrator for it."),
        ErrorCode::InvalidData => {
            Problem::new(code, format!("The {side} refused a value.")).hint("The details name the field and the rule.")
        }
        ErrorCode::CsrRefused => Problem::new(code, "The Connector refused the signing request.")
            .hint("The details say what must change; check the request here to see every difference."),
        ErrorCode::InvalidOperation => Problem::new(code, format!("The {side} doesn't allow this now."))
            .hint("The details say what is in the way."),
        ErrorCode::BadRequest | ErrorCode::TooLarge => {
            Problem::new(code, format!("The {side} could not read the request."))
                .hint("This is a fault of this program; report it with the details.")
        }
        ErrorCode::RateLimited => https::slow_down(host, retry_after),
        ErrorCode::Unavailable => {
            Problem::new(code, format!("{host} is not ready to answer.")).hint("Wait a moment and try again.")
        }
        ErrorCode::CaKeyLocked | ErrorCode::CaKeyUnprotected => Problem::new(
            code,
            "The CA key couldn't be unlocked: nothing new can be signed. What was issued still works.",
        )
        .hint("Unlock it, or restore a backup."),
        ErrorCode::StorageFull => Problem::new(code, "The server's disk is full; nothing was changed.")
            .hint("Free some space and try again. What was issued before still works."),
        ErrorCode::Protocol => Problem::new(code, format!("{host} doesn't answer like a {side}."))
            .hint("Check the address of the environment."),
        // Codes of other wires: here each would be a fault of the other side.
        ErrorCode::Internal
        | ErrorCode::NotUniqueName
        | ErrorCode::TenantRequired
        | ErrorCode::TenantNotFound
        | ErrorCode::TokenNotAccepted
        | ErrorCode::CertificateNotAccepted
        | ErrorCode::ClientNotAccepted
        | ErrorCode::Unreachable
        | ErrorCode::TimedOut
        | ErrorCode::UntrustedServer
        | ErrorCode::ServerNotRunning
        | ErrorCode::PortTaken
        | ErrorCode::DataDirLocked
        | ErrorCode::DataDirUnusable
        | ErrorCode::NewerData
        | ErrorCode::SecretGone
        | ErrorCode::FileNotWritten
        | ErrorCode::ViewChanged
        | ErrorCode::ConfirmationNeeded
        | ErrorCode::ReadOnly
        | ErrorCode::SignInNeeded
        | ErrorCode::SignInFailed
        | ErrorCode::NotOffered
        | ErrorCode::Intercepted
        | ErrorCode::VaultLocked => Problem::new(ErrorCode::Internal, format!("The {side} had a problem of its own."))
            .hint("Try again. If it stays, give the correlation id to whoever runs the server."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(status: u16, body: &str) -> Problem {
        Refused::read(body.as_bytes()).problem(
            About::OAuthClients,
            "localhost",
            StatusCode::from_u16(status).unwrap(),
            Some(12),
        )
    }

    #[test]
    fn the_code_decides_and_the_message_is_only_shown() {
        for code in ErrorCode::ALL {
            let body = format!("{{\"code\":\"{code}\",\"message\":\"words of theirs\"}}");
            let problem = problem(400, &body);
            assert!(problem.hint.is_some() && !problem.message.contains("theirs"), "{code}");
            assert_eq!(problem.detail.as_deref(), Some("words of theirs"), "{code}");
        }
        let gone = problem(404, "{\"code\":\"not_found\",\"message\":\"\"}");
        assert_eq!((gone.code, gone.detail.as_deref()), (ErrorCode::NotFound, Some("HTTP 404 Not Found")));
    }

    #[test]
    fn without_a_code_the_status_decides() {
        let cases = [
            (401, ErrorCode::Unauthorized),
            (404, ErrorCode::Protocol),
            (409, ErrorCode::InvalidOperation),
            (500, ErrorCode::Internal),
            (503, ErrorCode::Unavailable),
            (507, ErrorCode::StorageFull),
        ];
        for (status, code) in cases {
            assert_eq!(problem(status, "<html>").code, code, "{status}");
            assert_eq!(problem(status, "{\"code\":\"of_the_future\"}").code, code, "{status}");
        }
        let limited = problem(429, "");
        assert_eq!((limited.code, limited.hint.as_deref()), (ErrorCode::RateLimited, Some("Try again in 12 s.")));
    }
}
