//! The embedded server of the window: started in the background on its own data directory, restarted when asked,
//! stopped on exit.

use std::{sync::Arc, time::Duration};

use cockpit::{Cockpit, EnvironmentConfig, Problem};
use connector_embedded::{Config, Running, Seed, Server, StartError};
use pairing::{ErrorCode, Failure};
use tauri::{AppHandle, Emitter as _, async_runtime};
use tokio::sync::Mutex;

use crate::options::Options;

/// Tells the page that the frame has changed.
const SERVER_STATE: &str = "server-state";

/// Where nobody asked for a port by number, another one is as good.
const DEFAULT_PORT: u16 = 8443;
const DEFAULT_MTLS_PORT: u16 = 8444;

#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) app: AppHandle,
    pub(crate) cockpit: Arc<Cockpit>,
    pub(crate) options: Options,
    running: Mutex<Option<Running>>,
}

impl Embedded {
    pub(crate) fn new(app: AppHandle, cockpit: Arc<Cockpit>, options: Options) -> Self {
        Self { app, cockpit, options, running: Mutex::default() }
    }

    /// Starts the server unless it runs, and tells the cockpit and the page how that went.
    pub(crate) async fn start(&self) {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        self.cockpit.server_starting();
        self.tell_page();
        let config = self.config();
        let lifetimes = (config.token_ttl, config.certificate_ttl);
        match self.start_on_free_port(config).await {
            Ok(server) => {
                self.connect(&server, lifetimes);
                *running = Some(server);
            }
            Err(error) => self.cockpit.server_failed(problem(&error)),
        }
        self.tell_page();
    }

    /// Lets running requests finish and closes the store; a few seconds at most.
    pub(crate) async fn stop(&self) {
        if let Some(server) = self.running.lock().await.take() {
            server.stop().await;
        }
    }

    fn config(&self) -> Config {
        let default = Config::default();
        Config {
            data_dir: self.cockpit.data_dir().to_owned(),
            port: self.options.port.unwrap_or(DEFAULT_PORT),
            mtls_port: self.options.mtls_port.unwrap_or(DEFAULT_MTLS_PORT),
            seed: Seed::Samples,
            token_ttl: self.options.token_ttl.unwrap_or(default.token_ttl),
            ..default
        }
    }

    /// A default port that is taken is replaced by any free one, and the window says so. A port that was asked for
    /// by number is an error: somebody else was told that number.
    async fn start_on_free_port(&self, mut config: Config) -> Result<Running, StartError> {
        loop {
            let error = match start(config.clone()).await {
                Ok(server) => return Ok(server),
                Err(error) => error,
            };
            let StartError::PortTaken { port: taken, holder, .. } = &error else { return Err(error) };
            let port = if self.options.port.is_none() && config.port == *taken {
                &mut config.port
            } else if self.options.mtls_port.is_none() && config.mtls_port == *taken {
                &mut config.mtls_port
            } else {
                return Err(error);
            };
            let holder = holder.as_deref().unwrap_or("another program");
            self.cockpit.warn(format!("Port {taken} is used by {holder}; the local server took a free one instead."));
            *port = 0;
        }
    }

    fn connect(&self, server: &Running, (token, certificate): (Duration, Duration)) {
        let line = serde_json::to_string(server.endpoints()).unwrap_or_default();
        let connected = EnvironmentConfig::from_ready_line(&line)
            .map_err(|error| {
                Problem::new(ErrorCode::DataDirUnusable, "The local server's files can't be read.")
                    .detail(error.to_string())
            })
            .map(|environment| EnvironmentConfig {
                token_lifetime: Some(token),
                certificate_lifetime: Some(certificate),
                ..environment
            });
        match connected {
            // Why it cannot be used is part of the state by then.
            Ok(environment) => drop(self.cockpit.connect(environment)),
            Err(problem) => self.cockpit.server_failed(problem),
        }
    }

    fn tell_page(&self) {
        if let Err(error) = self.app.emit(SERVER_STATE, self.cockpit.state()) {
            tracing::warn!(%error, "the page could not be told");
        }
    }
}

/// On a thread of its own: a first start makes keys and writes files.
async fn start(config: Config) -> Result<Running, StartError> {
    let started = async_runtime::spawn_blocking(|| async_runtime::block_on(Server::start(config))).await;
    started.unwrap_or_else(|cause| Err(StartError::Other(Failure::internal(cause))))
}

/// The text of a [`StartError`] says what to do already.
fn problem(error: &StartError) -> Problem {
    Problem::new(error.code(), error.to_string()).hint("When that is done, start the local server again.")
}
