//! Pairing Cockpit: the desktop shell around the crate `cockpit`, and the place where everything is put together.
//! No rules of its own: what a call does is decided in `cockpit`, what a server does in `connector-embedded`.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

mod browser;
mod calls;
mod clipboard;
mod desktop;
mod embedded;
mod notification;
mod options;
mod shell;
mod simulation;
mod window;

use std::io::IsTerminal as _;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

fn main() -> std::process::ExitCode {
    window::prefer_software_friendly_rendering();
    let options = options::Options::parse();
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("warn,pairing_cockpit=info,cockpit=info,connector_embedded=info"));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr).init();
    shell::run(options)
}
