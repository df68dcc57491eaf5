//! An embedded Compass for pairing: a Director, a Connector with its own certificate authority that really
//! signs, and an OAuth2 client registry, on one SQLite file. The program `connector-embedded` is a thin shell
//! around [`Server::start`]; so is the desktop application.
//!
//! ```no_run
//! # async fn run() -> Result<(), connector_embedded::StartError> {
//! use connector_embedded::{Config, Server};
//!
//! let running = Server::start(Config { port: 0, mtls_port: 0, ..Config::default() }).await?;
//! println!("{}", running.endpoints().director_url);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

mod config;
mod start_error;

use std::path::PathBuf;

use serde::Serialize;

pub use config::{CaKeyKind, Config, Fidelity, Seed};
pub use start_error::StartError;

/// Where a running server can be reached: the content of the ready line (design §5).
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoints {
    pub ready: bool,
    pub pid: u32,
    pub version: &'static str,
    /// External id of the default tenant, for the `Tenant` header.
    pub tenant: String,
    pub director_url: String,
    pub connector_url: String,
    pub certificate_secured_director_url: String,
    pub certificate_secured_connector_url: String,
    pub oauth_token_url: String,
    pub oauth_admin_url: String,
    pub internal_url: Option<String>,
    pub ca_file: PathBuf,
    pub admin_token_file: PathBuf,
}

/// The embedded server. See [`Server::start`].
#[derive(Debug)]
pub struct Server;

/// A started server. Dropping it does not stop it; call [`Running::stop`].
#[derive(Debug)]
pub struct Running {
    endpoints: Endpoints,
}

impl Server {
    /// Opens the data directory, binds all listeners and starts to answer.
    ///
    /// # Errors
    /// A [`StartError`] that says what to do; nothing is left running.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let _ = config;
        Err(StartError::Setting("under construction".into()))
    }
}

impl Running {
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Stops accepting, lets running requests finish for up to three seconds, closes the store.
    pub async fn stop(self) {}
}
