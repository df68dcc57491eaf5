//! From what a Director or the network answered to the words of the window. Decided by HTTP status, `error_code`
//! and error types only: a message of the other side is shown folded and never read.

use pairing::ErrorCode;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::Noun;
use crate::{Problem, calls::ErrorAction as Action, https};

/// What the words need to name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) tenant: &'a str,
    pub(super) noun: Noun,
}

/// One entry of `errors`, as contracts/compass.md §1.4 has it.
#[derive(Debug, Deserialize)]
pub(super) struct GraphqlError {
    #[serde(default)]
    pub(super) message: String,
    /// Which field failed: its alias where it has one.
    #[serde(default)]
    pub(super) path: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) extensions: Extensions,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Extensions {
    #[serde(default)]
    error_code: Option<i64>,
    /// What GraphQL servers that are not Compass write.
    #[serde(default)]
    code: Option<Value>,
}

fn lenient<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Extensions, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

impl GraphqlError {
    /// A document that does not fit the schema, from a server that says so with status 200.
    pub(super) fn is_validation(&self) -> bool {
        self.extensions.error_code.is_none()
            && matches!(
                self.extensions.code.as_ref().and_then(Value::as_str),
                Some("GRAPHQL_VALIDATION_FAILED" | "GRAPHQL_PARSE_FAILED")
            )
    }
}

impl Asked<'_> {
    /// A GraphQL error, or one of the authentication layer, which has the same body.
    pub(super) fn graphql(self, status: StatusCode, error: &GraphqlError) -> Problem {
        let noun = self.noun.name();
        let problem = match error.extensions.error_code {
            Some(20) => Problem::new(
                ErrorCode::NotFound,
                format!("This {noun} no longer exists, or not in tenant {}.", self.tenant),
            )
            .hint("Go back to the list and reload it.")
            .action(Action::Reload),
            Some(21 | 31) => {
                let article = if noun.starts_with(['a', 'i']) { "An" } else { "A" };
                Problem::new(ErrorCode::NotUniqueName, format!("{article} {noun} with this name already exists here."))
                    .hint("Choose another name, or open the one that is there.")
                    .action(Action::OpenExisting)
            }
            Some(22 | 29 | 30) => Problem::new(ErrorCode::InvalidData, "The Director refused a value.")
                .hint("The details name the field and the rule.")
                .action(Action::CorrectInput),
            Some(23) => Problem::new(ErrorCode::InsufficientScopes, "Your sign-in may not do this.")
                .hint("The details name the permission; ask your administrator for it.")
                .action(Action::AskForPermission),
            Some(24) => Problem::new(ErrorCode::TenantRequired, "No tenant was chosen.")
                .hint("Choose a tenant.")
                .action(Action::ChooseTenant),
            Some(25) => {
                Problem::new(ErrorCode::TenantNotFound, format!("This Compass doesn't know tenant {}.", self.tenant))
                    .hint("Choose another tenant.")
                    .action(Action::ChooseTenant)
            }
            // The same code with status 200 is not about the sign-in: the object belongs to somebody else.
            Some(26) if status == StatusCode::OK => {
                Problem::new(ErrorCode::InsufficientScopes, format!("Your sign-in may not change this {noun}."))
                    .hint("The details say whose it is; ask your administrator for access.")
                    .action(Action::AskForPermission)
            }
            Some(26) => unauthorized(),
            Some(27 | 33 | 34 | 37 | 409) => {
                Problem::new(ErrorCode::InvalidOperation, "The Director doesn't allow this now.")
                    .hint("The details say what is in the way.")
            }
            Some(32 | 35 | 38) => {
                Problem::new(ErrorCode::InvalidOperation, format!("Somebody else is changing this {noun} right now."))
                    .hint("Reload it and try again.")
                    .action(Action::Retry)
            }
            Some(28) => https::timed_out(self.host).action(Action::Retry),
            Some(36 | 400) => Problem::new(ErrorCode::BadRequest, "The Director could not read the request.")
                .hint("This is a fault of this program; report it with the details.")
                .action(Action::ReportFault),
            Some(_) => of_its_own(),
            // No Compass: its gateway's words, which have no codes.
            None if status != StatusCode::OK => self.status(status, false, None),
            None => of_its_own(),
        };
        problem.detail(error.message.clone())
    }

    /// What was asked for is not in this Director's schema.
    pub(super) fn not_served(self, error: &GraphqlError) -> Problem {
        Problem::new(ErrorCode::NotOffered, format!("The Director at {} doesn't offer this.", self.host))
            .hint("It may be an older or a newer Compass. Everything else works.")
            .detail(error.message.clone())
    }

    /// An HTTP status without a body that says more. `is_page`: it was meant for a browser.
    pub(super) fn status(self, status: StatusCode, is_page: bool, retry_after: Option<u32>) -> Problem {
        let problem = match status.as_u16() {
            401 => unauthorized(),
            407 => Problem::new(ErrorCode::Intercepted, "The proxy on the way asks for a sign-in of its own.")
                .hint("Check the proxy of this environment.")
                .action(Action::EditEnvironment),
            403 => {
                Problem::new(ErrorCode::InsufficientScopes, format!("{} doesn't let your sign-in through.", self.host))
                    .hint("Ask your administrator for access, or sign in with another account.")
                    .action(Action::AskForPermission)
            }
            429 => https::slow_down(self.host, retry_after).action(Action::Wait),
            413 => Problem::new(ErrorCode::TooLarge, "The Director refused the request because it is too large."),
            502..=504 => Problem::new(ErrorCode::Unavailable, format!("{} is not ready to answer.", self.host))
                .hint("Wait a moment and try again.")
                .action(Action::Retry),
            507 => Problem::new(ErrorCode::StorageFull, "The Director's disk is full; nothing was changed.")
                .hint("Free some space and try again."),
            511 => self.intercepted(),
            500.. => of_its_own(),
            300..=399 => self.intercepted(),
            200..=299 if is_page => self.intercepted(),
            400 | 422 => Problem::new(ErrorCode::BadRequest, "The Director could not read the request.")
                .hint("This is a fault of this program, or of something on the way; report it with the details.")
                .action(Action::ReportFault),
            _ => self.no_director(),
        };
        problem.retry_after(retry_after).detail(format!("HTTP {status}"))
    }

    pub(super) fn transport(self, error: &reqwest::Error) -> Problem {
        https::transport(self.host, error)
    }

    /// An answer that is not the agreed JSON.
    pub(super) fn protocol(self, cause: impl Into<String>) -> Problem {
        self.no_director().detail(cause)
    }

    pub(super) fn too_long(self) -> Problem {
        Problem::new(ErrorCode::Protocol, format!("The answer of {} is too long to be read.", self.host))
            .hint("Something there has very long labels or very many entries. Shorten them, or look with another tool.")
            .detail("the answer is longer than 8 MiB")
    }

    fn no_director(self) -> Problem {
        Problem::new(ErrorCode::Protocol, format!("{} doesn't answer like a Director.", self.host))
            .hint("Check the address of the environment.")
            .action(Action::EditEnvironment)
    }

    /// A network that wants a sign-in first answers in everybody's name; so does a proxy, with a page or elsewhere.
    fn intercepted(self) -> Problem {
        Problem::new(ErrorCode::Intercepted, format!("Something on the way answered instead of {}.", self.host))
            .hint("Sign in to this network in a browser, or check the proxy and the address of the environment.")
            .action(Action::OpenNetworkSignIn)
    }
}

fn unauthorized() -> Problem {
    Problem::new(ErrorCode::Unauthorized, "Your sign-in ended.")
        .hint(
            "Sign in to this environment again; your place and your input are kept. For the local server, restart it.",
        )
        .action(Action::SignIn)
}

fn of_its_own() -> Problem {
    Problem::new(ErrorCode::Internal, "The Director had a problem of its own.")
        .hint("Try again. If it stays, give the correlation id to whoever runs the Director.")
        .action(Action::Retry)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Asked<'static> = Asked { host: "director.example", tenant: "t-1", noun: Noun::Application };

    fn code(status: StatusCode, number: i64) -> ErrorCode {
        let error: GraphqlError = serde_json::from_value(serde_json::json!({
            "message": "words of theirs", "path": ["result"],
            "extensions": { "error": "Whatever", "error_code": number },
        }))
        .unwrap();
        let problem = ASKED.graphql(status, &error);
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
            (26, ErrorCode::InsufficientScopes),
            (27, ErrorCode::InvalidOperation),
            (28, ErrorCode::TimedOut),
            (31, ErrorCode::NotUniqueName),
            (32, ErrorCode::InvalidOperation),
            (400, ErrorCode::BadRequest),
            (409, ErrorCode::InvalidOperation),
            (4711, ErrorCode::Internal),
        ];
        for (number, wanted) in expected {
            assert_eq!(code(StatusCode::OK, number), wanted, "{number}");
        }
        for status in [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED] {
            assert_eq!(code(status, 26), ErrorCode::Unauthorized, "the sign-in itself");
        }
        assert_eq!(code(StatusCode::BAD_REQUEST, 25), ErrorCode::TenantNotFound);
    }

    #[test]
    fn statuses_without_a_body_are_told_apart() {
        let status = |number, page, retry| ASKED.status(StatusCode::from_u16(number).unwrap(), page, retry);
        let expected = [
            (401, ErrorCode::Unauthorized),
            (403, ErrorCode::InsufficientScopes),
            (407, ErrorCode::Intercepted),
            (302, ErrorCode::Intercepted),
            (511, ErrorCode::Intercepted),
            (400, ErrorCode::BadRequest),
            (404, ErrorCode::Protocol),
            (500, ErrorCode::Internal),
            (502, ErrorCode::Unavailable),
            (503, ErrorCode::Unavailable),
            (507, ErrorCode::StorageFull),
        ];
        for (number, wanted) in expected {
            assert_eq!(status(number, true, None).code, wanted, "{number}");
        }
        assert_eq!(status(200, true, None).code, ErrorCode::Intercepted);
        assert_eq!(status(200, false, None).code, ErrorCode::Protocol);
        let limited = status(429, false, Some(12));
        assert_eq!((limited.code, limited.hint.as_deref()), (ErrorCode::RateLimited, Some("Try again in 12 s.")));
        assert_eq!((limited.action, limited.retry_after_seconds), (Some(Action::Wait), Some(12)));
        assert_eq!(status(503, false, Some(3)).retry_after_seconds, Some(3));
    }

    #[test]
    fn errors_of_others_are_read_too() {
        let read = |text: &str| serde_json::from_str::<GraphqlError>(text).unwrap();
        let bare = read("{\"message\":\"m\"}");
        assert_eq!(ASKED.graphql(StatusCode::OK, &bare).code, ErrorCode::Internal);
        assert_eq!(ASKED.graphql(StatusCode::UNAUTHORIZED, &bare).code, ErrorCode::Unauthorized);
        let null = read("{\"message\":\"m\",\"path\":null,\"extensions\":null}");
        assert!(!null.is_validation() && !bare.is_validation());
        assert!(read("{\"message\":\"m\",\"extensions\":{\"code\":\"GRAPHQL_VALIDATION_FAILED\"}}").is_validation());
        assert!(!read("{\"message\":\"m\",\"extensions\":{\"code\":4,\"error_code\":\"x\"}}").is_validation());
    }

    #[test]
    fn the_words_name_what_was_asked_about() {
        let error: GraphqlError =
            serde_json::from_str("{\"message\":\"\",\"extensions\":{\"error_code\":21}}").unwrap();
        let said = |noun| Asked { noun, ..ASKED }.graphql(StatusCode::OK, &error).message;
        assert_eq!(said(Noun::Application), "An application with this name already exists here.");
        assert_eq!(said(Noun::Formation), "A formation with this name already exists here.");
    }
}
