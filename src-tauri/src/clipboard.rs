//! Secrets in the clipboard: kept out of histories, emptied in time.
//!
//! One thread owns one long-lived clipboard, because on X11 the selection is served by the process that set it.
//! The Tauri clipboard plugin writes what is not secret; it has no timer and no comparison.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use arboard::Clipboard;
use cockpit::{ClipboardUnavailable, SecretWritten};
use pairing::{Secret, SecretHash};
use tokio::sync::oneshot;

/// How long a quit waits for the clipboard to be emptied.
const QUIT_TIMEOUT: Duration = Duration::from_secs(2);

type Written = Result<SecretWritten, ClipboardUnavailable>;

enum Order {
    Write { value: Secret, clear_after: Duration, answer: oneshot::Sender<Written> },
    ClearIfOurs { answer: oneshot::Sender<bool> },
    Quit { done: Sender<()> },
}

/// The handle to the clipboard's thread.
#[derive(Clone, Debug)]
pub(crate) struct SecretClipboard {
    orders: Sender<Order>,
}

impl SecretClipboard {
    pub(crate) fn start() -> std::io::Result<Self> {
        let (orders, received) = mpsc::channel();
        thread::Builder::new().name("clipboard".into()).spawn(move || Keeper::default().run(&received))?;
        Ok(Self { orders })
    }

    pub(crate) async fn write(&self, value: Secret, clear_after: Duration) -> Written {
        let (answer, answered) = oneshot::channel();
        let stopped = |_| ClipboardUnavailable { cause: "the clipboard's thread has stopped".into() };
        // Both failures say the same: nobody is there any more.
        let _ = self.orders.send(Order::Write { value, clear_after, answer });
        answered.await.map_err(stopped)?
    }

    pub(crate) async fn clear_if_ours(&self) -> bool {
        let (answer, answered) = oneshot::channel();
        let _ = self.orders.send(Order::ClearIfOurs { answer });
        answered.await.unwrap_or(false)
    }

    /// Empties the clipboard if it still holds our value, and lets go of it. Blocks for at most two seconds.
    pub(crate) fn quit(&self) {
        let (done, finished) = mpsc::channel();
        if self.orders.send(Order::Quit { done }).is_ok() {
            let _ = finished.recv_timeout(QUIT_TIMEOUT);
        }
    }
}

/// What the thread keeps.
#[derive(Default)]
struct Keeper {
    clipboard: Option<Clipboard>,
    ours: Option<Ours>,
}

/// What we wrote last, as a hash: enough to recognise it, useless to anybody else.
struct Ours {
    hash: SecretHash,
    clear_at: Instant,
}

impl Keeper {
    fn run(mut self, orders: &Receiver<Order>) {
        loop {
            let order = match &self.ours {
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(ours) => orders.recv_timeout(ours.clear_at.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::Write { value, clear_after, answer }) => {
                    let _ = answer.send(self.write(&value, clear_after));
                }
                Ok(Order::ClearIfOurs { answer }) => {
                    let _ = answer.send(self.clear_if_ours());
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.clear_if_ours();
                }
                Ok(Order::Quit { done }) => {
                    self.clear_if_ours();
                    drop(self.clipboard.take());
                    let _ = done.send(());
                    return;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.clear_if_ours();
                    return;
                }
            }
        }
    }

    fn write(&mut self, value: &Secret, clear_after: Duration) -> Written {
        let clipboard = match &mut self.clipboard {
            Some(clipboard) => clipboard,
            // Tried anew each time: a display may have come back.
            None => self.clipboard.insert(Clipboard::new().map_err(|error| unavailable(&error))?),
        };
        let written = keep_out_of_history(clipboard.set()).text(value.expose());
        if let Err(error) = written {
            self.clipboard = None;
            return Err(unavailable(&error));
        }
        self.ours = Some(Ours { hash: value.hash(), clear_at: Instant::now() + clear_after });
        Ok(SecretWritten { kept_out_of_history: true })
    }

    /// Whatever somebody copied since then is theirs and stays.
    fn clear_if_ours(&mut self) -> bool {
        let (Some(ours), Some(clipboard)) = (self.ours.take(), &mut self.clipboard) else { return false };
        let held = clipboard.get_text().map(Secret::new);
        held.is_ok_and(|held| held.hash() == ours.hash) && clipboard.clear().is_ok()
    }
}

fn unavailable(error: &arboard::Error) -> ClipboardUnavailable {
    ClipboardUnavailable { cause: error.to_string() }
}

/// The marks that clipboard histories look for. Cooperative: a history may ignore them.
fn keep_out_of_history(set: arboard::Set<'_>) -> arboard::Set<'_> {
    #[cfg(target_os = "macos")]
    return arboard::SetExtApple::exclude_from_history(set);
    #[cfg(windows)]
    return arboard::SetExtWindows::exclude_from_monitoring(set);
    #[cfg(not(any(windows, target_os = "macos")))]
    return arboard::SetExtLinux::exclude_from_history(set);
}
