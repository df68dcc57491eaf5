//! `cargo xtask test`: everything that has to hold, cheapest first, one run of all tests last.

use crate::codegen;
use crate::desktop::VirtualDisplay;
use crate::failure::Failure;
use crate::invocation;
use crate::lint;
use crate::page;
use crate::prerequisites::{self, Extent, certificate_tools, oauth_clients, openid_provider, tauri_driver_path};
use crate::steps::{Step, follow};
use crate::tidy;
use crate::workspace::{Profile, WHOLE, Workspace};

/// All checks and all tests. The page comes before clippy because the window's crate embeds what the page's build
/// leaves; generated files come after the build because the built programs write them.
pub(crate) fn everything(workspace: &Workspace) -> Result<(), Failure> {
    follow(
        workspace,
        &[
            Step { name: "prerequisites", action: |workspace| prerequisites::ensure(workspace, Extent::Tests) },
            Step { name: "format", action: lint::format },
            Step { name: "tidy", action: tidy::tidy },
            Step { name: "page", action: page::check },
            Step { name: "clippy", action: lint::clippy },
            Step { name: "documentation", action: documentation },
            Step { name: "build", action: build },
            Step { name: "codegen", action: |workspace| codegen::compare(workspace, codegen::Mode::Check) },
            Step { name: "doc tests", action: doc_tests },
            Step { name: "tests", action: |workspace| tests(workspace, &[]) },
        ],
    )
}

/// Only the tests that nextest selects by `arguments`, in the surroundings that they need.
pub(crate) fn selected(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    prerequisites::ensure(workspace, Extent::Tests)?;
    page::build_if_stale(workspace)?;
    build(workspace)?;
    tests(workspace, arguments)
}

/// What can be had without window, npm and browser.
pub(crate) fn fast(workspace: &Workspace) -> Result<(), Failure> {
    follow(
        workspace,
        &[
            Step { name: "prerequisites", action: prerequisites::ensure_for_fast_tests },
            Step { name: "format", action: lint::format },
            Step { name: "tidy", action: tidy::tidy },
            Step { name: "clippy", action: lint::clippy_without_window },
            Step { name: "tests", action: |workspace| invocation::run(&mut workspace.cargo(["nextest", "run"])) },
        ],
    )
}

/// The documentation of our own crates, from what clippy has already checked of the others.
fn documentation(workspace: &Workspace) -> Result<(), Failure> {
    let words = ["doc"].into_iter().chain(WHOLE).chain(["--no-deps"]);
    invocation::run(workspace.cargo(words).env("RUSTDOCFLAGS", "-D warnings"))
}

/// All targets at once: dependencies of tests take part in the choice of features, so a build without them would be
/// another build.
fn build(workspace: &Workspace) -> Result<(), Failure> {
    let words = ["build"].into_iter().chain(WHOLE).chain(["--all-targets"]);
    invocation::run(&mut workspace.cargo(words))
}

fn doc_tests(workspace: &Workspace) -> Result<(), Failure> {
    let words = ["test"].into_iter().chain(WHOLE).chain(["--doc", "--quiet"]);
    invocation::run(&mut workspace.cargo(words))
}

/// Units, integration, black box and window in one run, whose summary is the last thing printed.
fn tests(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    let display = VirtualDisplay::start(workspace)?;
    let mut command = display.session(workspace, "cargo");
    command.args(["nextest", "run"]).args(WHOLE).args(arguments);
    workspace.name_binaries(Profile::Debug, &mut command);
    command.env("TAURI_DRIVER_BIN", tauri_driver_path()).env("OAUTH_CLIENTS_DIR", oauth_clients(workspace));
    command.env("CERTIFICATE_TOOLS_DIR", certificate_tools(workspace));
    command.env("OPENID_PROVIDER_DIR", openid_provider(workspace));
    invocation::run(&mut command)
}
