//! What the sign-in service, or this computer, has against a sign-in, in words for a person.

use std::io;

use openidconnect::{ConfigurationError, RequestTokenError, StandardErrorResponse, core::CoreErrorResponseType};
use pairing::ErrorCode;

use super::super::{failed, provider::Unasked};
use crate::Problem;

pub(super) fn no_way_back(port: u16, cause: &io::Error) -> Problem {
    let problem = failed("The browser could not be given a way back to this program.").detail(cause.to_string());
    if port != 0 && cause.kind() == io::ErrorKind::AddrInUse {
        problem.hint(format!("Another program, or another window, listens on port {port}. End it, then sign in again."))
    } else {
        problem
    }
}

pub(super) fn unusable(error: &ConfigurationError) -> Problem {
    failed("The sign-in service doesn't say where codes are exchanged.").detail(error.to_string())
}

/// `invalid_grant` is what is said of a code or refresh token that the service does not take.
pub(super) fn not_exchanged(
    error: RequestTokenError<Unasked, StandardErrorResponse<CoreErrorResponseType>>,
    invalid_grant: &str,
) -> Problem {
    match error {
        RequestTokenError::Request(Unasked(problem)) => problem,
        RequestTokenError::ServerResponse(answer) => {
            refused(answer.error().as_ref(), answer.error_description().map(String::as_str), invalid_grant)
        }
        // Its text may quote a token. It may be a gateway's page: nothing is over by that.
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Problem::new(ErrorCode::Protocol, "The sign-in service's answer can't be read.")
                .hint("Try again in a moment.")
        }
    }
}

pub(super) fn refused(error: &str, description: Option<&str>, invalid_grant: &str) -> Problem {
    let problem = match error {
        "server_error" | "temporarily_unavailable" => {
            Problem::new(ErrorCode::Unavailable, "The sign-in service had a problem of its own.").hint("Try again.")
        }
        "access_denied" => failed("The sign-in was refused or cancelled in the browser."),
        "invalid_grant" => failed(invalid_grant),
        "invalid_client" | "unauthorized_client" => {
            failed("The sign-in service doesn't know this program.").hint("Check the client ID of the environment.")
        }
        "invalid_scope" => {
            failed("The sign-in service doesn't know one of the scopes.").hint("Check the scopes of the environment.")
        }
        _ => failed("The sign-in service refused."),
    };
    problem.detail(description.map_or_else(|| error.to_owned(), |text| format!("{error}: {text}")))
}
