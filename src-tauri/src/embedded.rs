//! The embedded server of the window: started in the background on its own data directory, restarted when asked,
//! stopped on exit.

use std::{path::PathBuf, sync::Arc, time::Duration};

use cockpit::{
    CaKey, Cockpit, EnvironmentConfig, Problem,
    calls::{CaKeyProtection, SimulationSettings},
};
use connector_embedded::{
    Config, KeyProtection, RestoreReport, RestoreRequest, Running, Seed, Server, StartError, restore,
};
use pairing::{ErrorCode, Failure, Secret};
use tauri::{AppHandle, Emitter as _, async_runtime};
use tokio::sync::Mutex;

use crate::{
    options::Options,
    simulation::{on_free_ports, simulated},
};

/// Tells the page that the frame has changed.
pub(crate) const SERVER_STATE: &str = "server-state";

/// Where nobody asked for a port by number, another one is as good.
const DEFAULT_PORT: u16 = 8443;
const DEFAULT_MTLS_PORT: u16 = 8444;

#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) app: AppHandle,
    pub(crate) cockpit: Arc<Cockpit>,
    pub(crate) options: Options,
    running: Mutex<Option<Running>>,
    /// What was chosen in the window, for the rest of this run.
    ca_key: Mutex<Option<CaKey>>,
}

impl Embedded {
    pub(crate) fn new(app: AppHandle, cockpit: Arc<Cockpit>, options: Options) -> Self {
        Self { app, cockpit, options, running: Mutex::default(), ca_key: Mutex::default() }
    }

    /// Starts the server unless it runs, and tells the cockpit and the page how that went.
    pub(crate) async fn start(&self) {
        let mut running = self.running.lock().await;
        if running.is_some() {
            return;
        }
        self.cockpit.server_starting();
        self.tell_page();
        let simulation = self.cockpit.simulation_in_force();
        let started = match self.config(&simulation).await {
            Ok(config) => {
                let lifetime = config.token_ttl;
                self.start_on_free_port(config).await.map(|server| (server, lifetime)).map_err(|error| problem(&error))
            }
            Err(problem) => Err(problem),
        };
        match started {
            Ok((server, token_lifetime)) => {
                self.cockpit.simulation_runs(simulation);
                self.connect(&server, token_lifetime);
                *running = Some(server);
                // What the frame shows for ever is known before the page is told.
                self.cockpit.look_at_authority().await;
                let cockpit = Arc::clone(&self.cockpit);
                async_runtime::spawn(async move { cockpit.tell_of_expiring_certificates().await });
            }
            Err(problem) => self.cockpit.server_failed(problem),
        }
        self.tell_page();
    }

    /// Starts with this protection of the CA key, now and whenever it is started again in this run.
    pub(crate) async fn start_with(&self, key: CaKey) {
        *self.ca_key.lock().await = Some(key);
        self.start().await;
    }

    /// Stops the server and starts it as it is to be started now.
    pub(crate) async fn start_anew(&self) {
        self.cockpit.server_starting();
        self.tell_page();
        self.stop().await;
        self.start().await;
    }

    /// Stops the server, restores the backup, and starts it again: with what was restored, or with what was there.
    ///
    /// # Errors
    /// The backup could not be restored; nothing was changed then.
    pub(crate) async fn restore(&self, backup: PathBuf, passphrase: Secret) -> Result<(), Problem> {
        let ca_key_protection = self.ca_key_protection().await?;
        self.cockpit.server_starting();
        self.tell_page();
        self.stop().await;
        let request = RestoreRequest {
            data_dir: self.cockpit.data_dir().to_owned(),
            backup,
            passphrase,
            journals: Vec::new(),
            ca_key_protection,
        };
        let restored = async_runtime::spawn_blocking(|| async_runtime::block_on(restore(request))).await;
        let restored = restored.unwrap_or_else(|cause| Err(StartError::Other(Failure::internal(cause))));
        self.start().await;
        let report = restored.map_err(|error| {
            let hint = "Nothing was changed. Check the file, its passphrase, and how the CA key is to be protected.";
            problem(&error).hint(hint)
        })?;
        self.cockpit.warn(sentence(&report));
        self.tell_page();
        Ok(())
    }

    /// Lets running requests finish and closes the store; a few seconds at most.
    pub(crate) async fn stop(&self) {
        if let Some(server) = self.running.lock().await.take() {
            server.stop().await;
        }
    }

    /// # Errors
    /// What was given on the command line, or the simulation, cannot be used.
    async fn config(&self, simulation: &SimulationSettings) -> Result<Config, Problem> {
        let default = simulated(simulation)?;
        Ok(Config {
            data_dir: self.cockpit.data_dir().to_owned(),
            port: self.options.port.unwrap_or(DEFAULT_PORT),
            mtls_port: self.options.mtls_port.unwrap_or(DEFAULT_MTLS_PORT),
            seed: Seed::Samples,
            token_ttl: self.options.token_ttl.unwrap_or(default.token_ttl),
            ca_key_protection: self.ca_key_protection().await?,
            ..default
        })
    }

    /// Chosen in this window, else on the command line, else in an earlier run; `None` leaves it to the server.
    async fn ca_key_protection(&self) -> Result<Option<KeyProtection>, Problem> {
        let chosen = self.ca_key.lock().await.clone();
        let given = match chosen {
            Some(key) => Some(key),
            None => self.options.ca_key().map_err(|cause| {
                Problem::new(ErrorCode::CaKeyLocked, cause)
                    .hint("Type the passphrase here, or mend the file and start again.")
            })?,
        };
        Ok(match (given, self.cockpit.remembered_ca_key_protection()) {
            (Some(CaKey::Keyring), _) | (None, Some(CaKeyProtection::Keyring)) => Some(KeyProtection::Keyring),
            (Some(CaKey::Passphrase(passphrase)), _) => Some(KeyProtection::Passphrase(passphrase)),
            (Some(CaKey::Plain), _) | (None, Some(CaKeyProtection::Plain)) => Some(KeyProtection::Plain),
            // A passphrase is remembered by nobody: the server asks for it where the key needs it.
            (None, Some(CaKeyProtection::Passphrase) | None) => None,
        })
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
            let holder = holder.as_deref().unwrap_or("another program");
            let port = if self.options.port.is_none() && config.port == *taken {
                &mut config.port
            } else if self.options.mtls_port.is_none() && config.mtls_port == *taken {
                &mut config.mtls_port
            } else if let Some(runtimes) = on_free_ports(&config, *taken) {
                self.cockpit.warn(format!("Port {taken} is used by {holder}; the runtimes took free ones instead."));
                config.runtimes = runtimes;
                continue;
            } else {
                return Err(error);
            };
            self.cockpit.warn(format!("Port {taken} is used by {holder}; the local server took a free one instead."));
            *port = 0;
        }
    }

    fn connect(&self, server: &Running, token_lifetime: Duration) {
        let line = serde_json::to_string(server.endpoints()).unwrap_or_default();
        let connected = EnvironmentConfig::from_ready_line(&line)
            .map_err(|error| {
                Problem::new(ErrorCode::DataDirUnusable, "The local server's files can't be read.")
                    .detail(error.to_string())
            })
            .map(|environment| EnvironmentConfig { token_lifetime: Some(token_lifetime), ..environment });
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

/// What a restore has done, for the person who asked for it.
fn sentence(report: &RestoreReport) -> String {
    let RestoreReport { created_at, kept_aside, tokens_voided, revocations_applied, unreadable_lines, nothing_known } =
        report;
    let mut text = format!("The backup of {created_at} was restored.");
    let mut add = |count: u64, one: &str, many: &str| match count {
        0 => {}
        1 => text.push_str(&format!(" 1 {one}.")),
        _ => text.push_str(&format!(" {count} {many}.")),
    };
    add(*tokens_voided, "open token does not work any more", "open tokens do not work any more");
    add(*revocations_applied, "revocation since then stays in force", "revocations since then stay in force");
    add(
        *unreadable_lines,
        "line of the revocation journal could not be read",
        "lines of the revocation journal could not be read",
    );
    if *nothing_known {
        text.push_str(" There was no revocation journal: what was revoked after the backup may be valid again.");
    }
    if let Some(folder) = kept_aside {
        text.push_str(&format!(" What was there before is in {}.", folder.display()));
    }
    text
}

/// On a thread of its own: a first start makes keys and writes files.
async fn start(config: Config) -> Result<Running, StartError> {
    let started = async_runtime::spawn_blocking(|| async_runtime::block_on(Server::start(config))).await;
    started.unwrap_or_else(|cause| Err(StartError::Other(Failure::internal(cause))))
}

/// The text of a [`StartError`] says what to do already, for a command line; where the window has its own way, it is said
/// in the words of the window.
fn problem(error: &StartError) -> Problem {
    if let StartError::CaKeyUnprotected { reason } = error {
        Problem::new(error.code(), "This desktop has no key store that answers. Choose how the CA key is protected.")
            .hint("A passphrase is asked for at every start; a plain file is readable by every program of yours.")
            .detail(reason)
    } else if let StartError::CaKeyLocked { cause } = error {
        Problem::new(error.code(), format!("The CA key couldn't be unlocked: {}.", cause.trim_end_matches('.')))
            .hint("Type its passphrase, unlock the key store of this desktop, or restore a backup.")
    } else if let StartError::PortTaken { port, flag: "--internal-port", holder } = error {
        let holder = holder.as_deref().unwrap_or("another program");
        Problem::new(error.code(), format!("The internal port {port} is used by {holder}."))
            .hint("Stop that program, or choose another internal port in the settings under Kyma simulation.")
    } else {
        Problem::new(error.code(), error.to_string()).hint("When that is done, start the local server again.")
    }
}
