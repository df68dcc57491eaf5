//! The port to the desktop: what the use cases need from the computer they run on.
//!
//! Two implementations: the Tauri shell, and the browser test host that keeps its clipboard in memory. What has an
//! implementation here is a desktop that cannot do it.

use std::{fmt, future::Future, path::PathBuf, pin::Pin, time::Duration};

use pairing::Secret;

use crate::{Problem, Theme, calls::WatchedPairing};

/// The answer of a [`Desktop`]; boxed, so that the port can be a trait object.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A secret is in the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretWritten {
    /// The desktop was asked to keep it out of clipboard histories. Cooperative: history tools may ignore it.
    pub kept_out_of_history: bool,
}

/// The clipboard could not be written. Not an error of a call: the value can still be shown or saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClipboardUnavailable {
    /// Technical, for the log.
    pub cause: String,
}

/// Nobody shows notifications on this desktop, or not now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationUnavailable {
    /// Technical, for the log.
    pub cause: String,
}

/// How the key of the embedded server's CA is protected, and what it takes to read it.
#[derive(Clone, Debug)]
pub enum CaKey {
    Keyring,
    Passphrase(Secret),
    Plain,
}

/// What the use cases need from a desktop.
pub trait Desktop: Send + Sync + fmt::Debug {
    /// Writes a secret, asks for it to be kept out of histories, and empties the clipboard after `clear_after`,
    /// on quit and on [`Desktop::clear_if_ours`], each time only if it still holds this value.
    fn write_secret(
        &self,
        value: Secret,
        clear_after: Duration,
    ) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>>;

    /// Writes a value that is not secret; it stays.
    fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>>;

    /// Empties the clipboard if it still holds a secret of ours. Answers whether it did.
    fn clear_if_ours(&self) -> Reply<'_, bool>;

    /// Asks the person where to save pairing data; `None` when they cancel.
    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>>;

    /// Starts the embedded server again and returns when it runs or has failed.
    fn restart_server(&self) -> Reply<'_, ()>;

    /// Stops the embedded server and starts it as it is to be started now; returns when it runs or has failed.
    ///
    /// # Errors
    /// This desktop's server can't be set up from here; it runs on as it did.
    fn start_server_anew(&self) -> Reply<'_, Result<(), Problem>> {
        Box::pin(async { Err(Problem::invalid("The local server can't be set up from here.")) })
    }

    /// As [`Desktop::choose_save_path`], for something else than pairing data; the dialog says what.
    fn choose_where_to_save(&self, title: String, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        drop(title);
        self.choose_save_path(suggested_name)
    }

    /// Asks the person for a folder to put files into. Without a dialog of its own for that: where to save `suggested_name`,
    /// which becomes a folder.
    fn choose_folder(&self, title: String, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        self.choose_where_to_save(title, suggested_name)
    }

    /// Asks the person for files to read; none when they cancel.
    fn choose_open_paths(&self, title: String) -> Reply<'_, Vec<PathBuf>> {
        drop(title);
        Box::pin(async { Vec::new() })
    }

    /// Shows a notification of the desktop. Never a secret.
    fn notify(&self, title: String, body: String) -> Reply<'_, Result<(), NotificationUnavailable>> {
        drop((title, body));
        Box::pin(async { Err(NotificationUnavailable { cause: "this desktop has no notifications".into() }) })
    }

    /// Starts the embedded server with this protection of its CA key, now and for the rest of this run; returns when it
    /// runs or has failed.
    fn unlock_server(&self, key: CaKey) -> Reply<'_, ()> {
        drop(key);
        self.restart_server()
    }

    /// Stops the embedded server, restores the backup into its folder, and starts it again whatever came of that.
    fn restore_server(&self, backup: PathBuf, passphrase: Secret) -> Reply<'_, Result<(), Problem>> {
        drop((backup, passphrase));
        Box::pin(async { Err(Problem::invalid("A backup can't be restored here.")) })
    }

    /// Opens an address in the system browser, which is not one of ours: a sign-in belongs where its person can see whom
    /// they talk to.
    ///
    /// # Errors
    /// Technical: why there is no browser.
    fn open_in_browser(&self, address: String) -> Reply<'_, Result<(), String>> {
        drop(address);
        Box::pin(async { Err("this desktop has no browser".to_owned()) })
    }

    /// What the frame shows has changed; a page that can be told is told.
    fn state_changed(&self) {}

    /// Something was seen of what was handed over; a page that can be told is told.
    fn pairing_progress(&self, _: &WatchedPairing) {}

    /// Makes the window's own frame follow the theme.
    fn apply_theme(&self, theme: Theme);

    /// Closes the window for good: the person has answered the leaving guard.
    fn close(&self);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A desktop that can save into one folder and nothing else.
    #[derive(Debug)]
    pub(crate) struct BareDesktop {
        pub(crate) save_into: Option<PathBuf>,
    }

    impl Desktop for BareDesktop {
        fn write_secret(&self, _: Secret, _: Duration) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
            Box::pin(async { Err(ClipboardUnavailable { cause: "none here".into() }) })
        }

        fn write_plain(&self, _: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
            Box::pin(async { Err(ClipboardUnavailable { cause: "none here".into() }) })
        }

        fn clear_if_ours(&self) -> Reply<'_, bool> {
            Box::pin(async { false })
        }

        fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
            let chosen = self.save_into.as_ref().map(|folder| folder.join(suggested_name));
            Box::pin(async { chosen })
        }

        fn restart_server(&self) -> Reply<'_, ()> {
            Box::pin(async {})
        }

        fn apply_theme(&self, _: Theme) {}

        fn close(&self) {}
    }
}
