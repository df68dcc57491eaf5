//! The desktop's own dialog for saving a file, which no WebDriver reaches.

use std::path::Path;

use super::{PATIENCE, on_display::run as xdotool};
use crate::until;

/// An open dialog.
#[derive(Debug)]
pub struct SaveDialog {
    window: String,
}

impl SaveDialog {
    /// Waits for the dialog with this title.
    pub async fn titled(title: &str) -> Self {
        let ask = async || xdotool(&["search", "--onlyvisible", "--name", title]).lines().last().map(str::to_owned);
        Self { window: until("the dialog for saving opens", PATIENCE, ask).await }
    }

    /// Types a path and accepts.
    pub async fn save_to(&self, path: &Path) {
        self.focus().await;
        xdotool(&["key", "ctrl+a"]);
        xdotool(&["type", "--delay", "1", path.to_str().expect("a path in UTF-8")]);
        xdotool(&["key", "Return"]);
        self.closed().await;
    }

    /// Dismisses it.
    pub async fn cancel(&self) {
        self.focus().await;
        xdotool(&["key", "Escape"]);
        self.closed().await;
    }

    /// Without a window manager nobody else gives a new window the keyboard.
    async fn focus(&self) {
        let focused = async || {
            xdotool(&["windowfocus", &self.window]);
            (xdotool(&["getwindowfocus"]).trim() == self.window).then_some(())
        };
        until("the dialog for saving has the focus", PATIENCE, focused).await;
    }

    async fn closed(&self) {
        let gone = async || {
            let there = xdotool(&["search", "--onlyvisible", "--name", ""]);
            (!there.lines().any(|window| window == self.window)).then_some(())
        };
        until("the dialog for saving closes", PATIENCE, gone).await;
    }
}
