//! The one object behind the window: what it holds, and the state that the frame shows.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use pairing::{ErrorCode, Moment};

use crate::{
    Desktop, EnvironmentConfig, Problem, Settings,
    calls::{AppState, CallError, Cleared, CorrelationId, Nothing, ServerState},
    director::{Director, Session},
    oauth_clients::{AccessTokens, Registry},
    pairings::Pairings,
    settings::SettingsFile,
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

/// What the administrator can do. Shared by all calls; every lock is held for moments, never across an await.
#[derive(Debug)]
pub struct Cockpit {
    version: String,
    data_dir: PathBuf,
    settings_file: SettingsFile,
    settings: Mutex<Settings>,
    pub(crate) desktop: Arc<dyn Desktop>,
    server: Mutex<Server>,
    pub(crate) pairings: Mutex<Pairings>,
    pub(crate) access_tokens: Mutex<AccessTokens>,
}

#[derive(Debug)]
struct Server {
    state: ServerState,
    connection: Option<Connection>,
    warnings: Vec<String>,
}

/// An environment that is in use, with its Director and, where it shows it, its registry of OAuth clients.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) environment: Arc<EnvironmentConfig>,
    pub(crate) director: Arc<Director>,
    pub(crate) registry: Option<Arc<Registry>>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while one of these was held cannot leave half a change behind: each is a single assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cockpit {
    pub fn new(setup: CockpitSetup) -> Self {
        let CockpitSetup { version, data_dir, settings_dir, desktop } = setup;
        let settings_file = SettingsFile::in_folder(&settings_dir);
        let (settings, warning) = settings_file.load();
        let warnings = warning.into_iter().collect();
        Self {
            version,
            data_dir,
            settings_file,
            settings: Mutex::new(settings),
            desktop,
            server: Mutex::new(Server { state: ServerState::Starting, connection: None, warnings }),
            pairings: Mutex::default(),
            access_tokens: Mutex::default(),
        }
    }

    /// The server is being started (again).
    pub fn server_starting(&self) {
        let mut server = lock(&self.server);
        server.state = ServerState::Starting;
        server.connection = None;
    }

    /// The server could not be started; the window stays open and says why.
    pub fn server_failed(&self, problem: Problem) {
        let error = CallError::new(problem, CorrelationId::random());
        tracing::warn!(code = %error.code, correlation_id = error.correlation_id, "server failed: {}", error.message);
        let mut server = lock(&self.server);
        server.state = ServerState::Failed { error };
        server.connection = None;
    }

    /// The server runs: everything from here on talks to this environment.
    ///
    /// # Errors
    /// The address, the CA or the token of the environment cannot be used; the state is then *failed*.
    pub fn connect(&self, environment: EnvironmentConfig) -> Result<(), Problem> {
        match Director::new(&environment).and_then(|director| Ok((director, Registry::of(&environment)?))) {
            Ok((director, registry)) => {
                let connection = Connection {
                    environment: Arc::new(environment),
                    director: Arc::new(director),
                    registry: registry.map(Arc::new),
                };
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
            warnings: server.warnings.clone(),
        }
    }

    pub fn settings(&self) -> Settings {
        *lock(&self.settings)
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

    pub(crate) async fn app_state(&self, _: CorrelationId, _: Nothing) -> Result<AppState, Problem> {
        Ok(self.state())
    }

    pub(crate) async fn restart_server(&self, _: CorrelationId, _: Nothing) -> Result<AppState, Problem> {
        self.desktop.restart_server().await;
        Ok(self.state())
    }

    pub(crate) async fn set_settings(&self, _: CorrelationId, wanted: Settings) -> Result<Settings, Problem> {
        let wanted = wanted.check()?;
        *lock(&self.settings) = wanted;
        self.desktop.apply_theme(wanted.theme);
        let file = self.settings_file.clone();
        // fsync may take long on a busy disk.
        let saved = tokio::task::spawn_blocking(move || file.save(wanted)).await;
        saved.unwrap_or_else(|_| Err(Problem::new(ErrorCode::Internal, "The settings could not be saved.")))?;
        Ok(wanted)
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
