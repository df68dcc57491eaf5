//! `connector-embedded`: the embedded server without a window.

mod arguments;

use std::{
    io::{self, IsTerminal as _, Write as _},
    path::Path,
    process::ExitCode,
};

use clap::Parser as _;
use connector_embedded::{Running, Server, connector_sdl, director_sdl};
use tracing_subscriber::EnvFilter;

/// Half of what a token request costs is small allocations; this allocator is twice as fast at them as glibc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use arguments::{Arguments, Command, Restore, Schema, Serve};

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Serve(serve) => start(*serve),
        Command::Restore(restore) => {
            log(EnvFilter::new("warn"));
            finish(bring_back(restore))
        }
        Command::Schema { which } => {
            let text = match which {
                Schema::Director => director_sdl(),
                Schema::Connector => connector_sdl(),
            };
            finish(write_out(&text))
        }
    }
}

fn start(serve: Serve) -> ExitCode {
    let filter = match EnvFilter::try_new(&serve.log) {
        Ok(filter) => filter,
        Err(error) => return finish(Err(format!("--log \"{}\" is not a log filter: {error}", serve.log))),
    };
    log(filter);
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => finish(runtime.block_on(run(serve))),
        Err(error) => finish(Err(format!("No threads could be started: {error}"))),
    }
}

fn log(filter: EnvFilter) {
    let ansi = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(ansi).with_target(false).init();
}

async fn run(serve: Serve) -> Result<(), String> {
    // Before anything is made, so that a signal during the start is not lost.
    let mut signals = Signals::listen().map_err(|error| format!("Signals cannot be received: {error}"))?;
    let ready_file = serve.ready_file.clone();
    let config = serve.into_config()?;
    if !config.host.is_loopback() {
        tracing::warn!("listening on {}: everyone who can reach this address can try tokens", config.host);
    }
    let running = Server::start(config).await.map_err(|error| error.to_string())?;
    let outcome = announce(&running, ready_file.as_deref());
    if outcome.is_ok() {
        if let Some(warning) = running.warning() {
            tracing::warn!("{warning}");
        }
        signals.wait().await;
        tracing::info!("stopping");
    }
    running.stop().await;
    if let Some(path) = ready_file {
        // Whoever waits for the file must not find that of a server that has gone.
        let _ = std::fs::remove_file(path);
    }
    outcome
}

fn bring_back(restore: Restore) -> Result<(), String> {
    let request = restore.into_request()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let report = runtime.block_on(connector_embedded::restore(request)).map_err(|error| error.to_string())?;
    let mut text = format!("Restored the backup of {}.\n", report.created_at);
    text += &format!("Open one-time tokens made void: {}\n", report.tokens_voided);
    text += &format!("Revocations since the backup that hold: {}\n", report.revocations_applied);
    if report.unreadable_lines > 0 {
        text += &format!("Lines of the journal that could not be read: {}\n", report.unreadable_lines);
    }
    if report.nothing_known {
        text += "There was no revocation journal and no earlier store: what was revoked after the backup may be valid again. \
                 Restore again with --journal FILE if there is one.\n";
    }
    if let Some(aside) = report.kept_aside {
        text += &format!(
            "What was there before: {}\nDelete it when it is not needed any more: it has the keys of before, as they were protected then.\n",
            aside.display()
        );
    }
    write_out(&text)
}

fn announce(running: &Running, ready_file: Option<&Path>) -> Result<(), String> {
    let line = serde_json::to_string(running.endpoints()).map_err(|error| error.to_string())? + "\n";
    if let Some(path) = ready_file {
        write_atomically(path, &line).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    }
    write_out(&line)
}

fn write_atomically(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    std::fs::write(&temporary, text)?;
    std::fs::rename(temporary, path)
}

fn write_out(text: &str) -> Result<(), String> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| format!("Nobody reads the output: {error}"))
}

fn finish(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Nothing is left to do when stderr is closed too.
            let _ = writeln!(io::stderr().lock(), "connector-embedded: {message}");
            ExitCode::FAILURE
        }
    }
}

/// SIGINT and SIGTERM.
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
