//! The one object behind the window: what it holds, and the calls that are about the window itself.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use pairing::ErrorCode;
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    Desktop, Problem, Settings,
    ca_key_choices::CaKeyChoices,
    calls::{AppState, CallContext, Cleared, Nothing},
    certificates::ExpiryNotices,
    environments::Environments,
    frame::{Frame, Place},
    held::Held,
    kyma::ConnectionLink,
    list_cache::ListCache,
    oauth_clients::AccessToken,
    pairings::{Pairings, Watch},
    private_file,
    settings::{Kept, SettingsFile},
    simulation::Simulated,
    turns::Turns,
    waves::Waves,
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
    pub(crate) version: String,
    pub(crate) data_dir: PathBuf,
    settings_file: SettingsFile,
    settings: Mutex<Settings>,
    /// The file is written in the order of the changes.
    saving_settings: AsyncMutex<()>,
    pub(crate) desktop: Arc<dyn Desktop>,
    pub(crate) frame: Arc<Mutex<Frame>>,
    pub(crate) environments: Arc<Environments>,
    pub(crate) pairings: Mutex<Pairings>,
    pub(crate) list_cache: Arc<ListCache>,
    pub(crate) watch: Mutex<Watch>,
    /// One look at a time at what was handed over in a place.
    pub(crate) looking: Turns<Place>,
    pub(crate) waves: Waves,
    /// Whether anybody can see the page.
    pub(crate) visible: AtomicBool,
    pub(crate) access_tokens: Mutex<Held<AccessToken>>,
    pub(crate) connection_links: Mutex<Held<ConnectionLink>>,
    pub(crate) simulated: Mutex<Simulated>,
    /// One change at a time: each stops and starts the server.
    pub(crate) changing_simulation: AsyncMutex<()>,
    pub(crate) expiry_notices: ExpiryNotices,
    pub(crate) ca_key_choices: CaKeyChoices,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while one of these was held cannot leave half a change behind: each is a single assignment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cockpit {
    pub fn new(setup: CockpitSetup) -> Self {
        let CockpitSetup { version, data_dir, settings_dir, desktop } = setup;
        private_file::remove_leftovers(&settings_dir);
        let settings_file = SettingsFile::in_folder(&settings_dir);
        let (Kept { settings, simulation }, warning) = settings_file.load();
        let (environments, damaged) = Environments::in_folder(&settings_dir);
        let (waves, lost_waves) = Waves::in_folder(&settings_dir);
        let warnings = warning.into_iter().chain(damaged).chain(lost_waves).collect();
        let mut frame = Frame::new(warnings);
        if let Some(remote) = environments.resume() {
            frame.put_in_force(Some(remote));
        }
        Self {
            version,
            data_dir,
            settings_file,
            settings: Mutex::new(settings),
            saving_settings: AsyncMutex::default(),
            desktop,
            frame: Arc::new(Mutex::new(frame)),
            environments: Arc::new(environments),
            pairings: Mutex::default(),
            list_cache: Arc::new(ListCache::in_folder(&settings_dir)),
            watch: Mutex::default(),
            looking: Turns::default(),
            waves,
            visible: AtomicBool::new(true),
            access_tokens: Mutex::default(),
            connection_links: Mutex::default(),
            simulated: Mutex::new(Simulated::new(simulation)),
            changing_simulation: AsyncMutex::default(),
            expiry_notices: ExpiryNotices::in_folder(&settings_dir),
            ca_key_choices: CaKeyChoices::in_folder(&settings_dir),
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

    pub(crate) async fn app_state(&self, _: CallContext, _: Nothing) -> Result<AppState, Problem> {
        // The page's first question; a key store that takes its time must not keep it waiting.
        self.take_out_kept_sign_in();
        Ok(self.state())
    }

    pub(crate) async fn restart_server(&self, _: CallContext, _: Nothing) -> Result<AppState, Problem> {
        self.desktop.restart_server().await;
        Ok(self.state())
    }

    pub(crate) async fn set_settings(&self, _: CallContext, wanted: Settings) -> Result<Settings, Problem> {
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

    pub(crate) async fn clear_clipboard(&self, _: CallContext, _: Nothing) -> Result<Cleared, Problem> {
        Ok(Cleared { cleared: self.desktop.clear_if_ours().await })
    }

    pub(crate) async fn lock(&self, _: CallContext, _: Nothing) -> Result<Nothing, Problem> {
        self.desktop.clear_if_ours().await;
        Ok(Nothing {})
    }

    pub(crate) async fn confirm_close(&self, _: CallContext, _: Nothing) -> Result<Nothing, Problem> {
        self.desktop.close();
        Ok(Nothing {})
    }
}
