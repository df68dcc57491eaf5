//! The [`Desktop`] of the window: clipboard, dialogs, notifications, theme, closing.

use std::{path::PathBuf, sync::Arc, time::Duration};

use cockpit::{
    CaKey, ClipboardUnavailable, Cockpit, Desktop, NotificationUnavailable, Problem, Reply, SecretWritten, Theme,
    calls::WatchedPairing,
};
use pairing::Secret;
use tauri::{AppHandle, Emitter as _, Manager as _, Wry, async_runtime::spawn_blocking};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder};
use tokio::sync::oneshot;

use crate::{
    browser,
    clipboard::SecretClipboard,
    embedded::{Embedded, SERVER_STATE},
    notification, window,
};

/// Tells the page what was seen of something that was handed over.
const PAIRING_PROGRESS: &str = "pairing-progress";

#[derive(Debug)]
pub(crate) struct TauriDesktop {
    pub(crate) app: AppHandle,
    pub(crate) clipboard: SecretClipboard,
}

impl TauriDesktop {
    fn file_dialog(&self, title: String) -> FileDialogBuilder<Wry> {
        let dialog = self.app.dialog().file().set_title(title);
        match self.app.get_webview_window(window::MAIN) {
            Some(window) => dialog.set_parent(&window),
            None => dialog,
        }
    }
}

impl Desktop for TauriDesktop {
    fn write_secret(
        &self,
        value: Secret,
        clear_after: Duration,
    ) -> Reply<'_, Result<SecretWritten, ClipboardUnavailable>> {
        Box::pin(self.clipboard.write(value, clear_after))
    }

    fn write_plain(&self, text: String) -> Reply<'_, Result<(), ClipboardUnavailable>> {
        Box::pin(async move {
            let written = self.app.clipboard().write_text(text);
            written.map_err(|error| ClipboardUnavailable { cause: error.to_string() })
        })
    }

    fn clear_if_ours(&self) -> Reply<'_, bool> {
        Box::pin(self.clipboard.clear_if_ours())
    }

    fn choose_save_path(&self, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        self.choose_where_to_save("Save pairing data".into(), suggested_name)
    }

    fn choose_where_to_save(&self, title: String, suggested_name: String) -> Reply<'_, Option<PathBuf>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.file_dialog(title).set_file_name(suggested_name).save_file(move |chosen| {
                let _ = answer.send(chosen);
            });
            answered.await.ok().flatten().and_then(|path| path.into_path().ok())
        })
    }

    fn choose_open_paths(&self, title: String) -> Reply<'_, Vec<PathBuf>> {
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            self.file_dialog(title).pick_files(move |chosen| {
                let _ = answer.send(chosen);
            });
            let chosen = answered.await.ok().flatten().unwrap_or_default();
            chosen.into_iter().filter_map(|path| path.into_path().ok()).collect()
        })
    }

    fn notify(&self, title: String, body: String) -> Reply<'_, Result<(), NotificationUnavailable>> {
        Box::pin(notification::show(title, body))
    }

    fn unlock_server(&self, key: CaKey) -> Reply<'_, ()> {
        Box::pin(async move {
            let embedded = Arc::clone(&self.app.state::<Arc<Embedded>>());
            embedded.start_with(key).await;
        })
    }

    fn restore_server(&self, backup: PathBuf, passphrase: Secret) -> Reply<'_, Result<(), Problem>> {
        Box::pin(async move {
            let embedded = Arc::clone(&self.app.state::<Arc<Embedded>>());
            embedded.restore(backup, passphrase).await
        })
    }

    fn restart_server(&self) -> Reply<'_, ()> {
        Box::pin(async move {
            let embedded = Arc::clone(&self.app.state::<Arc<Embedded>>());
            embedded.start().await;
        })
    }

    fn start_server_anew(&self) -> Reply<'_, Result<(), Problem>> {
        Box::pin(async move {
            let embedded = Arc::clone(&self.app.state::<Arc<Embedded>>());
            embedded.start_anew().await;
            Ok(())
        })
    }

    fn open_in_browser(&self, address: String) -> Reply<'_, Result<(), String>> {
        Box::pin(async move {
            let opened = spawn_blocking(move || browser::open(&address)).await;
            opened.unwrap_or_else(|cause| Err(cause.to_string()))
        })
    }

    fn state_changed(&self) {
        // Before there is a window, there is nobody to tell.
        let Some(cockpit) = self.app.try_state::<Arc<Cockpit>>() else { return };
        if let Err(error) = self.app.emit(SERVER_STATE, cockpit.state()) {
            tracing::warn!(%error, "the page could not be told");
        }
    }

    fn pairing_progress(&self, watched: &WatchedPairing) {
        if let Err(error) = self.app.emit(PAIRING_PROGRESS, watched) {
            tracing::warn!(%error, "the page could not be told");
        }
    }

    fn choose_folder(&self, title: String, _: String) -> Reply<'_, Option<PathBuf>> {
        Box::pin(async move {
            let (chosen, choice) = oneshot::channel();
            self.file_dialog(title).pick_folder(move |folder| {
                let _ = chosen.send(folder);
            });
            choice.await.ok().flatten().and_then(|folder| folder.into_path().ok())
        })
    }

    fn apply_theme(&self, theme: Theme) {
        self.app.set_theme(window::frame_theme(theme));
    }

    fn close(&self) {
        self.app.exit(0);
    }
}
