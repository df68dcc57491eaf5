//! What goes wrong between a Director and those who ask it. The bodies are what the pieces of a landscape send: the
//! gateway, its rate limit, the identity proxy, the Director's own middleware, and other people's networks.

use serde_json::{Value, json};

/// Something that is done to one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Answered here; the Director hears nothing of it.
    Answer { status: u16, headers: Vec<(&'static str, String)>, body: String },
    /// The connection is closed before there is an answer. The Director has heard the request.
    Cut,
    /// The connection is closed in the middle of the answer's body.
    CutInTheBody,
    /// The Director has heard the request, and its answer never comes.
    Silence,
}

impl Fault {
    fn answer(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        Self::Answer { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.into()));
                Self::Answer { status, headers, body }
            }
            other @ (Self::Cut | Self::CutInTheBody | Self::Silence) => other,
        }
    }

    /// The gateway's rate limit (compass.md §0.1).
    pub fn slow_down(retry_after: Option<u32>) -> Self {
        let limited = Self::answer(429, "text/plain", "local_rate_limited").with("x-local-rate-limit", "true");
        retry_after.into_iter().fold(limited, |limited, seconds| limited.with("retry-after", seconds.to_string()))
    }

    /// The gateway has nobody behind it.
    pub fn bad_gateway() -> Self {
        Self::answer(
            502,
            "text/html",
            "<html><head><title>502 Bad Gateway</title></head><body>canary-html</body></html>",
        )
    }

    /// A hotel's network.
    pub fn captive_portal() -> Self {
        let page = "<!doctype html><html><body><h1>Welcome to Hotel Canary</h1><form>Room</form></body></html>";
        Self::answer(200, "text/html; charset=utf-8", page)
    }

    /// An address that has moved, or a sign-in page in front of everything.
    pub fn redirect(to: &str) -> Self {
        Self::answer(302, "text/html", "").with("location", to)
    }

    /// A document that this Director's schema does not know (compass.md §1.1, §1.4).
    pub fn unknown_field(field: &str) -> Self {
        let message = format!(
            "Internal Server Error [errorID=5d2e1a5e-9c62-4d0c-8a0c-4f3b3a4f0c11, reason: Cannot query field \"{field}\" on type \"Query\".]"
        );
        Self::presented(422, 10, "InternalError", &message)
    }

    /// The Director's middleware refuses (compass.md §1.3).
    pub fn no_bearer_token() -> Self {
        Self::presented(400, 26, "Unauthorized", "Unauthorized [reason=invalid bearer token]")
    }

    pub fn token_expired() -> Self {
        Self::presented(401, 26, "Unauthorized", "Unauthorized [reason=token is expired by 3m]")
    }

    pub fn unknown_tenant(tenant: &str) -> Self {
        Self::presented(400, 25, "TenantNotFound", &format!("Tenant not found [externalTenant={tenant}]"))
    }

    /// The identity proxy in front of the Director, in its own words.
    pub fn identity_proxy(status: u16) -> Self {
        let body = json!({ "error": { "code": status, "status": "Unauthorized",
            "request": "6f1f2f5c-1b0d-4b5c-8f6c-000000000000", "message": "Access credentials are invalid" } });
        Self::answer(status, "application/json", body.to_string())
    }

    /// The Director's own time limit (compass.md §0.1).
    pub fn director_timeout() -> Self {
        Self::answer(503, "application/json;charset=UTF-8", r#"{"Message":"operation has timed out"}"#)
    }

    /// A panic at the level of HTTP.
    pub fn director_panic() -> Self {
        Self::answer(500, "application/json;charset=UTF-8", r#"{"Message":"Internal Server Error: Unrecovered panic"}"#)
    }

    /// A resolver's error: HTTP 200, no data.
    pub fn resolver(code: u16, name: &str, message: &str) -> Self {
        Self::presented(200, code, name, message)
    }

    /// JSON that is not an answer.
    pub fn other_json() -> Self {
        Self::answer(200, "application/json", r#"{"hello":"canary-json"}"#)
    }

    fn presented(status: u16, code: u16, name: &str, message: &str) -> Self {
        let error = json!({ "message": message, "extensions": { "error": name, "error_code": code } });
        Self::answer(status, "application/json", json!({ "errors": [error], "data": Value::Null }).to_string())
    }
}
