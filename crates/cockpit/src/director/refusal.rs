//! From what a Director or the network answered to the words of the window. Decided by HTTP status, `error_code`
//! and error types only: a message of the other side is shown folded and never read.

use pairing::ErrorCode;
use reqwest::StatusCode;
use serde::Deserialize;

use crate::{Problem, https};

/// What the words need to name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) tenant: &'a str,
}

/// One entry of `errors`, as contracts/compass.md §1.4 has it.
#[derive(Debug, Deserialize)]
pub(super) struct GraphqlError {
    #[serde(default)]
    pub(super) message: String,
    #[serde(default)]
    pub(super) extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Extensions {
    #[serde(default)]
    error_code: Option<i64>,
}

impl Asked<'_> {
    /// A GraphQL error, or one of the authentication layer, which has the same body.
    pub(super) fn graphql(self, error: &GraphqlError) -> Problem {
        let problem = match error.extensions.error_code {
            Some(20) => Problem::new(
                ErrorCode::NotFound,
                format!("This application no longer exists, or not in tenant {}.", self.tenant),
            )
            .hint("Go back to the list and reload it."),
            Some(21 | 31) => {
                Problem::new(ErrorCode::NotUniqueName, "An application with this name already exists here.")
                    .hint("Choose another name, or open the one that is there.")
            }
            Some(22 | 29 | 30) => Problem::new(ErrorCode::InvalidData, "The Director refused a value.")
                .hint("The details name the field and the rule."),
            Some(23) => Problem::new(ErrorCode::InsufficientScopes, "Your sign-in may not do this.")
                .hint("The details name the permission; ask your administrator for it."),
            Some(24) => Problem::new(ErrorCode::TenantRequired, "No tenant was chosen.").hint("Choose a tenant."),
            Some(25) => {
                Problem::new(ErrorCode::TenantNotFound, format!("This Compass doesn't know tenant {}.", self.tenant))
                    .hint("Choose another tenant.")
            }
            Some(26) => unauthorized(),
            Some(27 | 33 | 34 | 37 | 409) => {
                Problem::new(ErrorCode::InvalidOperation, "The Director doesn't allow this now.")
                    .hint("The details say what is in the way.")
            }
            Some(32 | 35 | 38) => {
                Problem::new(ErrorCode::InvalidOperation, "Somebody else is changing this application right now.")
                    .hint("Reload it and try again.")
            }
            Some(28) => https::timed_out(self.host),
            Some(36 | 400) => Problem::new(ErrorCode::BadRequest, "The Director could not read the request.")
                .hint("This is a fault of this program; report it with the details."),
            Some(_) | None => of_its_own(),
        };
        problem.detail(error.message.clone())
    }

    /// An HTTP status without a body that says more.
    pub(super) fn status(self, status: StatusCode, retry_after: Option<u32>) -> Problem {
        let problem = match status.as_u16() {
            401 | 403 => unauthorized(),
            429 => https::slow_down(self.host, retry_after),
            413 => Problem::new(ErrorCode::TooLarge, "The Director refused the request because it is too large."),
            502..=504 => Problem::new(ErrorCode::Unavailable, format!("{} is not ready to answer.", self.host))
                .hint("Wait a moment and try again."),
            507 => Problem::new(ErrorCode::StorageFull, "The Director's disk is full; nothing was changed.")
                .hint("Free some space and try again."),
            500.. => of_its_own(),
            _ => Problem::new(ErrorCode::Protocol, format!("{} doesn't answer like a Director.", self.host))
                .hint("Check the address of the environment."),
        };
        problem.detail(format!("HTTP {status}"))
    }

    pub(super) fn transport(self, error: &reqwest::Error) -> Problem {
        https::transport(self.host, error)
    }

    /// An answer that is not the agreed JSON.
    pub(super) fn protocol(self, cause: impl Into<String>) -> Problem {
        Problem::new(ErrorCode::Protocol, format!("{} doesn't answer like a Director.", self.host))
            .hint("Check the address of the environment.")
            .detail(cause)
    }
}

fn unauthorized() -> Problem {
    Problem::new(ErrorCode::Unauthorized, "The Director doesn't accept our sign-in.")
        .hint("Restart the local server, or sign in to this environment again.")
}

fn of_its_own() -> Problem {
    Problem::new(ErrorCode::Internal, "The Director had a problem of its own.")
        .hint("Try again. If it stays, give the correlation id to whoever runs the Director.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked { host: "director.example", tenant: "t-1" };

    fn code(number: i64) -> ErrorCode {
        let error: GraphqlError = serde_json::from_value(serde_json::json!({
            "message": "words of theirs", "path": ["result"],
            "extensions": { "error": "Whatever", "error_code": number },
        }))
        .unwrap();
        let problem = ASKED.graphql(&error);
        assert_eq!(problem.detail.as_deref(), Some("words of theirs"), "{number}");
        assert!(!problem.message.contains("theirs"));
        problem.code
    }

    #[test]
    fn every_code_of_the_director_has_its_own() {
        let expected = [
            (10, ErrorCode::Internal),
            (20, ErrorCode::NotFound),
            (21, ErrorCode::NotUniqueName),
            (22, ErrorCode::InvalidData),
            (23, ErrorCode::InsufficientScopes),
            (24, ErrorCode::TenantRequired),
            (25, ErrorCode::TenantNotFound),
            (26, ErrorCode::Unauthorized),
            (27, ErrorCode::InvalidOperation),
            (28, ErrorCode::TimedOut),
            (31, ErrorCode::NotUniqueName),
            (32, ErrorCode::InvalidOperation),
            (400, ErrorCode::BadRequest),
            (409, ErrorCode::InvalidOperation),
            (4711, ErrorCode::Internal),
        ];
        for (number, wanted) in expected {
            assert_eq!(code(number), wanted, "{number}");
        }
    }

    #[test]
    fn statuses_without_a_body_are_told_apart() {
        let status = |number, retry| ASKED.status(StatusCode::from_u16(number).unwrap(), retry);
        assert_eq!(status(401, None).code, ErrorCode::Unauthorized);
        assert_eq!(status(500, None).code, ErrorCode::Internal);
        assert_eq!(status(503, None).code, ErrorCode::Unavailable);
        assert_eq!(status(507, None).code, ErrorCode::StorageFull);
        assert_eq!(status(404, None).code, ErrorCode::Protocol);
        let limited = status(429, Some(12));
        assert_eq!((limited.code, limited.hint.as_deref()), (ErrorCode::RateLimited, Some("Try again in 12 s.")));
    }

    #[test]
    fn an_error_without_extensions_is_read_too() {
        let error: GraphqlError = serde_json::from_str("{\"message\":\"m\"}").unwrap();
        assert_eq!(ASKED.graphql(&error).code, ErrorCode::Internal);
    }
}
