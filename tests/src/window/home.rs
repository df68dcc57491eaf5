//! The folders of a person who has never started the program.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

/// A home of its own for each test: settings, window state, web data and the server's data are all in it.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    environment: Vec<(String, String)>,
    /// Nobody has said how the authority's key is protected.
    undecided: bool,
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Home {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), environment: Vec::new(), undecided: false }
    }

    /// One where nobody has said how the authority's key is protected, and no key store answers.
    pub fn undecided() -> Self {
        // An address that nobody listens at: the display's own session has a bus.
        let nowhere = Self { undecided: true, ..Self::new() };
        nowhere.with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    }

    /// Sets a variable for everything that is started here.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.environment.push((variable.to_owned(), value.to_owned()));
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes the settings file, as an earlier start would have.
    pub fn set(&self, settings: &Value) {
        let folder = self.folder.path().join("config/pairing-cockpit");
        fs::create_dir_all(&folder).expect("the settings folder");
        fs::write(folder.join("settings.json"), settings.to_string()).expect("the settings file");
    }

    /// Starts the program here without anybody who drives it.
    pub fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(super::process::binary());
        command.arg("--data-dir").arg(self.data_dir()).args(options);
        self.apply(&mut command);
        command
    }

    /// The environment of whatever is started here. Ports are free ones unless the command line names some.
    pub(super) fn apply(&self, command: &mut Command) {
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PAIRING_COCKPIT_")) {
            command.env_remove(name);
        }
        let home = self.folder.path();
        command.env("HOME", home).env("XDG_DATA_HOME", home.join("share")).env("XDG_CONFIG_HOME", home.join("config"));
        command.env("XDG_CACHE_HOME", home.join("cache")).env("XDG_STATE_HOME", home.join("state"));
        command.env("PAIRING_COCKPIT_PORT", "0").env("PAIRING_COCKPIT_MTLS_PORT", "0");
        // Most tests are about something else: no key store is asked and no passphrase given.
        if !self.undecided {
            command.env("PAIRING_COCKPIT_CA_KEY_PROTECTION", "plain");
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
    }
}
