//! `cargo xtask bench`: release binaries, measured by the program `bench` of the black-box package.

use std::fs;

use crate::desktop::VirtualDisplay;
use crate::failure::Failure;
use crate::invocation;
use crate::page;
use crate::prerequisites::{self, Extent, tauri_driver_path};
use crate::workspace::{Profile, WHOLE, Workspace};

/// Builds everything that is measured in one go, then measures. `BENCH_DIR` tells the program where its JSON goes.
pub(crate) fn bench(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    prerequisites::ensure(workspace, Extent::Benchmark)?;
    page::build_if_stale(workspace)?;
    let words = ["build", "--release"].into_iter().chain(WHOLE).chain(["--bins", "--example", "empty_window"]);
    invocation::run(&mut workspace.cargo(words))?;

    let results = workspace.target("bench");
    fs::create_dir_all(&results).map_err(|error| Failure::new(format!("{}: {error}", results.display())))?;
    let display = VirtualDisplay::start(workspace)?;
    let program = workspace.binary(Profile::Release, "bench");
    let mut command = display.session(workspace, &program.to_string_lossy());
    command.args(arguments).env("BENCH_DIR", results).env("TAURI_DRIVER_BIN", tauri_driver_path());
    workspace.name_binaries(Profile::Release, &mut command);
    invocation::run(&mut command)
}
