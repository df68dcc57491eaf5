//! The plain-HTTP loopback port where the old Connector Service gave tokens to whoever was inside the cluster.

use serde_json::{Value, json};

use crate::{Curl, Reply, Server};

/// The port of a running server.
#[derive(Clone, Debug)]
pub struct InternalPort {
    url: String,
}

/// What a token call answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionToken {
    /// The link that the application is given.
    pub url: String,
    pub token: String,
}

impl Server {
    /// The internal port of a server that was started with `--internal-port`.
    pub fn internal(&self) -> InternalPort {
        InternalPort { url: self.ready("internalUrl").trim_end_matches('/').to_owned() }
    }
}

impl InternalPort {
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Posts without a body and with these header lines.
    #[track_caller]
    pub fn post(&self, path: &str, headers: &[&str]) -> Reply {
        let curl = headers.iter().fold(Curl::plain(), |curl, line| curl.header(line));
        curl.send("POST", &self.at(path), None)
    }

    /// A token of the first generation, by either of its names: `remoteenvironments`, `applications`.
    #[track_caller]
    pub fn first_generation(&self, family: &str, name: &str) -> ConnectionToken {
        ConnectionToken::of(&self.post(&format!("/v1/{family}/{name}/tokens"), &[]))
    }

    /// A token of the second generation for an application.
    #[track_caller]
    pub fn second_generation(&self, name: &str) -> ConnectionToken {
        ConnectionToken::of(&self.post("/v1/applications/tokens", &[&format!("Application: {name}")]))
    }

    /// Takes a certificate back by its fingerprint.
    #[track_caller]
    pub fn revoke(&self, fingerprint: &str) -> Reply {
        let body = json!({ "hash": fingerprint }).to_string();
        Curl::plain().post(&self.at("/v1/applications/certificates/revocations"), body)
    }
}

impl ConnectionToken {
    /// From an answer; exactly 201 and exactly two members.
    #[track_caller]
    pub fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 201, "{reply:?}");
        let answer = reply.json();
        let text = |name: &str| answer[name].as_str().unwrap_or_else(|| panic!("{name} in {reply:?}")).to_owned();
        let token = Self { url: text("url"), token: text("token") };
        assert_eq!(answer, json!({ "url": token.url, "token": token.token }) as Value, "nothing else");
        token
    }

    /// A path with this token, at a server.
    pub fn at(&self, base: &str, path: &str) -> String {
        format!("{base}{path}?token={}", self.token)
    }
}
