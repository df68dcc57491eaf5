//! A desktop whose clipboard is a variable, whose dialogs have been answered before, and whose browser is a script.

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use blackbox::Browser;
use cockpit::{ClipboardUnavailable, Desktop, NotificationUnavailable, Reply, SecretWritten, Theme};
use pairing::Secret;

#[derive(Debug, Default)]
pub(crate) struct TestDesktop {
    clipboard: Mutex<String>,
    save_into: Mutex<Option<PathBuf>>,
    open: Mutex<Vec<PathBuf>>,
    browser: Mutex<Option<Browser>>,
    opened: Mutex<Vec<String>>,
    notified: Mutex<Vec<String>>,
}

impl TestDesktop {
    /// Every dialog that asks where to save is answered with this folder.
    pub(crate) fn save_into(&self, folder: &Path) {
        *lock(&self.save_into) = Some(folder.to_owned());
    }

    /// Every dialog that asks what to open is answered with these files.
    pub(crate) fn open_files(&self, files: &[PathBuf]) {
        *lock(&self.open) = files.to_vec();
    }

    /// Who looks at the browser when one is opened; nobody until then.
    pub(crate) fn browse_with(&self, browser: Browser) {
        *lock(&self.browser) = Some(browser);
    }

    /// Every address that the browser was opened at.
    pub(crate) fn opened(&self) -> Vec<String> {
        lock(&self.opened).clone()
    }

    /// Titles and texts of all notifications.
    pub(crate) fn notified(&self) -> Vec<String> {
        lock(&self.notified).clone()
    }

    fn write(&self, text: &str) {
        text.clone_into(&mut lock(&self.clipboard));
    }

    fn browse(&self, address: &str) {
        lock(&self.opened).push(address.to_owned());
        if let Some(browser) = &*lock(&self.browser) {
            browser.open(address);
        }
    }
}

impl Desktop for TestDesktop {
    fn write_secret(&self, value: Secret, _: Duration) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
        self.write(value.expose());
        Box::pin(async { Ok(SecretWritten { kept_out_of_history: true }) })
    }

    fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
        self.write(&text);
        Box::pin(async { Ok(()) })
    }

    fn clear_if_ours(&self) -> Reply<'_, bool> {
        self.write("");
        Box::pin(async { true })
    }

    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        let chosen = lock(&self.save_into).as_ref().map(|folder| folder.join(suggested_name));
        Box::pin(async { chosen })
    }

    fn choose_open_paths(&self, _: String) -> Reply<'_, Vec<PathBuf>> {
        let chosen = lock(&self.open).clone();
        Box::pin(async { chosen })
    }

    fn notify(&self, title: String, body: String) -> Reply<'_, Result<(), NotificationUnavailable>> {
        lock(&self.notified).push(format!("{title}: {body}"));
        Box::pin(async { Ok(()) })
    }

    fn choose_folder(&self, _: String, _: String) -> Reply<'_, Option<PathBuf>> {
        let chosen = lock(&self.save_into).clone();
        Box::pin(async { chosen })
    }

    fn open_in_browser(&self, address: String) -> Reply<'_, Result<(), String>> {
        self.browse(&address);
        Box::pin(async { Ok(()) })
    }

    fn restart_server(&self) -> Reply<'_, ()> {
        Box::pin(async {})
    }

    fn apply_theme(&self, _: Theme) {}

    fn close(&self) {}
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
