//! Starting the real program.

use std::{
    env,
    ffi::OsString,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde_json::Value;

use crate::Outcome;

/// A started server; killed when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub(crate) ready: Value,
}

/// Milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) median: f64,
    pub(crate) slowest: f64,
}

impl Running {
    /// Starts the embedded server.
    pub(crate) fn start(data: &Path, options: &[&str]) -> Outcome<Self> {
        let mut command = Command::new(binary("CONNECTOR_EMBEDDED_BIN", "connector-embedded"));
        command.args(["serve", "--port", "0", "--mtls-port", "0", "--log", "warn", "--data-dir"]).arg(data);
        // No key store is part of what is measured.
        command.env("CONNECTOR_EMBEDDED_CA_KEY_PROTECTION", "plain");
        Self::spawn(command.args(options))
    }

    /// Starts anything that says in its first line where it is.
    pub(crate) fn spawn(command: &mut Command) -> Outcome<Self> {
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let ready = serde_json::from_str(&line).map_err(|_| "the server did not start")?;
        Ok(Self { child, ready })
    }

    /// Ends it as a person would, and waits.
    pub(crate) fn stop(mut self) -> Outcome<()> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        let ended = self.child.wait()?;
        if asked.success() && ended.success() { Ok(()) } else { Err("the server did not stop".into()) }
    }

    pub(crate) fn text(&self, key: &str) -> Outcome<&str> {
        self.ready[key].as_str().ok_or_else(|| format!("the ready line has no {key}").into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Milliseconds from process start to the ready line.
pub(crate) fn start_time(data: &Path) -> Outcome<f64> {
    let started = Instant::now();
    let running = Running::start(data, &[])?;
    let elapsed = started.elapsed();
    drop(running);
    Ok(elapsed.as_secs_f64() * 1000.0)
}

pub(crate) fn start_times(data: &Path, runs: usize) -> Outcome<Times> {
    let mut times = (0..runs).map(|_| start_time(data)).collect::<Outcome<Vec<_>>>()?;
    times.sort_by(f64::total_cmp);
    Ok(Times { median: times[runs / 2], slowest: times[runs - 1] })
}

/// The release binary that xtask names, else the one beside this program.
pub(crate) fn binary(variable: &str, name: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| {
        let beside = env::current_exe().unwrap_or_default();
        beside.parent().map_or_else(|| PathBuf::from(name), |dir| dir.join(name)).into_os_string()
    })
}
