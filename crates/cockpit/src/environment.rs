//! An environment: one Director with its Connector, and what the Cockpit needs to talk to it.

use std::{fmt, fs, io, path::PathBuf, time::Duration};

use pairing::Secret;
use serde::Deserialize;

use crate::calls::Environment;

/// Everything about one environment. The administrator's token is a [`Secret`] and leaves only as a header.
#[derive(Clone)]
pub struct EnvironmentConfig {
    pub name: String,
    /// One upper-case word that is in every screenshot: LOCAL, TEST, PRODUCTION.
    pub badge: String,
    /// External id, for the `Tenant` header.
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
    /// The only CA that is trusted for this environment; `None` means the CAs of the computer.
    pub ca_pem: Option<Vec<u8>>,
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
            name: "Local simulator".into(),
            badge: "LOCAL".into(),
            tenant: ready.tenant,
            tenant_name: "default".into(),
            director_url: ready.director_url,
            connector_url: ready.connector_url,
            certificate_secured_director_url: ready.certificate_secured_director_url,
            certificate_secured_connector_url: ready.certificate_secured_connector_url,
            oauth_token_url: ready.oauth_token_url,
            console_url: ready.console_url,
            token_lifetime: None,
            certificate_lifetime: None,
            ca_file: Some(ready.ca_file),
            ca_pem: Some(ca_pem),
            admin_token: Secret::new(admin_token.trim()),
            has_proposal_operations: None,
        })
    }

    /// What the page may know.
    pub(crate) fn shown(&self) -> Environment {
        let seconds = |time: Option<Duration>| time.and_then(|time| u32::try_from(time.as_secs()).ok());
        Environment {
            name: self.name.clone(),
            badge: self.badge.clone(),
            tenant: self.tenant.clone(),
            tenant_name: self.tenant_name.clone(),
            director_url: self.director_url.clone(),
            connector_url: self.connector_url.clone(),
            certificate_secured_director_url: self.certificate_secured_director_url.clone(),
            certificate_secured_connector_url: self.certificate_secured_connector_url.clone(),
            oauth_token_url: self.oauth_token_url.clone(),
            token_lifetime_seconds: seconds(self.token_lifetime),
            certificate_lifetime_seconds: seconds(self.certificate_lifetime),
            ca_file: self.ca_file.as_ref().map(|path| path.display().to_string()),
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
