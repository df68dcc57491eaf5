//! The person's settings: one small JSON file in the application's configuration folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use pairing::ErrorCode;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{Problem, calls::SimulationSettings, private_file};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
    HighContrastLight,
    HighContrastDark,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    pub theme: Theme,
    /// How long a copied secret stays in the clipboard.
    pub clipboard_seconds: u32,
    /// How many days before a certificate expires the desktop is told: any of 30, 14, 7, 1.
    #[serde(default = "all_notify_days")]
    pub notify_days: Vec<u32>,
}

/// The thresholds that can be switched on, longest first.
pub(crate) const NOTIFY_DAYS: [u32; 4] = [30, 14, 7, 1];

fn all_notify_days() -> Vec<u32> {
    NOTIFY_DAYS.to_vec()
}

/// Shorter than the first cannot be pasted in time; longer than the second is no protection.
const CLIPBOARD_SECONDS: std::ops::RangeInclusive<u32> = 5..=600;

impl Default for Settings {
    fn default() -> Self {
        Self { theme: Theme::default(), clipboard_seconds: 60, notify_days: all_notify_days() }
    }
}

impl Settings {
    pub(crate) fn check(mut self) -> Result<Self, Problem> {
        if !CLIPBOARD_SECONDS.contains(&self.clipboard_seconds) {
            let (from, to) = (CLIPBOARD_SECONDS.start(), CLIPBOARD_SECONDS.end());
            return Err(Problem::invalid(format!("The clipboard time must be between {from} and {to} seconds.")));
        }
        if self.notify_days.iter().any(|days| !NOTIFY_DAYS.contains(days)) {
            return Err(Problem::invalid("Notifications come 30, 14, 7 or 1 days before a certificate expires."));
        }
        self.notify_days = NOTIFY_DAYS.into_iter().filter(|days| self.notify_days.contains(days)).collect();
        Ok(self)
    }

    pub(crate) fn clipboard_time(&self) -> Duration {
        Duration::from_secs(self.clipboard_seconds.into())
    }
}

/// Everything that the file holds: the page knows the second part from a call of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    #[serde(flatten)]
    pub(crate) settings: Settings,
    #[serde(default)]
    pub(crate) simulation: SimulationSettings,
}

impl Kept {
    fn check(self) -> Result<Self, Problem> {
        Ok(Self { settings: self.settings.check()?, simulation: self.simulation.check()? })
    }
}

/// Where the settings live.
#[derive(Clone, Debug)]
pub(crate) struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("settings.json") }
    }

    /// The settings, and a sentence when a file is there but cannot be used. A file that was never written is not
    /// worth a word.
    pub(crate) fn load(&self) -> (Kept, Option<String>) {
        let read = fs::read(&self.path).and_then(|bytes| serde_json::from_slice(&bytes).map_err(io::Error::other));
        match read.map(Kept::check) {
            Ok(Ok(kept)) => (kept, None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Kept::default(), None),
            Ok(Err(_)) | Err(_) => {
                let warning = format!("The settings in {} can't be read; the defaults are used.", self.path.display());
                (Kept::default(), Some(warning))
            }
        }
    }

    pub(crate) fn save(&self, kept: &Kept) -> Result<(), Problem> {
        let json = serde_json::to_vec_pretty(kept).map_err(io::Error::other);
        let folder = self.path.parent().map_or(Ok(()), fs::create_dir_all);
        folder.and(json).and_then(|json| private_file::write(&self.path, &json)).map_err(|cause| {
            Problem::new(ErrorCode::FileNotWritten, "The settings could not be saved.")
                .hint("They hold until the window is closed. Check the free space and the rights of the folder.")
                .detail(format!("{}: {cause}", self.path.display()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_and_the_first_start_is_silent() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::in_folder(&folder.path().join("deep"));
        assert_eq!(file.load(), (Kept::default(), None));
        let settings = Settings { theme: Theme::HighContrastDark, clipboard_seconds: 30, notify_days: vec![14, 1] };
        let simulation = SimulationSettings { two_phase: true, internal_port: Some(8080), ..Default::default() };
        let chosen = Kept { settings, simulation };
        file.save(&chosen).unwrap();
        assert_eq!(file.load(), (chosen, None));
    }

    #[test]
    fn a_file_of_the_version_before_is_read_and_thresholds_are_put_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::in_folder(folder.path());
        fs::write(&file.path, "{\"theme\":\"dark\",\"clipboardSeconds\":9}").unwrap();
        let (kept, warning) = file.load();
        assert_eq!((kept.settings.notify_days, warning), (vec![30, 14, 7, 1], None));
        assert_eq!(kept.simulation, SimulationSettings::default());
        let ordered = Settings { notify_days: vec![1, 30, 1], ..Settings::default() }.check().unwrap();
        assert_eq!(ordered.notify_days, [30, 1]);
        Settings { notify_days: vec![2], ..Settings::default() }.check().unwrap_err();
    }

    #[test]
    fn a_damaged_or_unreasonable_file_gives_the_defaults_and_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::in_folder(folder.path());
        for content in [
            "{",
            "{\"theme\":\"dark\",\"clipboardSeconds\":0}",
            "{\"theme\":\"pink\",\"clipboardSeconds\":9}",
            "{\"theme\":\"dark\",\"clipboardSeconds\":9,\"simulation\":{\"runtimes\":[\"../x\"]}}",
        ] {
            fs::write(&file.path, content).unwrap();
            let (kept, warning) = file.load();
            assert_eq!(kept, Kept::default(), "{content}");
            assert!(warning.is_some(), "{content}");
        }
    }
}
