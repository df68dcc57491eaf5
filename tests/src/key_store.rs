//! A desktop's key store of its own: gnome-keyring in a D-Bus session that nobody else is in.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use crate::{Tool, until};

/// A running key store, unlocked. Both processes end when it is dropped.
#[derive(Debug)]
pub struct KeyStore {
    folder: TempDir,
    address: String,
    bus: Child,
    daemon: Option<Child>,
}

impl KeyStore {
    /// Starts an empty one with this password.
    pub async fn start(password: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--nosyslog", "--print-address=1"]);
        let mut bus = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("dbus-daemon starts");
        let mut address = String::new();
        let output = bus.stdout.take().expect("standard output is a pipe");
        BufReader::new(output).read_line(&mut address).expect("the address of the bus");
        let mut store = Self { folder, address: address.trim().to_owned(), bus, daemon: None };
        store.unlock(password).await;
        store
    }

    /// A bus without any key store.
    pub fn without_daemon(mut self) -> Self {
        self.lock();
        self
    }

    /// Ends the daemon, as the end of a session does.
    pub fn lock(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    /// Starts the daemon on what an earlier one has kept.
    pub async fn unlock(&mut self, password: &str) {
        let mut command = self.of(Command::new("gnome-keyring-daemon"));
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut daemon = command.spawn().expect("gnome-keyring-daemon starts");
        // The end of its input is the end of the password.
        daemon.stdin.take().expect("a pipe").write_all(password.as_bytes()).expect("the password is read");
        self.daemon = Some(daemon);
        until("the key store answers", Duration::from_secs(20), async || {
            let owned = Tool::of(self.of(Command::new("dbus-send"))).words(
                "--session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
                 string:org.freedesktop.secrets",
            );
            owned.run().contains("boolean true").then_some(())
        })
        .await;
    }

    /// Makes a command part of this session.
    #[must_use]
    pub fn of(&self, mut command: Command) -> Command {
        let home = self.folder.path();
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env("HOME", home);
        command.env("XDG_RUNTIME_DIR", home).env("XDG_DATA_HOME", home.join("share"));
        command.env_remove("GNOME_KEYRING_CONTROL").env_remove("DISPLAY");
        command
    }
}

impl Drop for KeyStore {
    fn drop(&mut self) {
        self.lock();
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}
