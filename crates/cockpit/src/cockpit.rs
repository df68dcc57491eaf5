//! The one object behind the window: what it holds, and the state that the frame shows.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pairing::{ErrorCode, Moment};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    Desktop, EnvironmentConfig, Problem, Settings,
    ca_key_choices::CaKeyChoices,
    calls::{AppState, CallError, Cleared, CorrelationId, Nothing, ServerState},
    certificates::ExpiryNotices,
    console::{About, Console, ConsoleSession},
    director::{Director, Session},
    held::Held,
    kyma::ConnectionLink,
    oauth_clients::AccessToken,
    pairings::Pairings,
    settings::{Kept, SettingsFile},
    simulation::Simulated,
};

/// What a [`Cockpit`] is made of. No environment: the window opens before its server runs.
#[derive(Debug)]
pub struct CockpitSetup {
    /// Of the program, for the status bar.
    pub version: String,
    /// Of the embedded server, for the status bar.
    pub data_dir: PathBuf,
    /// The application's configuration folder.
    pub settings_dir: PathBuf,
    pub desktop: Arc<dyn Desktop>,
}

/// What the administrator can do. Shared by all calls; every lock is held for moments, never across an await, but for the
/// two that guard no value and keep changes in order.
#[derive(Debug)]
pub struct Cockpit {
    version: String,
    data_dir: PathBuf,
    settings_file: SettingsFile,
    settings: Mutex<Settings>,
    /// The file is written in the order of the changes.
    saving_settings: AsyncMutex<()>,
    pub(crate) desktop: Arc<dyn Desktop>,
    pub(crate) server: Mutex<Server>,
    pub(crate) pairings: Mutex<Pairings>,
    pub(crate) access_tokens: Mutex<Held<AccessToken>>,
    pub(crate) connection_links: Mutex<Held<ConnectionLink>>,
    pub(crate) simulated: Mutex<Simulated>,
    /// One change at a time: each stops and starts the server.
    pub(crate) changing_simulation: AsyncMutex<()>,
    pub(crate) expiry_notices: ExpiryNotices,
    pub(crate) ca_key_choices: CaKeyChoices,
}

#[derive(Debug)]
pub(crate) struct Server {
    state: ServerState,
    pub(crate) connection: Option<Connection>,
    warnings: Vec<String>,
    /// What the authority says about its key; permanent as long as it is so.
    authority_warning: Option<String>,
}

/// An environment that is in use, with its Director and, where it has one, its console.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) environment: Arc<EnvironmentConfig>,
    pub(crate) director: Arc<Director>,
    pub(crate) console: Option<Arc<Console>>,
}

impl Connection {
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used.
    pub(crate) fn to(environment: EnvironmentConfig) -> Result<Self, Problem> {
        let director = Director::new(&environment)?;
        let console = Console::of(&environment)?;
        Ok(Self { director: Arc::new(director), console: console.map(Arc::new), environment: Arc::new(environment) })
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while one of these was held cannot leave half a change behind: each is a single assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cockpit {
    pub fn new(setup: CockpitSetup) -> Self {
        let CockpitSetup { version, data_dir, settings_dir, desktop } = setup;
        let settings_file = SettingsFile::in_folder(&settings_dir);
        let (Kept { settings, simulation }, warning) = settings_file.load();
        let warnings = warning.into_iter().collect();
        Self {
            version,
            data_dir,
            settings_file,
            settings: Mutex::new(settings),
            saving_settings: AsyncMutex::default(),
            desktop,
            server: Mutex::new(Server {
                state: ServerState::Starting,
                connection: None,
                warnings,
                authority_warning: None,
            }),
            pairings: Mutex::default(),
            access_tokens: Mutex::default(),
            connection_links: Mutex::default(),
            simulated: Mutex::new(Simulated::new(simulation)),
            changing_simulation: AsyncMutex::default(),
            expiry_notices: ExpiryNotices::in_folder(&settings_dir),
            ca_key_choices: CaKeyChoices::in_folder(&settings_dir),
        }
    }

    /// The server is being started (again).
    pub fn server_starting(&self) {
        lock(&self.simulated).stopped();
        let mut server = lock(&self.server);
        server.state = ServerState::Starting;
        server.connection = None;
        server.authority_warning = None;
    }

    /// The server could not be started; the window stays open and says why.
    pub fn server_failed(&self, problem: Problem) {
        let error = CallError::new(problem, CorrelationId::random());
        tracing::warn!(code = %error.code, correlation_id = error.correlation_id, "server failed: {}", error.message);
        lock(&self.simulated).stopped();
        let mut server = lock(&self.server);
        server.state = ServerState::Failed { error };
        server.connection = None;
    }

    /// The server runs: everything from here on talks to this environment.
    ///
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used; the state is then *failed*.
    pub fn connect(&self, environment: EnvironmentConfig) -> Result<(), Problem> {
        match Connection::to(environment) {
            Ok(connection) => {
                let mut server = lock(&self.server);
                server.state = ServerState::Ready;
                server.connection = Some(connection);
                Ok(())
            }
            Err(problem) => {
                self.server_failed(problem.clone());
                Err(problem)
            }
        }
    }

    /// Adds a permanent warning, once.
    pub fn warn(&self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let mut server = lock(&self.server);
        if !server.warnings.contains(&sentence) {
            server.warnings.push(sentence);
        }
    }

    /// What the frame shows; also the payload of the event `server-state`.
    pub fn state(&self) -> AppState {
        let server = lock(&self.server);
        let connection = server.connection.as_ref();
        AppState {
            version: self.version.clone(),
            data_dir: self.data_dir.display().to_string(),
            server: server.state.clone(),
            environment: connection.map(|connection| connection.environment.shown()),
            settings: self.settings(),
            server_now: connection.and_then(|connection| connection.director.now()).map(Moment::rfc3339),
            warnings: server.warnings.iter().chain(&server.authority_warning).cloned().collect(),
        }
    }

    /// What the authority says about its key, or that it has nothing to say any more.
    pub(crate) fn note_authority_warning(&self, warning: Option<String>) {
        lock(&self.server).authority_warning = warning;
    }

    /// The policy may differ from what the server was started with.
    pub(crate) fn note_certificate_lifetime(&self, seconds: u64) {
        let mut server = lock(&self.server);
        if let Some(connection) = &mut server.connection {
            let lifetime = Some(Duration::from_secs(seconds));
            if connection.environment.certificate_lifetime != lifetime {
                Arc::make_mut(&mut connection.environment).certificate_lifetime = lifetime;
            }
        }
    }

    pub fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Whether a secret that is shown only once would be lost by closing now.
    pub fn holds_unhanded_secret(&self) -> bool {
        lock(&self.pairings).hold_unhanded_secret()
    }

    pub(crate) fn connection(&self) -> Result<Connection, Problem> {
        let server = lock(&self.server);
        match (&server.connection, &server.state) {
            (Some(connection), _) => Ok(connection.clone()),
            (None, ServerState::Failed { error }) => Err(Problem::server_not_running().detail(error.message.clone())),
            (None, ServerState::Starting | ServerState::Ready) => Err(Problem::server_not_running()),
        }
    }

    pub(crate) fn session(&self, call: CorrelationId) -> Result<Session, Problem> {
        Ok(self.connection()?.director.session(call))
    }

    /// # Errors
    /// No server runs, or the environment does not show what is asked about.
    pub(crate) fn console(&self, call: CorrelationId, about: About) -> Result<(Connection, ConsoleSession), Problem> {
        let connection = self.connection()?;
        let Some(console) = &connection.console else { return Err(about.not_shown()) };
        let session = console.session(call, about);
        Ok((connection, session))
    }

    pub(crate) async fn app_state(&self, _: CorrelationId, _: Nothing) -> Result<AppState, Problem> {
        Ok(self.state())
    }

    pub(crate) async fn restart_server(&self, _: CorrelationId, _: Nothing) -> Result<AppState, Problem> {
        self.desktop.restart_server().await;
        Ok(self.state())
    }

    pub(crate) async fn set_settings(&self, _: CorrelationId, wanted: Settings) -> Result<Settings, Problem> {
        let wanted = wanted.check()?;
        *lock(&self.settings) = wanted.clone();
        self.desktop.apply_theme(wanted.theme);
        self.save_settings().await?;
        Ok(wanted)
    }

    /// Everything that a person has set, as it is now.
    pub(crate) async fn save_settings(&self) -> Result<(), Problem> {
        let _in_order = self.saving_settings.lock().await;
        let simulation = lock(&self.simulated).settings().clone();
        let (file, kept) = (self.settings_file.clone(), Kept { settings: self.settings(), simulation });
        // fsync may take long on a busy disk.
        let saved = tokio::task::spawn_blocking(move || file.save(&kept)).await;
        saved.unwrap_or_else(|_| Err(Problem::new(ErrorCode::Internal, "The settings could not be saved.")))
    }

    pub(crate) async fn clear_clipboard(&self, _: CorrelationId, _: Nothing) -> Result<Cleared, Problem> {
        Ok(Cleared { cleared: self.desktop.clear_if_ours().await })
    }

    pub(crate) async fn lock(&self, _: CorrelationId, _: Nothing) -> Result<Nothing, Problem> {
        self.desktop.clear_if_ours().await;
        Ok(Nothing {})
    }

    pub(crate) async fn confirm_close(&self, _: CorrelationId, _: Nothing) -> Result<Nothing, Problem> {
        self.desktop.close();
        Ok(Nothing {})
    }
}
