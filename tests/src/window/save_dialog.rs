//! The desktop's own dialogs for saving and for choosing a file, which no WebDriver reaches.

use std::{
    path::Path,
    time::{Duration, Instant},
};

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
        Self { window: until("the dialog opens", PATIENCE, ask).await }
    }

    /// Types a path and accepts.
    pub async fn save_to(&self, path: &Path) {
        self.focus().await;
        xdotool(&["key", "ctrl+a"]);
        xdotool(&["type", "--delay", "1", path.to_str().expect("a path in UTF-8")]);
        xdotool(&["key", "Return"]);
        self.closed().await;
    }

    /// Types the path of a file that is there and accepts.
    pub async fn choose(&self, path: &Path) {
        self.focus().await;
        // Opens the field that a path can be typed into.
        xdotool(&["key", "ctrl+l"]);
        xdotool(&["type", "--delay", "5", path.to_str().expect("a path in UTF-8")]);
        let mut asked = Instant::now();
        xdotool(&["key", "Return"]);
        // The first one may do no more than accept what the dialog proposes to complete the path with.
        until("the dialog takes the file", PATIENCE, async || {
            if !self.is_there() {
                return Some(());
            }
            if asked.elapsed() > Duration::from_secs(1) {
                xdotool(&["key", "Return"]);
                asked = Instant::now();
            }
            None
        })
        .await;
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
        until("the dialog has the focus", PATIENCE, focused).await;
    }

    async fn closed(&self) {
        until("the dialog closes", PATIENCE, async || (!self.is_there()).then_some(())).await;
    }

    fn is_there(&self) -> bool {
        let there = xdotool(&["search", "--onlyvisible", "--name", ""]);
        there.lines().any(|window| window == self.window)
    }
}
