//! `connector-embedded serve` as a child process.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// How long anything about the process may take, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the authority's key is protected.
const PROTECTION: &str = "CONNECTOR_EMBEDDED_CA_KEY_PROTECTION";

/// A process that runs or ran, and what it writes.
#[derive(Debug)]
pub struct Program {
    child: Child,
    ready: Ready,
    /// The rest of standard output, once it has ended.
    output: Receiver<String>,
    log: Receiver<String>,
}

/// The ready line.
#[derive(Clone, Debug)]
pub struct Ready {
    pub line: String,
    pub json: Value,
}

/// The ports of the two listeners; 0 is any free one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ports {
    pub token: u16,
    pub certificate: u16,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output, without the ready line when there was one.
    pub output: String,
    /// Standard error.
    pub log: String,
    /// From the request to end to its end.
    pub took: Duration,
}

impl Program {
    /// The command that serves on a data directory and any free ports, with nothing of our own environment that
    /// could change what it does.
    pub fn serve(data_dir: &Path, options: &[&str]) -> Command {
        Self::serve_on(data_dir, &Ports::default(), options)
    }

    /// The same without a word about how the authority's key is protected.
    pub fn serve_unprotected(data_dir: &Path, options: &[&str]) -> Command {
        let mut command = Self::serve(data_dir, options);
        command.env_remove(PROTECTION);
        command
    }

    /// The same on these ports: access tokens name their issuer, and that has a port.
    pub fn serve_on(data_dir: &Path, ports: &Ports, options: &[&str]) -> Command {
        let mut command = Self::command();
        command.arg("serve").arg("--data-dir").arg(data_dir);
        command.args(["--port", &ports.token.to_string(), "--mtls-port", &ports.certificate.to_string()]);
        command.args(options);
        command
    }

    /// The bare program.
    pub fn command() -> Command {
        let mut command = Command::new(binary());
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CONNECTOR_EMBEDDED_")) {
            command.env_remove(name);
        }
        // Most tests are about something else: no key store is asked and no passphrase given.
        command.env(PROTECTION, "plain");
        command.stdin(Stdio::null());
        command
    }

    /// Starts the command and waits for its ready line.
    ///
    /// # Errors
    /// What the process left behind when it ended instead.
    pub fn start(mut command: Command) -> Result<Self, Ended> {
        let started = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let log = collect(child.stderr.take().expect("standard error is a pipe"));
        let (first, output) = lines(child.stdout.take().expect("standard output is a pipe"));
        match first.recv_timeout(PATIENCE) {
            Ok(line) => {
                let json =
                    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in the ready line {line}"));
                Ok(Self { child, ready: Ready { line, json }, output, log })
            }
            Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
                let status = child.wait().expect("the process can be waited for");
                let log = log.recv().expect("standard error was read");
                Err(Ended { code: status.code(), output: String::new(), log, took: started.elapsed() })
            }
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("no ready line within {PATIENCE:?}; standard error: {}", log.recv().unwrap_or_default());
            }
        }
    }

    /// Runs a command that serves nobody to its end.
    pub fn run(mut command: Command) -> Ended {
        let started = Instant::now();
        let output = command.output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (code, took) = (output.status.code(), started.elapsed());
        Ended { code, output: text(&output.stdout), log: text(&output.stderr), took }
    }

    /// Starts a command that must end by itself.
    pub fn refused(command: Command) -> Ended {
        match Self::start(command) {
            Err(ended) => ended,
            Ok(running) => panic!("it started: {}", running.ready.line),
        }
    }

    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, for example `TERM`, and waits for the end.
    pub fn signal(mut self, name: &str) -> Ended {
        let asked = Instant::now();
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.expect("kill runs").success(), "the process was there to be sent SIG{name}");
        // Standard output ends with the process.
        let output = self.output.recv_timeout(PATIENCE);
        let took = asked.elapsed();
        if output.is_err() {
            let _ = self.child.kill();
        }
        let status = self.child.wait().expect("the process can be waited for");
        let log = self.log.recv().expect("standard error was read");
        let output = output.unwrap_or_else(|_| panic!("still running {PATIENCE:?} after SIG{name}: {log}"));
        Ended { code: status.code(), output, log, took }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Shown with a test that failed.
        if thread::panicking()
            && let Ok(log) = self.log.recv()
        {
            eprint_log(&log);
        }
    }
}

#[expect(clippy::print_stderr, reason = "the test runner shows it beside the failure")]
fn eprint_log(log: &str) {
    eprintln!("--- standard error of connector-embedded ---\n{log}---");
}

/// The program under test: named by the environment, or built beside the test.
fn binary() -> PathBuf {
    if let Some(path) = env::var_os("CONNECTOR_EMBEDDED_BIN") {
        return check(PathBuf::from(path));
    }
    // The test is target/<profile>/deps/<name>.
    let test = env::current_exe().expect("the test knows its own path");
    let profile = test.ancestors().nth(2).expect("the test is in target/<profile>/deps");
    check(profile.join("connector-embedded"))
}

fn check(path: PathBuf) -> PathBuf {
    assert!(
        path.is_file(),
        "{} is not there. Build it with `cargo build -p connector-embedded`, or name it in CONNECTOR_EMBEDDED_BIN.",
        path.display()
    );
    path
}

/// The first line, as soon as it is there, and everything after it, once there is no more.
fn lines(stdout: ChildStdout) -> (Receiver<String>, Receiver<String>) {
    let (first_sender, first) = channel();
    let (rest_sender, rest) = channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        if reader.read_line(&mut line).is_ok_and(|length| length > 0) {
            let _ = first_sender.send(line);
        }
        drop(first_sender);
        let mut text = String::new();
        let _ = reader.read_to_string(&mut text);
        let _ = rest_sender.send(text);
    });
    (first, rest)
}

fn collect(mut stderr: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stderr.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}
