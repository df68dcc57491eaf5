//! The port to the desktop: what the use cases need from the computer they run on.
//!
//! Two implementations: the Tauri shell, and the browser test host that keeps its clipboard in memory.

use std::{fmt, future::Future, path::PathBuf, pin::Pin, time::Duration};

use pairing::Secret;

use crate::Theme;

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

    /// Asks the person where to save; `None` when they cancel.
    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>>;

    /// Starts the embedded server again and returns when it runs or has failed.
    fn restart_server(&self) -> Reply<'_, ()>;

    /// Makes the window's own frame follow the theme.
    fn apply_theme(&self, theme: Theme);

    /// Closes the window for good: the person has answered the leaving guard.
    fn close(&self);
}
