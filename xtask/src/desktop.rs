//! The desktop that window tests run on: a display of our own, so that they need no screen and disturb nobody's.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::console::say;
use crate::failure::Failure;
use crate::invocation::show;
use crate::workspace::Workspace;

/// Whether a window could be shown. Only on Linux can a desktop be missing while programs run.
pub(crate) fn is_there() -> bool {
    let named = |variable: &str| env::var_os(variable);
    !cfg!(target_os = "linux") || shows(named("DISPLAY").as_deref(), named("WAYLAND_DISPLAY").as_deref())
}

fn shows(x11: Option<&OsStr>, wayland: Option<&OsStr>) -> bool {
    [x11, wayland].into_iter().flatten().any(|name| !name.is_empty())
}

/// A running X server without a screen. Ends when dropped.
#[derive(Debug)]
pub(crate) struct VirtualDisplay {
    server: Child,
    name: String,
}

impl VirtualDisplay {
    /// Starts one on a display number that the server picks itself, and returns when it accepts clients.
    /// `setpriv` ends it even when this process is killed.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self, Failure> {
        let mut command = workspace.program("setpriv");
        command.args(["--pdeathsig", "TERM", "Xvfb", "-displayfd", "1"]);
        command.args(["-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        say(&format!("$ {} &", show(&command)));
        let mut server =
            command.spawn().map_err(|error| Failure::new(format!("Xvfb could not be started: {error}")))?;
        let mut number = String::new();
        let read = server.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut number));
        let display = Self { server, name: format!(":{}", number.trim()) };
        match read {
            Some(Ok(1..)) if !number.trim().is_empty() => Ok(display),
            Some(_) | None => Err(Failure::new("Xvfb stopped before it named its display")),
        }
    }

    /// A command that runs `program` on this display, in a D-Bus session of its own.
    /// Software rendering without DMA buffers: some drivers show a white window otherwise.
    pub(crate) fn session(&self, workspace: &Workspace, program: &str) -> Command {
        let mut command = workspace.program("dbus-run-session");
        let daemon = workspace.path("xtask/src/quiet-dbus-daemon.sh");
        command.arg(format!("--dbus-daemon={}", daemon.display())).args(["--", program]);
        command.env("DISPLAY", &self.name).env("GDK_BACKEND", "x11").env("WEBKIT_DISABLE_DMABUF_RENDERER", "1");
        command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }
}

impl Drop for VirtualDisplay {
    fn drop(&mut self) {
        // Asked, not killed: the server then removes its socket and its lock file.
        let asked = Command::new("sh").args(["-c", &format!("kill {}", self.server.id())]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_name_is_no_display() {
        let display = OsStr::new(":0");
        assert!(shows(Some(display), None));
        assert!(shows(None, Some(OsStr::new("wayland-0"))));
        assert!(shows(Some(OsStr::new("")), Some(display)));
        assert!(!shows(Some(OsStr::new("")), None));
        assert!(!shows(None, None));
    }
}
