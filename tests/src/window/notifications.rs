//! Who shows the desktop's notifications, and writes down what is shown: dunst.

use std::{
    io::Read as _,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use super::PATIENCE;
use crate::{Tool, text, until};

/// A running service for notifications in the session that the tests run in. Ends when it is dropped.
#[derive(Debug)]
pub struct Notifications {
    service: Child,
    shown: Arc<Mutex<String>>,
}

impl Notifications {
    /// Starts it and waits until it is the session's.
    pub async fn start() -> Self {
        until("nobody else shows notifications", PATIENCE, async || {
            // The bus starts one by itself for whoever was the first to tell something.
            let asked = bus("GetConnectionUnixProcessID").output("");
            if !asked.status.success() {
                return Some(());
            }
            let pid = text(&asked.stdout);
            let pid = pid.split_whitespace().last().expect("a process id");
            // It may be gone already.
            Tool::of(Command::new("kill")).argument(pid).output("");
            None
        })
        .await;
        // Into a pipe it would say nothing until it ends.
        let mut command = Command::new("stdbuf");
        command.args(["-oL", "dunst", "-config", "/dev/null", "-print"]).stdin(Stdio::null()).stderr(Stdio::null());
        let mut service = command.stdout(Stdio::piped()).spawn().expect("dunst starts");
        let mut output = service.stdout.take().expect("standard output is a pipe");
        let shown = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&shown);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = output.read(&mut piece) {
                let text = String::from_utf8_lossy(&piece[..length]);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
            }
        });
        let notifications = Self { service, shown };
        until("dunst shows notifications", PATIENCE, async || {
            bus("NameHasOwner").run().contains("boolean true").then_some(())
        })
        .await;
        notifications
    }

    /// Everything that was shown so far, as dunst prints it.
    pub fn shown(&self) -> String {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until this was shown.
    pub async fn shows(&self, text: &str) -> String {
        until(&format!("a notification says {text:?}"), PATIENCE, async || {
            Some(self.shown()).filter(|shown| shown.contains(text))
        })
        .await
    }
}

/// Asks the bus about the service for notifications.
fn bus(method: &str) -> Tool {
    Tool::of(Command::new("dbus-send"))
        .words("--session --print-reply --dest=org.freedesktop.DBus /")
        .argument(&format!("org.freedesktop.DBus.{method}"))
        .argument("string:org.freedesktop.Notifications")
}

impl Drop for Notifications {
    fn drop(&mut self) {
        let _ = self.service.kill();
        let _ = self.service.wait();
    }
}
