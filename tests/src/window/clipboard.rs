//! The clipboard of the display, as other programs see it.

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
};

use super::PATIENCE;
use crate::{text, until};

/// The X selection `CLIPBOARD`, through xclip.
#[derive(Clone, Copy, Debug)]
pub struct Clipboard;

/// Something that another program has copied; it offers it until this is dropped.
#[derive(Debug)]
pub struct Copied(Child);

impl Clipboard {
    /// What it holds now; nothing when nobody offers anything.
    pub fn read(self) -> Option<String> {
        // Whoever offers it may be about to end, and would never answer.
        let mut xclip = Command::new("timeout");
        xclip.args(["5", "xclip", "-selection", "clipboard", "-out"]);
        let output = xclip.output().expect("xclip runs");
        output.status.success().then(|| text(&output.stdout)).filter(|held| !held.is_empty())
    }

    /// Waits until it holds something.
    pub async fn holds(self) -> String {
        until("the clipboard holds something", PATIENCE, async || self.read()).await
    }

    /// Waits until it holds nothing.
    pub async fn is_emptied(self) {
        until("the clipboard is emptied", PATIENCE, async || self.read().is_none().then_some(())).await;
    }

    /// What the offer is marked with besides the text.
    pub fn targets(self) -> String {
        let mut xclip = Command::new("timeout");
        xclip.args(["5", "xclip", "-selection", "clipboard", "-out", "-target", "TARGETS"]);
        text(&xclip.output().expect("xclip runs").stdout)
    }

    /// Copies a text in another program.
    pub async fn copy(self, text: &str) -> Copied {
        let mut xclip = Command::new("xclip");
        // In the foreground: it ends when the test does.
        xclip.args(["-selection", "clipboard", "-in", "-quiet"]);
        let mut child =
            xclip.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("xclip runs");
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("xclip takes the text");
        let copied = Copied(child);
        let taken = async || self.read().filter(|held| held == text);
        until("another program's text is in the clipboard", PATIENCE, taken).await;
        copied
    }
}

impl Drop for Copied {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
