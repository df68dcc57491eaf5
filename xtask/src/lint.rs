//! `cargo xtask lint`: everything that reads code without running it.

use std::env;

use crate::failure::Failure;
use crate::invocation;
use crate::page;
use crate::prerequisites::{self, Extent};
use crate::steps::{Step, follow};
use crate::tidy;
use crate::workspace::{WHOLE, Workspace};

/// Format, tidy, page, clippy.
pub(crate) fn lint(workspace: &Workspace) -> Result<(), Failure> {
    follow(
        workspace,
        &[
            Step { name: "prerequisites", action: |workspace| prerequisites::ensure(workspace, Extent::Window) },
            Step { name: "format", action: format },
            Step { name: "tidy", action: tidy::tidy },
            Step { name: "page", action: page::lint },
            Step { name: "page build", action: page::build_if_stale },
            Step { name: "clippy", action: clippy },
        ],
    )
}

/// Fails on the first file that rustfmt would write differently.
pub(crate) fn format(workspace: &Workspace) -> Result<(), Failure> {
    invocation::run(&mut workspace.cargo(["fmt", "--all", "--check"]))
}

/// The whole workspace; the window's crate wants the page to be built.
pub(crate) fn clippy(workspace: &Workspace) -> Result<(), Failure> {
    // Where nobody could commit it, a lock file that has to change is a mistake.
    let locked = env::var_os("CI").map(|_| "--locked");
    let words = ["clippy"].into_iter().chain(WHOLE).chain(locked).chain(["--all-targets", "--", "-D", "warnings"]);
    invocation::run(&mut workspace.cargo(words))
}

/// The default members: what compiles without WebKit.
pub(crate) fn clippy_without_window(workspace: &Workspace) -> Result<(), Failure> {
    invocation::run(&mut workspace.cargo(["clippy", "--all-targets", "--", "-D", "warnings"]))
}
