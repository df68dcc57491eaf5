//! An environment: one Director with its Connector, and what the Cockpit needs to talk to it.

use std::{fmt, fs, io, path::PathBuf, time::Duration};

use pairing::Secret;
use serde::Deserialize;

use crate::{
    calls::{Environment, EnvironmentColour, EnvironmentKind, ExtraHeader, Guard, Proxy},
    frame::Connection,
};

/// The id of the environment that is the server of this computer.
pub(crate) const LOCAL: &str = "local";

/// Everything about one environment. The administrator's token is a [`Secret`] and leaves only as a header.
#[derive(Clone)]
pub struct EnvironmentConfig {
    /// `local`, or a UUID.
    pub id: String,
    pub name: String,
    /// One upper-case word that is in every screenshot: LOCAL, TEST, PRODUCTION.
    pub badge: String,
    pub colour: EnvironmentColour,
    pub guard: Guard,
    /// External id, for the `Tenant` header; empty: none is chosen.
    pub tenant: String,
    pub tenant_name: String,
    pub director_url: String,
    pub connector_url: String,
    pub certificate_secured_director_url: String,
    pub certificate_secured_connector_url: String,
    pub oauth_token_url: String,
    /// Where the OAuth clients are shown and changed; `None`: this environment does not show its clients.
    pub console_url: Option<String>,
    pub token_lifetime: Option<Duration>,
    pub certificate_lifetime: Option<Duration>,
    /// The file that recipes name in `--cacert`.
    pub ca_file: Option<PathBuf>,
    /// A CA that is trusted for this environment; `None` means those of the computer.
    pub ca_pem: Option<Vec<u8>>,
    /// Beside that one, those of the computer are trusted too.
    pub trusts_computer: bool,
    pub proxy: Proxy,
    /// Sent with every request to the Director.
    pub headers: Vec<ExtraHeader>,
    /// At most this many in a second; `None`: no limit.
    pub requests_per_second: Option<u32>,
    /// Of the embedded server; empty for a remote environment, whose sign-in is elsewhere.
    pub admin_token: Secret,
    /// Whether the Director has the two operations of the pairing proposal; `None` finds out.
    pub has_proposal_operations: Option<bool>,
}

impl fmt::Debug for EnvironmentConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentConfig")
            .field("name", &self.name)
            .field("director_url", &self.director_url)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// The fields of the ready line (design §5) that an administrator needs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadyLine {
    tenant: String,
    director_url: String,
    connector_url: String,
    certificate_secured_director_url: String,
    certificate_secured_connector_url: String,
    oauth_token_url: String,
    #[serde(default)]
    console_url: Option<String>,
    ca_file: PathBuf,
    admin_token_file: PathBuf,
}

/// Why an embedded server's ready line could not be used.
#[derive(Debug)]
pub enum ReadyLineError {
    Json(serde_json::Error),
    File(PathBuf, io::Error),
}

impl fmt::Display for ReadyLineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(cause) => write!(f, "the ready line is not what was agreed: {cause}"),
            Self::File(path, cause) => write!(f, "{} cannot be read: {cause}", path.display()),
        }
    }
}

impl std::error::Error for ReadyLineError {}

impl EnvironmentConfig {
    /// The environment of an embedded server, from its ready line: reads the CA and the administrator's token
    /// from the files that it names.
    ///
    /// # Errors
    /// The line is not a ready line, or one of the two files cannot be read.
    pub fn from_ready_line(line: &str) -> Result<Self, ReadyLineError> {
        let ready: ReadyLine = serde_json::from_str(line).map_err(ReadyLineError::Json)?;
        let ca_pem = fs::read(&ready.ca_file).map_err(|cause| ReadyLineError::File(ready.ca_file.clone(), cause))?;
        let admin_token = fs::read_to_string(&ready.admin_token_file)
            .map_err(|cause| ReadyLineError::File(ready.admin_token_file.clone(), cause))?;
        Ok(Self {
            tenant: ready.tenant,
            tenant_name: "default".into(),
            connector_url: ready.connector_url,
            certificate_secured_director_url: ready.certificate_secured_director_url,
            certificate_secured_connector_url: ready.certificate_secured_connector_url,
            oauth_token_url: ready.oauth_token_url,
            console_url: ready.console_url,
            ca_file: Some(ready.ca_file),
            ca_pem: Some(ca_pem),
            ..Self::local(ready.director_url, Secret::new(admin_token.trim()))
        })
    }

    /// The server of this computer, with nothing known of it but where its Director is and how to sign in.
    pub(crate) fn local(director_url: String, admin_token: Secret) -> Self {
        Self {
            id: LOCAL.into(),
            name: "Local simulator".into(),
            badge: "LOCAL".into(),
            colour: EnvironmentColour::default(),
            guard: Guard::None,
            tenant: String::new(),
            tenant_name: String::new(),
            director_url,
            connector_url: String::new(),
            certificate_secured_director_url: String::new(),
            certificate_secured_connector_url: String::new(),
            oauth_token_url: String::new(),
            console_url: None,
            token_lifetime: None,
            certificate_lifetime: None,
            ca_file: None,
            ca_pem: None,
            trusts_computer: false,
            proxy: Proxy::None,
            headers: Vec::new(),
            requests_per_second: None,
            admin_token,
            has_proposal_operations: None,
        }
    }

    pub(crate) fn kind(&self) -> EnvironmentKind {
        if self.id == LOCAL { EnvironmentKind::Local } else { EnvironmentKind::Remote }
    }
}

impl Connection {
    /// What the page may know.
    pub(crate) fn shown(&self) -> Environment {
        let environment = &self.environment;
        let seconds = |time: Option<Duration>| time.and_then(|time| u32::try_from(time.as_secs()).ok());
        Environment {
            id: environment.id.clone(),
            kind: environment.kind(),
            name: environment.name.clone(),
            badge: environment.badge.clone(),
            colour: environment.colour,
            guard: environment.guard,
            tenant: environment.tenant.clone(),
            tenant_name: environment.tenant_name.clone(),
            director_url: environment.director_url.clone(),
            connector_url: environment.connector_url.clone(),
            certificate_secured_director_url: environment.certificate_secured_director_url.clone(),
            certificate_secured_connector_url: environment.certificate_secured_connector_url.clone(),
            oauth_token_url: environment.oauth_token_url.clone(),
            token_lifetime_seconds: seconds(environment.token_lifetime),
            certificate_lifetime_seconds: seconds(environment.certificate_lifetime),
            ca_file: environment.ca_file.as_ref().map(|path| path.display().to_string()),
            has_console: self.console.is_some(),
            sign_in: self.channel.sign_in().shown(),
            reach: self.channel.reach(self.director.now()),
            capabilities: self.channel.capabilities(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_which_environment_and_nothing_secret() {
        let folder = tempfile::tempdir().unwrap();
        let (ca, token) = (folder.path().join("ca.pem"), folder.path().join("admin-token"));
        fs::write(&ca, "pem").unwrap();
        fs::write(&token, "canary-token\n").unwrap();
        let line = serde_json::json!({
            "ready": true, "pid": 1, "tenant": "t", "directorUrl": "https://localhost:1/director/graphql",
            "connectorUrl": "c", "certificateSecuredDirectorUrl": "d", "certificateSecuredConnectorUrl": "e",
            "oauthTokenUrl": "f", "caFile": ca, "adminTokenFile": token,
        });
        let config = EnvironmentConfig::from_ready_line(&line.to_string()).unwrap();
        assert_eq!(config.admin_token.expose(), "canary-token");
        let debug = format!("{config:?}");
        assert!(debug.contains("localhost:1") && !debug.contains("canary"));
    }
}
