//! Keeps browsers out: a page that somebody visits must not be able to talk to this server.
//!
//! Every request must name us in `Host` (DNS rebinding), and none may come from a page (`Origin`,
//! `Sec-Fetch-Site`). No CORS header is ever sent, so a preflight fails as well.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{StatusCode, header, uri::Authority},
    response::{IntoResponse as _, Response},
};

/// The names one listener answers to.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    hosts: Vec<String>,
    port: u16,
}

impl Guard {
    pub(crate) fn new(public_host: &str, address: IpAddr, port: u16) -> Self {
        let mut hosts = vec!["localhost".into(), "127.0.0.1".into(), "[::1]".into(), public_host.to_lowercase()];
        if !address.is_unspecified() {
            hosts.push(match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            });
        }
        Self { hosts, port }
    }

    /// # Errors
    /// What to answer instead.
    #[expect(clippy::result_large_err, reason = "the answer itself, made once per refused request")]
    pub(super) fn check(&self, request: &Request) -> Result<(), Response> {
        let headers = request.headers();
        let from_page =
            headers.contains_key(header::ORIGIN) || headers.get("sec-fetch-site").is_some_and(|site| site != "none");
        if from_page {
            let words = "Requests from web pages are refused. Call this address from a program.\n";
            return Err((StatusCode::FORBIDDEN, words).into_response());
        }
        let in_header = headers.get(header::HOST).map(|value| value.to_str().unwrap_or_default());
        let in_uri = request.uri().authority().map(Authority::as_str);
        let named = in_header.or(in_uri);
        // HTTP/2 carries the name in the request line; when both are there, both must be ours.
        let known = named.is_some() && [in_header, in_uri].into_iter().flatten().all(|name| self.knows(name));
        if !known {
            let words = format!(
                "This server does not answer to the name in the header Host. It answers to {} on port {}.\n",
                self.hosts.join(", "),
                self.port
            );
            return Err((StatusCode::MISDIRECTED_REQUEST, words).into_response());
        }
        Ok(())
    }

    fn knows(&self, authority: &str) -> bool {
        let Ok(authority) = authority.parse::<Authority>() else { return false };
        let port = authority.port_u16().unwrap_or(443);
        port == self.port && self.hosts.iter().any(|host| host.eq_ignore_ascii_case(authority.host()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_names_and_port_are_known() {
        let guard = Guard::new("Kyma.local", IpAddr::from([127, 0, 0, 1]), 8443);
        for good in ["localhost:8443", "LOCALHOST:8443", "127.0.0.1:8443", "[::1]:8443", "kyma.local:8443"] {
            assert!(guard.knows(good), "{good}");
        }
        for bad in ["localhost", "localhost:8444", "evil.example:8443", "127.0.0.1.evil.example:8443", "", "a b"] {
            assert!(!guard.knows(bad), "{bad}");
        }
        assert!(Guard::new("localhost", IpAddr::from([127, 0, 0, 1]), 443).knows("localhost"));
    }
}
