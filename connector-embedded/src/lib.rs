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

mod ca;
mod clock;
mod config;
mod connector;
mod data_dir;
mod hexadecimal;
mod http;
mod port_holder;
mod restore;
mod server;
mod service;
mod start_error;
mod store;
mod tls;

use std::path::PathBuf;

use serde::Serialize;

pub use config::{
    AdministratorIssuer, CaKeyKind, Config, DirectorShape, Fidelity, KeyProtection, RevocationMode, RuntimeConfig, Seed,
};
pub use restore::{RestoreReport, RestoreRequest, restore};
pub use server::{Running, Server};
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
    pub console_url: String,
    pub internal_url: Option<String>,
    /// The runtime Connectors of two-phase pairing.
    pub runtimes: Vec<RuntimeEndpoints>,
    pub ca_file: PathBuf,
    pub admin_token_file: PathBuf,
}

/// Where a runtime's Connector can be reached.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuntimeEndpoints {
    pub name: String,
    /// GraphQL.
    pub connector_url: String,
    /// Before `?token=`.
    pub info_url: String,
    /// Scheme, host and port that applications send their events to.
    pub gateway_url: String,
    pub console_url: String,
    pub ca_file: PathBuf,
    pub admin_token_file: PathBuf,
}

/// The schema of the Director, in the schema definition language.
pub fn director_sdl() -> String {
    http::director_schema::sdl()
}

/// The schema of the Connector, in the schema definition language.
pub fn connector_sdl() -> String {
    http::connector_schema::build(None).sdl()
}
